# rpfilter: the reverse path by the routing table.
*raw
:PREROUTING
-m rpfilter;=;OK
-m rpfilter --loose;=;OK
-m rpfilter --validmark;=;OK
-m rpfilter --accept-local;=;OK
-m rpfilter --invert;=;OK
-m rpfilter --loose --validmark --accept-local --invert;=;OK
-m rpfilter --validmark --loose;-m rpfilter --loose --validmark;OK
-m rpfilter ! --loose;;FAIL
-m rpfilter --nosuch;;FAIL
*mangle
-m rpfilter;=;OK
:INPUT
-m rpfilter;;FAIL
*filter
-m rpfilter;;FAIL
