# TCPOPTSTRIP: overwrites TCP options and goes on.
*mangle
:PREROUTING,POSTROUTING
-p tcp -j TCPOPTSTRIP --strip-options 2,3;=;OK
:FORWARD
-p tcp -j TCPOPTSTRIP --strip-options wscale,mss,sack-permitted,sack,timestamp,md5;-p tcp -j TCPOPTSTRIP --strip-options 2,3,4,5,8,19;OK
-p tcp -j TCPOPTSTRIP;=;OK
-p tcp -j TCPOPTSTRIP --strip-options 256;;FAIL
-p tcp -j TCPOPTSTRIP --strip-options 255;=;OK
-p tcp -j TCPOPTSTRIP --strip-options nosuch;;FAIL
-j TCPOPTSTRIP --strip-options 2;;FAIL
*filter
:INPUT
-p tcp -j TCPOPTSTRIP --strip-options 2;;FAIL
