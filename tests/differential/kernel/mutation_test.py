#!/usr/bin/env python3
"""The kernel judges `check` where something was changed: of each rule file, single rules are taken out or say the opposite. What `check` then
says of each documented flow is compared with what the kernel does, with both back-ends: the packet that shows each verdict, and further
packets of each leg that is permitted or blocked as a whole. A sample of the mutants by seed; --all takes every one. Exit status 77 where
this machine cannot judge."""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from fix_test import PASSING, Witness, limited
from fixtures import Fixture, fixture_paths
from judge import ACCEPT, Judge
from kernel_test import BACKENDS, options_where_judged

OPPOSITE = {"ACCEPT": "DROP", "DROP": "ACCEPT", "REJECT": "ACCEPT"}
TARGET = re.compile(r"-j (ACCEPT|DROP|REJECT(?: --reject-with \S+)?)\s*$")


def mutants(rules):
    """(what was done, rules) of each change to a single rule."""
    lines, table = rules.splitlines(keepends=True), ""
    for place, line in enumerate(lines):
        table = line[1:].strip() if line.startswith("*") else table
        if not re.match(r"(\[\d+:\d+\] )?-[AI] ", line):
            continue
        yield f"line {place + 1} is gone", "".join(lines[:place] + lines[place + 1:])
        target = TARGET.search(line)
        if target and table != "nat":
            other = line[:target.start()] + "-j " + OPPOSITE[target[1].split()[0]] + "\n"
            yield f"line {place + 1} says the opposite", "".join([*lines[:place], other, *lines[place + 1:]])


def policy_of_both_families(folder):
    """The pack rightscale, for IPv6 files too."""
    pack = json.loads((pathlib.Path(__file__).resolve().parents[3] / "policies" / "rightscale.json").read_text())
    del pack["family"], pack["$schema"]
    path = pathlib.Path(folder) / "both.json"
    path.write_text(json.dumps(pack | {"id": "both"}))
    return path


def check(wallcheck, path, rules):
    """The services of flows that the file decides."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / path.name
        copy.write_text(rules, "latin-1", newline="")
        sets = path.with_name(path.name.removesuffix(".rules").removesuffix(".ip6") + ".ipset")
        side = ["--ipset", str(sets)] if sets.exists() else []
        run = subprocess.run([wallcheck, "check", "--isolated", "--policy", policy_of_both_families(folder), *side, "--format", "json", copy], capture_output=True)
        file = json.loads(run.stdout)["files"][0]
    return [] if file["status"] == "failed" else [service for flow in file["flows"] for service in flow.get("services", []) if service.get("witness")]


def opening(service):
    """The connection's first packet, as the probe of an open leg."""
    it = dict(service["witness"], state="NEW", ct_dir="ORIGINAL")
    if it["proto"] == "tcp":
        it["tcp_flags"] = "SYN"
    ports = [part.partition("-") for part in service["ports"].split(",")]
    return it if any(int(first) <= it["dport"] <= int(last or first) for first, _, last in ports) else turned(it)


def turned(it):
    other = dict(it, src=it["dst"], dst=it["src"], sport=it["dport"], dport=it["sport"], hook={"INPUT": "OUTPUT", "OUTPUT": "INPUT"}.get(it["hook"], it["hook"]))
    for key, opposite in (("in_iface", "out_iface"), ("out_iface", "in_iface")):
        other.pop(key, None)
        if opposite in it:
            other[key] = it[opposite]
    return other


def packet_of_leg(rand, leg, service, around):
    """A packet of the leg from or to any address and, on a host, through any interface."""
    first = opening(service)
    first["sport"] = rand.choice((1024, 1025, 32768, 65535, rand.randint(1024, 65535)))
    remote = rand.choice([address for address in around.addresses if address not in (first["src"], first["dst"])])
    first["src" if first["hook"] == "INPUT" else "dst"] = remote
    if first["hook"] != "FORWARD":
        first["in_iface" if first["hook"] == "INPUT" else "out_iface"] = rand.choice(around.interfaces)
    if leg == "open":
        return first
    it = dict(first, state="ESTABLISHED")
    if leg == "reply":
        it = dict(turned(it), ct_dir="REPLY")
    if it["proto"] == "tcp":
        it["tcp_flags"] = rand.choice(("ACK", "PSH,ACK", "FIN,ACK"))
    return it


def claims(rand, service, around, packets, untracks):
    """(what was said, packet, accepted or not). A witness that rests on assumptions claims nothing by itself. `untracks`: a connection
    may be none, so that no later packet is known to be of one; nor is it of a connection that is translated, which is not made here."""
    whole = service["verdict"]
    only_open = untracks or "diverted" in service["legs"].values()
    if service["witness_shows"] != "undecided" and not service["assumptions"] and not (only_open and service["witness"]["state"] == "ESTABLISHED"):
        yield f"witness of {whole}", service["witness"], whole in PASSING
    for leg, verdict in service["legs"].items():
        verdict = whole if whole == "permitted" else verdict
        if verdict in ("permitted", "blocked") and (leg == "open" or not only_open):
            for _ in range(packets):
                yield f"{leg} leg is {verdict}", packet_of_leg(rand, leg, service, around), verdict == "permitted"


def examine(task):
    options, path, change, rules = task
    counts, troubles = collections.Counter(), []
    rand = random.Random(f"{options.seed}/{path.name}/{change}")
    fixture = Fixture(rand, path)
    services = check(options.wallcheck, path, rules)
    untracks = re.search("NOTRACK|--notrack", rules)
    said = []
    for service in services:
        counts["witnesses under assumptions, not judged"] += bool(service["assumptions"])
        for leg, verdict in service["legs"].items():
            if leg != "open" and (untracks or "diverted" in service["legs"].values()):
                counts["later legs of connections untracked or translated: not judged"] += 1
            else:
                counts["legs judged by packets" if verdict in ("permitted", "blocked") else f"legs judged by their witness only: {verdict}"] += 1
        said += list(claims(rand, service, fixture.around, options.packets, untracks))
    # Surroundings by host: the witness names it.
    by_host = collections.defaultdict(list)
    for claim, packet, accepted in said:
        probe = Witness(packet, fixture.around)
        by_host[probe.around.host].append((claim, probe, accepted))
    for backend in BACKENDS:
        for judged in by_host.values():
            around = judged[0][1].around
            around.interfaces = tuple(dict.fromkeys(name for _, probe, _ in judged for name in probe.around.interfaces))[:7]
            usable = [one for one in judged if all(one[1].json.get(key, around.interfaces[0]) in around.interfaces for key in ("in_iface", "out_iface"))]
            counts["packets without an interface"] += len(judged) - len(usable)
            try:
                verdicts = Judge(around, backend, rules, fixture.sets).verdicts([probe for _, probe, _ in usable])
            except RuntimeError:  # a later line deletes or replaces the rule that is gone
                counts["rule sets that the kernel refuses"] += 1
                continue
            for (claim, probe, accepted), verdict in zip(usable, verdicts, strict=True):
                counts["packets"] += 1
                if verdict is None:
                    counts["packets not judged by the kernel"] += 1
                elif (verdict == ACCEPT) != accepted:
                    counts["disagreements"] += 1
                    troubles.append(f"{path}, {change}, {backend}: {claim}: kernel {verdict}: {probe.json} flow {probe.flow}")
                else:
                    counts["agreed, accepted" if accepted else "agreed, blocked"] += 1
    counts["mutants"] += 1
    counts["mutants without a flow"] += not services
    return counts, troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--mutants", type=int, default=40, help="how many to try")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--part", default="1/1", help="with --all: one part of several, as in 2/5")
    parser.add_argument("--packets", type=int, default=2, help="a leg")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = options_where_judged(parser)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**6)
    print(f"seed {options.seed}", flush=True)
    paths = [path for folder in options.folders for path in fixture_paths(folder)]
    tasks, limits = [], 0
    for path in paths:
        with open(path, encoding="latin-1", newline="") as file:
            rules = file.read()
        limits += limited(rules)
        tasks += [(options, path, change, mutant) for change, mutant in mutants(rules)]
    total = len(tasks)
    if options.all:
        part, parts = map(int, options.part.split("/"))
        tasks = tasks[part - 1::parts]
    else:
        tasks = random.Random(options.seed).sample(tasks, min(options.mutants, total))
    counts, troubles = collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for some, more in pool.imap_unordered(examine, tasks):
            counts.update(some)
            troubles += more
    print(f"{len(tasks)} of {total} mutants of {len(paths)} files, {limits} of which have conditions of chance or rate")
    for what in sorted(counts):
        print(f"{what:58}{counts[what]:>8}")
    print("\n".join(troubles[:40]))
    judged = counts["agreed, accepted"] + counts["agreed, blocked"]
    return 1 if troubles or not counts["agreed, accepted"] or judged * 2 < counts["packets"] or counts["rule sets that the kernel refuses"] * 10 > counts["mutants"] else 0


if __name__ == "__main__":
    sys.exit(main())
