# ipvs: properties of IPVS connections.
:INPUT
-m ipvs --ipvs;=;OK
-m ipvs;;FAIL
-m ipvs ! --ipvs;=;OK
-m ipvs --vproto tcp;=;OK
-m ipvs --vport 80;=;OK
-m ipvs ! --vport 80;=;OK
-m ipvs --vdir ORIGINAL;=;OK
-m ipvs --vdir reply;-m ipvs --vdir REPLY;OK
-m ipvs --vmethod GATE;=;OK
-m ipvs --vmethod nosuch;;FAIL
-m ipvs --vportctl 21;=;OK
@4
-m ipvs --vaddr 1.2.3.4;=;OK
-m ipvs ! --vaddr 255.255.255.255/8;=;OK
-m ipvs --vproto tcp --vaddr 10.0.0.0/8 --vport 80 --vdir ORIGINAL --vmethod MASQ;=;OK
@6
-m ipvs --vaddr 2001:db8::/32;=;OK
