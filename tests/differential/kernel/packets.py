"""Bytes of probe packets: IPv4 and IPv6 headers, the transport headers that rules look at, and correct checksums."""

import ipaddress
import socket
import struct

PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "sctp": 132}
FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}

# Packets of the host itself (resets, ICMP errors) have another one, so it tells probes from answers.
TTL = 77


def protocol_number(name):
    return PROTOCOLS[name] if name in PROTOCOLS else int(name)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def pseudo_header(src, dst, protocol, length):
    src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if src.version == 4:
        return src.packed + dst.packed + struct.pack("!BBH", 0, protocol, length)
    return src.packed + dst.packed + struct.pack("!I3xB", length, protocol)


def flag_bits(text):
    return sum(FLAGS[word] for word in text.split(",") if word != "NONE")


def transport(probe, inner=b"", data=b""):
    """The transport header of a probe, and data behind it. `inner` is the packet that an ICMP error is about."""
    protocol = protocol_number(probe["proto"])
    src, dst = probe["src"], probe["dst"]

    def summed(before, after):
        whole = before + b"\0\0" + after
        return before + struct.pack("!H", checksum(pseudo_header(src, dst, protocol, len(whole)) + whole)) + after

    if protocol == 6:
        header = struct.pack("!HHIIBBH", probe["sport"], probe["dport"], 1000, 2000, 5 << 4, flag_bits(probe["tcp_flags"]), 8192)
        return summed(header, b"\0\0" + data)
    if protocol == 17:
        return summed(struct.pack("!HHH", probe["sport"], probe["dport"], 12 + len(data)), b"wall" + data)
    if protocol == 132:  # a lone INIT chunk
        chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 1, 65535, 1, 1, 1)
        header = struct.pack("!HHI", probe["sport"], probe["dport"], 0)
        return header + struct.pack("<I", crc32c(header + b"\0\0\0\0" + chunk)) + chunk
    if protocol in (1, 58):
        rest = b"\0\0\0\0" + inner if inner else struct.pack("!HH", probe["icmp_id"], 1) + b"wall" + data
        start = struct.pack("!BB", probe["icmp_type"], probe["icmp_code"])
        if protocol == 58:
            return summed(start, rest)
        return start + struct.pack("!H", checksum(start + b"\0\0" + rest)) + rest
    return b"\0" * 16 + data


def packet(probe, tag, tos=0, inner=b""):
    """One IP packet. The tag is the IPv4 identification or the IPv6 flow label."""
    protocol = protocol_number(probe["proto"])
    src, dst = ipaddress.ip_address(probe["src"]), ipaddress.ip_address(probe["dst"])
    payload = transport(probe, inner)
    if src.version == 6:
        return struct.pack("!IHBB", 6 << 28 | tos << 20 | tag, len(payload), protocol, TTL) + src.packed + dst.packed + payload
    return ipv4_packet(src, dst, tos, tag, 0, protocol, payload)


def ipv4_packet(src, dst, tos, tag, fragment, protocol, payload):
    """`fragment`: the flag "more fragments" and the offset, as the header has them."""
    head = struct.pack("!BBHHHBB", 0x45, tos, 20 + len(payload), tag, fragment, TTL, protocol)
    total = checksum(head + b"\0\0" + src.packed + dst.packed)
    return head + struct.pack("!H", total) + src.packed + dst.packed + payload


def fragments(probe, tag, tos=0):
    """The same packet with more data, in two fragments; the first one holds the transport header."""
    protocol = protocol_number(probe["proto"])
    src, dst = ipaddress.ip_address(probe["src"]), ipaddress.ip_address(probe["dst"])
    whole = transport(probe, data=b"fragments" * 4)
    first = 24
    for offset, more, part in ((0, 1, whole[:first]), (first // 8, 0, whole[first:])):
        if src.version == 4:
            yield ipv4_packet(src, dst, tos, tag, more << 13 | offset, protocol, part)
        else:
            header = struct.pack("!BxHI", protocol, offset << 3 | more, tag)
            yield struct.pack("!IHBB", 6 << 28 | tos << 20 | tag, len(header + part), 44, TTL) + src.packed + dst.packed + header + part


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
