# ipv6header (IPv6): which headers the packet has.
@6
:INPUT,FORWARD,OUTPUT
-m ipv6header --header hop-by-hop;=;OK
:INPUT
-m ipv6header;;FAIL
-m ipv6header --soft;;FAIL
-m ipv6header --header hop --soft;-m ipv6header --header hop-by-hop --soft;OK
-m ipv6header ! --header frag;-m ipv6header ! --header ipv6-frag;OK
-m ipv6header --header hop,dst,route,frag,auth,esp,none,prot;-m ipv6header --header hop-by-hop,ipv6-opts,ipv6-route,ipv6-frag,ah,esp,ipv6-nonxt,protocol;OK
-m ipv6header --header 0,60,43,44,51,50,59;-m ipv6header --header hop-by-hop,ipv6-opts,ipv6-route,ipv6-frag,ah,esp,ipv6-nonxt;OK
-m ipv6header --header ipv6-nonxt;=;OK
-m ipv6header --header tcp;;FAIL
-m ipv6header --header 255;-m ipv6header --header protocol;OK
-m ipv6header --header nosuch;;FAIL
-m ipv6header --header hop,hop;-m ipv6header --header hop-by-hop;OK
