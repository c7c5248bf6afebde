# CONNMARK: the mark of the connection, to and from the packet.
*mangle
:PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-j CONNMARK --set-xmark 0x1/0xf;=;OK
-j CONNMARK --restore-mark;-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff;OK
:FORWARD
-j CONNMARK;;FAIL
-j CONNMARK --set-mark 1;-j CONNMARK --set-xmark 0x1/0xffffffff;OK
-j CONNMARK --set-mark 0x1/0xf;-j CONNMARK --set-xmark 0x1/0xf;OK
-j CONNMARK --set-mark 0x11/0xf;-j CONNMARK --set-xmark 0x11/0x1f;OK
-j CONNMARK --set-xmark 0x11/0xf;=;OK
-j CONNMARK --set-xmark 1;-j CONNMARK --set-xmark 0x1/0xffffffff;OK
-j CONNMARK --and-mark 0xf0;-j CONNMARK --set-xmark 0x0/0xffffff0f;OK
-j CONNMARK --or-mark 0xf0;-j CONNMARK --set-xmark 0xf0/0xf0;OK
-j CONNMARK --xor-mark 0xf0;-j CONNMARK --set-xmark 0xf0/0x0;OK
-j CONNMARK --save-mark;-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff;OK
-j CONNMARK --save-mark --mask 0xff;-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff;OK
-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff;=;OK
-j CONNMARK --restore-mark --mask 0xff;-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff;OK
-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf;=;OK
-j CONNMARK --restore-mark --mask 0xff --nfmask 0xf;;FAIL
-j CONNMARK --set-mark 1 --save-mark;;FAIL
-j CONNMARK --set-mark 1 --mask 0xff;-j CONNMARK --set-xmark 0x1/0xff;MORE
-j CONNMARK --set-mark 0x100000000;;FAIL
-j CONNMARK --set-mark abc;;FAIL
-j CONNMARK ! --set-mark 1;;FAIL
-j CONNMARK --set-mark 1 --left-shift-mark 2;-j CONNMARK --set-xmark 0x1/0xffffffff --left-shift-mark 2;OK
-j CONNMARK --save-mark --right-shift-mark 2;-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff --right-shift-mark 2;OK
-j CONNMARK --restore-mark --left-shift-mark 2;-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff --left-shift-mark 2;OK
-j CONNMARK --left-shift-mark 2;;FAIL
-j CONNMARK --save-mark --left-shift-mark 32;;FAIL
*filter
:INPUT
-j CONNMARK --set-mark 1;-j CONNMARK --set-xmark 0x1/0xffffffff;OK
-j CONNMARK --restore-mark;-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff;OK
*raw
:PREROUTING
-j CONNMARK --set-mark 1;-j CONNMARK --set-xmark 0x1/0xffffffff;OK
