"""A fresh network namespace as a judge: interfaces to inject at, and nftables sets that note how far each probe came.

Every probe carries a tag (packets.py). Chains of the table `judge` stand before and behind all of iptables' priorities at each
hook, and put the tag into the set of that place. What was seen at the end of the last hook was accepted; what was seen at the beginning
of a hook and not at its end was dropped by rules; what is lost between hooks was dropped by the kernel itself and is not judged.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess

from conntrack import Connections

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
IPV6_HDRINCL = 36
HOOKS = ("prerouting", "input", "forward", "output", "postrouting")
TAG_BASE = 0x4000
# Which interface a probe leaves through is said by its type of service: routing rules, one an interface.
TOS = (0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C)

_libc = ctypes.CDLL(None, use_errno=True)


class Unusable(Exception):
    """This machine cannot judge: not root, no tun device, no netfilter."""


def run(*command, text=None):
    """Its output. Rule files are bytes; Latin-1 carries them through."""
    done = subprocess.run(command, input=text, capture_output=True, encoding="latin-1")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def sysctl(name, value):
    with open("/proc/sys/net/" + name, "w") as file:
        file.write(str(value))


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def judge_table(family, marks, tracking):
    tag, ttl = ("ip id", "ip ttl") if family == 4 else ("ip6 flowlabel", "ip6 hoplimit")
    lines = ["table inet judge {"]
    elements = ", ".join(f"{t} : {mark}" for t, mark in marks.items())
    lines.append(f"map marks {{ typeof {tag} : meta mark; {'elements = { ' + elements + ' }' if elements else ''} }}")
    for hook in HOOKS:
        for end, priority in (("begin", -450), ("end", 500)):
            lines.append(f"set {hook}_{end} {{ typeof {tag}; size 65535; flags dynamic; }}")
            lines.append(f"chain {hook}_{end}_chain {{ type filter hook {hook} priority {priority};")
            if hook == "output" and end == "begin":
                lines.append(f"{ttl} != 77 drop;")  # what the host answers
            if hook == "prerouting" and end == "begin":
                lines.append(f"meta mark set {tag} map @marks;")
            if tracking:
                lines.append("ct state vmap { new : continue };")  # makes sure that connections are tracked
            lines.append(f"{ttl} {{ 76, 77 }} add @{hook}_{end} {{ {tag} }}; }}")
    lines.append("}")
    return "\n".join(line.replace(";", "\n") for line in lines)


class Namespace:
    """Enters a new namespace: everything the process does to the network afterwards happens there."""

    def __init__(self, family, host, interfaces, marks, tracking=True):
        if _libc.unshare(CLONE_NEWNET):
            raise Unusable("cannot make a network namespace: " + os.strerror(ctypes.get_errno()))
        self.family = family
        self.tun = {name: open_tun(name) for name in interfaces}
        self._set_up(host, interfaces)
        run("nft", "-f", "-", text=judge_table(family, marks, tracking))
        self.connections = Connections()
        self.raw = {}
        for name in interfaces:
            kind = socket.AF_INET if family == 4 else socket.AF_INET6
            raw = socket.socket(kind, socket.SOCK_RAW, socket.IPPROTO_RAW)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
            self.raw[name] = raw
        self.tos = dict(zip(interfaces, TOS))

    def _set_up(self, host, interfaces):
        for where in ("all", "default", *interfaces):
            for name, value in (("rp_filter", 0), ("accept_local", 1), ("send_redirects", 0), ("forwarding", 1)):
                sysctl(f"ipv4/conf/{where}/{name}", value)
            for name, value in (("accept_ra", 0), ("accept_dad", 0), ("addr_gen_mode", 1), ("forwarding", 1)):
                sysctl(f"ipv6/conf/{where}/{name}", value)
        sysctl("netfilter/nf_conntrack_tcp_be_liberal", 1)
        width = 32 if self.family == 4 else 128
        # IPv6 installs the route of an address of one's own a little later; here it has to be there at once.
        lines = ["link set lo up", f"route add local {host} dev lo table local"]
        for name in interfaces:
            lines.append(f"addr add {host}/{width} dev {name}" + (" nodad" if self.family == 6 else ""))
            lines.append(f"link set {name} up")
        for number, name in enumerate(interfaces):
            lines.append(f"route add default dev {name} metric {100 + number}")
            lines.append(f"route add default dev {name} table {100 + number}")
            lines.append(f"rule add tos {TOS[number]:#x} lookup {100 + number}")
        run("ip", f"-{self.family}", "-batch", "-", text="\n".join(lines))

    def load(self, backend, rules, sets):
        if sets:
            run("ipset", "restore", text=sets)
        run(f"{self.program}-{backend}-restore", "--wait=10", text=rules)

    @property
    def program(self):
        return "iptables" if self.family == 4 else "ip6tables"

    def save(self, backend, *options):
        return run(f"{self.program}-{backend}-save", *options)

    def inject(self, interface, data):
        """The packet arrives at the interface."""
        os.write(self.tun[interface], data)

    def send(self, interface, data, destination, mark):
        """The host sends the packet through the interface."""
        raw = self.raw[interface]
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        try:
            raw.sendto(data, (destination, 0))
        except PermissionError:
            pass  # how the kernel says that OUTPUT dropped it

    def seen(self):
        """By place ("input_end"): the tags that came there."""
        places = {}
        for item in json.loads(run("nft", "-j", "list", "table", "inet", "judge"))["nftables"]:
            if "set" in item:
                places[item["set"]["name"]] = set(item["set"].get("elem", []))
        return places

    def close(self):
        self.connections.close()
        for raw in self.raw.values():
            raw.close()
        for device in self.tun.values():
            os.close(device)
