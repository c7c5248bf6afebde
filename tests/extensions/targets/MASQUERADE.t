# MASQUERADE: the source becomes an address of this host.
*nat
:POSTROUTING
-j MASQUERADE;=;OK
-j MASQUERADE --random;=;OK
-j MASQUERADE --random-fully;=;OK
-j MASQUERADE --random --random-fully;=;OK
-p tcp -j MASQUERADE --to-ports 1024;=;OK
-p tcp -j MASQUERADE --to-ports 1024-2048;=;OK
-p udp -j MASQUERADE --to-ports 1024-2048;=;OK
-p tcp -j MASQUERADE --to-ports 2048-1024;;FAIL
-p tcp -j MASQUERADE --to-ports 65536;;FAIL
-p tcp -j MASQUERADE --to-ports 0;=;OK
-p tcp -j MASQUERADE --to-ports http;-p tcp -j MASQUERADE --to-ports 80;OK
-p tcp -j MASQUERADE --to-ports 1024:2048;;FAIL
-j MASQUERADE --to-ports 1024;;FAIL
-p icmp -j MASQUERADE --to-ports 1024;=;OK
! -p tcp -j MASQUERADE --to-ports 1024;=;MORE
:PREROUTING
-j MASQUERADE;;FAIL
:OUTPUT
-j MASQUERADE;;FAIL
*filter
:FORWARD
-j MASQUERADE;;FAIL
