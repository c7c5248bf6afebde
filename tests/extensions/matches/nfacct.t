# nfacct: counts; needs an accounting object in the kernel, so only refusals can be asked.
:INPUT
-m nfacct;;FAIL
-m nfacct ! --nfacct-name http;;FAIL
-m nfacct --nfacct-name;;FAIL
-m nfacct --nfacct-name abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz;;FAIL
-m nfacct --nfacct-name http;=;READ
