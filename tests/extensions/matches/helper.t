# helper: the connection's tracking helper.
:INPUT,FORWARD,OUTPUT
-m helper --helper ftp;=;OK
:INPUT
-m helper;;FAIL
-m helper ! --helper ftp;=;OK
-m helper --helper ftp-2121;=;OK
-m helper --helper "";=;OK
-m helper --helper;;FAIL
-m helper --helper ftp --helper sip;;FAIL
