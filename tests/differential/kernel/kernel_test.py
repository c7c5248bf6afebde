#!/usr/bin/env python3
"""The kernel is the judge: random rule sets and rule files, random packets, the kernel's verdict beside that of `wallcheck trace`.

Each rule set is loaded into a fresh network namespace, by the legacy and by the nft back-end; trace reads it as it was written and as
iptables-save wrote it back. Needs root; exit status 77 where this machine cannot judge, 1 where there is a disagreement.
"""

import argparse
import collections
import multiprocessing
import os
import pathlib
import random
import sys
import time

from fixtures import Fixture, fixture_paths
from judge import Judge, agrees, trace
from namespace import Unusable
from probes import Probe, Surroundings
from rulesets import ADDRESSES, HOST, INTERFACES, RuleSet

SKIPPED = 77
BACKENDS = ("legacy", "nft")


class Case:
    """A rule set and its probes."""

    def __init__(self, name, rule_set, packets, source):
        self.name = name
        self.around, self.rules, self.sets = rule_set.around, rule_set.rules, rule_set.sets
        self.probes = [Probe(source, self.around) for _ in range(packets)]


def random_case(seed, number, packets):
    """Rule set number `number` of a seed: IPv4 and IPv6 in turn."""
    source = random.Random(f"{seed}/{number}")
    return Case(f"rule set {number}", RuleSet(source, 4 if number % 2 == 0 else 6), packets, source)


def fixture_case(seed, path, packets):
    source = random.Random(f"{seed}/{path.name}")
    return Case(path.name, Fixture(source, path), packets, source)


def shrunk(judge, wallcheck, as_saved, probe):
    """The rule set without the rules that the disagreement does not need."""
    def disagrees(rules):
        attempt = Judge(judge.around, judge.backend, rules, judge.sets)
        try:
            kernel = attempt.verdicts([probe])[0]
            answer = trace(wallcheck, judge.around.family, attempt.saved if as_saved else rules, judge.sets, [probe])[0]
        except RuntimeError:
            return False
        return not agrees(kernel, answer["verdict"])

    lines = judge.rules.splitlines(keepends=True)
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].startswith("-A"):
            without = lines[:place] + lines[place + 1:]
            if disagrees("".join(without)):
                lines = without
    return "".join(lines)


def examine(case, options):
    """Counts by (back-end, family), and a text for each disagreement."""
    counts = collections.Counter()
    troubles = []
    for backend in BACKENDS:
        judge = Judge(case.around, backend, case.rules, case.sets)
        column = (backend, case.around.family)
        counts[column, "rule sets"] += 1
        try:
            kernel = judge.verdicts(case.probes)
        except RuntimeError as error:
            counts[column, "not loaded"] += 1
            troubles.append(f"{case.name}, {backend}: {error}\n")
            continue
        for as_saved in (False, True):
            answers = trace(options.wallcheck, case.around.family, judge.saved if as_saved else case.rules, case.sets, case.probes)
            for probe, verdict, answer in zip(case.probes, kernel, answers, strict=True):
                counts[column, "verdicts compared"] += 1
                if verdict is None:
                    counts[column, "not judged by the kernel"] += 1
                elif answer["verdict"] == "undecided":
                    counts[column, "undecided by trace"] += 1
                elif agrees(verdict, answer["verdict"]):
                    counts[column, "agreed, " + verdict] += 1
                else:
                    counts[column, "disagreements"] += 1
                    rules = shrunk(judge, options.wallcheck, as_saved, probe) if options.shrink and len(troubles) < 2 else case.rules
                    troubles.append(f"{case.name}, {backend}, {'as saved' if as_saved else 'as written'}: kernel {verdict}, trace {answer}\n"
                                    f"probe {probe.json} flow {probe.flow}\n{case.sets}{rules}")
    return counts, troubles


def usable():
    if os.geteuid() != 0:
        raise Unusable("not root")
    if not os.path.exists("/dev/net/tun"):
        raise Unusable("no /dev/net/tun")
    # In a child: the namespace that it enters is not ours.
    with multiprocessing.Pool(1) as pool:
        problem = pool.apply(try_backends)
    if problem:
        raise Unusable(problem)


def options_where_judged(parser):
    """What the command line says. Ends the program, as skipped, where this machine cannot judge."""
    options = parser.parse_args()
    try:
        usable()
    except Unusable as why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    return options


def try_backends():
    try:
        for family in (4, 6):
            for backend in BACKENDS:
                around = Surroundings(family, HOST[family], ADDRESSES[family], INTERFACES, ())
                Judge(around, backend, "*filter\nCOMMIT\n", "").verdicts([])
    except (Unusable, RuntimeError, OSError) as error:
        return str(error)
    return None


def work(task):
    return examine(*task)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--rule-sets", type=int, default=110)
    parser.add_argument("--packets", type=int, default=25, help="a rule set")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    parser.add_argument("--only", type=int, help="this rule set of the seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("folders", nargs="*", type=pathlib.Path, help="rule files to judge besides the random rule sets")
    parser.add_argument("--file-packets", type=int, default=100, help="a rule file")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="print disagreeing rule sets whole")
    options = options_where_judged(parser)

    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    numbers = [options.only] if options.only is not None else range(options.rule_sets)
    cases = [random_case(seed, number, options.packets) for number in numbers]
    cases += [fixture_case(seed, path, options.file_packets) for folder in options.folders for path in fixture_paths(folder)]
    started = time.monotonic()
    counts, troubles = collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for some, more in pool.imap_unordered(work, ((case, options) for case in cases)):
            counts.update(some)
            troubles += more
    return report(counts, troubles, time.monotonic() - started)


def report(counts, troubles, seconds):
    for place, text in enumerate(troubles[:30]):
        print(text if place < 5 else text.split("\n")[0])
    columns = sorted({column for column, _ in counts})
    rows = ("rule sets", "not loaded", "verdicts compared", "agreed, accept", "agreed, drop", "undecided by trace", "not judged by the kernel",
            "disagreements")
    print(f"{'':26}" + "".join(f"{backend + ' IPv' + str(family):>14}" for backend, family in columns))
    for row in rows:
        print(f"{row:26}" + "".join(f"{counts[column, row]:>14}" for column in columns))
    print(f"{seconds:.0f} seconds")
    total = {row: sum(counts[column, row] for column in columns) for row in rows}
    # A run that hardly judges anything proves nothing.
    weak = total["not loaded"] * 50 > total["rule sets"] or (total["agreed, accept"] + total["agreed, drop"]) * 2 < total["verdicts compared"]
    if weak:
        print("too little was judged")
    return 1 if weak or total["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
