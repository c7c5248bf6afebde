# ULOG (IPv4): NFLOG's predecessor. Removed from the kernel in Linux 3.17.
@4
:INPUT
-j ULOG;=;OK
-j ULOG --ulog-nlgroup 1 --ulog-cprange 4096 --ulog-qthreshold 5 --ulog-prefix hello;=;OK
-j ULOG --ulog-nlgroup 33;;FAIL
-j ULOG --ulog-nlgroup 0;;FAIL
-j ULOG --ulog-qthreshold 51;;FAIL
@6
-j ULOG;;FAIL
