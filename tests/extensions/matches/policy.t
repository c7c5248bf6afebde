# policy: IPsec processing of the packet.
:INPUT,FORWARD
-m policy --dir in --pol ipsec;=;OK
:OUTPUT,FORWARD
-m policy --dir out --pol ipsec;=;OK
:INPUT
-m policy;;FAIL
-m policy --dir in --pol none;=;OK
-m policy --dir in --pol none --strict;;FAIL
-m policy --dir in;-m policy --dir in --pol ipsec;OK
-m policy --pol ipsec;;FAIL
-m policy --dir both --pol ipsec;;FAIL
-m policy --dir in --pol nosuch;;FAIL
-m policy ! --dir in --pol ipsec;;FAIL
-m policy --dir in --pol ipsec --reqid 1;=;OK
-m policy --dir in --pol ipsec ! --reqid 1;=;OK
-m policy --dir in --pol ipsec --spi 0x10;=;OK
-m policy --dir in --pol ipsec --proto esp;=;OK
-m policy --dir in --pol ipsec --proto tcp;;FAIL
-m policy --dir in --pol ipsec --mode tunnel;=;OK
-m policy --dir in --pol ipsec --mode transport;=;OK
-m policy --dir in --pol ipsec --mode other;;FAIL
-m policy --dir in --pol ipsec --strict;;FAIL
-m policy --dir in --pol ipsec --strict --reqid 1 --spi 0x1 --proto ipcomp;=;OK
-m policy --dir in --pol ipsec --strict --reqid 1 --next --reqid 2;=;OK
-m policy --dir in --pol ipsec --reqid 1 --next --reqid 2;;FAIL
-m policy --dir out --pol ipsec;;FAIL
@4
-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 10.0.0.0/8 --tunnel-dst 10.0.0.0/8;-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-dst 10.0.0.0/8 --tunnel-src 10.0.0.0/8;OK
-m policy --dir in --pol ipsec --tunnel-src 10.0.0.0/8;;FAIL
@6
-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 2001:db8::/32 --tunnel-dst 2001:db8::/32;-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-dst 2001:db8::/32 --tunnel-src 2001:db8::/32;OK
