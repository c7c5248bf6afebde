# string: looks for text in the packet.
:INPUT,FORWARD,OUTPUT
-m string --algo bm --string test;-m string --string "test" --algo bm;OK
:INPUT
-m string;;FAIL
-m string --string test;;FAIL
-m string --algo bm;;FAIL
-m string --algo kmp --string test;-m string --string "test" --algo kmp;OK
-m string --algo bm ! --string test;-m string ! --string "test" --algo bm;OK
-m string --algo bm --string "GET /index.html";-m string --string "GET /index.html" --algo bm;OK
-m string --algo bm --from 40 --to 57 --hex-string "|03|www|09|netfilter|03|org|00|";-m string --hex-string "|03777777096e657466696c746572036f726700|" --algo bm --from 40 --to 57;OK
-m string --algo bm --hex-string "|0D0A|";-m string --hex-string "|0d0a|" --algo bm;OK
-m string --algo bm --hex-string "|0D 0A|abc";-m string --hex-string "|0d0a616263|" --algo bm;OK
-m string --algo bm --hex-string "|0D";;FAIL
-m string --algo bm --hex-string "|xyz|";;FAIL
-m string --algo bm --string test --icase;-m string --string "test" --algo bm --icase;OK
-m string --algo bm --string test --from 500;-m string --string "test" --algo bm --from 500;OK
-m string --algo bm --string test --to 500;-m string --string "test" --algo bm --to 500;OK
-m string --algo bm --string test --from 500 --to 10;;FAIL
-m string --algo bm --string test --to 65536;;FAIL
-m string --algo nosuch --string test;;FAIL
-m string --algo bm --string a --hex-string b;;FAIL
-m string --algo bm --string;;FAIL
-m string ! --algo bm --string test;;FAIL
