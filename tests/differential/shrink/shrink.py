"""Delta debugging: makes a case on which answers differ as small as it gets, and writes it down.

A case is a rule file and a packet (a dict as `wallcheck trace --packets` reads it); `disagrees(text, packet)` says whether the answers to
it still differ. First rules go, then words of rules, then what is said of the packet; until nothing more can go."""

import json
import re

# What a field of the packet becomes, if the disagreement does not need what it is.
PLAIN = {"mark": 0, "connmark": 0, "sport": 40000, "dport": 80, "in_iface": "eth0", "out_iface": "eth1", "icmp_code": 0}
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')


def fewest(items, holds):
    """Some of `items`, in their order, that still make `holds`, none of which can go alone (Zeller's ddmin)."""
    size = max(len(items) // 2, 1)
    while items:
        place, gone = 0, False
        while place < len(items):
            fewer = items[:place] + items[place + size:]
            if holds(fewer):
                items, gone = fewer, True
            else:
                place += size
        if size == 1 and not gone:
            break
        size = max(size // 2, 1)
    return items


def options(line):
    """The words of a rule, each option with its `!` and its values."""
    groups = []
    for word in WORD.findall(line):
        starts = word == "!" or (re.match(r"--?[a-zA-Z]", word) and not (groups and groups[-1] == ["!"]))
        if starts or not groups:
            groups.append([word])
        else:
            groups[-1].append(word)
    return groups


class Iptables:
    """Input of iptables-restore: rules, chains and tables, then options of rules; sets are another file."""

    @staticmethod
    def smaller(text, holds):
        keep = lambda line: line.startswith(("*", "COMMIT"))
        lines = Lines.fewer(text.splitlines(), holds, lambda line: line.startswith(("-A", "[")))
        lines = Lines.fewer(lines, holds, lambda line: not keep(line) and not line.startswith("-A"))
        tables = [table + "COMMIT\n" for table in "".join(line + "\n" for line in lines).split("COMMIT\n")[:-1]]
        lines = "".join(fewest(tables, lambda some: holds("".join(some)))).splitlines()
        for place, line in enumerate(lines):
            if line.startswith("-A"):
                first, *others = options(line)
                join = lambda some: " ".join(word for group in [first, *some] for word in group)
                others = fewest(others, lambda some: holds(Lines.text([*lines[:place], join(some), *lines[place + 1:]])))
                lines[place] = join(others)
        return Lines.text(lines)


class Lines:
    """pf.conf: lines, then words of lines."""

    @staticmethod
    def text(lines):
        return "".join(line + "\n" for line in lines)

    @staticmethod
    def fewer(lines, holds, may_go):
        """Without those of the lines that may go and need not stay."""
        def with_only(places):
            return [line for place, line in enumerate(lines) if place in places or not may_go(line)]
        places = [place for place, line in enumerate(lines) if may_go(line)]
        return with_only(set(fewest(places, lambda some: holds(Lines.text(with_only(set(some)))))))

    @staticmethod
    def smaller(text, holds):
        lines = Lines.fewer(text.splitlines(), holds, lambda line: True)
        for place, line in enumerate(lines):
            words = fewest(WORD.findall(line), lambda some: holds(Lines.text([*lines[:place], " ".join(some), *lines[place + 1:]])))
            lines[place] = " ".join(words)
        return Lines.text(lines)


class Document:
    """JSON: members of arrays and objects, the outer ones first."""

    @staticmethod
    def smaller(text, holds):
        root = json.loads(text)
        write = lambda: json.dumps(root, indent=1) + "\n"

        def visit(node):
            if isinstance(node, list):
                items = list(node)

                def with_only(some):
                    node[:] = some
                    return holds(write())
                node[:] = fewest(items, with_only)
                for child in node:
                    visit(child)
            elif isinstance(node, dict):
                items = list(node.items())

                def with_members(some):
                    node.clear()
                    node.update(some)
                    return holds(write())
                left = fewest(items, with_members)
                node.clear()
                node.update(left)
                for child in node.values():
                    visit(child)
        visit(root)
        return write()


def plainer(packet, holds):
    for key, plain in PLAIN.items():
        if key in packet and packet[key] != plain and holds(packet | {key: plain}):
            packet = packet | {key: plain}
    return packet


def shrink(text, packet, disagrees, syntax):
    """The smallest (text, packet) found on which the answers differ; they have to on those given."""
    assert disagrees(text, packet)
    size = None
    while size != (size := (len(text), json.dumps(packet))):
        text = syntax.smaller(text, lambda smaller: disagrees(smaller, packet))
        packet = plainer(packet, lambda other: disagrees(text, other))
    return text, packet


PACKET = "# packet: "


def write_fixture(folder, name, text, packet, answers, sets=""):
    """The case as files: NAME.rules with packet and answers in front (kernel_test.py asks about them again), NAME.ipset."""
    folder.mkdir(parents=True, exist_ok=True)
    said = ", ".join(f"{who} {what}" for who, what in answers.items())
    path = folder / f"{name}.rules"
    path.write_text(f"# Answers differed: {said}\n{PACKET}{json.dumps(packet)}\n{text}", "latin-1")
    if sets:
        path.with_suffix(".ipset").write_text(sets)
    return path


def packets_of(text):
    """The packets that a file written so is about."""
    return [json.loads(line.removeprefix(PACKET)) for line in text.splitlines() if line.startswith(PACKET)]
