# CONNSECMARK: security markings; goes on.
*mangle
:PREROUTING,FORWARD
-j CONNSECMARK --restore;=;OK
-j CONNSECMARK --save;=;OK
-j CONNSECMARK;;FAIL
-j CONNSECMARK --save --restore;;FAIL
*security
:INPUT,FORWARD,OUTPUT
-j CONNSECMARK --restore;=;OK
*filter
:INPUT
-j CONNSECMARK --save;;FAIL
