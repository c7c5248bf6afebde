# LOG: writes to the kernel log and goes on.
:INPUT,FORWARD,OUTPUT
-j LOG;=;OK
:INPUT
-j LOG --log-prefix "hello: ";=;OK
-j LOG --log-prefix "with \"quotes\"";=;OK
-j LOG --log-prefix abc;=;OK
-j LOG --log-prefix "";;FAIL
-j LOG --log-prefix abcdefghijklmnopqrstuvwxyz012;=;OK
-j LOG --log-prefix abcdefghijklmnopqrstuvwxyz0123456;-j LOG --log-prefix abcdefghijklmnopqrstuvwxyz012;MORE
-j LOG --log-level 0;=;OK
-j LOG --log-level 4;-j LOG;OK
-j LOG --log-level 7;=;OK
-j LOG --log-level 8;;FAIL
-j LOG --log-level debug;-j LOG --log-level 7;OK
-j LOG --log-level warn;;FAIL
-j LOG --log-level warning;-j LOG;OK
-j LOG --log-level panic;-j LOG --log-level 0;OK
-j LOG --log-level err;;FAIL
-j LOG --log-level error;-j LOG --log-level 3;OK
-j LOG --log-level emerg;-j LOG --log-level 0;OK
-j LOG --log-level nosuch;;FAIL
-j LOG --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid;=;OK
-j LOG --log-macdecode;=;OK
-j LOG ! --log-uid;;FAIL
-j LOG --log-level 4 --log-level 5;;FAIL
-p tcp -j LOG --log-prefix x;=;OK
-g LOG;;FAIL
