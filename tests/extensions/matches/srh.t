# srh (IPv6): the Segment Routing header.
@6
:INPUT,FORWARD,OUTPUT
-m srh --srh-next-hdr 17;=;OK
:INPUT
-m srh;=;OK
-m srh ! --srh-next-hdr tcp;;FAIL
-m srh --srh-hdr-len-eq 8;=;OK
-m srh --srh-hdr-len-gt 8;=;OK
-m srh ! --srh-hdr-len-lt 8;=;OK
-m srh --srh-segs-left-eq 1;=;OK
-m srh --srh-segs-left-gt 1;=;OK
-m srh --srh-segs-left-lt 1;=;OK
-m srh --srh-last-entry-eq 4;=;OK
-m srh --srh-last-entry-gt 4;=;OK
-m srh --srh-last-entry-lt 4;=;OK
-m srh --srh-tag 0;=;OK
-m srh --srh-tag 65536;;FAIL
-m srh --srh-psid a::/64 --srh-nsid b::/128 --srh-lsid c::/0;=;OK
-m srh ! --srh-psid a::/64;=;OK
-m srh --srh-psid 10.0.0.1;;FAIL
-m srh --srh-next-hdr 17 --srh-segs-left-eq 1 --srh-last-entry-eq 4 --srh-tag 0;=;OK
-m srh --srh-hdr-len-eq 256;;FAIL
