# NFQUEUE: user space decides.
:INPUT,FORWARD,OUTPUT
-j NFQUEUE;-j NFQUEUE --queue-num 0;OK
:INPUT
-j NFQUEUE --queue-num 0;=;OK
-j NFQUEUE --queue-num 65535;=;OK
-j NFQUEUE --queue-num 65536;;FAIL
-j NFQUEUE --queue-num -1;;FAIL
-j NFQUEUE --queue-balance 0:3;=;OK
-j NFQUEUE --queue-balance 3:0;;FAIL
-j NFQUEUE --queue-balance 1:1;;FAIL
-j NFQUEUE --queue-balance 0:65535;;FAIL
-j NFQUEUE --queue-num 1 --queue-bypass;=;OK
-j NFQUEUE --queue-bypass;-j NFQUEUE --queue-num 0 --queue-bypass;OK
-j NFQUEUE --queue-balance 0:3 --queue-cpu-fanout;=;OK
-j NFQUEUE --queue-num 1 --queue-cpu-fanout;;FAIL
-j NFQUEUE --queue-num 1 --queue-balance 0:3;;FAIL
