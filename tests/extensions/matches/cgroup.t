# cgroup: the socket's control group.
:OUTPUT,INPUT
-m cgroup --cgroup 1;=;OK
:OUTPUT
-m cgroup;;FAIL
-m cgroup ! --cgroup 1;=;OK
-m cgroup --cgroup 0x10001;-m cgroup --cgroup 65537;OK
-m cgroup --cgroup abc;;FAIL
-m cgroup --cgroup 1 --path /;;FAIL
-m cgroup --cgroup 4294967296;;FAIL
-m cgroup --path service/web;=;READ
