# connlimit: how many connections there are.
@4
:INPUT,FORWARD,OUTPUT
-m connlimit --connlimit-upto 0;-m connlimit --connlimit-upto 0 --connlimit-mask 32 --connlimit-saddr;OK
:INPUT
-m connlimit;;FAIL
-m connlimit --connlimit-above 10;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit ! --connlimit-upto 10;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit ! --connlimit-above 10;-m connlimit --connlimit-upto 10 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit --connlimit-upto 10 --connlimit-above 20;;FAIL
-m connlimit --connlimit-upto 4294967295;-m connlimit --connlimit-upto 4294967295 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit --connlimit-upto 4294967296;;FAIL
-m connlimit --connlimit-upto -1;;FAIL
-m connlimit --connlimit-above 10 --connlimit-mask 24;-m connlimit --connlimit-above 10 --connlimit-mask 24 --connlimit-saddr;OK
-m connlimit --connlimit-above 10 --connlimit-mask 32;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit --connlimit-above 10 --connlimit-mask 33;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr;MORE
-m connlimit --connlimit-above 10 --connlimit-saddr;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit --connlimit-above 10 --connlimit-daddr;-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-daddr;OK
-m connlimit --connlimit-above 10 --connlimit-saddr --connlimit-daddr;;FAIL
-m connlimit --connlimit-above 10 --connlimit-mask 16 --connlimit-daddr;=;OK
-m connlimit --connlimit-mask 16;;FAIL
-p tcp --syn --dport 23 -m connlimit --connlimit-above 2;-p tcp -m tcp --dport 23 --tcp-flags FIN,SYN,RST,ACK SYN -m connlimit --connlimit-above 2 --connlimit-mask 32 --connlimit-saddr;OK
@6
-m connlimit --connlimit-above 10;-m connlimit --connlimit-above 10 --connlimit-mask 128 --connlimit-saddr;OK
-m connlimit --connlimit-above 10 --connlimit-mask 64;-m connlimit --connlimit-above 10 --connlimit-mask 64 --connlimit-saddr;OK
-m connlimit --connlimit-above 10 --connlimit-mask 129;;FAIL
