# tos: the TOS byte.
:INPUT,FORWARD,OUTPUT
-m tos --tos 0x10;-m tos --tos 0x10/0xff;OK
:INPUT
-m tos;;FAIL
-m tos --tos 0xff/0xff;=;OK
-m tos --tos 0x10/0x3f;=;OK
-m tos ! --tos 0x10/0x3f;=;OK
-m tos --tos Minimize-Delay;-m tos --tos 0x10/0x3f;OK
-m tos --tos maximize-throughput;-m tos --tos 0x08/0x3f;OK
-m tos --tos Maximize-Reliability;-m tos --tos 0x04/0x3f;OK
-m tos --tos Minimize-Cost;-m tos --tos 0x02/0x3f;OK
-m tos --tos Normal-Service;-m tos --tos 0x00/0x3f;OK
-m tos ! --tos Normal-Service;-m tos ! --tos 0x00/0x3f;OK
-m tos --tos 256;;FAIL
-m tos --tos 1/256;;FAIL
-m tos --tos nosuch;;FAIL
-m tos --tos 16;-m tos --tos 0x10/0xff;OK
