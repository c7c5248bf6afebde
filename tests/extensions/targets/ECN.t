# ECN (IPv4): clears ECN bits, also those of TCP, and goes on.
@4
*mangle
:PREROUTING,FORWARD
-p tcp -j ECN --ecn-tcp-remove;=;OK
:FORWARD
-j ECN --ecn-tcp-remove;;FAIL
-p tcp -j ECN;;FAIL
-j ECN --ecn-ip-ect 1;=;OK
-j ECN --ecn-ip-ect 4;;FAIL
-p tcp -j ECN --ecn-tcp-cwr 1;=;OK
-p tcp -j ECN --ecn-tcp-cwr 2;;FAIL
-p tcp -j ECN --ecn-tcp-ece 0;=;OK
*filter
:INPUT
-p tcp -j ECN --ecn-tcp-remove;;FAIL
