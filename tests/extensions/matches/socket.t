# socket: whether a local socket would take the packet.
*mangle
:PREROUTING,INPUT
-m socket;=;OK
:PREROUTING
-m socket --nowildcard;=;OK
-m socket --transparent;=;OK
-m socket --restore-skmark;=;OK
-m socket --transparent --nowildcard --restore-skmark;=;OK
-m socket ! --transparent;;FAIL
*filter
:OUTPUT,FORWARD
-m socket;;FAIL
