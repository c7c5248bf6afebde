# mh (IPv6): the Mobility Header's type.
@6
:INPUT,FORWARD,OUTPUT
-p mobility-header -m mh --mh-type binding-update;-p mobility-header -m mh --mh-type 5;OK
:INPUT
-p mobility-header;=;OK
-p mobility-header -m mh;=;OK
-p ipv6-mh --mh-type bu;-p mobility-header -m mh --mh-type 5;READ
-p mh --mh-type 5;-p mobility-header -m mh --mh-type 5;OK
-p mh --mh-type 1:3;-p mobility-header -m mh --mh-type 1:3;OK
-p mh --mh-type brr:be;-p mobility-header -m mh --mh-type 0:7;OK
-p mh --mh-type 0:255;-p mobility-header -m mh;OK
-p mh ! --mh-type 1;-p mobility-header -m mh ! --mh-type 1;OK
-p mh ! --mh-type 0:255;-p mobility-header -m mh;LOST
-p mh --mh-type 3:1;;FAIL
-p mh --mh-type 256;;FAIL
-p mh --mh-type nosuch;;FAIL
-p mh --mh-type binding-e;-p mobility-header -m mh --mh-type 7;OK
-m mh --mh-type bu;;FAIL
-p tcp -m mh --mh-type bu;;FAIL
