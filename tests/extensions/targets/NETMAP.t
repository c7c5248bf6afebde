# NETMAP: the network part of the address is replaced.
*nat
:PREROUTING,INPUT,OUTPUT,POSTROUTING
@4
-j NETMAP --to 1.2.3.0/24;=;OK
:PREROUTING
-j NETMAP;;FAIL
-j NETMAP --to 1.2.3.4;-j NETMAP --to 1.2.3.4/32;OK
-j NETMAP --to 1.2.3.4/24;-j NETMAP --to 1.2.3.0/24;OK
-j NETMAP --to 1.2.3.0/255.255.255.0;-j NETMAP --to 1.2.3.0/24;OK
-j NETMAP --to 1.2.3.0/255.0.255.0;-j NETMAP --to 1.2.3.0/32;MORE
-j NETMAP --to 1.2.3.0/33;-j NETMAP --to 1.2.3.0/32;MORE
-j NETMAP --to 2001:db8::/32;;FAIL
@6
-j NETMAP --to 2001:db8::/32;=;OK
-j NETMAP --to 10.0.0.0/8;;FAIL
*filter
@4
:FORWARD
-j NETMAP --to 1.2.3.0/24;;FAIL
