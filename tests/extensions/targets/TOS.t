# TOS: changes the TOS byte and goes on.
*mangle
:PREROUTING,FORWARD
-j TOS --set-tos 0x1f;-j TOS --set-tos 0x1f/0xff;OK
:FORWARD
-j TOS;;FAIL
-j TOS --set-tos 0x1f/0x1f;=;OK
-j TOS --set-tos Minimize-Delay;-j TOS --set-tos 0x10/0x3f;OK
-j TOS --set-tos Normal-Service;-j TOS --set-tos 0x00/0x3f;OK
-j TOS --set-tos nosuch;;FAIL
-j TOS --and-tos 0x12;-j TOS --set-tos 0x00/0xed;OK
-j TOS --or-tos 0x12;-j TOS --set-tos 0x12/0x12;OK
-j TOS --xor-tos 0x12;-j TOS --set-tos 0x12/0x00;OK
-j TOS --set-tos 256;;FAIL
-j TOS --set-tos 1 --or-tos 2;;FAIL
*filter
:INPUT
-j TOS --set-tos 1;;FAIL
