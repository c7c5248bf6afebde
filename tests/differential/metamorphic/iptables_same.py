"""Changes to a rule file that change no packet's way. Each takes a random source, the file's text and the family; None where there is nothing to do."""

import ipaddress
import re

from shrink import options

# Conditions that answer differently each time they are asked: asked twice they are two conditions.
EACH_TIME = re.compile(r"-m (limit|hashlimit|statistic|recent|connlimit|quota|connbytes|rateest|nfacct|ttl|hl|dscp|tos|tcpmss|socket|rpfilter|time|ecn|helper)\b"
                       r"|--ctstatus|--ctexpire")
CHANGES_PACKET = re.compile(r"-j (MARK|CONNMARK|CONNSECMARK|NOTRACK|CT|SET|TTL|HL|TOS|DSCP|DNAT|SNAT|NETMAP|REDIRECT|TPROXY|HMARK|ECN|TCPMSS|IDLETIMER|RATEEST)\b")
PLAIN = re.compile(r"^-A (\S+) (.*)$")
VERDICT = re.compile(r" -j (ACCEPT|DROP)$")


class Rules:
    """The lines of a file, with the table that each stands in."""

    def __init__(self, text):
        self.lines = text.splitlines()
        self.tables, table = [], ""
        for line in self.lines:
            table = line[1:].strip() if line.startswith("*") else table
            self.tables.append(table)

    def rules(self, wanted=lambda line: True):
        """Places of `-A` lines that every change here understands."""
        return [place for place, line in enumerate(self.lines) if PLAIN.match(line) and "," not in line.split("--", 1)[0] and not EACH_TIME.search(line)
                and "wallcheck:" not in line and wanted(line)]

    def with_lines(self, place, lines):
        return "\n".join([*self.lines[:place], *lines, *self.lines[place + 1:]]) + "\n"

    def user_chains(self, table):
        return [line[1:].split()[0] for line, where in zip(self.lines, self.tables) if where == table and re.match(r":\S+ -", line)]


def split_network(rand, text, family):
    """One rule for a network becomes two, for its halves."""
    rules = Rules(text)
    pattern = re.compile(r"(?<!! )-([sd]) ([0-9a-f.:]+)(?:/(\d+))?(?= |$)")
    places = rules.rules(lambda line: (m := pattern.search(line)) and m[3] and int(m[3]) < (128 if ":" in m[2] else 32))
    if not places:
        return None
    place = rand.choice(places)
    found = pattern.search(rules.lines[place])
    halves = ipaddress.ip_network(f"{found[2]}/{found[3]}", strict=False).subnets(1)
    line = rules.lines[place]
    return rules.with_lines(place, [f"{line[:found.start()]}-{found[1]} {half}{line[found.end():]}" for half in halves])


def split_everything(rand, text, family):
    """A rule that is about every source becomes two, for the halves of all addresses."""
    rules = Rules(text)
    places = rules.rules(lambda line: not re.search(r"(^| )-(s|m set)\b|--src|--source", line))
    if not places:
        return None
    place = rand.choice(places)
    chain, rest = PLAIN.match(rules.lines[place]).groups()
    return rules.with_lines(place, [f"-A {chain} -s {half} {rest}" for half in (("::/1", "8000::/1") if family == 6 else ("0.0.0.0/1", "128.0.0.0/1"))])


def disjoint(one, other):
    """No packet meets both: different protocols, or different single ports or hosts."""
    def value(line, option):
        found = re.search(rf"(?<!! ){option} (\S+)", line)
        return found and found[1]
    a, b = value(one, "-p"), value(other, "-p")
    if {a, b} == {"tcp", "udp"}:
        return True
    if a != b or a not in ("tcp", "udp"):
        return False
    ports = [value(line, "--dport") for line in (one, other)]
    return all(port and port.isdigit() for port in ports) and int(ports[0]) != int(ports[1])


def reorder(rand, text, family):
    """Neighbours change places that say the same, or that no packet meets both of."""
    rules = Rules(text)
    usable = set(rules.rules(lambda line: not CHANGES_PACKET.search(line)))
    def may_swap(place):
        if place not in usable or place + 1 not in usable:
            return False
        one, other = rules.lines[place], rules.lines[place + 1]
        if PLAIN.match(one)[1] != PLAIN.match(other)[1]:
            return False
        verdicts = [VERDICT.search(line) for line in (one, other)]
        return (all(verdicts) and verdicts[0][1] == verdicts[1][1]) or (all(re.search(r" -j \S+", line) for line in (one, other)) and disjoint(one, other))
    places = [place for place in usable if may_swap(place)]
    if not places:
        return None
    place = rand.choice(sorted(places))
    rules.lines[place:place + 2] = [rules.lines[place + 1], rules.lines[place]]
    return "\n".join(rules.lines) + "\n"


def rename_chain(rand, text, family):
    """Not of chains in which something is asked each time: in a chain of another name that is another condition."""
    rules = Rules(text)
    asked = {(table, found[1]) for line, table in zip(rules.lines, rules.tables) if EACH_TIME.search(line) and (found := re.search(r"-[AI] (\S+)", line))}
    chains = [(table, chain) for table in dict.fromkeys(rules.tables) for chain in rules.user_chains(table) if (table, chain) not in asked]
    if not chains:
        return None
    table, chain = rand.choice(chains)
    name = re.escape(chain)
    new = f"renamed-{rand.randrange(1000)}"
    for place, line in enumerate(rules.lines):
        if rules.tables[place] == table:
            line = re.sub(rf"^:{name} ", f":{new} ", line)
            line = re.sub(rf"^((?:\[\d+:\d+\] )?-[AI] ){name}(?= |$)", rf"\g<1>{new}", line)
            rules.lines[place] = re.sub(rf"( -[jg] ){name}(?= |$)", rf"\g<1>{new}", line)
    return "\n".join(rules.lines) + "\n"


def inline_chain(rand, text, family):
    """A call of a chain that only decides becomes the chain's rules, each with the call's conditions."""
    rules = Rules(text)
    calls = []
    for place in rules.rules():
        call = re.search(r"^-A (\S+) (.*?)-j (\S+)$", rules.lines[place])
        if not call or call[3] not in rules.user_chains(rules.tables[place]):
            continue
        body = [line for line, table in zip(rules.lines, rules.tables) if table == rules.tables[place] and re.match(rf"(\[\d+:\d+\] )?-[AI] {re.escape(call[3])}( |$)", line)]
        keys = lambda words: {group[0] if group[0] != "!" else group[1] for group in options(words)} - {"-m", "--comment"}
        simple = all(PLAIN.match(line) and not EACH_TIME.search(line) and not CHANGES_PACKET.search(line) and not re.search(r" -g | -j (RETURN|QUEUE|NFQUEUE)", line) and
                     not keys(call[2]) & keys(PLAIN.match(line)[2]) and "-m multiport" not in call[2] for line in body)
        if simple and len(body) < 20:
            calls.append((place, call, body))
    if not calls:
        return None
    place, call, body = rand.choice(calls)
    return rules.with_lines(place, [f"-A {call[1]} {call[2]}{PLAIN.match(line)[2]}" for line in body])


def negate_twice(rand, text, family):
    """`-s NET TARGET` becomes a chain of its own: `! -s NET -j RETURN`, then the target."""
    rules = Rules(text)
    pattern = re.compile(r"(! )?-([sdio]) (\S+) ")
    places = rules.rules(lambda line: pattern.search(line) and re.search(r" -j \S+", line) and not re.search(r" -j RETURN", line))
    places = [place for place in places if "+" not in pattern.search(rules.lines[place])[3] and rules.tables[place] != "nat" and not pattern.search(rules.lines[place])[3].endswith("/0")]
    if not places:
        return None
    place = rand.choice(places)
    line = rules.lines[place]
    found = pattern.search(line)
    chain, target = PLAIN.match(line)[1], line[line.index(" -j ") + 1:]
    if found.start() > line.index(" -j "):
        return None
    rest = (line[:found.start()] + line[found.end():]).split(" -j ")[0].rstrip()
    protocol = re.search(r"(?<!! )-p \S+", rest)
    head = next(i for i, other in enumerate(rules.lines) if rules.tables[i] == rules.tables[place] and other.startswith(":"))
    new = f"twice-{rand.randrange(1000)}"
    lines = list(rules.lines)
    lines[place] = f"{rest} -j {new}"
    opposite = "" if found[1] else "! "
    last = max(i for i, table in enumerate(rules.tables) if table == rules.tables[place] and rules.lines[i] != "COMMIT" and i < next(
        (c for c in range(place, len(lines)) if lines[c] == "COMMIT"), len(lines)))
    lines[last + 1:last + 1] = [f"-A {new} {opposite}-{found[2]} {found[3]} -j RETURN", f"-A {new} {protocol[0] + ' ' if protocol else ''}{target}"]
    lines.insert(head, f":{new} - [0:0]")
    return "\n".join(lines) + "\n"


def add_shadowed(rand, text, family):
    """Behind a rule that decides, one with the same conditions that decides otherwise."""
    rules = Rules(text)
    places = [place for place in rules.rules(lambda line: VERDICT.search(line)) if rules.tables[place] == "filter"]
    if not places:
        return None
    place = rand.choice(places)
    line = rules.lines[place]
    other = VERDICT.sub(lambda m: " -j " + ("DROP" if m[1] == "ACCEPT" else "ACCEPT"), line)
    return rules.with_lines(place, [line, other])


CHANGES = (split_network, split_everything, reorder, rename_chain, inline_chain, negate_twice, add_shadowed)
