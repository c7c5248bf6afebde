# SNPT (IPv6): stateless prefix translation of the source.
@6
*mangle
:INPUT,POSTROUTING
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;=;OK
:POSTROUTING
-j SNPT;;FAIL
-j SNPT --dst-pfx dead::/64;;FAIL
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/48;=;OK
:PREROUTING
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;;FAIL
