# tcpmss: the MSS option of a SYN.
:INPUT,FORWARD,OUTPUT
-p tcp -m tcpmss --mss 1460;=;OK
:INPUT
-p tcp -m tcpmss;;FAIL
-p tcp -m tcpmss ! --mss 1460;=;OK
-p tcp -m tcpmss --mss 536:1460;=;OK
-p tcp -m tcpmss --mss :1460;-p tcp -m tcpmss --mss 0:1460;OK
-p tcp -m tcpmss --mss 1460:;-p tcp -m tcpmss --mss 1460:65535;OK
-p tcp -m tcpmss --mss 65536;;FAIL
-p tcp -m tcpmss --mss 1460:536;;FAIL
-p tcp -m tcpmss --mss abc;;FAIL
-p udp -m tcpmss --mss 1460;;FAIL
-m tcpmss --mss 1460;;FAIL
