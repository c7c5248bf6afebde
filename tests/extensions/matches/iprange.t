# iprange: a reversed range is empty (its negation always holds).
:INPUT,FORWARD,OUTPUT
@4
-m iprange --src-range 10.0.0.1-10.0.0.9;=;OK
-m iprange --dst-range 10.0.0.1-10.0.0.9;=;OK
:INPUT
-m iprange;;FAIL
-m iprange ! --src-range 10.0.0.1-10.0.0.9;=;OK
-m iprange ! --dst-range 10.0.0.1-10.0.0.9;=;OK
-m iprange --src-range ! 10.0.0.1-10.0.0.9;-m iprange ! --src-range 10.0.0.1-10.0.0.9;READ
-m iprange --src-range 10.0.0.1-10.0.0.9 --dst-range 10.0.1.1-10.0.1.9;=;OK
-m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.0.1.1-10.0.1.9;=;OK
-m iprange --src-range 10.0.0.1;-m iprange --src-range 10.0.0.1-10.0.0.1;OK
-m iprange --src-range 10.0.0.9-10.0.0.1;=;OK
-m iprange ! --src-range 10.0.0.9-10.0.0.1;=;OK
-m iprange --src-range 0.0.0.0-255.255.255.255;=;OK
-m iprange --src-range 10.0.0.0/24;;FAIL
-m iprange --src-range 10.0.0.1-;;FAIL
-m iprange --src-range -10.0.0.1;;FAIL
-m iprange --src-range 10.0.0.1-9;-m iprange --src-range 10.0.0.1-9.0.0.0;MORE
-m iprange --src-range 10.0.0.256-10.0.1.0;;FAIL
-m iprange --src-range host-a-host-b;;FAIL
-m iprange --src-range 10.0.0.1-10.0.0.9 --src-range 10.0.0.1-10.0.0.9;;FAIL
-m iprange --src-range ::1-::2;;FAIL
-m iprange --src-range;;FAIL
-p tcp -m iprange --src-range 10.0.0.1-10.0.0.9 --dport 80;-p tcp -m iprange --src-range 10.0.0.1-10.0.0.9 -m tcp --dport 80;OK
@6
-m iprange --src-range 2001:db8::1-2001:db8::f;=;OK
-m iprange ! --dst-range 2001:db8::1-2001:db8::f;=;OK
-m iprange --src-range 2001:db8::f-2001:db8::1;=;OK
-m iprange --src-range 2001:db8::1;-m iprange --src-range 2001:db8::1-2001:db8::1;OK
-m iprange --src-range ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff;=;OK
-m iprange --src-range 10.0.0.1-10.0.0.9;;FAIL
-m iprange --src-range 2001:db8::/32;;FAIL
