# SET: changes a set by the packet's addresses and goes on.
$ ipset create foo hash:ip family $FAMILY timeout 100
:INPUT,FORWARD,OUTPUT
-j SET --add-set foo src;=;OK
:INPUT
-j SET;;FAIL
-j SET --del-set foo dst;=;OK
-j SET --add-set foo src,dst;=;OK
-j SET --add-set foo src --timeout 60;=;OK
-j SET --add-set foo src --exist;=;OK
-j SET --add-set foo src --exist --timeout 60;=;OK
-j SET --del-set foo src --exist;;FAIL
-j SET --add-set nosuchset src;=;READ
-j SET --add-set foo;;FAIL
-j SET --add-set foo both;;FAIL
-j SET --add-set foo src --del-set foo dst;=;OK
-j SET --exist;;FAIL
*mangle
:FORWARD
-j SET --map-set foo src --map-mark;=;OK
-j SET --map-set foo src;;FAIL
*filter
-j SET --map-set foo src --map-mark;;FAIL
