# esp: the SPI of the ESP header.
:INPUT,FORWARD,OUTPUT
-p esp -m esp --espspi 5;=;OK
:INPUT
-p esp -m esp;=;OK
-p 50 --espspi 5;-p esp -m esp --espspi 5;OK
-p esp -m esp ! --espspi 0x10:0x20;-p esp -m esp ! --espspi 16:32;OK
-p esp -m esp --espspi 0:4294967295;-p esp -m esp;OK
-p esp -m esp ! --espspi 0:4294967295;-p esp -m esp;LOST
-p esp -m esp --espspi 20:10;=;OK
-p esp -m esp --espspi :10;-p esp -m esp --espspi 0:10;OK
-p esp -m esp --espspi abc;;FAIL
-p esp -m esp --espspi 4294967296;;FAIL
-m esp --espspi 5;;FAIL
-p tcp -m esp --espspi 5;;FAIL
