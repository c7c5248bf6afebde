# osf: which operating system sent a SYN.
@4
:INPUT,FORWARD
-p tcp -m osf --genre Linux;=;OK
:INPUT
-p tcp -m osf;;FAIL
-p tcp -m osf ! --genre Linux;=;OK
-p tcp -m osf --genre Linux --ttl 0;=;OK
-p tcp -m osf --genre Linux --ttl 2 --log 1;=;OK
-p tcp -m osf --genre Linux --ttl 3;;FAIL
-p tcp -m osf --genre Linux --log 3;;FAIL
-p tcp -m osf --genre nosuchsystem;=;OK
-p tcp -m osf --ttl 1;;FAIL
-m osf --genre Linux;;FAIL
-p udp -m osf --genre Linux;;FAIL
:OUTPUT
-p tcp -m osf --genre Linux;;FAIL
