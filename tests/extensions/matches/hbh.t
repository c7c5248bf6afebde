# hbh (IPv6): the Hop-by-Hop Options header.
@6
:INPUT,FORWARD,OUTPUT
-m hbh --hbh-len 42;=;OK
:INPUT
-m hbh;=;OK
-m hbh ! --hbh-len 42;=;OK
-m hbh --hbh-opts 1:2,23:42,4:6,8:10,42,23,4:5;=;OK
-m hbh --hbh-len 42 --hbh-opts 1:2;=;OK
-m hbh --hbh-opts 256;-m hbh --hbh-opts 0;MORE
-m hbh --hbh-len abc;;FAIL
