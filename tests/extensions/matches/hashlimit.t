# hashlimit: a rate for each group of addresses or ports.
@4
:INPUT,FORWARD,OUTPUT
-m hashlimit --hashlimit-upto 1/sec --hashlimit-name a1;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name a1;OK
:INPUT
-m hashlimit;;FAIL
-m hashlimit --hashlimit-above 1000000/sec --hashlimit-burst 5 --hashlimit-name a2;=;OK
-m hashlimit --hashlimit-above 1/second --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name a3;-m hashlimit --hashlimit-above 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name a3;OK
-m hashlimit --hashlimit-above 3/min --hashlimit-mode srcip,dstip,srcport,dstport --hashlimit-name a4;-m hashlimit --hashlimit-above 3/min --hashlimit-burst 5 --hashlimit-mode srcip,srcport,dstip,dstport --hashlimit-name a4;OK
-m hashlimit --hashlimit-upto 20/hour --hashlimit-mode dstport --hashlimit-name a5;-m hashlimit --hashlimit-upto 20/hour --hashlimit-burst 5 --hashlimit-mode dstport --hashlimit-name a5;OK
-m hashlimit --hashlimit-upto 20/day --hashlimit-mode srcip --hashlimit-srcmask 24 --hashlimit-name a6;-m hashlimit --hashlimit-upto 20/day --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name a6 --hashlimit-srcmask 24;OK
-m hashlimit --hashlimit-upto 20/day --hashlimit-mode dstip --hashlimit-dstmask 0 --hashlimit-name a7;-m hashlimit --hashlimit-upto 20/day --hashlimit-burst 5 --hashlimit-mode dstip --hashlimit-name a7 --hashlimit-dstmask 0;OK
-m hashlimit --hashlimit-upto 20/day --hashlimit-mode dstip --hashlimit-dstmask 33 --hashlimit-name a8;;FAIL
-m hashlimit --hashlimit-upto 20 --hashlimit-name a9;-m hashlimit --hashlimit-upto 20/sec --hashlimit-burst 5 --hashlimit-name a9;OK
-m hashlimit --hashlimit 20 --hashlimit-name b1;-m hashlimit --hashlimit-upto 20/sec --hashlimit-burst 5 --hashlimit-name b1;OK
-m hashlimit ! --hashlimit 20/sec --hashlimit-name b2;-m hashlimit --hashlimit-above 20/sec --hashlimit-burst 5 --hashlimit-name b2;OK
-m hashlimit ! --hashlimit-upto 20/sec --hashlimit-name b2;-m hashlimit --hashlimit-above 20/sec --hashlimit-burst 5 --hashlimit-name b2;OK
-m hashlimit --hashlimit-upto 20/week --hashlimit-name b3;;FAIL
-m hashlimit --hashlimit-upto 0/sec --hashlimit-name b4;;FAIL
-m hashlimit --hashlimit-upto 20/sec;;FAIL
-m hashlimit --hashlimit-name b5;;FAIL
-m hashlimit --hashlimit-upto 1/sec --hashlimit-above 2/sec --hashlimit-name b6;;FAIL
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcmac --hashlimit-name b7;;FAIL
-m hashlimit --hashlimit-above 512kb/s --hashlimit-mode dstip --hashlimit-burst 1mb --hashlimit-name b8;-m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-mode dstip --hashlimit-name b8;OK
-m hashlimit --hashlimit-upto 5kb/s --hashlimit-name b9;=;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-htable-size 8 --hashlimit-htable-max 100 --hashlimit-htable-expire 60000 --hashlimit-htable-gcinterval 1000 --hashlimit-mode srcip --hashlimit-name c1;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name c1 --hashlimit-htable-size 8 --hashlimit-htable-max 100 --hashlimit-htable-expire 60000;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-name c2 --hashlimit-rate-match;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name c2 --hashlimit-rate-match;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-name c3 --hashlimit-rate-match --hashlimit-rate-interval 30;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name c3 --hashlimit-rate-match --hashlimit-rate-interval 30;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-name c4 --hashlimit-rate-interval 30;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name c4;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 0 --hashlimit-name c5;;FAIL
@6
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-srcmask 64 --hashlimit-name d1;-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name d1 --hashlimit-srcmask 64;OK
-m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-srcmask 129 --hashlimit-name d2;;FAIL
