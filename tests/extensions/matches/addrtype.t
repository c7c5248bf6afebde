# addrtype: the host owns the destination of what comes to it and the source of what it sends.
:INPUT,FORWARD,OUTPUT
-m addrtype --src-type LOCAL;=;OK
-m addrtype --dst-type LOCAL;=;OK
:INPUT
-m addrtype;;FAIL
-m addrtype ! --dst-type LOCAL;=;OK
-m addrtype ! --src-type LOCAL;=;OK
-m addrtype --dst-type ! LOCAL;-m addrtype ! --dst-type LOCAL;READ
-m addrtype --dst-type UNSPEC;=;OK
-m addrtype --dst-type UNICAST;=;OK
-m addrtype --dst-type ANYCAST;=;OK
-m addrtype --dst-type MULTICAST;=;OK
-m addrtype --dst-type UNREACHABLE;=;OK
-m addrtype --dst-type local;-m addrtype --dst-type LOCAL;OK
-m addrtype --dst-type NOSUCH;;FAIL
-m addrtype --dst-type LOCAL,;;FAIL
-m addrtype --dst-type;;FAIL
-m addrtype --dst-type LOCAL --dst-type LOCAL;;FAIL
-m addrtype --dst-type LOCAL --limit-iface-in;=;OK
-m addrtype --src-type LOCAL --limit-iface-out;;FAIL
-m addrtype --limit-iface-in;;FAIL
-m addrtype --dst-type LOCAL --limit-iface-in --limit-iface-out;;FAIL
-m addrtype --dst-type LOCAL ! --limit-iface-in;;FAIL
:OUTPUT
-m addrtype --dst-type LOCAL --limit-iface-in;;FAIL
-m addrtype --src-type LOCAL --limit-iface-out;=;OK
:FORWARD
-m addrtype --src-type LOCAL --limit-iface-in;=;OK
-m addrtype --dst-type LOCAL --limit-iface-out;=;OK
:INPUT
@4
-m addrtype --src-type UNICAST --dst-type BROADCAST;=;OK
-m addrtype --dst-type LOCAL,BROADCAST,ANYCAST,MULTICAST;=;OK
-m addrtype --dst-type BROADCAST;=;OK
-m addrtype --dst-type BLACKHOLE;=;OK
-m addrtype --dst-type PROHIBIT;=;OK
-m addrtype --dst-type THROW;=;OK
-m addrtype --dst-type NAT;=;OK
-m addrtype --dst-type XRESOLVE;=;OK
@6
-m addrtype --src-type UNICAST --dst-type BROADCAST;;FAIL
-m addrtype --dst-type LOCAL,BROADCAST,ANYCAST,MULTICAST;;FAIL
-m addrtype --dst-type BROADCAST;;FAIL
-m addrtype --dst-type BLACKHOLE;;FAIL
-m addrtype --dst-type PROHIBIT;;FAIL
-m addrtype --dst-type THROW;;FAIL
-m addrtype --dst-type NAT;;FAIL
-m addrtype --dst-type XRESOLVE;;FAIL
