# mark: (mark & mask) == value; a value with bits outside its mask never matches.
:INPUT,FORWARD,OUTPUT
-m mark --mark 1;-m mark --mark 0x1;OK
:INPUT
-m mark;;FAIL
-m mark --mark 0x1;=;OK
-m mark --mark 010;-m mark --mark 0x8;OK
-m mark --mark 0;-m mark --mark 0x0;OK
-m mark --mark 0xffffffff;=;OK
-m mark --mark 0x100000000;;FAIL
-m mark --mark 4294967295;-m mark --mark 0xffffffff;OK
-m mark --mark -1;;FAIL
-m mark ! --mark 0x1;=;OK
-m mark --mark 0x4000/0x4000;=;OK
-m mark --mark 0xff/0xf;=;OK
-m mark --mark 0/0;-m mark --mark 0x0/0x0;OK
-m mark ! --mark 0/0;-m mark ! --mark 0x0/0x0;OK
-m mark --mark 1/0;-m mark --mark 0x1/0x0;OK
-m mark --mark 0x1/0xffffffff;-m mark --mark 0x1;OK
-m mark --mark 0x1/;;FAIL
-m mark --mark /0x1;;FAIL
-m mark --mark 0x1/0x1/0x1;;FAIL
-m mark --mark 0x1/0x100000000;;FAIL
-m mark --mark abc;;FAIL
-m mark --mark;;FAIL
-m mark --mark 1 --mark 2;;FAIL
-m mark --mark 1 -m mark --mark 2;-m mark --mark 0x1 -m mark --mark 0x2;OK
*mangle
:PREROUTING,POSTROUTING
-m mark --mark 0x2/0x2;=;OK
