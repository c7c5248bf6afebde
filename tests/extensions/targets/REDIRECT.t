# REDIRECT: the destination becomes this host.
*nat
:PREROUTING,OUTPUT
-j REDIRECT;=;OK
:PREROUTING
-j REDIRECT --random;=;OK
-p tcp -j REDIRECT --to-ports 8080;=;OK
-p udp -j REDIRECT --to-ports 42-1234;=;OK
-p tcp -j REDIRECT --to-ports 42-1234 --random;=;OK
-p tcp -j REDIRECT --to-ports 1234-42;;FAIL
-p tcp -j REDIRECT --to-ports 65536;;FAIL
-p tcp -j REDIRECT --to-ports 0;=;OK
-p tcp -j REDIRECT --to-ports 80:90;;FAIL
-p tcp -j REDIRECT --to-ports http;-p tcp -j REDIRECT --to-ports 80;OK
-p tcp -j REDIRECT --to-ports http-https;;FAIL
-p tcp -j REDIRECT --to-port 80;-p tcp -j REDIRECT --to-ports 80;OK
-p sctp -j REDIRECT --to-ports 80;=;OK
-p dccp -j REDIRECT --to-ports 80;=;OK
-j REDIRECT --to-ports 80;;FAIL
-p icmp -j REDIRECT --to-ports 80;=;OK
! -p tcp -j REDIRECT --to-ports 80;=;MORE
-p tcp --dport 80 -j REDIRECT --to-ports 8080;-p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080;OK
:POSTROUTING
-j REDIRECT;;FAIL
*filter
:INPUT
-j REDIRECT;;FAIL
