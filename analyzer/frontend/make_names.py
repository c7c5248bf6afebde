#!/usr/bin/env python3
"""Writes names_data.inc from /etc/protocols and /etc/services (Debian package netbase): make_names.py > names_data.inc"""

def rows(path):
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                yield words

print("// Made by make_names.py from Debian's netbase. Sorted by name, then protocol.")
print("constexpr Protocol protocols[] = {")
protocols = {}
official = {}
for name, number, *aliases in rows("/etc/protocols"):
    if int(number) > 255:  # mptcp: not an IP protocol
        continue
    official.setdefault(int(number), name)
    for each in (name, *aliases):
        protocols.setdefault(each, int(number))
# iptables' own spellings (xtables_chain_protos), which need no /etc/protocols.
for name, number in {"icmpv6": 58, "ipv6-icmp": 58, "mh": 135, "ipv6-mh": 135, "udplite": 136, "sctp": 132, "dccp": 33, "esp": 50, "ah": 51}.items():
    protocols.setdefault(name, number)
for name in sorted(protocols, key=str.encode):
    print(f'    {{"{name}", {protocols[name]}}},')
print("};")
print("constexpr Protocol protocol_names[] = {")
for number in sorted(official):
    print(f'    {{"{official[number]}", {number}}},')
print("};")
print("constexpr Service services[] = {")
services = {}
for name, port, *aliases in rows("/etc/services"):
    port, protocol = port.split("/")
    for each in (name, *aliases):
        services.setdefault((each, protocols[protocol]), int(port))
for name, protocol in sorted(services, key=lambda key: (key[0].encode(), key[1])):
    print(f'    {{"{name}", {protocol}, {services[name, protocol]}}},')
print("};")
