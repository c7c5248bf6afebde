# dst (IPv6): the Destination Options header.
@6
:INPUT,FORWARD,OUTPUT
-m dst --dst-len 42;=;OK
:INPUT
-m dst;=;OK
-m dst ! --dst-len 42;=;OK
-m dst --dst-opts 149:92,12:12,123:12;=;OK
-m dst --dst-len 42 --dst-opts 149:92,12,123:12;=;OK
-m dst --dst-opts 256;-m dst --dst-opts 0;MORE
-m dst --dst-opts 1:256;-m dst --dst-opts 1:0;MORE
-m dst --dst-opts abc;;FAIL
-m dst --dst-len abc;;FAIL
