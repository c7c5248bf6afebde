# NFLOG: logs and goes on.
:INPUT,FORWARD,OUTPUT
-j NFLOG;=;OK
:INPUT
-j NFLOG --nflog-group 1;=;OK
-j NFLOG --nflog-group 0;-j NFLOG;OK
-j NFLOG --nflog-group 65535;=;OK
-j NFLOG --nflog-group 65536;;FAIL
-j NFLOG --nflog-range 5;=;OK;-j NFLOG
-j NFLOG --nflog-size 5;=;OK
-j NFLOG --nflog-size 0;=;OK
-j NFLOG --nflog-prefix "hello ";=;OK
-j NFLOG --nflog-prefix "";;FAIL
-j NFLOG --nflog-prefix abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789012;-j NFLOG --nflog-prefix abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567890;OK;=
-j NFLOG --nflog-threshold 1;=;OK
-j NFLOG --nflog-threshold 5;=;OK
-j NFLOG --nflog-threshold 65536;;FAIL
-j NFLOG --nflog-prefix x --nflog-group 5 --nflog-threshold 2;=;OK
