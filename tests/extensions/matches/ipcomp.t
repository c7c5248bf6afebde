# ipcomp: the SPI of the IPComp header.
:INPUT,FORWARD,OUTPUT
-p ipcomp -m ipcomp --ipcompspi 5;=;OK
:INPUT
-p ipcomp -m ipcomp;-p ipcomp -m ipcomp --ipcompspi 0;OK
-p ipcomp -m ipcomp ! --ipcompspi 0x10:0x20;-p ipcomp -m ipcomp ! --ipcompspi 16:32;OK
-p ipcomp -m ipcomp --ipcompspi 20:10;=;OK
-p ipcomp -m ipcomp --ipcompspi abc;;FAIL
-p ipcomp -m ipcomp --ipcompspi 5 --compres;=;OK
-p ipcomp -m ipcomp --compres;-p ipcomp -m ipcomp --ipcompspi 0 --compres;OK
-m ipcomp --ipcompspi 5;;FAIL
-p tcp -m ipcomp --ipcompspi 5;;FAIL
