#!/usr/bin/env python3
"""Writes names_table.inc from services(5) and protocols(5) files: make_names.py [SERVICES PROTOCOLS] > names_table.inc

The rows are sorted as names.cpp searches them. Debian's files (package netbase) hold the IANA registries as far as
they are used in the real world, and are what the C library answers iptables and pfctl from.
"""
import sys


def rows(path):
    for line in open(path, encoding="utf-8"):
        words = line.split("#", 1)[0].split()
        if len(words) >= 2:
            yield [words[0]] + words[2:], words[1]


def main(services="/etc/services", protocols="/etc/protocols"):
    numbers, first_names = {}, {}
    for names, number in rows(protocols):
        if int(number) > 255:  # mptcp: no value of the header's field
            continue
        first_names.setdefault(int(number), names[0])
        for name in names:
            numbers.setdefault(name, int(number))

    ports = {}
    for names, port_protocol in rows(services):
        port, protocol = port_protocol.split("/")
        for name in names:
            ports.setdefault((name, numbers[protocol]), int(port))

    print("// Made by make_names.py from Debian's netbase (IANA data). Do not edit.")
    print("constexpr ProtocolRow protocols_by_name[] = {")
    for name in sorted(numbers):
        print(f'    {{"{name}", {numbers[name]}}},')
    print("};\n\nconstexpr ProtocolRow protocols_by_number[] = {")
    for number in sorted(first_names):
        print(f'    {{"{first_names[number]}", {number}}},')
    print("};\n\nconstexpr ServiceRow services[] = {")
    for name, protocol in sorted(ports):
        print(f'    {{"{name}", {protocol}, {ports[name, protocol]}}},')
    print("};")


if __name__ == "__main__":
    main(*sys.argv[1:])
