# connlabel: names come from connlabel.conf of the machine.
:INPUT,FORWARD,OUTPUT
-m connlabel --label 40;-m connlabel --label "40";OK
:INPUT
-m connlabel;;FAIL
-m connlabel ! --label 40;-m connlabel ! --label "40";OK
-m connlabel --label 40 --set;-m connlabel --label "40" --set;OK
-m connlabel ! --label 40 --set;-m connlabel ! --label "40" --set;OK
-m connlabel --label 128;;FAIL
-m connlabel --label 127;-m connlabel --label "127";OK
-m connlabel --label nosuchlabel;=;READ
-m connlabel --label -1;;FAIL
-m connlabel --set;;FAIL
