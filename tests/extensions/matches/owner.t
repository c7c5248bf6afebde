# owner: the socket that sent the packet; only where packets of this host pass.
:OUTPUT
-m owner --uid-owner 0;=;OK
-m owner --uid-owner root;-m owner --uid-owner 0;OK
-m owner --uid-owner 0-10;=;OK
-m owner --uid-owner 10-0;;FAIL
-m owner ! --uid-owner 0;=;OK
-m owner --gid-owner 0;=;OK
-m owner --gid-owner root;-m owner --gid-owner 0;OK
-m owner ! --gid-owner 0-10;=;OK
-m owner --gid-owner 0 --suppl-groups;=;OK
-m owner --suppl-groups;;FAIL
-m owner --socket-exists;=;OK
-m owner ! --socket-exists;=;OK
-m owner --uid-owner 0 --gid-owner 0 --socket-exists;-m owner --socket-exists --uid-owner 0 --gid-owner 0;OK
-m owner --uid-owner nosuchuser;=;READ
-m owner --uid-owner -1;;FAIL
-m owner --uid-owner 4294967294;=;OK
-m owner --uid-owner 4294967296;;FAIL
-m owner --uid-owner 0 --uid-owner 1;;FAIL
-m owner --pid-owner 1;;FAIL
-m owner;;FAIL
:INPUT,FORWARD
-m owner --uid-owner 0;;FAIL
