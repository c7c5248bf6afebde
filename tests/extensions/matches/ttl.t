# ttl (IPv4).
@4
:INPUT,FORWARD,OUTPUT
-m ttl --ttl-eq 64;=;OK
:INPUT
-m ttl;;FAIL
-m ttl ! --ttl-eq 64;=;OK
-m ttl --ttl-lt 5;=;OK
-m ttl --ttl-gt 5;=;OK
-m ttl ! --ttl-lt 5;;FAIL
-m ttl --ttl 64;-m ttl --ttl-eq 64;OK
-m ttl --ttl-eq 0;=;OK
-m ttl --ttl-eq 255;=;OK
-m ttl --ttl-eq 256;;FAIL
-m ttl --ttl-eq abc;;FAIL
-m ttl --ttl-lt 5 --ttl-gt 1;;FAIL
