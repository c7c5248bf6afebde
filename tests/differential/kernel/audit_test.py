#!/usr/bin/env python3
"""The kernel judges what `audit` calls open: each example packet of a WC2xx finding is sent through the rules, with both back-ends,
and must be accepted. Exit status 77 where this machine cannot judge."""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

from fix_test import Witness
from fixtures import Fixture, fixture_paths
from judge import ACCEPT, Judge
from kernel_test import BACKENDS, options_where_judged

PACKET = re.compile(r"for example `(\w+) (\S+):(\d+) > (\S+):(\d+)(?: in (\S+))?(?: out (\S+))? new`")


def examples(wallcheck, path):
    """(code, probe) of the findings that are certain, of packets to and from the host."""
    run = subprocess.run([wallcheck, "audit", "--isolated", "--position", "host", "--select", "WC2", "--format", "json", path], capture_output=True)
    for file in json.loads(run.stdout)["files"]:
        for finding in file["findings"]:
            found = PACKET.search(finding["message"])
            if "perhaps" in finding["message"] or not found:
                continue
            proto, src, sport, dst, dport, into, out = found.groups()
            if into and out:
                continue  # forwarded
            interface = {"in_iface": into} if into else {"out_iface": out}
            yield finding["code"], {"hook": "INPUT" if into else "OUTPUT", "proto": proto, "src": src.strip("[]"), "dst": dst.strip("[]"),
                                    "sport": int(sport), "dport": int(dport), "state": "NEW", "tcp_flags": "SYN", **interface}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = options_where_judged(parser)
    accepted, troubles = {}, []
    for path in (path for folder in options.folders for path in fixture_paths(folder)):
        fixture = Fixture(random.Random(path.name), path)
        for code, example in examples(options.wallcheck, path):
            probe = Witness(example, fixture.around)
            for backend in BACKENDS:
                verdict = Judge(probe.around, backend, fixture.rules, fixture.sets).verdicts([probe])[0]
                accepted[code] = accepted.get(code, 0) + (verdict == ACCEPT)
                if verdict != ACCEPT:
                    troubles.append(f"{path}, {backend}: {code} {example}: {verdict}")
    print("accepted: " + ", ".join(f"{code} {count}" for code, count in sorted(accepted.items())))
    print("\n".join(troubles))
    missing = {"WC201", "WC202", "WC203", "WC204", "WC205", "WC206", "WC207"} - accepted.keys()
    if missing:
        print(f"no file shows {sorted(missing)}")
    return 1 if troubles or missing else 0


if __name__ == "__main__":
    sys.exit(main())
