"""Random rule sets that iptables-restore takes: every construct that the evaluator models, from small pools, so that rules meet; in some of
them also matches that have one answer in the kernel and none in the evaluator, which then must not claim one."""

import ipaddress

from probes import Surroundings

INTERFACES = ("eth0", "eth1", "eth10", "wan0")
PATTERNS = ("eth0", "eth1", "eth10", "wan0", "eth+", "eth1+", "w+", "lo")
PORTS = (22, 25, 53, 80, 81, 443, 1024, 3011, 8080, 40000)
MARKS = (0, 1, 2, 5, 0x10, 0x15, 0x4000, 0xFFFFFFFF)
MASKS = (1, 0xF, 0xF0, 0xFF, 0x4000, 0xFFFFFFFF)
ADDRESSES = {
    4: ("10.0.0.9", "10.0.1.7", "10.1.2.3", "172.16.0.5", "192.168.1.20", "203.0.113.9", "198.51.100.77"),
    6: ("2001:db8::9", "2001:db8:0:1::7", "2001:db8:1::3", "fd00::5", "fd00:1::20", "2600:1::9", "2001:db8:ffff::77"),
}
HOST = {4: "10.0.0.1", 6: "2001:db8::1"}
LENGTHS = {4: (0, 1, 7, 8, 12, 16, 24, 28, 29, 31, 32), 6: (0, 3, 16, 32, 47, 48, 64, 112, 125, 128)}
ODD_MASKS = {4: ("255.0.255.0", "255.255.0.255", "0.0.0.255"), 6: ("ffff::ffff", "ffff:ffff:0:ffff::", "::ffff")}

# table: its base chains, in the order of the hooks; what may stand in it.
TABLES = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "security": ("INPUT", "FORWARD", "OUTPUT"),
}
NO_IN = ("OUTPUT", "POSTROUTING")
NO_OUT = ("PREROUTING", "INPUT")


class RuleSet:
    """`rules` is the input of iptables-restore, `sets` that of ipset restore."""

    def __init__(self, random, family, tracking=True, native_ports=True):
        """`tracking`: rules may ask connection tracking. `native_ports`: the matches tcp and udp may have options."""
        self.random = random
        self.family = family
        self.tracking = tracking
        self.native_ports = native_ports
        self.set_names = []
        self.sets = "".join(line + "\n" for line in self._sets()) if random.random() < 0.5 else ""
        tables = [name for name in TABLES if name == "filter" or random.random() < {"nat": 0.55 * tracking, "security": 0.2}.get(name, 0.4)]
        random.shuffle(tables)
        # Which of nat INPUT and security INPUT comes first depends on the back-end (nft: nat); only a translation there would tell.
        self.has_security = "security" in tables
        self.around = Surroundings(family, HOST[family], ADDRESSES[family], INTERFACES, PORTS)
        self.has_content = random.random() < 0.2
        kinds = ("protocol", "source", "destination", "in", "out", "state", "iprange", "mark", "addrtype", "set", "content", "fragment")
        self.odd_masks = random.random() < 0.2  # few: of those with many gaps the symbolic evaluator says nothing
        self.likes = {kind: random.choice((0.3, 1, 1, 4)) for kind in kinds}
        self.rules = "".join(line + "\n" for table in tables for line in self._table(table))

    # Small choices.

    def _chance(self, probability):
        return self.random.random() < probability

    def _not(self, probability=0.25):
        return "! " if self._chance(probability) else ""

    def _address(self):
        return self.random.choice(ADDRESSES[self.family] + (HOST[self.family],) * 3)

    def _prefix(self, option):
        if self.odd_masks and self._chance(0.3):
            return f"{self._not()}{option} {self._address()}/{self.random.choice(ODD_MASKS[self.family])}"
        length = self.random.choice(LENGTHS[self.family])
        # The nft back-end refuses `! -s 0.0.0.0/0`.
        return f"{self._not() if length else ''}{option} {self._address()}/{length}"

    def _port_range(self):
        low, high = sorted(self.random.choices(PORTS, k=2))
        return self.random.choice((f"{low}", f"{high}", f"{low}:{high}", f":{high}", f"{low}:"))

    def _ports(self):
        words = [self.random.choice((str(self.random.choice(PORTS)), "79:82", "1000:3011")) for _ in range(self.random.randint(1, 4))]
        return ",".join(words)

    # Sets.

    def _sets(self):
        family = "inet" if self.family == 4 else "inet6"
        for number in range(self.random.randint(1, 4)):
            name = f"s{number}"
            kind = self.random.choice(("hash:ip", "hash:net", "hash:ip,port", "hash:net,port", "hash:net,iface", "bitmap:port"))
            yield f"create {name} {kind}" + (f" family {family}" if kind != "bitmap:port" else " range 0-65535")
            for member in sorted({self._member(kind) for _ in range(self.random.randint(0, 6))}):
                yield f"add {name} {member} -exist"
            self.set_names.append((name, kind))
        if self._chance(0.3):
            yield "create list list:set"
            members = [name for name, kind in self.set_names if kind == self.set_names[0][1]]
            for name in members:
                yield f"add list {name}"
            self.set_names.append(("list", self.set_names[0][1]))

    def _member(self, kind):
        net = f"{self._address()}/{self.random.choice([length for length in LENGTHS[self.family] if length])}"
        port = self.random.choice(("", "tcp:", "udp:")) + str(self.random.choice(PORTS))
        nomatch = " nomatch" if self._chance(0.2) else ""
        return {"hash:ip": self._address(), "hash:net": net + nomatch, "hash:ip,port": f"{self._address()},{port}",
                "hash:net,port": f"{net},{port}{nomatch}", "hash:net,iface": f"{net},{self.random.choice(INTERFACES)}{nomatch}",
                "bitmap:port": str(self.random.choice(PORTS))}[kind]

    def _set_match(self):
        name, kind = self.random.choice(self.set_names)
        directions = ",".join(self.random.choice(("src", "dst")) for _ in kind.split(":")[1].split(","))
        return f"-m set {self._not()}--match-set {name} {directions}"

    # Matches. `hooks`: the base chains that the rule can be reached from; `base`: it stands in one of them.

    def _matches(self, table, hooks, base):
        """A few conditions, so that rules hold often; which kinds a rule set likes is drawn once, so that its rules meet."""
        conditions = {
            "protocol": self._protocol,
            "source": lambda: self._prefix("-s"),
            "destination": lambda: self._prefix("-d"),
            "in": lambda: f"{self._not()}-i {self.random.choice(PATTERNS)}",
            "out": lambda: f"{self._not()}-o {self.random.choice(PATTERNS)}",
            "state": self._state, "iprange": self._iprange, "mark": self._mark, "addrtype": self._addrtype,
        }
        if self.set_names:
            conditions["set"] = self._set_match
        if self.has_content and self.tracking:
            conditions["content"] = self._content
        if self.family == 4:
            conditions["fragment"] = lambda: f"{self._not()}-f"
        if not self.tracking:
            del conditions["state"]
        if base and hooks[0] in NO_IN:
            del conditions["in"]
        if base and hooks[0] in NO_OUT:
            del conditions["out"]
        weights = [self.likes[name] for name in conditions]
        wanted = self.random.choices((0, 1, 2, 3), (1, 4, 3, 1))[0]
        chosen = set(self.random.choices(list(conditions), weights, k=wanted))
        words = [conditions[name]() for name in conditions if name in chosen]
        if self._chance(0.05):
            words.append('-m comment --comment "a \\"b\\" c"')
        if self._chance(0.02):
            words.append(self.random.choice(("-m statistic --mode random --probability 0.5", "-m limit --limit 1/day --limit-burst 1")))
        return words

    def _protocol(self):
        icmp = "icmp" if self.family == 4 else "icmpv6"
        protocol = self.random.choice(("tcp", "tcp", "tcp", "udp", "udp", icmp, "sctp", "47", "253", "! tcp", "! udp", "all"))
        if protocol.startswith("!"):
            return "! -p " + protocol[2:]
        return " ".join(("-p " + protocol, *self._of_protocol(protocol)))

    def _of_protocol(self, protocol):
        if protocol in ("tcp", "udp", "sctp"):
            words = [f"-m {protocol}"] if self._chance(0.2) else []
            own = protocol == "sctp" or self.native_ports
            if own and self._chance(0.3):
                words.append(f"{self._not()}--sport {self._port_range()}")
            if own and self._chance(0.5):
                words.append(f"{self._not()}--dport {self._port_range()}")
            if self._chance(0.3 if own else 0.7):
                words.append(f"-m multiport {self._not()}--{self.random.choice(('sports', 'dports', 'ports'))} {self._ports()}")
            if own and protocol == "tcp" and self._chance(0.35):
                words.append(self.random.choice((
                    "--syn", "! --syn", "--tcp-flags FIN,SYN,RST,ACK SYN", "! --tcp-flags SYN,ACK ACK", "--tcp-flags ALL NONE",
                    "--tcp-flags SYN,RST SYN,RST", "--tcp-flags PSH,URG PSH", "--tcp-flags SYN FIN", "! --tcp-flags ALL SYN,ACK")))
            return words
        if protocol == "icmp" and self._chance(0.6):
            return [f"{self._not()}--icmp-type " + self.random.choice((
                "echo-request", "echo-reply", "0", "8", "3", "3/3", "3/1", "destination-unreachable", "host-unreachable", "time-exceeded", "any", "13"))]
        if protocol == "icmpv6" and self._chance(0.6):
            return [f"{self._not()}--icmpv6-type " + self.random.choice((
                "echo-request", "echo-reply", "128", "1", "1/4", "1/3", "destination-unreachable", "address-unreachable", "time-exceeded", "135"))]
        return []

    def _state(self):
        states = ",".join(self.random.sample(("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"), self.random.randint(1, 3)))
        if self._chance(0.3):
            return f"-m state {self._not()}--state {states}"
        if self._chance(0.15):
            return f"-m conntrack --ctdir {self.random.choice(('ORIGINAL', 'REPLY'))}"
        if self._chance(0.2):
            states = self.random.choice(("DNAT", "SNAT", "DNAT,INVALID", "NEW,SNAT"))
        return f"-m conntrack {self._not()}--ctstate {states}"

    def _iprange(self):
        low, high = sorted((ipaddress.ip_address(self._address()), ipaddress.ip_address(self._address())))
        return f"-m iprange {self._not()}--{self.random.choice(('src', 'dst'))}-range {low}-{high}"

    def _mark(self):
        module = self.random.choice(("mark", "mark", "connmark" if self.tracking else "mark"))
        value = f"{self.random.choice(MARKS):#x}" + (f"/{self.random.choice(MASKS):#x}" if self._chance(0.6) else "")
        return f"-m {module} {self._not()}--mark {value}"

    def _addrtype(self):
        side = self.random.choice(("src", "dst"))
        kinds = ("LOCAL", "UNICAST", "MULTICAST", "LOCAL,UNICAST") + (("BROADCAST",) if self.family == 4 else ())
        return f"-m addrtype {self._not()}--{side}-type {self.random.choice(kinds)}"

    def _content(self):
        hops = "ttl --ttl" if self.family == 4 else "hl --hl"
        address = f"{self._address()}/{self.random.choice(LENGTHS[self.family])}"
        port, states = self.random.choice(PORTS), ("NONE", "SEEN_REPLY", "ASSURED")
        return "-m " + self.random.choice((
            f"{hops}-gt 64", f"{hops}-lt 64", f"length --length 0:{self.random.choice((32, 44, 60))}", f"dscp {self._not()}--dscp {self.random.choice((0, 1, 2))}",
            f"tos {self._not()}--tos 0x08", f"pkttype {self._not()}--pkt-type unicast", "conntrack --ctproto tcp", "conntrack ! --ctproto udp",
            f"conntrack {self._not()}--ctorigsrc {address}", f"conntrack {self._not()}--ctorigdst {address}", f"conntrack {self._not()}--ctreplsrc {address}",
            f"conntrack --ctorigdstport {port}", f"conntrack {self._not()}--ctstatus {self.random.choice(states)}",
            f"u32 {self._not()}--u32 0x6&0xFF=0x6", "string --algo bm --string wall", 'bpf --bytecode "1,6 0 0 1"'))

    # Targets.

    def _target(self, table, hooks, callees, matches):
        plain = ["ACCEPT", "ACCEPT", "RETURN", "RETURN", ""] + (["DROP"] * 2 if table != "nat" else [])
        plain += ["-j " + name for name in callees] * 2 + ["-g " + name for name in callees]
        special = ["NOTRACK", "CT --notrack"] if table == "raw" and self.tracking else []
        if table == "filter":
            plain += ["REJECT", "LOG --log-prefix \"x \"", "NFLOG --nflog-group 3"]
            if any(word.startswith("-p tcp") for word in matches):
                special += ["REJECT --reject-with tcp-reset"]
        if table == "mangle":
            value = f"{self.random.choice(MARKS):#x}"
            mask = f"{self.random.choice(MASKS):#x}"
            special += [f"MARK --set-mark {value}/{mask}", f"MARK --set-xmark {value}/{mask}", f"MARK --or-mark {value}", f"MARK --and-mark {value}",
                        f"MARK --xor-mark {value}"] * 2
        if table == "mangle" and self.tracking:
            special += [f"CONNMARK --set-mark {value}/{mask}", f"CONNMARK --save-mark --nfmask {mask} --ctmask {mask}",
                        f"CONNMARK --restore-mark --nfmask {mask} --ctmask {mask}", "CONNMARK --save-mark", "CONNMARK --restore-mark"] * 2
        if table == "nat":
            special += self._translations(hooks, matches)
        choice = self.random.choice(special if special and self._chance(0.5) else plain)
        return choice if choice.startswith("-") or not choice else "-j " + choice

    def _translations(self, hooks, matches):
        with_ports = any(word.startswith(("-p tcp", "-p udp")) for word in matches)
        if set(hooks) <= {"PREROUTING", "OUTPUT"}:
            to = self.random.choice(ADDRESSES[self.family])
            port = self.random.choice(PORTS)
            words = [f"DNAT --to-destination {to}", "REDIRECT"] * 2 + self._many()
            if with_ports:
                words += [f"REDIRECT --to-ports {port}", f"DNAT --to-destination " + (f"{to}:{port}" if self.family == 4 else f"[{to}]:{port}"),
                          f"DNAT --to-destination :{port}"]
            return words
        if set(hooks) <= {"POSTROUTING"}:
            return ["MASQUERADE", f"SNAT --to-source {self.random.choice(ADDRESSES[self.family])}"] * 2 + (self._many() if len(hooks) == 1 else [])[:1]
        if set(hooks) <= {"INPUT"} and not self.has_security:
            return [f"SNAT --to-source {self.random.choice(ADDRESSES[self.family])}"]
        return []

    def _many(self):
        """Translations to one of many addresses: which one is not in the rule. None of them leads forwarded packets to the host."""
        low, high = sorted(map(ipaddress.ip_address, self.random.choices(ADDRESSES[self.family], k=2)))
        net = ipaddress.ip_network(f"{self._address()}/{24 if self.family == 4 else 64}", strict=False)
        return [f"NETMAP --to {net}", f"DNAT --to-destination {low}-{high}"]

    # Tables.

    def _table(self, table):
        bases = TABLES[table]
        # Each user chain may be called from these hooks; nat's targets are legal at some hooks only.
        groups = (("PREROUTING", "OUTPUT"), ("POSTROUTING",)) if table == "nat" else (bases,)
        users = {}
        for number in range(self.random.randint(0, 5)):
            users[f"{table}-{number}"] = self.random.choice(groups)
        yield f"*{table}"
        for base in bases:
            policy = "DROP" if table != "nat" and self._chance(0.5 if table == "filter" else 0.08) else "ACCEPT"
            yield f":{base} {policy} [0:0]"
        for name in users:
            yield f":{name} - [0:0]"
        size = 7 if table == "filter" else 4
        for base in bases:
            callees = [name for name, hooks in users.items() if base in hooks]
            for _ in range(self.random.randint(0, size)):
                yield self._rule(table, base, (base,), callees, True)
        names = list(users)
        for place, name in enumerate(names):
            callees = [other for other in names[place + 1:] if set(users[name]) <= set(users[other])]
            for _ in range(self.random.randint(0, size)):
                yield self._rule(table, name, users[name], callees, False)
        yield "COMMIT"

    def _rule(self, table, chain, hooks, callees, base):
        matches = self._matches(table, hooks, base)
        target = self._target(table, hooks, callees, matches)
        return " ".join(word for word in (f"-A {chain}", *matches, target) if word)
