# DNAT: nat PREROUTING and OUTPUT.
*nat
:PREROUTING,OUTPUT
@4
-j DNAT --to-destination 10.0.0.1;=;OK
:PREROUTING
-j DNAT;;FAIL
-j DNAT --to-destination 10.0.0.1-10.0.0.9;=;OK
-j DNAT --to-destination 10.0.0.9-10.0.0.1;=;MORE
-j DNAT --to-destination 10.0.0.1-;;FAIL
-p tcp -j DNAT --to-destination 10.0.0.1:80;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:80-90;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.9:80-90;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:90-80;;FAIL
-p tcp -j DNAT --to-destination :80;=;OK
-p udp -j DNAT --to-destination :80-90;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:http;-p tcp -j DNAT --to-destination 10.0.0.1:80;OK
-p tcp -j DNAT --to-destination 10.0.0.1:0;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:65535;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:65536;;FAIL
-p tcp -j DNAT --to-destination 10.0.0.1:;;FAIL
-p tcp -j DNAT --to-destination 10.0.0.1:1000-2000/3000;=;OK
-p tcp -j DNAT --to-destination 10.0.0.1:1000-2000/65536;;FAIL
-p sctp -j DNAT --to-destination 10.0.0.1:80;=;OK
-p dccp -j DNAT --to-destination 10.0.0.1:80;=;OK
-p icmp -j DNAT --to-destination 10.0.0.1:80;=;OK
-j DNAT --to-destination 10.0.0.1:80;;FAIL
! -p tcp -j DNAT --to-destination 10.0.0.1:80;=;MORE
-p icmp -j DNAT --to-destination 10.0.0.1;=;OK
-j DNAT --to-destination 10.0.0.1 --random;=;OK
-j DNAT --to-destination 10.0.0.1 --persistent;=;OK
-j DNAT --to-destination 10.0.0.1 --random --persistent;=;OK
-j DNAT --to-destination 10.0.0.1 --to-destination 10.0.0.2;;FAIL
-j DNAT ! --to-destination 10.0.0.1;;FAIL
-j DNAT --to-destination 10.0.0.0/8;;FAIL
-j DNAT --to-destination 2001:db8::1;;FAIL
-j DNAT --to-destination example;;FAIL
-j DNAT --to-dest 10.0.0.1;-j DNAT --to-destination 10.0.0.1;OK
-j DNAT --to 10.0.0.1;-j DNAT --to-destination 10.0.0.1;OK
:POSTROUTING
-j DNAT --to-destination 10.0.0.1;;FAIL
:INPUT
-j DNAT --to-destination 10.0.0.1;;FAIL
*filter
:FORWARD
-j DNAT --to-destination 10.0.0.1;;FAIL
*nat
:PREROUTING
@6
-j DNAT --to-destination 2001:db8::1;=;OK
-j DNAT --to-destination [2001:db8::1];-j DNAT --to-destination 2001:db8::1;OK
-j DNAT --to-destination 2001:db8::1-2001:db8::9;=;OK
-p tcp -j DNAT --to-destination [2001:db8::1]:80;=;OK
-p tcp -j DNAT --to-destination [2001:db8::1]:80-90;=;OK
-p tcp -j DNAT --to-destination [2001:db8::1-2001:db8::9]:80;=;OK
-p tcp -j DNAT --to-destination [2001:db8::1]-[2001:db8::9]:80;;FAIL
-p tcp -j DNAT --to-destination :80;=;OK
-j DNAT --to-destination [2001:db8::1]:80;;FAIL
-j DNAT --to-destination 10.0.0.1;;FAIL
