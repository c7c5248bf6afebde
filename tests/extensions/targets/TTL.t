# TTL (IPv4): changes the time to live and goes on.
@4
*mangle
:PREROUTING,FORWARD
-j TTL --ttl-set 42;=;OK
:FORWARD
-j TTL;;FAIL
-j TTL --ttl-inc 1;=;OK
-j TTL --ttl-dec 1;=;OK
-j TTL --ttl-dec 0;;FAIL
-j TTL --ttl-inc 0;;FAIL
-j TTL --ttl-set 256;;FAIL
-j TTL --ttl-set 0;=;OK
-j TTL --ttl-set 1 --ttl-inc 1;;FAIL
*filter
:INPUT
-j TTL --ttl-set 42;;FAIL
