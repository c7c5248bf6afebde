# AUDIT: writes an audit record and goes on.
:INPUT,FORWARD,OUTPUT
-j AUDIT --type accept;=;OK
:INPUT
-j AUDIT;;FAIL
-j AUDIT --type drop;=;OK
-j AUDIT --type reject;=;OK
-j AUDIT --type ACCEPT;-j AUDIT --type accept;OK
-j AUDIT --type nosuch;;FAIL
-j AUDIT ! --type drop;;FAIL
