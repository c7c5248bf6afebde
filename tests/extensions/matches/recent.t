# recent: lists of addresses seen before; --set always holds.
@4
:INPUT,FORWARD,OUTPUT
-m recent --set;-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource;OK
:INPUT
-m recent;;FAIL
-m recent ! --set;-m recent ! --set --name DEFAULT --mask 255.255.255.255 --rsource;OK
-m recent --rcheck;-m recent --rcheck --name DEFAULT --mask 255.255.255.255 --rsource;OK
-m recent ! --rcheck --name bad --rsource;-m recent ! --rcheck --name bad --mask 255.255.255.255 --rsource;OK
-m recent --update --seconds 60;-m recent --update --seconds 60 --name DEFAULT --mask 255.255.255.255 --rsource;OK
-m recent --update --seconds 60 --hitcount 4 --name SSH;-m recent --update --seconds 60 --hitcount 4 --name SSH --mask 255.255.255.255 --rsource;OK
-m recent --rcheck --hitcount 4 --rttl --name SSH --rsource;-m recent --rcheck --hitcount 4 --rttl --name SSH --mask 255.255.255.255 --rsource;OK
-m recent --remove --name SSH --rdest;-m recent --remove --name SSH --mask 255.255.255.255 --rdest;OK
-m recent --rcheck --seconds 60 --reap --name SSH;-m recent --rcheck --seconds 60 --reap --name SSH --mask 255.255.255.255 --rsource;OK
-m recent --rcheck --reap --name SSH;;FAIL
-m recent --set --seconds 60;;FAIL
-m recent --set --hitcount 4;;FAIL
-m recent --set --rttl;;FAIL
-m recent --set --rcheck;;FAIL
-m recent --set --update;;FAIL
-m recent --name SSH;;FAIL
-m recent --set --name SSH --mask 255.255.255.0;-m recent --set --name SSH --mask 255.255.255.0 --rsource;OK
-m recent --set --name SSH --mask 24;-m recent --set --name SSH --mask 0.0.0.24 --rsource;MORE
-m recent --set --name SSH --rsource --rdest;-m recent --set --name SSH --mask 255.255.255.255 --rdest;OK
-m recent --rcheck --seconds 0;;FAIL
-m recent --rcheck --seconds abc;;FAIL
-m recent --update --hitcount 999999;=;READ
-m recent --update --rttl;-m recent --update --rttl --name DEFAULT --mask 255.255.255.255 --rsource;OK
-m recent --set -m recent --rcheck;-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource -m recent --rcheck --name DEFAULT --mask 255.255.255.255 --rsource;OK
@6
-m recent --set --name SSH6 --mask ffff:ffff:ffff:ffff:: --rsource;=;OK
-m recent --rcheck --name SSH6;-m recent --rcheck --name SSH6 --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource;OK
