#!/usr/bin/env python3
"""The same firewall in other words: `check` says the same of every flow, and `diff` says that no packet changes its verdict.

Rule files, pf.conf and cloud JSON from fixtures/ and at random, each changed in ways that change no packet's way; iptables also as the
kernel gives it back (iptables-restore, then iptables-save, both back-ends, where this machine can)."""

import argparse
import collections
import difflib
import json
import multiprocessing
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parents[2] / "fixtures"
sys.path[:0] = [str(HERE.parent / "shrink"), str(HERE.parent / "kernel")]
import cloud_same  # noqa: E402
import iptables_same  # noqa: E402
import pf_same  # noqa: E402
from fixtures import Fixture, fixture_paths  # noqa: E402
from judge import Judge  # noqa: E402
from kernel_test import BACKENDS, usable  # noqa: E402
from namespace import Unusable  # noqa: E402
from rulesets import RuleSet  # noqa: E402

CHANGES = {"iptables": iptables_same.CHANGES, "pf": pf_same.CHANGES, "cloud": cloud_same.CHANGES}
# What the tools themselves lose when they save.
LOST = re.compile(r"! (-i|-o) \+|! --(dport|sport)s? 0?:65535|! --tcp-flags NONE NONE")


class Text:
    """A firewall, and the options that its reading takes."""

    def __init__(self, kind, name, text, options=(), suffix="", around=None, sets=""):
        self.kind, self.name, self.text, self.options, self.suffix, self.around, self.sets = kind, name, text, list(options), suffix, around, sets


def texts(options):
    """All firewalls: (kind, name, text) with what belongs to them."""
    for path in (p for folder in (FIXTURES / "iptables", FIXTURES / "audit") for p in fixture_paths(folder)):
        fixture = Fixture(random.Random(path.name), path)
        yield Text("iptables", path.name, fixture.rules, suffix=".ip6.rules" if fixture.around.family == 6 else ".rules", around=fixture.around, sets=fixture.sets)
    for number in range(options.random):
        rules = RuleSet(random.Random(f"{options.seed}/{number}"), 4 + number % 2 * 2)
        rules_text = rules.rules
        if not iptables_same.EACH_TIME.search(rules_text):
            yield Text("iptables", f"rule set {number}", rules_text, suffix=".ip6.rules" if number % 2 else ".rules", around=rules.around, sets=rules.sets)
    for path in sorted(FIXTURES.glob("audit/*.pf.conf")) + [FIXTURES / "pf" / "macos-default.conf", FIXTURES / "pf" / "freebsd-jails.conf"]:
        if "include" not in path.read_text() and "file \"" not in path.read_text():
            yield Text("pf", path.name, path.read_text(), suffix=".pf.conf")
    for path in sorted(FIXTURES.glob("cloud/fixes/*.json")) + sorted(FIXTURES.glob("cloud/*/*.json")):
        if path.name != ".wallcheck.json":
            yield Text("cloud", path.name, path.read_text(), suffix=".json")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.documents, folder, str(options.seed), str(options.random)], check=True)
        for path in sorted(pathlib.Path(folder).iterdir()):
            content = path.read_text()
            if "probability" not in content:  # each rule's chance is its own: rules that are moved have others
                yield Text("pf" if path.name.endswith(".conf") else "cloud", path.name, content, suffix=path.suffix)


def run(options, *arguments):
    done = subprocess.run([options.wallcheck, *map(str, arguments)], capture_output=True, encoding="utf-8", errors="replace")
    return done


def verdicts(options, text, path):
    """What check says of each flow; None where it cannot read all of it."""
    done = run(options, "check", "--isolated", *text.options, "--format", "json", path)
    if done.returncode not in (0, 1):
        return None
    return [(file["site"].get("group"), flow["id"], flow["verdict"], [(service["verdict"], service["legs"]) for service in flow.get("services", [])])
            for file in json.loads(done.stdout)["files"] for flow in file["flows"]]


def examine(task):
    """(change, outcome, trouble)."""
    options, text, change, seed = task
    rand = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def write(name, content):
            (folder / name).write_bytes(content.encode("utf-8" if text.kind == "cloud" else "latin-1"))
            return folder / name
        if text.sets:
            text.options += ["--ipset", write("sets.save", text.sets)]
        old = write("old" + text.suffix, text.text)
        if change in BACKENDS:
            judge = Judge(text.around, change, text.text, text.sets)
            try:
                judge.verdicts([])
            except RuntimeError as why:
                return change, "not loaded", f"{text.name}: {why}"
            # Comments are lost, and with them what they say to wallcheck.
            said = [line + "\n" for line in text.text.splitlines() if line.startswith("# wallcheck:")]
            changed, name = "".join(said) + judge.saved, "saved by " + change
        else:
            family = [text.around.family] if text.around else []
            changed, name = change(rand, text.text, *family), change.__name__
        if changed is None:
            return name, "nothing to change", None
        new = write("new" + text.suffix, changed)
        about = "\n".join(difflib.unified_diff(text.text.splitlines(), changed.splitlines(), lineterm="", n=0))
        was, now = verdicts(options, text, old), verdicts(options, text, new)
        side = text.options
        difference = run(options, "diff", *side, "--format", "json", old, new)
        if was is None and now is None:
            return name, "not read to the end", None
        if difference.returncode not in (0, 1):
            if "WC904" in difference.stderr + difference.stdout:
                return name, "beyond a budget", None
            return name, "diff failed", f"{text.name}, {name}: {difference.stderr[:300]}\n{about}"
        if was != now:
            return name, "check differs", f"{text.name}, {name}: check differs:\n{[pair for pair in zip(was or [], now or []) if pair[0] != pair[1]][:3]}\n{about}"
        if change in BACKENDS and difference.returncode == 1 and all(all(side.get("assumptions") for side in (one["old"], one["new"])) for one in json.loads(difference.stdout)["changes"]):
            return name, "same but for the words of undecided conditions", None
        # A translation that moved is called "perhaps to another place".
        if difference.returncode == 1 and all(one["from"] == one["to"] and one["from"].startswith("diverted") for one in json.loads(difference.stdout)["changes"]):
            return name, "same but for where translations may lead", None
        if difference.returncode != 0 or not json.loads(difference.stdout)["equal"]:
            return name, "diff differs", f"{text.name}, {name}: {described(difference.stdout)}\n{about}"
    return name, "same", None


def described(output):
    """The first changes that diff sees, in few words."""
    return "\n".join(f"{one.get('hook')}: {one.get('from')} -> {one.get('to')}: {one.get('packets')} "
                     f"{[[a['text'] for a in one.get(side, {}).get('assumptions', [])] for side in ('old', 'new')]}" for one in json.loads(output)["changes"][:3])


def can_load():
    try:
        usable()
        return True
    except Unusable as why:
        print(f"without the kernel: {why}")
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--documents", required=True, help="the program random_documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=20, help="how many random firewalls of each format")
    parser.add_argument("--cases", type=int, default=400, help="how many changes to try; 0: each change to each firewall")
    parser.add_argument("--only", help="changes whose name has this in it")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    kernel = can_load()
    tasks = []
    for number, text in enumerate(texts(options)):
        changes = list(CHANGES[text.kind])
        if text.kind == "iptables" and kernel and not LOST.search(text.text):
            changes += BACKENDS
        tasks += [(options, text, change, f"{options.seed}/{number}/{getattr(change, '__name__', change)}") for change in changes
                  if not options.only or options.only in getattr(change, "__name__", change)]
    total = len(tasks)
    if options.cases:
        tasks = random.Random(options.seed).sample(tasks, min(options.cases, total))
    counts, troubles = collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for name, outcome, trouble in pool.imap_unordered(examine, tasks):
            counts[name, outcome] += 1
            if trouble:
                troubles.append(trouble)
    print(f"{len(tasks)} of {total} cases")
    outcomes = sorted({outcome for _, outcome in counts})
    for name in sorted({name for name, _ in counts}):
        print(f"{name:20}" + ", ".join(f"{outcome} {counts[name, outcome]}" for outcome in outcomes if counts[name, outcome]))
    print("\n\n".join(troubles[:12]))
    same = sum(count for (_, outcome), count in counts.items() if outcome.startswith("same"))
    return 1 if troubles or same * 3 < len(tasks) else 0


if __name__ == "__main__":
    sys.exit(main())
