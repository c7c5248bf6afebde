# mac: the Ethernet source address, which no field of ours holds.
:INPUT,FORWARD
-m mac --mac-source 42:01:02:03:04:05;=;OK
:OUTPUT
-m mac --mac-source 42:01:02:03:04:05;;FAIL
:INPUT
-m mac;;FAIL
-m mac ! --mac-source 42:01:02:03:04:05;=;OK
-m mac --mac-source aa:bb:cc:dd:ee:ff;=;OK
-m mac --mac-source AA:BB:CC:DD:EE:FF;-m mac --mac-source aa:bb:cc:dd:ee:ff;OK
-m mac --mac-source 42:01:02:03:04;;FAIL
-m mac --mac-source 42:01:02:03:04:05:06;;FAIL
-m mac --mac-source 42-01-02-03-04-05;;FAIL
-m mac --mac-source 42:01:02:03:04:zz;;FAIL
-m mac --mac-source 4:1:2:3:4:5;-m mac --mac-source 04:01:02:03:04:05;OK
-m mac --mac-source;;FAIL
