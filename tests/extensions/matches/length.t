# length: the packet's length.
:INPUT,FORWARD,OUTPUT
-m length --length 100;=;OK
:INPUT
-m length;;FAIL
-m length ! --length 100;=;OK
-m length --length 100:200;=;OK
-m length --length :200;-m length --length 0:200;OK
-m length --length 100:;-m length --length 100:65535;OK
-m length --length 0:65535;=;OK
-m length --length 0;=;OK
-m length --length 65535;=;OK
-m length --length 65536;;FAIL
-m length --length 200:100;=;OK
-m length --length abc;;FAIL
-m length --length -1;;FAIL
-m length --length 100 --length 200;;FAIL
