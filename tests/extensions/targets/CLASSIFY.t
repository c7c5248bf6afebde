# CLASSIFY: sets the queueing class and goes on.
*mangle
:FORWARD,OUTPUT,POSTROUTING
-j CLASSIFY --set-class 0000:ffff;=;OK
:FORWARD
-j CLASSIFY;;FAIL
-j CLASSIFY --set-class 1:10;-j CLASSIFY --set-class 0001:0010;OK
-j CLASSIFY --set-class 1;;FAIL
-j CLASSIFY --set-class xyz:1;;FAIL
-j CLASSIFY --set-class 1:;;FAIL
-j CLASSIFY --set-class 10000:1;-j CLASSIFY --set-class 0000:0001;MORE
:PREROUTING
-j CLASSIFY --set-class 1:10;;FAIL
*filter
:OUTPUT
-j CLASSIFY --set-class 1:10;-j CLASSIFY --set-class 0001:0010;OK
