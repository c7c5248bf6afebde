#!/usr/bin/env python3
"""The kernel judges what `audit` says of rules: packets, many of them made from the rules' own words, are sent through each rule file with
both back-ends; the counter of a rule that is said never to see a packet (shadowed, never matching, in a chain that nothing reaches)
must stay at zero. Exit status 77 where this machine cannot judge."""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

from fixtures import Fixture, fixture_paths, sets_beside
from judge import Judge
from kernel_test import BACKENDS, options_where_judged
from probes import Probe

NEVER_HIT = {"WC301", "WC303", "WC304"}
WORD = re.compile(r'"[^"]*"|\S+')


def appended(rules):
    """By place in the file: (table, chain, words) of each rule."""
    table, found = "", {}
    for number, line in enumerate(rules.splitlines(), 1):
        if line.startswith("*"):
            table = line[1:].strip()
        elif match := re.match(r"(?:\[\d+:\d+\] )?-A (\S+)\s*(.*)", line):
            found[number] = (table, match[1].strip('"'), WORD.findall(match[2]))
    return found


def said_dead(wallcheck, path, rules):
    """Lines of rules that no packet hits, with the code that says so."""
    sets = ["--ipset", sets_beside(path)] if sets_beside(path).exists() else []
    run = subprocess.run([wallcheck, "audit", "--isolated", "--select", ",".join(NEVER_HIT), *sets, "--format", "json", path], capture_output=True)
    dead = {}
    for file in json.loads(run.stdout)["files"]:
        for finding in file["findings"]:
            if finding["code"] not in NEVER_HIT:
                continue
            if finding["code"] != "WC303":
                dead[finding["line"]] = finding["code"]
                continue
            # The chain and those that only it leads to; a list for people names only some.
            lines = path.read_text("latin-1").splitlines()
            for at in (finding["line"], *(label["line"] for label in finding.get("related", []))):
                chain = re.match(r":(\S+)", lines[at - 1])
                table = next(line[1:].strip() for line in reversed(lines[:at]) if line.startswith("*"))
                dead |= {number: "WC303" for number, rule in rules.items() if chain and rule[:2] == (table, chain[1])}
    return dead


class Aimed(Probe):
    """A random packet with what the rule asks for, where that is a plain word."""

    def __init__(self, rand, around, rule):
        super().__init__(rand, around)
        _, chain, words = rule
        if self.flow or self.about:
            return
        it = self.json
        value = {words[i]: words[i + 1] for i in range(len(words) - 1) if words[i].startswith("-") and (i == 0 or words[i - 1] != "!")}
        if value.get("-p") in ("tcp", "udp") and it["proto"] != value["-p"] and it["state"] == "NEW":
            it["proto"] = value["-p"]
            for key in ("icmp_type", "icmp_code", "tcp_flags"):
                it.pop(key, None)
            it["sport"], it["dport"] = rand.randint(1024, 65535), rand.choice(around.ports)
            if it["proto"] == "tcp":
                it["tcp_flags"] = "SYN"
        if "dport" in it:
            for option, key in (("--dport", "dport"), ("--dports", "dport"), ("--sport", "sport"), ("--sports", "sport")):
                ports = [port for port in re.split("[,:]", value.get(option, "")) if port.isdigit() and 0 < int(port) < 65536]
                if ports:
                    it[key] = int(rand.choice(ports))
        for option, key in (("-i", "in_iface"), ("-o", "out_iface")):
            name = value.get(option, "").replace("+", "0")
            if key in it and name in around.interfaces:
                it[key] = name


def counts(saved):
    """By (table, chain): the packets of each rule, in order."""
    table, found = "", {}
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif match := re.match(r"\[(\d+):\d+\] -A (\S+)", line):
            found.setdefault((table, match[2].strip('"')), []).append(int(match[1]))
    return found


def line_counts(rules, saved):
    """By line: its rule's counter. None: the kernel has other rules than the file (a list that it expands)."""
    counted = counts(saved)
    by_chain = {}
    for number, (table, chain, _) in rules.items():
        by_chain.setdefault((table, chain), []).append(number)
    by_line = {}
    for chain, numbers in by_chain.items():
        if len(numbers) != len(counted.get(chain, [])):
            return None
        by_line |= zip(numbers, counted[chain])
    return by_line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--packets", type=int, default=400, help="a file and back-end")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = options_where_judged(parser)
    dead_rules, rules_hit, rules_alive, judged, troubles = {}, 0, 0, 0, []
    for path in (path for folder in options.folders for path in fixture_paths(folder)):
        rand = random.Random(path.name)
        fixture = Fixture(rand, path)
        rules = appended(fixture.rules)
        if not rules:
            continue
        dead = said_dead(options.wallcheck, path, rules)
        probes = [Aimed(rand, fixture.around, rand.choice(list(rules.values()))) for _ in range(options.packets)]
        hit_by_any = set()
        for backend in BACKENDS:
            judge = Judge(fixture.around, backend, fixture.rules, fixture.sets)
            try:
                judge.verdicts(probes, count=True)
            except RuntimeError as why:
                troubles.append(f"{path}, {backend}: {why}")
                continue
            counted = line_counts(rules, judge.counted)
            if counted is None:
                continue
            judged += 1
            hit = {line for line, packets in counted.items() if packets}
            hit_by_any |= hit
            for line in sorted(hit & dead.keys()):
                troubles.append(f"{path}:{line}, {backend}: said to be dead ({dead[line]}), and a packet hit it: {rules[line]}")
        for code in dead.values():
            dead_rules[code] = dead_rules.get(code, 0) + 1
        rules_alive += len(rules.keys() - dead.keys())
        rules_hit += len(hit_by_any)
    print(f"judged {judged} times; rules said to be dead: " + ", ".join(f"{code} {count}" for code, count in sorted(dead_rules.items())))
    print(f"of {rules_alive} other rules packets hit {rules_hit}")
    print("\n".join(troubles))
    return 1 if troubles or judged == 0 or not dead_rules or rules_hit * 2 < rules_alive else 0


if __name__ == "__main__":
    sys.exit(main())
