# rateest: compares estimators that RATEEST rules feed.
$ $IPTABLES -A OUTPUT -j RATEEST --rateest-name RE1 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms
$ $IPTABLES -A OUTPUT -j RATEEST --rateest-name RE2 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms
:INPUT
-m rateest;;FAIL
-m rateest --rateest RE1 --rateest-lt --rateest-bps 8bit;=;OK
-m rateest --rateest RE1 --rateest-eq --rateest-pps 5;=;OK
-m rateest --rateest RE1 --rateest-gt --rateest-bps 5kbit;-m rateest --rateest RE1 --rateest-gt --rateest-bps 5000bit;OK
-m rateest --rateest RE1 --rateest-gt --rateest-bps 2mbit;-m rateest --rateest RE1 --rateest-gt --rateest-bps 2000Kbit;OK
-m rateest ! --rateest RE1 --rateest-gt --rateest-bps 2mbit;;FAIL
-m rateest --rateest RE1 ! --rateest-gt --rateest-pps 5;=;OK
-m rateest --rateest-delta --rateest RE1 --rateest-pps1 0 --rateest-lt --rateest-pps2 42;=;OK
-m rateest --rateest1 RE1 --rateest-lt --rateest-bps --rateest2 RE2;=;OK
-m rateest --rateest-delta --rateest1 RE1 --rateest-bps1 8bit --rateest-lt --rateest2 RE2 --rateest-bps2 16bit;-m rateest --rateest-delta --rateest1 RE1 --rateest-bps1 8bit --rateest-lt --rateest-bps2 16bit --rateest2 RE2;OK
-m rateest --rateest RE1 --rateest-lt;;FAIL
-m rateest --rateest RE1 --rateest-bps 8bit;;FAIL
-m rateest --rateest NOSUCH --rateest-lt --rateest-bps 8bit;=;READ
-m rateest --rateest-lt --rateest-bps 8bit;;FAIL
