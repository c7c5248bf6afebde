# limit: a rate; each rule has a bucket of its own.
:INPUT,FORWARD,OUTPUT
-m limit --limit 5/min;=;OK
:INPUT
-m limit;-m limit --limit 3/hour;OK
-m limit --limit 1/sec;=;OK
-m limit --limit 1/second;-m limit --limit 1/sec;OK
-m limit --limit 1/s;-m limit --limit 1/sec;OK
-m limit --limit 10/minute --limit-burst 20;-m limit --limit 10/min --limit-burst 20;OK
-m limit --limit 10/hour;=;OK
-m limit --limit 10/day;=;OK
-m limit --limit 10;-m limit --limit 10/sec;OK
-m limit --limit 10/week;;FAIL
-m limit --limit 10/;;FAIL
-m limit --limit 0/sec;;FAIL
-m limit --limit 10000/sec;=;OK
-m limit --limit 10001/sec;;FAIL
-m limit --limit 100000/sec;;FAIL
-m limit --limit abc;;FAIL
-m limit --limit-burst 5;-m limit --limit 3/hour;OK
-m limit --limit-burst 10;-m limit --limit 3/hour --limit-burst 10;OK
-m limit --limit-burst 0;;FAIL;-m limit --limit 3/hour
-m limit --limit-burst 10001;;FAIL
-m limit ! --limit 1/sec;;FAIL
-m limit ! --limit-burst 5;;FAIL
-m limit --limit 1/sec --limit 2/sec;;FAIL
-m limit --limit 1/sec -m limit --limit 2/sec;=;OK
