# rt (IPv6): the Routing header.
@6
:INPUT,FORWARD,OUTPUT
-m rt --rt-type 0;=;OK
:INPUT
-m rt;=;OK
-m rt ! --rt-type 2;=;OK
-m rt --rt-type 0 --rt-segsleft 1:23 --rt-len 42;=;OK
-m rt ! --rt-segsleft 1;=;OK
-m rt --rt-segsleft 23:1;=;OK
-m rt ! --rt-len 5;=;OK
-m rt --rt-type 0 --rt-0-res;=;OK
-m rt --rt-type 0 --rt-0-addrs ::1,::2;=;OK
-m rt --rt-type 0 --rt-0-addrs ::1,::2 --rt-0-not-strict;=;OK
-m rt --rt-type 0 --rt-0-not-strict;;FAIL
-m rt --rt-0-addrs ::1;;FAIL
-m rt --rt-type 256;=;OK
-m rt --rt-type 0 --rt-0-addrs 10.0.0.1;;FAIL
