# CT: how a packet is tracked. Only --notrack changes what later rules see of this packet.
*raw
:PREROUTING,OUTPUT
-j CT --notrack;=;OK
:PREROUTING
-j CT;=;OK
-j CT --zone 0;-j CT;OK
-j CT --zone 65535;=;OK
-j CT --zone 65536;;FAIL
-j CT --zone mark;=;OK
-j CT --zone-orig 1;=;OK
-j CT --zone-orig mark;=;OK
-j CT --zone-reply 1;=;OK
-j CT --zone 1 --zone-orig 1;-j CT --zone-orig 1;OK
-j CT --ctevents new,related,destroy,reply,assured,protoinfo,helper,mark;=;OK
-j CT --ctevents natseqinfo,secmark;=;OK
-j CT --ctevents nosuch;;FAIL
-j CT --expevents new;=;OK
-j CT --notrack --zone 1;=;OK
-j CT --notrack --ctevents new;=;OK
-j CT --notrack --helper ftp;=;OK
-j CT --helper nosuchhelper;=;READ
-j CT --timeout nosuchtimeout;=;READ
-j CT ! --notrack;;FAIL
*mangle
-j CT --notrack;;FAIL
*filter
:INPUT
-j CT --notrack;;FAIL
