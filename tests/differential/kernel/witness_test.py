#!/usr/bin/env python3
"""The kernel counts witnesses: for each rule that `audit` does not call dead, one packet that is said to hit it is sent through the rule file,
and the rule's counter must move, with both back-ends. Rules for which no such packet can be sent are counted by the reason why. Exit status
77 where this machine cannot judge."""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import tempfile

from dead_rules_test import appended, line_counts, said_dead
from fix_test import Witness
from fixtures import Fixture, fixture_paths
from judge import Judge
from kernel_test import BACKENDS, options_where_judged
from namespace import TAG_BASE, TOS, Namespace


class Hit(Witness):
    """A packet that is said to hit the rule of a line."""

    def __init__(self, words, around):
        super().__init__(words, around)
        if self.json["proto"] in ("icmp", "icmpv6"):
            self.icmp_id = 77
            if self.flow:
                self.flow["icmp_id"] = self.icmp_id


def witnesses(options, fixture):
    """By line: the packet; and of the others the reason why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        rules, sets = pathlib.Path(folder) / "rules", pathlib.Path(folder) / "sets"
        rules.write_text(fixture.rules, "latin-1", newline="")
        sets.write_text(fixture.sets)
        command = [options.witnesses, "--input-format", "iptables" if fixture.around.family == 4 else "ip6tables",
                   *(["--ipset", str(sets)] if fixture.sets else []), "--host", fixture.around.host, "--interfaces", ",".join(fixture.around.interfaces), str(rules)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    found, reasons = {}, {}
    for entry in json.loads(done.stdout):
        if "packet" in entry:
            found.setdefault(entry["line"], Hit(entry["packet"], fixture.around))
        else:
            reasons[entry["line"]] = entry["why_not"]
    return found, {line: why for line, why in reasons.items() if line not in found}


def batches(found):
    """Packets that one namespace can send: no more interfaces than it has marks for them."""
    waiting = list(found.items())
    while waiting:
        names, batch, rest = {"eth0", "eth1"}, [], []
        for line, hit in waiting:
            more = names | set(hit.around.interfaces)
            if len(more) <= len(TOS):
                names = more
                batch.append((line, hit))
            else:
                rest.append((line, hit))
        yield tuple(sorted(names)), batch
        waiting = rest


def unmoved(fixture, backend, rules, found):
    """Lines whose counter their packet did not move. None: the kernel has other rules than the file (a list that it expands)."""
    missed = []
    for names, batch in batches(found):
        marks = {TAG_BASE + number: hit.json["mark"] for number, (_, hit) in enumerate(batch) if hit.json["mark"]}
        world = Namespace(fixture.around.family, fixture.around.host, names, marks)
        try:
            world.load(backend, fixture.rules, fixture.sets)
            before = line_counts(rules, world.save(backend, "-c"))
            if before is None:
                return None
            for number, (line, hit) in enumerate(batch):
                world.connections.flush()
                if hit.flow:
                    world.connections.add(hit.flow)
                Judge.send(world, hit, TAG_BASE + number)
                after = line_counts(rules, world.save(backend, "-c"))
                if after[line] == before[line]:
                    missed.append(line)
                before = after
        finally:
            world.close()
    return missed


def examine(task):
    path, options = task
    fixture = Fixture(random.Random(path.name), path)
    rules = appended(fixture.rules)
    found, reasons = witnesses(options, fixture)
    dead = said_dead(options.wallcheck, path, rules)
    reasons = collections.Counter(why for line, why in reasons.items() if line in rules and line not in dead)
    troubles = [f"{path}:{line}: said to be dead ({dead[line]}), and {found[line].json} hits it" for line in dead.keys() & found.keys()]
    moved = 0
    for backend in BACKENDS if found else ():
        missed = unmoved(fixture, backend, rules, found)
        if missed is None:
            reasons = collections.Counter({"the kernel expands lists of this file": len(found)})
            break
        moved += len(found) - len(missed)
        troubles += [f"{path}:{line}, {backend}: {found[line].json} flow {found[line].flow} does not hit it: {rules[line]}" for line in missed]
    alive = len(rules.keys() - dead.keys())
    return alive, moved / len(BACKENDS), reasons, troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--witnesses", required=True, help="the program that finds them")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = options_where_judged(parser)
    alive, moved, reasons, troubles = 0, 0, collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for rules, hit, some, more in pool.imap_unordered(examine, ((path, options) for folder in options.folders for path in fixture_paths(folder))):
            alive, moved, troubles = alive + rules, moved + hit, troubles + more
            reasons += some
    print(f"of {alive} rules that are not said to be dead, the kernel counted the witnesses of {moved:g}; of the others:")
    for why, count in reasons.most_common():
        print(f"  {count:5} {why}")
    print("\n".join(troubles))
    # A run that hardly judges anything proves nothing.
    return 1 if troubles or moved * 5 < alive * 3 else 0


if __name__ == "__main__":
    sys.exit(main())
