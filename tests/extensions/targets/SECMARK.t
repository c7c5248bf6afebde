# SECMARK: needs SELinux in the kernel; only refusals can be asked without.
*security
:INPUT
-j SECMARK;;FAIL
-j SECMARK --selctx;;FAIL
-j SECMARK --selctx system_u:object_r:nosuch_t;=;READ
*filter
-j SECMARK --selctx system_u:object_r:nosuch_t;;FAIL
