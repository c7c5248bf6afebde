#!/usr/bin/env python3
"""The kernel judges fragments: packets in two pieces are sent through random rule sets, and the verdict on the later piece is compared with
that of `wallcheck trace`. Exit status 77 where this machine cannot judge.

Where rules ask connection tracking, and in INPUT of IPv4, the pieces are put together before rules see them: both are sent. Elsewhere the
later piece is sent alone. What iptables-nft makes of the options of tcp and udp reads on some kernels whatever a later fragment has in
the place of ports; iptables(8) says that no such rule matches, so with nft the rule sets have none of these options.
"""

import argparse
import multiprocessing
import random
import sys

from judge import Judge, agrees, trace
from kernel_test import BACKENDS, options_where_judged
from packets import fragments
from probes import Probe
from rulesets import RuleSet


class Fragment(Probe):
    """The later piece of the first packet of a connection."""

    def __init__(self, source, around, together):
        while True:
            super().__init__(source, around)
            if self.json["state"] == "NEW" and not self.flow and not self.about:
                break
        self.together = together or (self.family == 4 and self.json["hook"] == "INPUT")
        self.json["fragment"] = True

    def packets(self, tag, tos):
        pieces = list(fragments(dict(self.json, icmp_id=self.icmp_id), tag, tos))
        return pieces if self.together else pieces[1:]


def examine(task):
    seed, number, options = task
    source = random.Random(f"{seed}/{number}")
    backend = BACKENDS[number // 2 % 2]
    rule_set = RuleSet(source, 4 if number % 2 == 0 else 6, tracking=source.random() < 0.3, native_ports=backend == "legacy")
    # Rules that need connection tracking turn it on, whether or not a packet comes to them.
    tracks = any(word in rule_set.rules for word in ("-m state", "-m conntrack", "connmark", "CONNMARK", "DNAT", "SNAT", "MASQUERADE", "REDIRECT"))
    probes = [Fragment(source, rule_set.around, tracks) for _ in range(options.packets)]
    kernel = Judge(rule_set.around, backend, rule_set.rules, rule_set.sets, tracking=False).verdicts(probes)
    answers = trace(options.wallcheck, rule_set.around.family, rule_set.rules, rule_set.sets, probes)
    counts, troubles = {}, []
    for probe, verdict, answer in zip(probes, kernel, answers, strict=True):
        counts[verdict, probe.together] = counts.get((verdict, probe.together), 0) + 1
        if not agrees(verdict, answer["verdict"]):
            troubles.append(f"rule set {number}, {backend}: kernel {verdict}, trace {answer}\nprobe {probe.json}\n{rule_set.sets}{rule_set.rules}")
    return counts, troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--rule-sets", type=int, default=80)
    parser.add_argument("--packets", type=int, default=25, help="a rule set")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one")
    options = options_where_judged(parser)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    counts, troubles = {}, []
    with multiprocessing.Pool(2) as pool:
        for some, more in pool.imap_unordered(examine, ((seed, number, options) for number in range(options.rule_sets))):
            troubles += more
            for key, count in some.items():
                counts[key] = counts.get(key, 0) + count
    for (verdict, together), count in sorted(counts.items(), key=str):
        print(f"{'seen whole' if together else 'seen as they are'}, {verdict or 'not judged by the kernel'}: {count}")
    print("\n".join(troubles[:5]))
    # A run that hardly judges anything proves nothing.
    weak = min(counts.get((verdict, together), 0) for verdict in ("accept", "drop") for together in (True, False)) * 20 < options.rule_sets
    return 1 if troubles or weak else 0


if __name__ == "__main__":
    sys.exit(main())
