# DSCP: changes the TOS byte and goes on.
*mangle
:PREROUTING,FORWARD
-j DSCP --set-dscp 0x00;=;OK
:FORWARD
-j DSCP;;FAIL
-j DSCP --set-dscp 63;-j DSCP --set-dscp 0x3f;OK
-j DSCP --set-dscp 64;;FAIL
-j DSCP --set-dscp-class EF;-j DSCP --set-dscp 0x2e;OK
-j DSCP --set-dscp-class nosuch;;FAIL
-j DSCP --set-dscp 1 --set-dscp-class EF;;FAIL
*filter
:INPUT
-j DSCP --set-dscp 1;;FAIL
