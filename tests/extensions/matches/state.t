# state: a subset of conntrack.
:INPUT,FORWARD,OUTPUT
-m state --state NEW;=;OK
:INPUT
-m state;;FAIL
-m state --state ESTABLISHED,RELATED;-m state --state RELATED,ESTABLISHED;OK
-m state --state RELATED,ESTABLISHED;=;OK
-m state --state INVALID;=;OK
-m state --state UNTRACKED;=;OK
-m state --state NEW,ESTABLISHED,RELATED,INVALID,UNTRACKED;-m state --state INVALID,NEW,RELATED,ESTABLISHED,UNTRACKED;OK
-m state ! --state NEW;=;OK
-m state ! --state INVALID,NEW;=;OK
-m state --state ! NEW;-m state ! --state NEW;READ
-m state --state new,established;-m state --state NEW,ESTABLISHED;OK
-m state --state NEW,NEW;-m state --state NEW;OK
-m state --state SNAT;;FAIL
-m state --state DNAT;;FAIL
-m state --state ALL;;FAIL
-m state --state NOSUCH;;FAIL
-m state --state EST;-m state --state ESTABLISHED;MORE
-m state --state NEW,;;FAIL
-m state --state ,NEW;;FAIL
-m state --state "NEW, ESTABLISHED";;FAIL
-m state --state;;FAIL
-m state --state NEW --state ESTABLISHED;;FAIL
-m state --state NEW -m state --state ESTABLISHED;=;OK
-m state --ctstate NEW;;FAIL
--state NEW;;FAIL
-p tcp -m state --state NEW -m tcp --dport 22;=;OK
-p tcp -m tcp --dport 22 -m state --state NEW;=;OK
