# TARPIT: of xtables-addons: answers TCP and keeps it hanging.
:INPUT
-p tcp -j TARPIT;=;READ
-p tcp -j TARPIT --honeypot;=;READ
-j TARPIT;;FAIL
