# CHECKSUM: fills in a checksum and goes on.
*mangle
:PREROUTING,FORWARD,POSTROUTING
-j CHECKSUM --checksum-fill;=;OK
:POSTROUTING
-j CHECKSUM;;FAIL
-p udp --dport 68 -j CHECKSUM --checksum-fill;-p udp -m udp --dport 68 -j CHECKSUM --checksum-fill;OK
*filter
:INPUT
-j CHECKSUM --checksum-fill;;FAIL
