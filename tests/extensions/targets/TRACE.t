# TRACE: writes the packet's way to the log and goes on.
*raw
:PREROUTING,OUTPUT
-j TRACE;=;OK
-p tcp --dport 80 -j TRACE;-p tcp -m tcp --dport 80 -j TRACE;OK
-j TRACE --option;;FAIL
*filter
:INPUT
-j TRACE;;FAIL;=
