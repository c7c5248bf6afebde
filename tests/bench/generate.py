#!/usr/bin/env python3
"""Files to measure with: generate.py flat|kube|campus|host|pf [--rules N] [--seed N] > FILE

Same arguments, same bytes. The files load: iptables-restore takes them.
  flat    one long list in OUTPUT and one in INPUT: mixed prefixes, ports, multiport, states; nothing is sorted, and no
          rule is for every address
  kube    what kube-proxy leaves: three chains or more a service, one a pod, statistic, marks and DNAT
  campus  a router of many subnets: a chain a subnet and direction, registered machines by MAC address, services by
          multiport, states first
  host    a small file that permits all flows of the pack rightscale
  pf      one long pf.conf: a table, ports by list; no macros, since the grammar alone would not know them
"""
import argparse
import random
import sys

DEFAULT_RULES = {"flat": 100_000, "kube": 100_000, "campus": 5_000, "host": 50, "pf": 100_000}


class Table:
    """The lines of one table: declarations first, whatever the order in which rules ask for chains."""

    def __init__(self, name, policies):
        self.name = name
        self.chains = dict(policies)
        self.rules = []

    def chain(self, name):
        self.chains[name] = "-"
        return name

    def add(self, chain, text):
        self.rules.append(f"-A {chain} {text}\n")

    def lines(self):
        yield f"*{self.name}\n"
        yield from (f":{chain} {policy} [0:0]\n" for chain, policy in self.chains.items())
        yield from self.rules
        yield "COMMIT\n"


def filter_table(policy="DROP"):
    return Table("filter", {"INPUT": policy, "FORWARD": policy, "OUTPUT": policy})


def prefix(dice, lengths):
    """A network inside 10.0.0.0/8 or the documentation's ranges, its host bits zero."""
    length = dice.choice(lengths)
    base, own = dice.choice([(10 << 24, 8), (10 << 24, 8), (172 << 24 | 16 << 16, 12), (198 << 24 | 51 << 16 | 100 << 8, 24)])
    length = max(length, own)
    address = base | dice.getrandbits(32 - own)
    address &= ~((1 << (32 - length)) - 1)
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}"


def ports(dice):
    low = dice.choice([22, 25, 53, 80, 123, 443, 3011, 8080]) if dice.random() < 0.5 else dice.randrange(1, 65000)
    return f"{low}" if dice.random() < 0.7 else f"{low}:{low + dice.randrange(1, 500)}"


def flat(dice, count):
    table = filter_table()
    for chain in ("INPUT", "OUTPUT"):
        table.add(chain, "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    while len(table.rules) < count:
        words = []
        if dice.random() < 0.7:
            words.append("-s " + prefix(dice, [16, 20, 24, 27, 32, 32]))
        if dice.random() < 0.7 or not words:  # a rule for any address would decide for all that follow
            words.append("-d " + prefix(dice, [16, 20, 24, 28, 32, 32]))
        protocol = dice.choice(["tcp", "tcp", "udp", "icmp"])
        words.append(f"-p {protocol}")
        if protocol != "icmp":
            if dice.random() < 0.2:
                words.append(f"-m multiport --dports {','.join(ports(dice) for _ in range(dice.randrange(2, 7)))}")
            else:
                words.append(f"-m {protocol} --dport {ports(dice)}")
        if dice.random() < 0.3:
            words.append("-m conntrack --ctstate NEW")
        words.append("-j " + dice.choice(["ACCEPT", "ACCEPT", "DROP", "REJECT"]))
        table.add(dice.choice(["INPUT", "OUTPUT"]), " ".join(words))
    return [table]


def host(dice, count):
    """What the pack rightscale asks of a cloud instance stands first, then rules as in `flat`."""
    table = filter_table()
    for chain in ("INPUT", "OUTPUT"):
        table.add(chain, "-m conntrack --ctstate ESTABLISHED -j ACCEPT")
    table.add("INPUT", "-p tcp -m multiport --dports 80,443 -j ACCEPT")
    table.add("OUTPUT", "-p udp -m multiport --dports 123,3011 -j ACCEPT")
    table.add("OUTPUT", "-p tcp -m multiport --dports 80,443 -j ACCEPT")
    [others] = flat(dice, count - len(table.rules) + 2)
    table.rules += others.rules[2:]
    return [table]


def kube_name(dice, kind):
    return f"KUBE-{kind}-" + "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))


def kube(dice, count):
    nat = Table("nat", dict.fromkeys(("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), "ACCEPT"))
    filters = filter_table("ACCEPT")
    for name in ("KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"):
        nat.chain(name)
    for name in ("KUBE-SERVICES", "KUBE-FORWARD", "KUBE-FIREWALL"):
        filters.chain(name)
    for chain in ("PREROUTING", "OUTPUT"):
        nat.add(chain, '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES')
    nat.add("POSTROUTING", '-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING')
    nat.add("KUBE-MARK-MASQ", "-j MARK --set-xmark 0x4000/0x4000")
    nat.add("KUBE-POSTROUTING", "-m mark ! --mark 0x4000/0x4000 -j RETURN")
    nat.add("KUBE-POSTROUTING", "-j MARK --set-xmark 0x4000/0x0")
    nat.add("KUBE-POSTROUTING", "-j MASQUERADE --random-fully")
    for chain in ("FORWARD", "OUTPUT"):
        filters.add(chain, '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES')
    filters.add("FORWARD", '-m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD')
    filters.add("INPUT", "-j KUBE-FIREWALL")
    filters.add("KUBE-FIREWALL", "! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP")
    filters.add("KUBE-FORWARD", "-m conntrack --ctstate INVALID -j DROP")
    filters.add("KUBE-FORWARD", "-m mark --mark 0x4000/0x4000 -j ACCEPT")
    filters.add("KUBE-FORWARD", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    number = 0
    while len(nat.rules) + len(filters.rules) < count - 1:
        number += 1
        address = f"10.{96 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
        name, port = f"ns{number % 97}/svc{number}:http", dice.choice([80, 443, 8080, 9090])
        cluster = f'-d {address}/32 -p tcp -m comment --comment "{name} cluster IP" -m tcp --dport {port}'
        if number % 50 == 0:
            no_endpoints = f'-m comment --comment "{name} has no endpoints" -m tcp --dport {port} -j REJECT'
            filters.add("KUBE-SERVICES", f"-d {address}/32 -p tcp {no_endpoints}")
            continue
        service = nat.chain(kube_name(dice, "SVC"))
        nat.add("KUBE-SERVICES", f"{cluster} -j {service}")
        nat.add(service, f"! -s 10.244.0.0/16 {cluster} -j KUBE-MARK-MASQ")
        if number % 10 == 0:
            external = nat.chain(kube_name(dice, "EXT"))
            nat.add("KUBE-NODEPORTS", f'-p tcp -m comment --comment "{name}" -m tcp --dport {30000 + number % 2768} -j {external}')
            nat.add(external, "-j KUBE-MARK-MASQ")
            nat.add(external, f"-j {service}")
        pods = dice.randrange(1, 11)
        for left in range(pods, 0, -1):
            pod = nat.chain(kube_name(dice, "SEP"))
            pod_address = f"10.244.{dice.randrange(256)}.{dice.randrange(1, 255)}"
            share = f" -m statistic --mode random --probability {1 / left:.11f}" if left > 1 else ""
            nat.add(service, f'-m comment --comment "{name} -> {pod_address}:{port}"{share} -j {pod}')
            nat.add(pod, f'-s {pod_address}/32 -m comment --comment "{name}" -j KUBE-MARK-MASQ')
            nat.add(pod, f'-p tcp -m comment --comment "{name}" -m tcp -j DNAT --to-destination {pod_address}:{port}')
    nat.add("KUBE-SERVICES", '-m comment --comment "node ports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS')
    return [filters, nat]


def campus(dice, count):
    table = filter_table()
    for chain in ("INPUT", "FORWARD", "OUTPUT"):
        table.add(chain, "-m state --state RELATED,ESTABLISHED -j ACCEPT")
        table.add(chain, "-m state --state INVALID -j DROP")
    subnets = [(f"net{number}", f"10.{number}.0.0/20", f"eth1.{100 + number}") for number in range(1, 21)]
    for name, network, interface in subnets:
        table.add("FORWARD", f"-s {network} -i {interface} -j {table.chain(name + '-out')}")
        table.add("FORWARD", f"-d {network} -o {interface} -j {table.chain(name + '-in')}")
    table.add("OUTPUT", "-p udp -m multiport --dports 53,123,514 -j ACCEPT")
    table.add("OUTPUT", "-p tcp -m multiport --dports 80,443 -m state --state NEW -j ACCEPT")
    while len(table.rules) < count:
        name, network, _ = dice.choice(subnets)
        host = network.split(".0.0/")[0] + f".{dice.randrange(16)}.{dice.randrange(1, 255)}"
        services = ",".join(sorted({ports(dice) for _ in range(dice.randrange(2, 7))}))
        protocol = dice.choice(["tcp", "tcp", "udp"])
        if dice.random() < 0.5:
            mac = "02:" + ":".join(f"{dice.getrandbits(8):02x}" for _ in range(5))
            table.add(f"{name}-out", f"-s {host}/32 -m mac --mac-source {mac} -m state --state NEW -j ACCEPT")
        elif dice.random() < 0.5:
            table.add(f"{name}-out", f"-s {host}/32 -p {protocol} -m multiport --dports {services} -m state --state NEW -j ACCEPT")
        else:
            verdict = dice.choice(["ACCEPT", "ACCEPT", "ACCEPT", "DROP"])
            source = "" if dice.random() < 0.5 else f"-s {prefix(dice, [16, 24, 32])} "
            table.add(f"{name}-in", f"{source}-d {host}/32 -p {protocol} -m multiport --dports {services} "
                                    f"-m state --state NEW -j {verdict}")
    return [table]


class Lines:
    def __init__(self, lines):
        self.rules = lines

    def lines(self):
        return self.rules


def pf(dice, count):
    lines = ["set skip on lo0\n", "table <office> { 192.0.2.0/24, 198.51.100.7 }\n", "block all\n"]
    while len(lines) < count + 2:
        verdict = dice.choice(["pass", "pass", "block"])
        if verdict == "block":
            verdict += dice.choice(["", " return"])
        protocol = dice.choice(["tcp", "tcp", "udp"])
        source = dice.choice(["any", "<office>", prefix(dice, [16, 24, 32])])
        port = "{ 80, 443 }" if dice.random() < 0.1 else ports(dice)
        state = dice.choice(["", " keep state"]) if verdict == "pass" else ""
        lines.append(f"{verdict} {dice.choice(['in', 'out'])}{dice.choice(['', ' quick'])} on em0 proto {protocol} from {source} to "
                     f"{prefix(dice, [16, 24, 32])} port {port}{state}\n")
    return [Lines(lines)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=DEFAULT_RULES)
    parser.add_argument("--rules", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(f"{options.kind} {options.seed}")
    for table in globals()[options.kind](dice, options.rules or DEFAULT_RULES[options.kind]):
        sys.stdout.writelines(table.lines())


if __name__ == "__main__":
    main()
