# SNAT: nat POSTROUTING and INPUT.
*nat
:POSTROUTING,INPUT
@4
-j SNAT --to-source 10.0.0.1;=;OK
:POSTROUTING
-j SNAT;;FAIL
-j SNAT --to-source 10.0.0.1-10.0.0.9;=;OK
-j SNAT --to-source 10.0.0.9-10.0.0.1;=;MORE
-p tcp -j SNAT --to-source 10.0.0.1:80;=;OK
-p tcp -j SNAT --to-source 10.0.0.1:80-90;=;OK
-p tcp -j SNAT --to-source 10.0.0.1-10.0.0.9:80-90;=;OK
-p tcp -j SNAT --to-source 10.0.0.1:90-80;;FAIL
-p tcp -j SNAT --to-source :80;=;OK
-p tcp -j SNAT --to-source 10.0.0.1:http;-p tcp -j SNAT --to-source 10.0.0.1:80;OK
-p tcp -j SNAT --to-source 10.0.0.1:65536;;FAIL
-p tcp -j SNAT --to-source 10.0.0.1:1-2/3;-p tcp -j SNAT --to-source 10.0.0.1:1-2/0;MORE
-p icmp -j SNAT --to-source 10.0.0.1:80;=;OK
-j SNAT --to-source 10.0.0.1:80;;FAIL
-j SNAT --to-source 10.0.0.1 --random --persistent;=;OK
-j SNAT --to-source 10.0.0.1 --random-fully;=;OK
-j SNAT --to-source 10.0.0.0/8;;FAIL
-j SNAT --to-source 2001:db8::1;;FAIL
-j SNAT --to 10.0.0.1;-j SNAT --to-source 10.0.0.1;OK
:PREROUTING,OUTPUT
-j SNAT --to-source 10.0.0.1;;FAIL
*filter
:FORWARD
-j SNAT --to-source 10.0.0.1;;FAIL
*nat
:POSTROUTING
@6
-j SNAT --to-source 2001:db8::1;=;OK
-j SNAT --to-source 2001:db8::1-2001:db8::9;=;OK
-p tcp -j SNAT --to-source [2001:db8::1]:80;=;OK
-p tcp -j SNAT --to-source [2001:db8::1-2001:db8::9]:80-90;=;OK
-j SNAT --to-source 10.0.0.1;;FAIL
