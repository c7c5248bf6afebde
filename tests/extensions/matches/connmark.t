# connmark: the connection's mark, compared as in mark.
:INPUT,FORWARD,OUTPUT
-m connmark --mark 1;-m connmark --mark 0x1;OK
:INPUT
-m connmark;;FAIL
-m connmark --mark 0xffffffff;=;OK
-m connmark --mark 0x100000000;;FAIL
-m connmark --mark -1;;FAIL
-m connmark ! --mark 0x1;=;OK
-m connmark --mark 0x4000/0x4000;=;OK
-m connmark --mark 0xff/0xf;=;OK
-m connmark ! --mark 0/0;-m connmark ! --mark 0x0/0x0;OK
-m connmark --mark 1/0;-m connmark --mark 0x1/0x0;OK
-m connmark --mark 0x1/0xffffffff;-m connmark --mark 0x1;OK
-m connmark --mark abc;;FAIL
-m connmark --mark;;FAIL
-m connmark --mark 1 --mark 2;;FAIL
-m connmark --mark 1 -m mark --mark 2;-m connmark --mark 0x1 -m mark --mark 0x2;OK
