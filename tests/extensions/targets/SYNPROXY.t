# SYNPROXY: answers handshakes in the server's place; what does not belong to one goes on.
:INPUT,FORWARD
-p tcp -j SYNPROXY --sack-perm --timestamp --mss 1460 --wscale 9;-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460;OK
:INPUT
-p tcp -j SYNPROXY;=;OK
-p tcp -j SYNPROXY --mss 65536;-p tcp -j SYNPROXY --mss 0;MORE
-p tcp -j SYNPROXY --wscale 14;=;OK
-p tcp -j SYNPROXY --wscale 15;=;OK
-j SYNPROXY --mss 1460;;FAIL
-p udp -j SYNPROXY;;FAIL
:OUTPUT
-p tcp -j SYNPROXY;;FAIL
