# bpf: a program over the packet's bytes.
:INPUT,FORWARD,OUTPUT
-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0";=;OK
:INPUT
-m bpf;;FAIL
-m bpf --bytecode "1,6 0 0 1";=;OK
-m bpf ! --bytecode "1,6 0 0 1";;FAIL
-m bpf --bytecode "2,6 0 0 1";;FAIL
-m bpf --bytecode "0,";;FAIL
-m bpf --bytecode "65,6 0 0 1";;FAIL
-m bpf --bytecode abc;;FAIL
-m bpf --bytecode;;FAIL
-m bpf --object-pinned /nonexistent/object;=;READ
