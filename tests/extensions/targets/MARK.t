# MARK: --set-xmark V/M is (mark & ~M) ^ V, --set-mark V/M is (mark & ~M) | V.
*mangle
:PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-j MARK --set-xmark 0x1/0xf;=;OK
:FORWARD
-j MARK;;FAIL
-j MARK --set-mark 1;-j MARK --set-xmark 0x1/0xffffffff;OK
-j MARK --set-mark 0x1/0xf;-j MARK --set-xmark 0x1/0xf;OK
-j MARK --set-mark 0x11/0xf;-j MARK --set-xmark 0x11/0x1f;OK
-j MARK --set-xmark 0x11/0xf;=;OK
-j MARK --set-xmark 1;-j MARK --set-xmark 0x1/0xffffffff;OK
-j MARK --and-mark 0xf0;-j MARK --set-xmark 0x0/0xffffff0f;OK
-j MARK --or-mark 0xf0;-j MARK --set-xmark 0xf0/0xf0;OK
-j MARK --xor-mark 0xf0;-j MARK --set-xmark 0xf0/0x0;OK
-j MARK --set-mark 0xffffffff;-j MARK --set-xmark 0xffffffff/0xffffffff;OK
-j MARK --set-mark 0x100000000;;FAIL
-j MARK --set-mark 1/0x100000000;;FAIL
-j MARK --set-mark -1;;FAIL
-j MARK --set-mark abc;;FAIL
-j MARK --set-mark 1 --or-mark 2;;FAIL
-j MARK ! --set-mark 1;;FAIL
*filter
:INPUT
-j MARK --set-mark 1;-j MARK --set-xmark 0x1/0xffffffff;OK
*raw
:PREROUTING
-j MARK --set-mark 1;-j MARK --set-xmark 0x1/0xffffffff;OK
*nat
-j MARK --set-mark 1;-j MARK --set-xmark 0x1/0xffffffff;OK
