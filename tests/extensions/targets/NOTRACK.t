# NOTRACK: raw only; the packet becomes UNTRACKED.
*raw
:PREROUTING,OUTPUT
-j NOTRACK;=;OK
:PREROUTING
-p udp --dport 53 -j NOTRACK;-p udp -m udp --dport 53 -j NOTRACK;OK
-j NOTRACK --zone 1;;FAIL
*filter
:INPUT
-j NOTRACK;;FAIL
*mangle
:PREROUTING
-j NOTRACK;;FAIL
