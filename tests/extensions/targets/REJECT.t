# REJECT: drops, and says so.
:INPUT,FORWARD,OUTPUT
@4
-j REJECT;-j REJECT --reject-with icmp-port-unreachable;OK
@6
-j REJECT;-j REJECT --reject-with icmp6-port-unreachable;OK
:INPUT
@4
-j REJECT --reject-with icmp-net-unreachable;=;OK
-j REJECT --reject-with icmp-host-unreachable;=;OK
-j REJECT --reject-with icmp-port-unreachable;=;OK
-j REJECT --reject-with icmp-proto-unreachable;=;OK
-j REJECT --reject-with icmp-net-prohibited;=;OK
-j REJECT --reject-with icmp-host-prohibited;=;OK
-j REJECT --reject-with icmp-admin-prohibited;=;OK
-j REJECT --reject-with port-unreach;-j REJECT --reject-with icmp-port-unreachable;OK
-j REJECT --reject-with host-prohib;-j REJECT --reject-with icmp-host-prohibited;OK
-j REJECT --reject-with icmp-port;-j REJECT --reject-with icmp-port-unreachable;MORE
-j REJECT --reject-with nosuch;;FAIL
-j REJECT --reject-with tcp-reset;;FAIL
-p tcp -j REJECT --reject-with tcp-reset;=;OK
-p tcp -j REJECT --reject-with tcp-rst;-p tcp -j REJECT --reject-with tcp-reset;OK
-p udp -j REJECT --reject-with tcp-reset;;FAIL
! -p tcp -j REJECT --reject-with tcp-reset;;FAIL
-j REJECT --reject-with icmp6-no-route;;FAIL
-j REJECT --reject-with;;FAIL
-p tcp -m tcp --dport 113 -j REJECT --reject-with tcp-reset;=;OK
@6
-j REJECT --reject-with icmp6-no-route;=;OK
-j REJECT --reject-with no-route;-j REJECT --reject-with icmp6-no-route;OK
-j REJECT --reject-with icmp6-adm-prohibited;=;OK
-j REJECT --reject-with adm-prohibited;-j REJECT --reject-with icmp6-adm-prohibited;OK
-j REJECT --reject-with icmp6-addr-unreachable;=;OK
-j REJECT --reject-with icmp6-port-unreachable;=;OK
-j REJECT --reject-with icmp6-policy-fail;=;OK
-j REJECT --reject-with icmp6-reject-route;=;OK
-j REJECT --reject-with icmp-port-unreachable;;FAIL
-p tcp -j REJECT --reject-with tcp-reset;=;OK
-j REJECT --reject-with tcp-reset;;FAIL
@46
*mangle
:FORWARD
-j REJECT;;FAIL
*nat
:PREROUTING
-j REJECT;;FAIL
