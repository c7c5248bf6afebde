# CLUSTERIP (IPv4): a hash decides which node answers. Removed from the kernel in Linux 6.3.
@4
:INPUT
-d 10.31.3.236/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 0 --hash-init 1;=;OK
-j CLUSTERIP;=;OK
-j CLUSTERIP --new;;FAIL
-d 10.31.3.236/32 -i lo -j CLUSTERIP --new --hashmode nosuch --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 0;;FAIL
-d 10.31.3.236/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac 00:AA:7B:47:F7:D7 --total-nodes 2 --local-node 0;;FAIL
@6
-j CLUSTERIP --new;;FAIL
