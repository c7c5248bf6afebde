# pkttype: how the link layer was addressed.
:INPUT,FORWARD,OUTPUT
-m pkttype --pkt-type unicast;=;OK
:INPUT
-m pkttype;;FAIL
-m pkttype --pkt-type broadcast;=;OK
-m pkttype --pkt-type multicast;=;OK
-m pkttype --pkt-type otherhost;=;OK
-m pkttype --pkt-type host;-m pkttype --pkt-type unicast;OK
-m pkttype --pkt-type bcast;-m pkttype --pkt-type broadcast;OK
-m pkttype --pkt-type mcast;-m pkttype --pkt-type multicast;OK
-m pkttype --pkt-type BROADCAST;-m pkttype --pkt-type broadcast;OK
-m pkttype ! --pkt-type unicast;=;OK
-m pkttype --pkt-type nosuch;;FAIL
-m pkttype --pkt-type;;FAIL
