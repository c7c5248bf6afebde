# MIRROR (IPv4): sent the packet back with its addresses swapped. Removed from the kernel in Linux 2.5.
@4
:INPUT
-j MIRROR;=;READ
