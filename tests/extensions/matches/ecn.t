# ecn: two bits of the TOS byte and two of the TCP flags.
:INPUT,FORWARD,OUTPUT
-m ecn --ecn-ip-ect 0;=;OK
:INPUT
-m ecn;;FAIL
-m ecn --ecn-ip-ect 3;=;OK
-m ecn ! --ecn-ip-ect 1;=;OK
-m ecn --ecn-ip-ect 4;;FAIL
-m ecn --ecn-ip-ect -1;;FAIL
-m ecn --ecn-tcp-cwr;;FAIL
-p tcp -m ecn --ecn-tcp-cwr;=;OK
-p tcp -m ecn ! --ecn-tcp-cwr;=;OK
-p tcp -m ecn --ecn-tcp-ece;=;OK
-p tcp -m ecn ! --ecn-tcp-ece;=;OK
-p tcp -m ecn --ecn-tcp-ece --ecn-tcp-cwr --ecn-ip-ect 2;=;OK
-p udp -m ecn --ecn-tcp-cwr;;FAIL
-p udp -m ecn --ecn-ip-ect 2;=;OK
