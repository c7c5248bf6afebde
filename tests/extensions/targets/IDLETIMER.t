# IDLETIMER: notes that there was traffic and goes on.
:INPUT
-j IDLETIMER --timeout 42 --label idletimer0;=;OK
-j IDLETIMER;;FAIL
-j IDLETIMER --timeout 42;;FAIL
-j IDLETIMER --label idletimer1;;FAIL
-j IDLETIMER --timeout 0 --label idletimer2;;FAIL
-j IDLETIMER --timeout abc --label idletimer3;;FAIL
-j IDLETIMER --timeout 42 --label abcdefghijklmnopqrstuvwxyzabcdefghij;-j IDLETIMER --timeout 42 --label abcdefghijklmnopqrstuvwxyza;MORE
