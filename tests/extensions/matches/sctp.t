# sctp: ports decide; chunk types lie behind the common header and are opaque.
:INPUT,FORWARD,OUTPUT
-p sctp;=;OK
-p sctp --dport 80;-p sctp -m sctp --dport 80;OK
:INPUT
-p sctp -m sctp;=;OK
-p sctp -m sctp --dport 80;=;OK
-p sctp --sport 1024:65535;-p sctp -m sctp --sport 1024:65535;OK
-p sctp --sport :1023;-p sctp -m sctp --sport 0:1023;OK
-p sctp ! --sport 1:2 ! --dport 3:4;-p sctp -m sctp ! --sport 1:2 ! --dport 3:4;OK
-p sctp --sport 0:65535;-p sctp -m sctp --sport 0:65535;OK
-p sctp ! --sport 0:65535;-p sctp -m sctp ! --sport 0:65535;OK
-p sctp --dport 80:70;;FAIL
-p sctp --dport 65536;;FAIL
-p sctp --dport ssh;;FAIL
-p sctp --dport nosuchservice;;FAIL
-p sctp --dport 80 --dport 81;;FAIL
-p sctp --chunk-types all DATA,INIT;-p sctp -m sctp --chunk-types all DATA,INIT;OK
-p sctp --chunk-types any DATA,INIT;-p sctp -m sctp --chunk-types any DATA,INIT;OK
-p sctp --chunk-types only DATA;-p sctp -m sctp --chunk-types only DATA;OK
-p sctp ! --chunk-types any SACK;-p sctp -m sctp ! --chunk-types any SACK;OK
-p sctp --chunk-types any DATA:Be;-p sctp -m sctp --chunk-types any DATA:Be;OK
-p sctp --chunk-types any DATA:IUBE;-p sctp -m sctp --chunk-types any DATA:IUBE;OK
-p sctp --chunk-types any ABORT:T;-p sctp -m sctp --chunk-types any ABORT:T;OK
-p sctp --chunk-types any ABORT:X;;FAIL
-p sctp --chunk-types any INIT:T;;FAIL
-p sctp --chunk-types any NOSUCH;;FAIL
-p sctp --chunk-types some DATA;;FAIL
-p sctp --chunk-types all ALL;-p sctp -m sctp --chunk-types all ALL;OK
-p sctp --chunk-types all NONE;-p sctp -m sctp --chunk-types all NONE;OK
-p sctp --chunk-types any INIT_ACK,HEARTBEAT,HEARTBEAT_ACK,SHUTDOWN,SHUTDOWN_ACK,ERROR,COOKIE_ECHO,COOKIE_ACK,ECN_ECNE,ECN_CWR,SHUTDOWN_COMPLETE;-p sctp -m sctp --chunk-types any INIT_ACK,HEARTBEAT,HEARTBEAT_ACK,SHUTDOWN,SHUTDOWN_ACK,ERROR,COOKIE_ECHO,COOKIE_ACK,ECN_ECNE,ECN_CWR,SHUTDOWN_COMPLETE;OK
-p sctp --chunk-types any I_DATA,RE_CONFIG,PAD,ASCONF,ASCONF_ACK,FORWARD_TSN,I_FORWARD_TSN;-p sctp -m sctp --chunk-types any I_DATA,ASCONF_ACK,RE_CONFIG,PAD,FORWARD_TSN,ASCONF,I_FORWARD_TSN;OK
-p sctp --sport 1 --dport 2 --chunk-types any DATA;-p sctp -m sctp --sport 1 --dport 2 --chunk-types any DATA;OK
-p sctp --chunk-types any;;FAIL
-m sctp --dport 80;;FAIL
-p tcp -m sctp --dport 80;;FAIL
! -p sctp -m sctp --dport 80;;FAIL
