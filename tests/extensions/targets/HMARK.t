# HMARK: a mark from a hash: nobody can tell which.
*mangle
:PREROUTING,FORWARD
:FORWARD
-j HMARK;;FAIL
-j HMARK --hmark-src-prefix 24 --hmark-dst-prefix 24 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xff --hmark-mod 16 --hmark-rnd 1;-j HMARK --hmark-src-prefix 24 --hmark-dst-prefix 24 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xff --hmark-rnd 0x00000001 --hmark-mod 16;OK
-j HMARK --hmark-tuple src,dst --hmark-mod 16;;FAIL
-j HMARK --hmark-tuple src,dst --hmark-rnd 1;;FAIL
-j HMARK --hmark-tuple nosuch --hmark-mod 16 --hmark-rnd 1;;FAIL
-j HMARK --hmark-tuple src --hmark-mod 0 --hmark-rnd 1;;FAIL
*filter
:INPUT
@4
*mangle
:PREROUTING,FORWARD
-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 16 --hmark-offset 1 --hmark-rnd 1;-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x00000001 --hmark-mod 16 --hmark-offset 1;OK
:FORWARD
-j HMARK --hmark-tuple ct,src,dst,proto --hmark-offset 10000 --hmark-mod 10 --hmark-rnd 0xfeedcafe;-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-proto-mask 0xffff --hmark-rnd 0xfeedcafe --hmark-mod 10 --hmark-offset 10000 --hmark-tuple ct;OK
*filter
:INPUT
-j HMARK --hmark-tuple src --hmark-mod 16 --hmark-rnd 1;-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 16;OK
@6
*mangle
:PREROUTING,FORWARD
-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 16 --hmark-offset 1 --hmark-rnd 1;-j HMARK --hmark-src-prefix 128 --hmark-dst-prefix 128 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x00000001 --hmark-mod 16 --hmark-offset 1;OK
:FORWARD
-j HMARK --hmark-tuple ct,src,dst,proto --hmark-offset 10000 --hmark-mod 10 --hmark-rnd 0xfeedcafe;-j HMARK --hmark-src-prefix 128 --hmark-dst-prefix 128 --hmark-proto-mask 0xffff --hmark-rnd 0xfeedcafe --hmark-mod 10 --hmark-offset 10000 --hmark-tuple ct;OK
*filter
:INPUT
-j HMARK --hmark-tuple src --hmark-mod 16 --hmark-rnd 1;-j HMARK --hmark-src-prefix 128 --hmark-rnd 0x00000001 --hmark-mod 16;OK
