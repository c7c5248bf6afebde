# TEE: sends a copy elsewhere; the packet itself goes on.
*mangle
:PREROUTING,FORWARD
@4
-j TEE --gateway 10.0.0.1;=;OK
:FORWARD
-j TEE;;FAIL
-j TEE --gateway 10.0.0.1 --oif lo;=;OK
-j TEE --gateway 0.0.0.0;;FAIL
-j TEE --gateway 2001:db8::1;;FAIL
-j TEE --gateway example;;FAIL
@6
-j TEE --gateway 2001:db8::1;=;OK
-j TEE --gateway 2001:db8::1 --oif lo;=;OK
-j TEE --gateway ::;;FAIL
-j TEE --gateway 10.0.0.1;;FAIL
@4
*filter
:INPUT
-j TEE --gateway 10.0.0.1;=;OK
