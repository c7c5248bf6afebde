# dccp: ports decide; packet types and options are opaque.
:INPUT,FORWARD,OUTPUT
-p dccp;=;OK
-p dccp --dport 80;-p dccp -m dccp --dport 80;OK
:INPUT
-p dccp -m dccp;=;OK
-p dccp --sport 1024:65535;-p dccp -m dccp --sport 1024:65535;OK
-p dccp ! --sport 1:2 ! --dport 3:4;-p dccp -m dccp ! --sport 1:2 ! --dport 3:4;OK
-p dccp --sport 0:65535;-p dccp -m dccp --sport 0:65535;OK
-p dccp ! --sport 0:65535;-p dccp -m dccp ! --sport 0:65535;OK
-p dccp --dport 80:70;-p dccp -m dccp --dport 80:70;OK
-p dccp --dport 010;-p dccp -m dccp --dport 10;OK
-p dccp --dport 0x50;;FAIL
-p dccp --dport 65536;-p dccp -m dccp --dport 0;MORE
-p dccp --dport ssh;-p dccp -m dccp --dport 22;OK
-p dccp --dccp-types REQUEST,RESPONSE,DATA,ACK,DATAACK,CLOSEREQ,CLOSE,RESET,SYNC,SYNCACK,INVALID;-p dccp -m dccp --dccp-types REQUEST,RESPONSE,DATA,ACK,DATAACK,CLOSEREQ,CLOSE,RESET,SYNC,SYNCACK,INVALID;OK
-p dccp ! --dccp-types REQUEST;-p dccp -m dccp ! --dccp-types REQUEST;OK
-p dccp --dccp-types request;-p dccp -m dccp --dccp-types REQUEST;OK
-p dccp --dccp-types NOSUCH;;FAIL
-p dccp --dccp-option 10;-p dccp -m dccp --dccp-option 10;OK
-p dccp ! --dccp-option 10;-p dccp -m dccp ! --dccp-option 10;OK
-p dccp --dccp-option 0;;FAIL
-p dccp --dccp-option 256;;FAIL
-m dccp --dport 80;;FAIL
-p tcp -m dccp --dport 80;;FAIL
! -p dccp -m dccp --dport 80;;FAIL
