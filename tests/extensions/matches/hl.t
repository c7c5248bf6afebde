# hl (IPv6): the hop limit.
@6
:INPUT,FORWARD,OUTPUT
-m hl --hl-eq 64;=;OK
:INPUT
-m hl;;FAIL
-m hl ! --hl-eq 64;=;OK
-m hl --hl-lt 5;=;OK
-m hl --hl-gt 5;=;OK
-m hl ! --hl-gt 5;;FAIL
-m hl --hl 64;-m hl --hl-eq 64;OK
-m hl --hl-eq 256;;FAIL
-m hl --hl-eq abc;;FAIL
-m hl --hl-lt 5 --hl-gt 1;;FAIL
