# physdev: ports of a bridge.
:INPUT,FORWARD
-m physdev --physdev-in lo;=;OK
:FORWARD
-m physdev;;FAIL
-m physdev ! --physdev-in lo;=;OK
-m physdev --physdev-in veth+;=;OK
-m physdev --physdev-in lo --physdev-is-in;-m physdev --physdev-is-in --physdev-in lo;OK
-m physdev --physdev-is-in;=;OK
-m physdev ! --physdev-is-in;=;OK
-m physdev --physdev-is-out;=;OK
-m physdev --physdev-is-bridged;=;OK
-m physdev ! --physdev-is-bridged;=;OK
-m physdev --physdev-out lo --physdev-is-bridged;=;OK
-m physdev --physdev-out lo;=;OK
-m physdev --physdev-in lo ! --physdev-out lo --physdev-is-bridged;=;OK
-m physdev --physdev-in abcdefghijklmnopq;;FAIL
-m physdev --physdev-in;;FAIL
-m physdev --physdev-in lo --physdev-in lo;;FAIL
:OUTPUT
-m physdev --physdev-out lo;;FAIL
