# LED: blinks and goes on.
:INPUT
-j LED --led-trigger-id foo;=;OK
-j LED;;FAIL
-j LED --led-trigger-id foo --led-delay 42 --led-always-blink;=;OK
-j LED --led-trigger-id foo --led-delay inf;=;OK
-j LED --led-delay 42;;FAIL
