# devgroup: the group of the interface, set with ip(8).
:INPUT,FORWARD
-m devgroup --src-group 0x1;=;OK
:FORWARD,OUTPUT
-m devgroup --dst-group 0x1;=;OK
:FORWARD
-m devgroup;;FAIL
-m devgroup ! --src-group 0xf/0xf;=;OK
-m devgroup ! --dst-group 0x1;=;OK
-m devgroup --src-group 0x1 --dst-group 0x2;=;OK
-m devgroup --src-group default;=;OK
-m devgroup --src-group nosuchgroup;=;READ
-m devgroup --src-group 0x100000000;;FAIL
-m devgroup --src-group 0x1/0xffffffff;-m devgroup --src-group 0x1;OK
:INPUT
-m devgroup --dst-group 0x1;;FAIL
:OUTPUT
-m devgroup --src-group 0x1;;FAIL
