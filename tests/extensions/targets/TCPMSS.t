# TCPMSS: changes the MSS option of a SYN and goes on.
*mangle
:FORWARD,OUTPUT,POSTROUTING
-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu;=;OK
:FORWARD
-p tcp --syn -j TCPMSS --set-mss 1400;-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400;OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 0;-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 0;OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65535;;FAIL
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65536;;FAIL
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS;;FAIL
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1 --clamp-mss-to-pmtu;-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu;OK
-p tcp -j TCPMSS --clamp-mss-to-pmtu;;FAIL;=
-j TCPMSS --clamp-mss-to-pmtu;;FAIL
:PREROUTING
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu;;FAIL
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400;-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400;OK
*filter
:FORWARD
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu;-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu;OK
