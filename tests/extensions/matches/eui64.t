# eui64 (IPv6): the source address against the source MAC address.
@6
:INPUT,FORWARD
-m eui64;=;OK
:INPUT
-m eui64 --option;;FAIL
:OUTPUT
-m eui64;;FAIL
