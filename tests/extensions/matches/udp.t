# udp: iptables-extensions(8).
:INPUT,FORWARD,OUTPUT
-p udp;=;OK
-p udp -m udp;=;OK
-p udp --dport 53;-p udp -m udp --dport 53;OK
:INPUT
-p udp --sport 53;-p udp -m udp --sport 53;OK
-p udp -m udp --sport 1024:65535 --dport 53;=;OK
-p udp --sport :1023;-p udp -m udp --sport 0:1023;OK
-p udp --sport 1024:;-p udp -m udp --sport 1024:65535;OK
-p udp --sport 0:65535;-p udp -m udp;OK
-p udp ! --sport 0:65535;-p udp -m udp;LOST;-p udp
-p udp ! --dport 53;-p udp -m udp ! --dport 53;OK
-p udp ! --sport 1:2 ! --dport 3:4;-p udp -m udp ! --sport 1:2 ! --dport 3:4;OK
-p udp --dport 65535;-p udp -m udp --dport 65535;OK
-p udp --dport 010;-p udp -m udp --dport 10;OK
-p udp --sport 08:0020;-p udp -m udp --sport 8:20;OK
-p udp --dport 000;-p udp -m udp --dport 0;OK
-p udp --dport 0x50;;FAIL
-p udp --dport 65536;-p udp -m udp --dport 0;MORE
-p udp --dport 80:70;-p udp -m udp --dport 80:70;OK
-p udp --dport 53,54;;FAIL
-p udp --dport domain;-p udp -m udp --dport 53;OK
-p udp --dport bootps:bootpc;-p udp -m udp --dport 67:68;OK
-p udp --dport ssh;-p udp -m udp --dport 22;OK
-p udp --dport nosuchservice;;FAIL
-p udp --destination-port 53 --source-port 53;-p udp -m udp --sport 53 --dport 53;OK
-p udp --dport 53 --dport 54;;FAIL
-p udp --dport 0;-p udp -m udp --dport 0;OK
-p 17 --dport 53;-p udp -m udp --dport 53;OK
-m udp --dport 53;;FAIL
-m udp;;FAIL
-p tcp -m udp --dport 53;;FAIL
! -p udp -m udp --dport 53;;FAIL;=
-p udplite -m udp --dport 53;;FAIL
-p udp --syn;;FAIL
-p udplite;=;OK
-p udplite --dport 53;;FAIL
