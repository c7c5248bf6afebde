"""Connections made by hand: ctnetlink messages over a netlink socket (linux/netfilter/nfnetlink_conntrack.h)."""

import ipaddress
import os
import socket
import struct

from packets import protocol_number

NETLINK_NETFILTER = 12
CT_NEW, CT_DELETE = 0x100, 0x102
REQUEST, ACK, CREATE_EXCLUSIVE = 0x1, 0x4, 0x600
TUPLE_ORIGINAL, TUPLE_REPLY, STATUS, PROTOCOL_INFO, TIMEOUT = 1, 2, 3, 4, 7
SEEN_REPLY, ASSURED, CONFIRMED = 2, 4, 8
TCP_SYN_SENT, TCP_ESTABLISHED = 1, 3


def attribute(kind, value):
    data = struct.pack("HH", 4 + len(value), kind) + value
    return data + b"\0" * (-len(data) % 4)


def nested(kind, *attributes):
    return attribute(kind | 0x8000, b"".join(attributes))


def tuple_of(kind, src, dst, protocol, source, destination):
    """`source` and `destination` are ports; for ICMP the id and (type, code)."""
    src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    first = 1 if src.version == 4 else 3
    parts = [attribute(1, bytes([protocol]))]
    if protocol in (1, 58):
        number = 4 if protocol == 1 else 7
        parts += [attribute(number, struct.pack("!H", source)), attribute(number + 1, bytes([destination[0]])),
                  attribute(number + 2, bytes([destination[1]]))]
    else:
        parts += [attribute(2, struct.pack("!H", source)), attribute(3, struct.pack("!H", destination))]
    return nested(kind, nested(1, attribute(first, src.packed), attribute(first + 1, dst.packed)), nested(2, *parts))


class Connections:
    """The connection table of the namespace that the process is in when this is made."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))

    def close(self):
        self.socket.close()

    def _send(self, kind, flags, family, body=b""):
        length = 20 + len(body)
        self.socket.send(struct.pack("IHHII", length, kind, REQUEST | ACK | flags, 1, 0) + struct.pack("BBH", family, 0, 0) + body)
        answer = self.socket.recv(65536)
        error = -struct.unpack_from("i", answer, 16)[0]
        if error:
            raise OSError(error, "ctnetlink: " + os.strerror(error))

    def flush(self):
        self._send(CT_DELETE, 0, 0)

    def add(self, flow):
        """Makes the connection of `flow`: its first packet's proto, src, dst, sport and dport (ICMP: icmp_id of an echo).
        `answered`: both sides have been seen."""
        protocol = protocol_number(flow["proto"])
        src, dst = flow["src"], flow["dst"]
        if protocol in (1, 58):
            request, reply = (8, 0) if protocol == 1 else (128, 129)
            there, back = (flow["icmp_id"], (request, 0)), (flow["icmp_id"], (reply, 0))
        else:
            there, back = (flow["sport"], flow["dport"]), (flow["dport"], flow["sport"])
        status = CONFIRMED | (SEEN_REPLY | ASSURED if flow["answered"] else 0)
        body = tuple_of(TUPLE_ORIGINAL, src, dst, protocol, *there) + tuple_of(TUPLE_REPLY, dst, src, protocol, *back)
        body += attribute(STATUS, struct.pack("!I", status)) + attribute(TIMEOUT, struct.pack("!I", 600))
        if protocol == 6:
            state = TCP_ESTABLISHED if flow["answered"] else TCP_SYN_SENT
            body += nested(PROTOCOL_INFO, nested(1, attribute(1, bytes([state]))))
        self._send(CT_NEW, CREATE_EXCLUSIVE, socket.AF_INET6 if ":" in src else socket.AF_INET, body)
