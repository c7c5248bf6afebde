# ah: the SPI lies in the AH header, which no field holds. IPv6 has two more options.
@4
:INPUT,FORWARD,OUTPUT
-p ah -m ah --ahspi 5;=;OK
:INPUT
-p ah -m ah;=;OK
-p 51 -m ah --ahspi 0x10:0x20;-p ah -m ah --ahspi 16:32;OK
-p ah -m ah ! --ahspi 5;=;OK
-p ah -m ah --ahspi 0:4294967295;-p ah -m ah;OK
-p ah -m ah ! --ahspi 0:4294967295;-p ah -m ah;LOST
-p ah -m ah --ahspi 20:10;=;OK
-p ah -m ah --ahspi :10;-p ah -m ah --ahspi 0:10;OK
-p ah -m ah --ahspi 10:;-p ah -m ah --ahspi 10:4294967295;OK
-p ah -m ah --ahspi abc;;FAIL
-p ah -m ah --ahspi 4294967296;;FAIL
-p ah -m ah --ahlen 8;;FAIL
-m ah --ahspi 5;;FAIL
-p tcp -m ah --ahspi 5;;FAIL
@6
-m ah;=;OK
-m ah --ahspi 5;=;OK
-m ah ! --ahspi 5:6;=;OK
-m ah --ahspi 0:4294967295;-m ah;OK
-m ah --ahlen 8;=;OK
-m ah ! --ahlen 8;=;OK
-m ah --ahres;=;OK
-m ah ! --ahres;;FAIL
-m ah --ahspi 5 --ahlen 8 --ahres;=;OK
-m ah --ahlen abc;;FAIL
-p ah -m ah --ahspi 5;=;OK
