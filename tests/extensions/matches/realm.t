# realm: the routing realm.
@4
:INPUT,FORWARD,OUTPUT
-m realm --realm 0x1;=;OK
:INPUT
-m realm;;FAIL
-m realm --realm 1/0xf;-m realm --realm 0x1/0xf;OK
-m realm ! --realm 0x1/0x2a;=;OK
-m realm --realm 0x1/0xffffffff;-m realm --realm 0x1;OK
-m realm --realm nosuchrealm;=;READ
-m realm --realm 0x100000000;;FAIL
-m realm --realm cosmos;=;OK
