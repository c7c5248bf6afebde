# dscp: six bits of the TOS byte.
:INPUT,FORWARD,OUTPUT
-m dscp --dscp 0;-m dscp --dscp 0x00;OK
:INPUT
-m dscp;;FAIL
-m dscp --dscp 0x3f;=;OK
-m dscp --dscp 63;-m dscp --dscp 0x3f;OK
-m dscp --dscp 64;;FAIL
-m dscp --dscp -1;;FAIL
-m dscp --dscp abc;;FAIL
-m dscp ! --dscp 0x0a;=;OK
-m dscp --dscp-class BE;-m dscp --dscp 0x00;OK
-m dscp --dscp-class EF;-m dscp --dscp 0x2e;OK
-m dscp --dscp-class AF41;-m dscp --dscp 0x22;OK
-m dscp --dscp-class CS7;-m dscp --dscp 0x38;OK
-m dscp --dscp-class cs1;-m dscp --dscp 0x08;OK
-m dscp ! --dscp-class EF;-m dscp ! --dscp 0x2e;OK
-m dscp --dscp-class CS8;;FAIL
-m dscp --dscp-class AF14;;FAIL
-m dscp --dscp 1 --dscp-class EF;;FAIL
