"""Random probes: packets as `wallcheck trace --packets` reads them, and what has to be so in the kernel for them to be that:
the connection that they belong to, and for ICMP errors the packet that they are about."""

import copy
import dataclasses

from packets import packet

NEW_FLAGS = ("SYN", "SYN", "SYN", "ACK", "PSH,ACK", "ACK,URG", "SYN,ECE,CWR", "SYN,PSH", "SYN,URG")
LATER_FLAGS = ("ACK", "PSH,ACK", "FIN,ACK", "ACK,URG")
INVALID_FLAGS = ("SYN,ACK", "RST", "FIN,ACK", "RST,ACK", "NONE", "SYN,FIN", "FIN,PSH,URG", "SYN,RST")


@dataclasses.dataclass
class Surroundings:
    """What probes are made of. The host owns `host` and no other of the addresses; packets arrive at and leave through `interfaces`."""

    family: int
    host: str
    addresses: tuple
    interfaces: tuple
    ports: tuple


class Probe:
    """`json`: the probe as trace reads it. `flow`: the connection to make first, or None. `about`: the packet that an ICMP error is about."""

    def __init__(self, random, around):
        self.family = family = around.family
        self.ports = around.ports
        self.flow = self.about = None
        self.icmp_id = 0
        hook = random.choice(("INPUT", "INPUT", "OUTPUT", "OUTPUT", "FORWARD"))
        remote = random.sample(around.addresses, 2)
        src = around.host if hook == "OUTPUT" else remote[0]
        dst = around.host if hook == "INPUT" else remote[1]
        icmp = "icmp" if family == 4 else "icmpv6"
        proto = random.choice(("tcp",) * 5 + ("udp",) * 4 + (icmp,) * 3 + ("sctp", "47", "253"))
        self.json = {"hook": hook, "proto": proto, "src": src, "dst": dst, "mark": 0, "state": "NEW", "ct_dir": "ORIGINAL"}
        if random.random() < 0.3:
            self.json["mark"] = random.choice((1, 2, 5, 0x15, 0x4001))
        if hook != "OUTPUT":
            self.json["in_iface"] = random.choice(around.interfaces)
        if hook != "INPUT":
            self.json["out_iface"] = random.choice(around.interfaces)
        if proto in ("tcp", "udp", "sctp"):
            self.json["sport"] = random.choice(self.ports) if random.random() < 0.5 else random.randint(1024, 65535)
            self.json["dport"] = random.choice(self.ports)
        wanted = random.choices(("NEW", "ESTABLISHED", "RELATED", "INVALID"), (6, 3, 1, 1.5))[0]
        if proto == "tcp":
            self._tcp(random, wanted)
        elif proto == "udp" and wanted == "ESTABLISHED":
            self._later(random)
        elif proto == icmp:
            self._icmp(random, wanted)

    def _later(self, random):
        """A later packet of a connection: of the first packet's way, or the other way."""
        probe = self.json
        probe["state"] = "ESTABLISHED"
        reply = random.random() < 0.5
        flow = dict(probe, answered=not reply or random.random() < 0.5)
        if reply:
            probe["ct_dir"] = "REPLY"
            flow["src"], flow["dst"] = probe["dst"], probe["src"]
            if "sport" in probe:
                flow["sport"], flow["dport"] = probe["dport"], probe["sport"]
        self.flow = flow

    def _tcp(self, random, wanted):
        probe = self.json
        if wanted == "ESTABLISHED":
            self._later(random)
            probe["tcp_flags"] = random.choice(LATER_FLAGS) if self.flow["answered"] else "SYN,ACK"
        elif wanted == "INVALID":
            probe["state"] = "INVALID"
            probe["tcp_flags"] = random.choice(INVALID_FLAGS)
        else:
            probe["tcp_flags"] = random.choice(NEW_FLAGS)

    def _icmp(self, random, wanted):
        probe = self.json
        v4 = self.family == 4
        request, reply = (8, 0) if v4 else (128, 129)
        probe["icmp_code"] = 0
        self.icmp_id = random.randint(1, 65535)
        if wanted == "NEW":
            probe["icmp_type"] = random.choice((8, 8, 13)) if v4 else request
        elif wanted == "ESTABLISHED":
            self._later(random)
            self.flow["icmp_id"] = self.icmp_id
            probe["icmp_type"] = reply if probe["ct_dir"] == "REPLY" else request
        elif wanted == "INVALID" and random.random() < 0.5:
            probe["state"] = "INVALID"
            probe["icmp_type"] = reply
        elif wanted == "INVALID" and not v4:
            # Neighbour discovery and MLD are left alone by connection tracking.
            probe["state"] = "UNTRACKED"
            probe["icmp_type"] = random.choice((133, 135, 136, 131))
        else:
            self._error(random, wanted)

    def _error(self, random, wanted):
        """An ICMP error: related to a connection, or to none."""
        probe = self.json
        kinds = ((3, 3), (3, 1), (11, 0)) if self.family == 4 else ((1, 4), (1, 3), (3, 0))
        probe["icmp_type"], probe["icmp_code"] = random.choice(kinds)
        probe["state"] = wanted
        about = {"proto": "udp", "src": probe["dst"], "dst": probe["src"], "sport": random.randint(1024, 65535), "dport": random.choice(self.ports)}
        self.about = about
        if wanted != "RELATED":
            return
        if random.random() < 0.5:  # about a packet of the first packet's way: the error goes the other way
            probe["ct_dir"] = "REPLY"
            self.flow = dict(about, answered=False)
        else:
            self.flow = dict(about, src=about["dst"], dst=about["src"], sport=about["dport"], dport=about["sport"], answered=True)

    def packets(self, tag, tos):
        """What is sent, in order."""
        return [packet(dict(self.json, icmp_id=self.icmp_id), tag, tos, packet(self.about, 1) if self.about else b"")]

    def written(self, host):
        """All of it as JSON, for Recorded to read."""
        more = {"flow": self.flow, "about": self.about, "icmp_id": self.icmp_id, "host": host}
        return self.json | {key: value for key, value in more.items() if value}

    def with_json(self, json):
        other = copy.copy(self)
        other.json = json
        return other


class Recorded(Probe):
    """A probe that was written down (`written`), with the surroundings that it needs."""

    def __init__(self, words, around):
        self.json = {"mark": 0, "ct_dir": "ORIGINAL"} | words
        self.flow, self.about = self.json.pop("flow", None), self.json.pop("about", None)
        self.icmp_id = self.json.pop("icmp_id", 0)
        host = self.json.pop("host", None) or {"OUTPUT": self.json["src"], "INPUT": self.json["dst"]}.get(self.json["hook"], around.host)
        interfaces = tuple(dict.fromkeys([*(self.json[key] for key in ("in_iface", "out_iface") if key in self.json), "eth0", "eth1"]))
        others = tuple(address for address in (self.json["src"], self.json["dst"]) if address != host)
        self.family, self.ports = around.family, around.ports
        self.around = Surroundings(around.family, host, others + around.addresses, interfaces, around.ports)
