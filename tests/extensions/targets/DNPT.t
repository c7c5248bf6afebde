# DNPT (IPv6): stateless prefix translation of the destination.
@6
*mangle
:PREROUTING
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;=;OK
-j DNPT;;FAIL
-j DNPT --src-pfx dead::/64;;FAIL
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/48;=;OK
-j DNPT --src-pfx dead::/65 --dst-pfx 1c3::/64;;FAIL
-j DNPT --src-pfx 10.0.0.0/8 --dst-pfx 1c3::/64;;FAIL
:OUTPUT
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;=;OK
:INPUT
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;;FAIL
*filter
:INPUT
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64;;FAIL
