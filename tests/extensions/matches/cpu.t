# cpu: which processor handles the packet.
:INPUT,FORWARD,OUTPUT
-m cpu --cpu 0;=;OK
:INPUT
-m cpu;;FAIL
-m cpu ! --cpu 0;=;OK
-m cpu --cpu 4294967295;=;OK
-m cpu --cpu 4294967296;;FAIL
-m cpu --cpu abc;;FAIL
-m cpu --cpu -1;;FAIL
