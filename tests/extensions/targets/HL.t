# HL (IPv6): changes the hop limit and goes on.
@6
*mangle
:PREROUTING,FORWARD
-j HL --hl-set 42;=;OK
:FORWARD
-j HL;;FAIL
-j HL --hl-inc 1;=;OK
-j HL --hl-dec 1;=;OK
-j HL --hl-dec 0;;FAIL
-j HL --hl-inc 0;;FAIL
-j HL --hl-set 256;;FAIL
-j HL --hl-set 0;=;OK
-j HL --hl-set 1 --hl-inc 1;;FAIL
*filter
:INPUT
-j HL --hl-set 42;;FAIL
