# What every rule may have: addresses, interfaces, protocol, fragments and the built-in targets.
:INPUT,FORWARD,OUTPUT
-j ACCEPT;=;OK
-j DROP;=;OK
-j RETURN;=;OK
-j QUEUE;=;OK;FAIL
:INPUT
-i eth0;=;OK
-i eth+;=;OK
-i +;;OK
! -i eth0;=;OK
! -i +;;LOST;=
-i ! eth0;! -i eth0;READ
-i abcdefghijklmno;=;OK
-i abcdefghijklmnop;;FAIL
-i "";;FAIL
-i "eth 0";-i eth 0;LOST
-o eth0;;FAIL
-j NOSUCHCHAIN;;FAIL
-j;;FAIL
-p tcp;=;OK
-p 6;-p tcp;OK
-p 255;=;OK
-p 256;;FAIL
-p all;;OK
-p 0;;OK
! -p tcp;=;OK
! -p all;;FAIL
! -p 0;;FAIL
-p ! tcp;! -p tcp;READ
-p nosuch;;FAIL
-p tcp -p udp;;FAIL
-p TCP;-p tcp;OK
-p ipv6-icmp;=;OK
-c 1 2 -j ACCEPT;-j ACCEPT;OK
-m nosuchmatch;;FAIL
--nosuchoption;;FAIL
stray;;FAIL
-j ACCEPT stray;;FAIL
-j ACCEPT -j DROP;;FAIL
-j ACCEPT -p tcp;-p tcp -j ACCEPT;OK
-j ACCEPT --dport 80;;FAIL
-s host.invalid;=;READ
@4
-s 10.0.0.1;-s 10.0.0.1/32;OK
-s 10.0.0.1/32;=;OK
-s 10.0.0.0/8;=;OK
-s 10.1.2.3/8;-s 10.0.0.0/8;OK
-s 10.0.0.0/255.0.0.0;-s 10.0.0.0/8;OK
-s 10.0.0.0/255.0.255.0;=;OK
-s 10.0.0.0/0;;OK
-s 0.0.0.0/0;;OK
-s 0/0;;OK
-s 10/8;-s 10.0.0.0/8;OK
-s 10.1/16;-s 10.1.0.0/16;OK
-s 10.0.0.0/33;;FAIL
-s 10.0.0.0/-1;;FAIL
-s 10.0.0.256;;FAIL
-s 10.0.0.1,10.0.0.2;-s 10.0.0.1/32 AND -s 10.0.0.2/32;OK
-s 10.0.0.1,10.0.0.2 -d 10.1.0.0/16,10.2.0.0/16;-s 10.0.0.1/32 -d 10.1.0.0/16 AND -s 10.0.0.1/32 -d 10.2.0.0/16 AND -s 10.0.0.2/32 -d 10.1.0.0/16 AND -s 10.0.0.2/32 -d 10.2.0.0/16;OK
! -s 10.0.0.1;! -s 10.0.0.1/32;OK
! -s 10.0.0.1,10.0.0.2;;FAIL
! -s 0.0.0.0/0;=;OK;FAIL
-s ! 10.0.0.1;! -s 10.0.0.1;READ
-d 10.0.0.1;-d 10.0.0.1/32;OK
! -d 10.0.0.0/8;=;OK
--source 10.0.0.1 --destination 10.0.0.2;-s 10.0.0.1/32 -d 10.0.0.2/32;OK
--src 10.0.0.1 --dst 10.0.0.2;-s 10.0.0.1/32 -d 10.0.0.2/32;OK
-s 10.0.0.1 -s 10.0.0.2;;FAIL
-s 2001:db8::1;;FAIL
-s;;FAIL
-f;=;OK
! -f;=;OK
--fragment;-f;OK
-f -p tcp;-p tcp -f;OK
--ipv4;;OK
-4 -s 10.0.0.1;-s 10.0.0.1/32;OK
-6;=;READ
@6
-s 2001:db8::1;-s 2001:db8::1/128;OK
-s 2001:db8::/32;=;OK
-s 2001:db8::1/32;-s 2001:db8::/32;OK
-s 2001:db8::/ffff:ffff::;-s 2001:db8::/32;OK
-s 2001:db8::/129;;FAIL
-s ::/0;;OK
! -s 2001:db8::1;! -s 2001:db8::1/128;OK
-d 2001:db8::1,2001:db8::2;-d 2001:db8::1/128 AND -d 2001:db8::2/128;OK
-s 10.0.0.1;;FAIL
-s ::ffff:10.0.0.1;-s ::ffff:10.0.0.1/128;OK
-f;;FAIL
-6 -s 2001:db8::1;-s 2001:db8::1/128;OK
-4;=;READ
:OUTPUT
@46
-o eth0;=;OK
! -o eth0;=;OK
-o eth+;=;OK
-i eth0;;FAIL
:FORWARD
-i eth0 -o eth1;=;OK
-g NOSUCHCHAIN;;FAIL
*nat
:PREROUTING
-i eth0;=;OK
-o eth0;;FAIL
:POSTROUTING
-o eth0;=;OK
-i eth0;;FAIL
