# set: ipset(8). Its members come from the side file.
$ ipset create foo hash:ip family $FAMILY
$ ipset create pair hash:ip,port family $FAMILY
$ ipset create nets hash:net family $FAMILY
$ ipset create all list:set
:INPUT,FORWARD,OUTPUT
-m set --match-set foo src;=;OK
:INPUT
-m set;;FAIL
-m set --match-set foo dst;=;OK
-m set ! --match-set foo src;=;OK
-m set --match-set foo src,dst;=;OK
-m set --match-set pair src,dst;=;OK
-m set --match-set pair dst,dst;=;OK
-m set --match-set pair dst;=;OK
-m set --match-set all src;=;OK
-m set --match-set foo;;FAIL
-m set --match-set nosuchset src;=;READ
-m set --match-set foo both;;FAIL
-m set --match-set foo SRC;;FAIL
-m set --match-set foo src,src,src,src,src,src;=;OK
-m set --match-set foo src,src,src,src,src,src,src;;FAIL
-m set --match-set foo src, --return-nomatch;;FAIL
-m set --match-set nets src --return-nomatch;=;OK
-m set ! --match-set nets src --return-nomatch;=;OK
-m set --match-set foo src ! --update-counters;=;OK
-m set --match-set foo src ! --update-subcounters;=;OK
-m set --match-set foo src --packets-eq 5;=;OK
-m set --match-set foo src ! --packets-eq 5;=;OK
-m set --match-set foo src --packets-lt 5;=;OK
-m set --match-set foo src ! --packets-lt 5;;FAIL
-m set --match-set foo src --packets-gt 5 --bytes-lt 6;=;OK
-m set --match-set foo src --bytes-eq 5;=;OK
-m set --match-set foo src --bytes-gt 5;=;OK
-m set --match-set foo src --packets-eq 5 --packets-gt 5;;FAIL
-m set --match-set foo src --match-set foo dst;;FAIL
-m set --match-set foo src -m set --match-set foo dst;=;OK
-m set --set foo src;-m set --match-set foo src;OK
-m set --set foo src,dst;-m set --match-set foo src,dst;OK
-m set --match-set abcdefghijklmnopqrstuvwxyzabcdefghijkl src;;FAIL
