# frag (IPv6): the Fragment header.
@6
:INPUT,FORWARD,OUTPUT
-m frag --fragid 1;=;OK
:INPUT
-m frag;=;OK
-m frag ! --fragid 1;=;OK
-m frag --fragid 1:42;=;OK
-m frag --fragid 42:1;=;OK
-m frag --fragid 0:4294967295;-m frag;OK
-m frag --fraglen 42;=;OK
-m frag ! --fraglen 42;=;OK
-m frag --fragres;=;OK
-m frag --fragfirst;=;OK
-m frag --fragmore;=;OK
-m frag --fraglast;=;OK
-m frag --fraglast --fragmore;;FAIL
-m frag --fragfirst --fragmore;=;OK
-m frag --fragid 1 --fragres --fragfirst --fraglast;=;OK
-m frag ! --fragfirst;;FAIL
-m frag --fragid abc;;FAIL
