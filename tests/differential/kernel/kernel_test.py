#!/usr/bin/env python3
"""The kernel is the judge: random rule sets and rule files, random packets, the kernel's verdict beside those of `wallcheck trace` and of the
symbolic evaluator.

Each rule set is loaded into a fresh network namespace, by the legacy and by the nft back-end; the evaluators read it as it was written and
as iptables-save wrote it back. A packet on which they differ is written down with the few rules that it takes (--failures). Packets that
a rule file names in comments (shrink.py) are asked about too. Needs root; exit status 77 where this machine cannot judge, 1 where there
is a disagreement.
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
from judge import NO_ANSWER, Judge, agrees, evaluators_agree, symbolic, trace
from namespace import Unusable
from probes import Probe, Recorded, Surroundings
from rulesets import ADDRESSES, HOST, INTERFACES, RuleSet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "shrink"))
from shrink import Iptables, packets_of, shrink, write_fixture  # noqa: E402

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


def recorded_cases(path):
    """One a packet that the file names: each has surroundings of its own."""
    for number, words in enumerate(packets_of(path.read_text("latin-1"))):
        fixture = Fixture(random.Random(0), path)
        probe = Recorded(words, fixture.around)
        fixture.around = probe.around
        case = Case(f"{path.name}, packet {number}", fixture, 0, None)
        case.probes = [probe]
        yield case


class Answers:
    """What the three say of a rule set's probes: the kernel's verdicts, and the evaluators' of the rules as written or as saved."""

    def __init__(self, options, judge, as_saved, probes, kernel=None):
        self.kernel = kernel or judge.verdicts(probes)
        case = (judge.around.family, judge.saved if as_saved else judge.rules, judge.sets, probes)
        self.trace = trace(options.wallcheck, *case)
        self.symbolic = symbolic(options.symbolic, *case)

    def differ(self, number):
        traced, said = self.trace[number], self.symbolic[number]
        return not (evaluators_agree(traced, said) and agrees(self.kernel[number], traced["verdict"]) and agrees(self.kernel[number], said["verdict"]))


def shrunk(options, judge, as_saved, probe):
    """The disagreement with as few rules and words as it takes."""
    def disagrees(rules, packet):
        try:
            return Answers(options, Judge(judge.around, judge.backend, rules, judge.sets), as_saved, [probe.with_json(packet)]).differ(0)
        except (RuntimeError, KeyError):
            return False

    return shrink(judge.rules, probe.json, disagrees, Iptables) if disagrees(judge.rules, probe.json) else (judge.rules, probe.json)


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
            answers = Answers(options, judge, as_saved, case.probes, kernel)
            for number, (probe, verdict) in enumerate(zip(case.probes, kernel, strict=True)):
                counts[column, "verdicts compared"] += 1
                counts[column, "without symbolic's answer"] += answers.symbolic[number]["verdict"] == NO_ANSWER
                if answers.differ(number):
                    counts[column, "disagreements"] += 1
                    troubles.append(trouble(case, options, judge, as_saved, probe, answers, number, len(troubles)))
                elif verdict is None:
                    counts[column, "not judged by the kernel"] += 1
                elif answers.trace[number]["verdict"] == "undecided":
                    counts[column, "undecided by both"] += 1
                else:
                    counts[column, "agreed, " + verdict] += 1
    return counts, troubles


def trouble(case, options, judge, as_saved, probe, answers, number, before):
    """The text of a disagreement; the first ones of a rule set are shrunk and written down."""
    said = {"kernel": answers.kernel[number], "trace": answers.trace[number]["verdict"], "symbolic": answers.symbolic[number]["verdict"]}
    rules, packet, where = case.rules, probe.json, ""
    if options.shrink and before < 2:
        rules, packet = shrunk(options, judge, as_saved, probe)
        name = f"{case.name.replace(' ', '-')}-{judge.backend}-{number}"
        if options.failures:
            where = f"written to {write_fixture(options.failures, name, rules, probe.with_json(packet).written(judge.around.host), said, case.sets)}\n"
    return (f"{case.name}, {judge.backend}, {'as saved' if as_saved else 'as written'}: {said}\ntrace {answers.trace[number]}\n"
            f"symbolic {answers.symbolic[number]}\nprobe {packet} flow {probe.flow}\n{where}{case.sets}{rules}")


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
    parser.add_argument("--symbolic", required=True, help="the program symbolic_answers")
    parser.add_argument("--rule-sets", type=int, default=110)
    parser.add_argument("--packets", type=int, default=25, help="a rule set")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    parser.add_argument("--only", type=int, help="this rule set of the seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("folders", nargs="*", type=pathlib.Path, help="rule files to judge besides the random rule sets")
    parser.add_argument("--file-packets", type=int, default=100, help="a rule file")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="print disagreeing rule sets whole")
    parser.add_argument("--failures", type=pathlib.Path, help="folder for shrunk disagreements, as rule files")
    options = options_where_judged(parser)

    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    numbers = [options.only] if options.only is not None else range(options.rule_sets)
    cases = [random_case(seed, number, options.packets) for number in numbers]
    paths = [path for folder in options.folders for path in fixture_paths(folder)]
    cases += [fixture_case(seed, path, options.file_packets) for path in paths]
    cases += [case for path in paths for case in recorded_cases(path)]
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
    rows = ("rule sets", "not loaded", "verdicts compared", "agreed, accept", "agreed, drop", "undecided by both", "not judged by the kernel",
            "without symbolic's answer", "disagreements")
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
