# TPROXY: hands the packet to a local socket, or drops it where there is none.
*mangle
:PREROUTING
-p tcp -j TPROXY;;FAIL
-j TPROXY --on-port 12345;;FAIL
-p icmp -j TPROXY --on-port 12345;;FAIL
@4
-p tcp -j TPROXY --on-port 12345 --on-ip 10.0.0.1;-p tcp -j TPROXY --on-port 12345 --on-ip 10.0.0.1 --tproxy-mark 0x0/0x0;OK
-p tcp -j TPROXY --on-port 12345 --on-ip 2001:db8::1;;FAIL
@6
-p tcp -j TPROXY --on-port 12345 --on-ip 2001:db8::1;-p tcp -j TPROXY --on-port 12345 --on-ip 2001:db8::1 --tproxy-mark 0x0/0x0;OK
@46
:INPUT
-p tcp -j TPROXY --on-port 12345;;FAIL
*filter
-p tcp -j TPROXY --on-port 12345;;FAIL
@4
*mangle
:PREROUTING
-p tcp -j TPROXY --on-port 12345;-p tcp -j TPROXY --on-port 12345 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0;OK
-p udp -j TPROXY --on-port 12345;-p udp -j TPROXY --on-port 12345 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0;OK
-p tcp -j TPROXY --on-port 0;-p tcp -j TPROXY --on-port 0 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0;OK
-p tcp -j TPROXY --on-port 65536;-p tcp -j TPROXY --on-port 0 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0;MORE
-p tcp -j TPROXY --on-port 12345 --tproxy-mark 0x23/0xff;-p tcp -j TPROXY --on-port 12345 --on-ip 0.0.0.0 --tproxy-mark 0x23/0xff;OK
-p tcp -j TPROXY --on-port 12345 --tproxy-mark 0x23;-p tcp -j TPROXY --on-port 12345 --on-ip 0.0.0.0 --tproxy-mark 0x23/0xffffffff;OK
@6
-p tcp -j TPROXY --on-port 12345;-p tcp -j TPROXY --on-port 12345 --on-ip :: --tproxy-mark 0x0/0x0;OK
-p udp -j TPROXY --on-port 12345;-p udp -j TPROXY --on-port 12345 --on-ip :: --tproxy-mark 0x0/0x0;OK
-p tcp -j TPROXY --on-port 0;-p tcp -j TPROXY --on-port 0 --on-ip :: --tproxy-mark 0x0/0x0;OK
-p tcp -j TPROXY --on-port 65536;-p tcp -j TPROXY --on-port 0 --on-ip :: --tproxy-mark 0x0/0x0;MORE
-p tcp -j TPROXY --on-port 12345 --tproxy-mark 0x23/0xff;-p tcp -j TPROXY --on-port 12345 --on-ip :: --tproxy-mark 0x23/0xff;OK
-p tcp -j TPROXY --on-port 12345 --tproxy-mark 0x23;-p tcp -j TPROXY --on-port 12345 --on-ip :: --tproxy-mark 0x23/0xffffffff;OK
