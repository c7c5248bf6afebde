#!/usr/bin/env python3
"""Compares what `wallcheck check` says of every sample firewall with what it ought to say.

  golden.py [--wallcheck PATH]             the tests
  golden.py --rewrite [--wallcheck PATH]   writes NAME.expected again; the diff is the review (tests/golden/rewrite)
  golden.py --coverage [--wallcheck PATH]  a table: rules modelled, opaque, unrecognised in each file

Two things are expected of NAME.rules. NAME.expected is written by the program and read by people: the whole text output
for the files that show how things are said (web-server, verdicts/, broken/), for the others what the JSON report says in
few lines: coverage, verdict, legs, the rules that decide with their packets, findings. fixtures/verdicts.txt holds the
verdicts that people found by reading the rules; nothing writes it, so a golden file can not bless a wrong verdict.

reports/COMMAND.FORMAT is what a report for other programs says of a few samples, one of which cannot be read.

NAME.fixed, beside files of clouds, of pf and of one verdict each: what `wallcheck fix` prints of a file in which it changes something.
"""
import argparse
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IPTABLES = ROOT / "fixtures" / "iptables"
PF = ROOT / "fixtures" / "pf"
BROKEN = ROOT / "fixtures" / "broken"
CLOUD = ROOT / "fixtures" / "cloud"
WHOLE_TEXT = (IPTABLES / "verdicts", BROKEN)
VERDICTS = ("permitted", "restricted", "conditional", "diverted", "reply-blocked", "partial", "reversed", "blocked", "not-applicable")
REPORTS = ROOT / "tests" / "golden" / "reports"
REPORTED = {"check": ("fixtures/iptables/web-server.rules", "fixtures/broken/unknown-words.rules", "fixtures/gone.rules"),
            "audit": ("fixtures/audit/exposure-services.rules", "fixtures/broken/unknown-words.rules")}
wallcheck = ROOT / "build" / "test" / "wallcheck"


def samples():
    found = [path for folder in (IPTABLES, BROKEN) for path in folder.rglob("*.rules") if "make" not in path.relative_to(ROOT).parts]
    found += [path for folder in (PF, BROKEN) for path in folder.rglob("*.conf")]
    return sorted(found + [path for folder in (CLOUD, BROKEN) for path in folder.rglob("*.json") if not path.name.startswith(".")])


@functools.cache
def check(path, output_format="text"):
    """Standard output, standard error and exit status, run where the paths in them are those of the repository."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.run([wallcheck, "check", "--format", output_format, path.relative_to(ROOT)], cwd=ROOT, env=environment,
                          capture_output=True)


def report(path):
    return json.loads(check(path, "json").stdout)


def brief(path):
    """The JSON report, one line for each thing that a change of wording leaves as it is."""
    for file in report(path)["files"]:
        site, counts = file["site"], file["coverage"]
        yield f"{file['format']}, {site['role']} at {site['position']} ({site['chosen_by']}), {file['status']}"
        if "group" in site:
            yield f"group {site['group']}"
        yield ", ".join(f"{counts[kind]} {kind}" for kind in ("rules", "modelled", "opaque", "unrecognised"))
        for flow in file["flows"]:
            if flow["verdict"] != "not-applicable":
                yield f"{flow['number']:2} {flow['id']}: {flow['direction']} {flow['verdict']}"
            for service in flow["services"]:
                legs = ", ".join(f"{leg} {verdict}" for leg, verdict in service["legs"].items())
                yield f"   {service['name']} {service['protocol']}/{service['ports']}: {service['verdict']} ({legs})"
                for rule in service["decided_by"]:
                    place = f"line {rule['line']}" if "line" in rule else rule["text"]  # the state of a connection has no line
                    yield f"      {place}, {rule['leg']}: {rule['effect']} {rule['packets']}"
                for condition in service["assumptions"]:
                    yield f"      assumes line {condition.get('line', '-')}: {condition['why']}"
        for finding in file["findings"]:
            place = f"{finding['line']}:{finding['column']}" if "line" in finding else "file"
            yield f"{finding['severity']} {finding['code']} {place} {finding.get('flow', '')}".rstrip()


def golden_text(path):
    run = check(path)
    if path.parent in WHOLE_TEXT or path == IPTABLES / "web-server.rules":
        text = run.stdout
    else:
        text = "".join(line + "\n" for line in brief(path)).encode()
    if run.stderr:
        text += b"standard error:\n" + run.stderr
    return text + f"exit status: {run.returncode}\n".encode()


def reported(command, output_format):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    run = subprocess.run([wallcheck, command, "--isolated", "--format", output_format, *REPORTED[command]], cwd=ROOT, env=environment, capture_output=True)
    # The pages of the codes are compared with their files elsewhere.
    lines = [line for line in run.stdout.splitlines(keepends=True) if not line.startswith(b'      {"id":"WC')]
    return re.sub(b'"ruleIndex":[0-9]+,', b"", b"".join(lines))  # a new page is a new number


def golden_reports():
    return [(command, name, REPORTS / f"{command}.{name}") for command in REPORTED for name in ("sarif", "junit", "github", "gitlab", "markdown")]


def expected_path(path):
    return path.with_name(path.name.removesuffix(".rules").removesuffix(".conf") + ".expected")


def fixed_path(path):
    return path.with_name(path.stem + ".fixed")


@functools.cache
def fixed_text(path):
    """What `wallcheck fix` changes; empty: nothing."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.run([wallcheck, "fix", path.relative_to(ROOT)], cwd=ROOT, env=environment, capture_output=True).stdout


def fixable_samples():
    return [path for path in samples() if CLOUD in path.parents or path.parent in (PF, IPTABLES / "verdicts")]


def reviewed_verdicts():
    """{path: {flow number: verdict}} from fixtures/verdicts.txt."""
    reviewed = {}
    for line in (ROOT / "fixtures" / "verdicts.txt").read_text().splitlines():
        name, *words = line.split() or ["#"]
        if not name.startswith("#"):
            path = IPTABLES / f"{name}.rules"
            for folder, suffix in (("cloud/", ".json"), ("pf/", ".conf")):
                if name.startswith(folder):
                    path = ROOT / "fixtures" / f"{name}{suffix}"
            reviewed[path] = {int(number): verdict for number, verdict in (word.split("=") for word in words)}
    return reviewed


class Golden(unittest.TestCase):
    maxDiff = None

    def test_text_is_what_was_reviewed(self):
        for path in samples():
            with self.subTest(file=str(path.relative_to(ROOT))):
                self.assertTrue(expected_path(path).exists(), "no expected file: tests/golden/rewrite, then review it")
                self.assertEqual(golden_text(path).decode("latin-1"), expected_path(path).read_bytes().decode("latin-1"))

    def test_reports_are_what_was_reviewed(self):
        for command, name, path in golden_reports():
            with self.subTest(report=path.name):
                self.assertEqual(reported(command, name).decode(), path.read_text(encoding="utf-8"))

    def test_verdicts_are_those_found_by_reading(self):
        for path, verdicts in reviewed_verdicts().items():
            with self.subTest(file=str(path.relative_to(ROOT))):
                flows = report(path)["files"][0]["flows"]
                found = {flow["number"]: flow["verdict"] for flow in flows}
                self.assertEqual(found, dict.fromkeys(found, "not-applicable") | verdicts)

    def test_fixes_are_what_was_reviewed(self):
        for path in fixable_samples():
            with self.subTest(file=str(path.relative_to(ROOT))):
                reviewed = fixed_path(path).read_bytes() if fixed_path(path).exists() else b""
                self.assertEqual(fixed_text(path).decode(), reviewed.decode())

    def test_fixes_are_patches_that_leave_nothing_to_fix(self):
        for path in fixable_samples():
            if b"\n--- " not in fixed_text(path):  # nothing, or a block for the configuration that the file was made from
                continue
            with self.subTest(file=str(path.relative_to(ROOT))), tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder) / path.relative_to(ROOT)
                around = CLOUD if CLOUD in path.parents else path.parent
                shutil.copytree(around, pathlib.Path(folder) / around.relative_to(ROOT))
                subprocess.run(["patch", "-p0", "--quiet"], cwd=folder, input=fixed_text(path), check=True)
                if CLOUD in path.parents:
                    json.loads(copy.read_bytes())
                again = subprocess.run([wallcheck, "fix", copy.relative_to(folder)], cwd=folder, capture_output=True)
                self.assertEqual(again.stdout, b"")

    def test_every_loadable_sample_was_read(self):
        unread = {path for path in samples() if IPTABLES in path.parents or PF in path.parents} - set(reviewed_verdicts())
        self.assertEqual(sorted(str(path.relative_to(ROOT)) for path in unread), [])

    def test_every_verdict_has_a_sample(self):
        shown = {verdict for verdicts in reviewed_verdicts().values() for verdict in verdicts.values()} | {"not-applicable"}
        self.assertEqual(shown, set(VERDICTS))

    def test_json_agrees_with_itself_and_with_the_text(self):
        for path in samples():
            with self.subTest(file=str(path.relative_to(ROOT))):
                whole = report(path)
                self.assertEqual(whole["schema"], "wallcheck/1")
                self.assertEqual(check(path, "json").returncode, check(path).returncode)
                for file in whole["files"]:
                    counts = file["coverage"]
                    self.assertEqual(counts["rules"], counts["modelled"] + counts["opaque"] + counts["unrecognised"])
                    lines = path.read_bytes().count(b"\n") + 1
                    places = [file["findings"], *(service["decided_by"] for flow in file["flows"] for service in flow["services"])]
                    for place in (place for group in places for place in group):
                        self.assertLessEqual(place.get("line", 1), lines)
                    if file["status"] != "analysed":
                        self.assertEqual(check(path, "json").returncode, 3)
                self.assertEqual(whole["summary"]["permitted"],
                                 sum(flow["verdict"] == "permitted" for file in whole["files"] for flow in file["flows"]))

    def test_trace_says_of_each_witness_what_check_says(self):
        for path in samples():
            for file in report(path)["files"]:
                self.check_witnesses(path, file)

    def check_witnesses(self, path, file):
        services = [service for flow in file["flows"] for service in flow["services"] if "witness" in service]
        if not services:
            return
        sets = path.with_suffix(".ipset")
        groups = [word for group in file["site"].get("group", "").split("+") if group for word in ("--group", group)]
        command = [wallcheck, "trace", "--packets", "-", "--format", "json", *(["--ipset", sets] if sets.exists() else []), *groups, path]
        probes = json.dumps([service["witness"] for service in services]).encode()
        run = subprocess.run(command, cwd=ROOT, input=probes, capture_output=True)
        for service, answer in zip(services, json.loads(run.stdout), strict=True):
            with self.subTest(file=str(path.relative_to(ROOT)), witness=service["witness"]):
                said = {"diverted": "accept"}.get(service["witness_shows"], service["witness_shows"])
                self.assertIn(answer["verdict"], {said, "undecided"} if service["assumptions"] else {said})

    def test_nothing_from_a_file_reaches_the_terminal(self):
        for path in samples():
            for output_format in ("text", "concise"):
                with self.subTest(file=str(path.relative_to(ROOT)), format=output_format):
                    run = check(path, output_format)
                    text = run.stdout + run.stderr
                    unsafe = {byte for byte in text if (byte < 0x20 and byte != 0x0a) or byte == 0x7f}
                    self.assertEqual(unsafe, set())
                    characters = text.decode("utf-8")  # also: Latin-1 in, UTF-8 out
                    self.assertFalse(set(characters) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b"))

    def test_what_cannot_be_read_to_the_end_is_not_compliant(self):
        for path in samples():
            if BROKEN in path.parents:
                with self.subTest(file=str(path.relative_to(ROOT))):
                    self.assertEqual(check(path).returncode, 3)


def print_coverage():
    print(f"{'file':44} {'lines':>6} {'rules':>6} {'modelled':>9} {'opaque':>7} {'unrecognised':>13}")
    for path in samples():
        for file in report(path)["files"]:
            counts = file["coverage"]
            print(f"{path.relative_to(ROOT / 'fixtures')!s:44} {path.read_bytes().count(10):6} {counts['rules']:6} "
                  f"{counts['modelled']:9} {counts['opaque']:7} {counts['unrecognised']:13}")


def main():
    global wallcheck
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wallcheck", type=lambda word: pathlib.Path(word).resolve(), default=wallcheck)
    parser.add_argument("--rewrite", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    options = parser.parse_args()
    wallcheck = options.wallcheck
    if options.rewrite:
        for path in samples():
            expected_path(path).write_bytes(golden_text(path))
        for command, name, path in golden_reports():
            path.write_bytes(reported(command, name))
        for path in fixable_samples():
            if fixed_text(path):
                fixed_path(path).write_bytes(fixed_text(path))
            else:
                fixed_path(path).unlink(missing_ok=True)
    elif options.coverage:
        print_coverage()
    else:
        unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
