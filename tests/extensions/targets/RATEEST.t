# RATEEST: feeds an estimator and goes on.
:INPUT
-j RATEEST --rateest-name RE1 --rateest-interval 250ms --rateest-ewmalog 500ms;-j RATEEST --rateest-name RE1 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms;OK
-j RATEEST;;FAIL
-j RATEEST --rateest-name RE2;;FAIL
-j RATEEST --rateest-name RE3 --rateest-interval 250ms;;FAIL
-j RATEEST --rateest-name RE4 --rateest-interval abc --rateest-ewmalog 500ms;;FAIL
-j RATEEST --rateest-name abcdefghijklmnopqrst --rateest-interval 250ms --rateest-ewmalog 500ms;-j RATEEST --rateest-name abcdefghijklmno --rateest-interval 250.0ms --rateest-ewmalog 500.0ms;MORE
-j RATEEST --rateest-name RE5 --rateest-interval 1s --rateest-ewmalog 2s;-j RATEEST --rateest-name RE5 --rateest-interval 1.0s --rateest-ewmalog 2.0s;OK
