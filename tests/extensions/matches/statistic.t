# statistic: by chance, or every n-th.
:INPUT,FORWARD,OUTPUT
-m statistic --mode random --probability 0.5;-m statistic --mode random --probability 0.50000000000;OK
:INPUT
-m statistic;;FAIL
-m statistic --mode random;;FAIL
-m statistic --mode random --probability 0;-m statistic --mode random --probability 0.00000000000;OK
-m statistic --mode random --probability 1;-m statistic --mode random --probability 1.00000000000;OK
-m statistic --mode random --probability 0.33333333349;=;OK
-m statistic --mode random ! --probability 0.5;-m statistic --mode random ! --probability 0.50000000000;OK
-m statistic --mode random --probability 1.1;;FAIL
-m statistic --mode random --probability -0.1;;FAIL
-m statistic --mode random --probability abc;;FAIL
-m statistic --mode nth --every 5;-m statistic --mode nth --every 5 --packet 0;READ
-m statistic --mode nth --every 1;-m statistic --mode nth --every 1 --packet 0;READ
-m statistic --mode nth --every 5 --packet 4;=;OK
-m statistic --mode nth --every 5 --packet 5;;FAIL
-m statistic --mode nth ! --every 5;-m statistic --mode nth ! --every 5 --packet 0;READ
-m statistic --mode nth;;FAIL
-m statistic --mode nth --packet 2;;FAIL
-m statistic --mode nth --every 0;;FAIL
-m statistic --mode nth --every 5 --probability 0.5;;FAIL
-m statistic --mode random --every 5;;FAIL
-m statistic --probability 0.5;;FAIL
-m statistic --mode often --probability 0.5;;FAIL
