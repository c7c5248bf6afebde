#!/usr/bin/env python3
"""The kernel judges fixes: each rule file with a failing flow is fixed, and loaded into a network namespace as it was and as it is.

The packet that proved the failing flow passes now. Random packets that are none of the fixed flows' and none of their answers, by
protocol and port, have the verdict that they had. Both back-ends. Exit status 77 where this machine cannot judge.
"""

import argparse
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import tempfile

from fixtures import Fixture, fixture_paths, sets_beside
from judge import ACCEPT, Judge
from kernel_test import BACKENDS, options_where_judged
from probes import Probe, Recorded


PASSING = ("permitted", "restricted", "conditional", "diverted")


def wallcheck(options, *arguments):
    return subprocess.run([options.wallcheck, *arguments], capture_output=True, encoding="latin-1")


class Fixed:
    """A file, its fix, and the flows that the fix is for."""

    def __init__(self, options, path):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / path.name
            copy.write_bytes(path.read_bytes())
            sets = sets_beside(path)
            side = ["--ipset", str(sets)] if sets.exists() else []
            report = json.loads(wallcheck(options, "check", "--isolated", *side, "--format", "json", str(copy)).stdout)["files"][0]
            wallcheck(options, "fix", "--isolated", *side, "--write", str(copy))
            with open(copy, encoding="latin-1", newline="") as file:
                self.rules = file.read()
            after = json.loads(wallcheck(options, "check", "--isolated", *side, "--format", "json", str(copy)).stdout)["files"][0]
        self.after = {flow["id"]: flow for flow in after["flows"]}
        fixed = {finding["flow"] for finding in report["findings"] if finding["fix"]["available"] and finding.get("flow")}
        self.flows = [flow for flow in report["flows"] if flow["id"] in fixed and self.after[flow["id"]]["verdict"] in ("permitted", "restricted")]
        self.broken = [flow for flow in fixed if self.after[flow]["verdict"] not in PASSING]
        self.services = {(service["protocol"], int(first), int(last or first)) for flow in self.flows for service in flow["services"]
                         for part in service["ports"].split(",") for first, _, last in [part.partition("-")]}

    def witnesses(self):
        """Of the services that failed and pass now: where one of several is enough, only one was fixed."""
        return [service["witness"] for flow in self.flows for service, now in zip(flow["services"], self.after[flow["id"]]["services"], strict=True)
                if service["verdict"] not in PASSING and now["verdict"] in PASSING]

    def is_about(self, probe):
        """Is the packet one of the flows', or an answer, by protocol and port?"""
        it = probe.json
        return any(it["proto"] == protocol and first <= it.get(port, -1) <= last for protocol, first, last in self.services for port in ("dport", "sport"))


class Witness(Recorded):
    """The packet that proves a verdict, with the connection that it is of."""

    def __init__(self, witness, around):
        super().__init__(witness, around)
        it = self.json
        if it["state"] == "ESTABLISHED":
            back = it["ct_dir"] == "REPLY"
            self.flow = dict(it, answered=True)
            if back:
                self.flow |= {"src": it["dst"], "dst": it["src"], "sport": it["dport"], "dport": it["sport"]}


def examine(task):
    options, path, seed = task
    source = random.Random(f"{seed}/{path.name}")
    fixed, fixture = Fixed(options, path), Fixture(source, path)
    troubles = [f"{path.name}: {flow} is called fixed and fails" for flow in fixed.broken]
    if not fixed.flows:
        return 0, 0, 0, troubles
    probes = []
    while len(probes) < options.packets:
        probe = Probe(source, fixture.around)
        if not fixed.is_about(probe):
            probes.append(probe)
    passed = 0
    for backend in BACKENDS:
        before = Judge(fixture.around, backend, fixture.rules, fixture.sets).verdicts(probes)
        after = Judge(fixture.around, backend, fixed.rules, fixture.sets).verdicts(probes)
        for probe, was, now in zip(probes, before, after, strict=True):
            if was != now and not limited(fixture.rules):
                troubles.append(f"{path.name}, {backend}: {probe.json} flow {probe.flow}: was {was}, is {now}")
        for witness in fixed.witnesses():
            probe = Witness(witness, fixture.around)
            was = Judge(probe.around, backend, fixture.rules, fixture.sets).verdicts([probe])[0]
            now = Judge(probe.around, backend, fixed.rules, fixture.sets).verdicts([probe])[0]
            passed += now == ACCEPT
            if now != ACCEPT or was == ACCEPT:
                troubles.append(f"{path.name}, {backend}: the witness {witness} was {was}, is {now}\n{fixed.rules}")
    return 1, 2 * len(probes), passed, troubles


def limited(rules):
    """Rates and chances answer differently each time they are asked."""
    return any(word in rules for word in ("-m limit", "-m hashlimit", "-m statistic", "-m recent", "-m connlimit", "-m quota"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--packets", type=int, default=200, help="a file")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = options_where_judged(parser)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    tasks = [(options, path, seed) for folder in options.folders for path in fixture_paths(folder)]
    files = packets = witnesses = 0
    troubles = []
    with multiprocessing.Pool(options.jobs) as pool:
        for one, some, passed, more in pool.imap_unordered(examine, tasks):
            files, packets, witnesses, troubles = files + one, packets + some, witnesses + passed, troubles + more
    print(f"{files} of {len(tasks)} files fixed, {witnesses} witnesses pass, {packets} other packets compared")
    print("\n".join(troubles[:20]))
    return 1 if troubles or not files else 0


if __name__ == "__main__":
    sys.exit(main())
