# connbytes: what the connection has carried so far.
:INPUT,FORWARD,OUTPUT
-m connbytes --connbytes 10000:100000 --connbytes-mode bytes --connbytes-dir both;=;OK
:INPUT
-m connbytes;;FAIL
-m connbytes --connbytes 0: --connbytes-mode bytes --connbytes-dir original;-m connbytes --connbytes 0 --connbytes-mode bytes --connbytes-dir original;OK
-m connbytes --connbytes 10 --connbytes-mode packets --connbytes-dir reply;=;OK
-m connbytes ! --connbytes 10:20 --connbytes-mode avgpkt --connbytes-dir both;=;OK
-m connbytes --connbytes :1000 --connbytes-mode bytes --connbytes-dir both;-m connbytes --connbytes 0:1000 --connbytes-mode bytes --connbytes-dir both;OK
-m connbytes --connbytes 20:10 --connbytes-mode bytes --connbytes-dir both;;FAIL
-m connbytes --connbytes 0:18446744073709551615 --connbytes-mode bytes --connbytes-dir both;-m connbytes --connbytes 0 --connbytes-mode bytes --connbytes-dir both;OK
-m connbytes --connbytes 18446744073709551616 --connbytes-mode bytes --connbytes-dir both;;FAIL
-m connbytes --connbytes abc --connbytes-mode bytes --connbytes-dir both;;FAIL
-m connbytes --connbytes 10 --connbytes-mode bytes;;FAIL
-m connbytes --connbytes 10 --connbytes-dir both;;FAIL
-m connbytes --connbytes-mode bytes --connbytes-dir both;;FAIL
-m connbytes --connbytes 10 --connbytes-mode frames --connbytes-dir both;;FAIL
-m connbytes --connbytes 10 --connbytes-mode bytes --connbytes-dir BOTH;;FAIL
