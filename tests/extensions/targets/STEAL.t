# STEAL: of xtables-addons: drops without a trace.
:INPUT
-j STEAL;=;READ
