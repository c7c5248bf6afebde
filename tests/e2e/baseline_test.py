#!/usr/bin/env python3
"""Baselines: what was there does not count, what is new does, what is gone is said."""
import json
import unittest

from program import BLOCKING, BROKEN, COMPLIANT, FINDINGS, INCOMPLETE, OK, USAGE, WARNING, ProgramTest

EMPTY = '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n'


class Baseline(ProgramTest):
    def entries(self, name="baseline.json"):
        return json.loads((self.directory / name).read_text())["findings"]

    def check(self, status, *arguments, command="check"):
        return json.loads(self.expect(status, command, "-f", "json", "--baseline", "baseline.json", *arguments))

    def codes(self, report):
        return sorted(finding["code"] for entry in report["files"] for finding in entry["findings"] if "suppressed_by" not in finding)

    def write_baseline(self, *files, status=OK):
        self.expect(status, "check", "--quiet", "--baseline", "baseline.json", "--write-baseline", *files)

    def test_accepts_what_is_there_and_counts_what_is_new(self):
        self.write("f.rules", BLOCKING)
        self.write_baseline("f.rules")
        self.assertIn("baseline.json: 1 findings accepted, 1 of them new; 0 entries are gone", self.errors)
        [entry] = self.entries()
        self.assertEqual((entry["path"], entry["code"], entry["flow"]), ("f.rules", "WC101", "monitoring"))
        self.assertEqual(entry["rule"], ":OUTPUT DROP")
        report = self.check(OK, "f.rules")
        self.assertEqual(self.codes(report), [])
        self.assertEqual(report["files"][0]["findings"][0]["suppressed_by"], "in the baseline")
        self.assertEqual(report["summary"]["suppressed"], 1)
        # Lines move, counters tick: the same finding. Another flow is blocked: a new one.
        self.write("f.rules", "# a comment\n\n" + BLOCKING.replace(":OUTPUT DROP [0:0]", ":OUTPUT DROP [9:99]"))
        self.assertEqual(self.codes(self.check(OK, "f.rules")), [])
        self.write("f.rules", BLOCKING.replace("--dports 123 ", "--dports 124 "))
        self.assertEqual(self.codes(self.check(FINDINGS, "f.rules")), ["WC101"])

    def test_the_same_from_everywhere(self):
        self.write("sub/f.rules", BLOCKING)
        self.write_baseline("sub/f.rules")
        self.check(OK, "sub")
        self.check(OK, self.directory / "sub/f.rules")
        self.directory /= "sub"
        self.expect(OK, "check", "--baseline", "../baseline.json", "f.rules")
        self.expect(OK, "check", "--baseline", "../baseline.json", ".")

    def test_the_file_is_sorted_and_stable(self):
        self.write("b.rules", EMPTY)
        self.write("a.rules", WARNING)
        self.write_baseline("b.rules", "a.rules")
        first = (self.directory / "baseline.json").read_bytes()
        order = [(entry["path"], entry["code"], entry.get("flow")) for entry in self.entries()]
        self.assertEqual(order, sorted(order))
        self.assertEqual(len(first.splitlines()), len(order) + 5)  # an entry a line
        self.write_baseline("a.rules", "b.rules")
        self.assertEqual((self.directory / "baseline.json").read_bytes(), first)
        self.assertIn(" 0 of them new; 0 entries are gone", self.errors)

    def test_reasons_stay_and_are_shown(self):
        self.write("f.rules", BLOCKING)
        self.write_baseline("f.rules")
        data = json.loads((self.directory / "baseline.json").read_text())
        data["findings"][0]["reason"] = "replaced in March"
        self.write("baseline.json", json.dumps(data))
        self.write("g.rules", EMPTY)
        self.write_baseline(".")
        self.assertIn("replaced in March", [entry.get("reason") for entry in self.entries()])
        for format in ("text", "concise"):
            hidden = self.expect(OK, "check", "-f", format, "--baseline", "baseline.json", "f.rules")
            self.assertNotIn("replaced in March", hidden)
            shown = self.expect(OK, "check", "-f", format, "--show-suppressed", "--baseline", "baseline.json", "f.rules")
            self.assertIn("in the baseline: replaced in March", shown)
        self.assertIn("--show-suppressed", self.expect(OK, "check", "--baseline", "baseline.json", "f.rules"))

    def test_what_is_gone_is_a_finding(self):
        self.write("f.rules", BLOCKING)
        self.write("g.rules", EMPTY)
        self.write_baseline("f.rules", "g.rules")
        self.write("f.rules", COMPLIANT)
        report = self.check(OK, "f.rules")
        self.assertEqual(self.codes(report), ["WC913"])
        self.assertEqual(report["files"][-1]["path"], "baseline.json")
        self.assertEqual(report["files"][-1]["findings"][0]["line"], 4)
        self.assertIn("[monitoring] is no longer found in f.rules", report["files"][-1]["findings"][0]["message"])
        self.check(FINDINGS, "--fail-on", "warning", "f.rules")
        # Not asked about, so not judged: another file, another code, another command, another policy's flows.
        self.assertEqual(self.codes(self.check(OK, "g.rules")), [])
        self.assertEqual(self.codes(self.check(OK, "--select", "WC102", "f.rules")), [])
        self.assertNotIn("WC913", self.codes(self.check(OK, "f.rules", command="audit")))
        self.assertNotIn("WC913", self.codes(self.check(OK, "--policy", "web-server", "f.rules")))
        self.write_baseline("f.rules")
        self.assertEqual({entry["path"] for entry in self.entries()}, {"g.rules"})
        (self.directory / "g.rules").unlink()
        self.assertEqual(set(self.codes(self.check(OK, "f.rules"))), {"WC913"})
        self.write_baseline("f.rules")
        self.assertEqual(self.entries(), [])
        self.assertEqual(self.codes(self.check(OK, "f.rules")), [])

    def test_what_was_not_understood_is_never_accepted(self):
        self.write("f.rules", BROKEN)
        self.write_baseline("f.rules", status=INCOMPLETE)
        self.assertNotIn("WC9", {entry["code"][:3] for entry in self.entries()})
        self.assertIn("WC901", self.codes(self.check(INCOMPLETE, "f.rules")))
        # Nor is what such a file does not show any more taken out.
        self.write("f.rules", BLOCKING)
        self.write_baseline("f.rules")
        before = self.entries()
        self.write("f.rules", "*filter\n:OUTPUT ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\njunk\nCOMMIT\n")
        self.assertEqual(set(self.codes(self.check(INCOMPLETE, "f.rules"))), {"WC105", "WC901"})
        self.write_baseline("f.rules", status=INCOMPLETE)
        self.assertEqual(self.entries(), before)

    def test_a_broken_baseline_is_bad_usage(self):
        self.write("f.rules", BLOCKING)
        good = {"path": "f.rules", "code": "WC101", "flow": "monitoring", "fingerprint": "0" * 32}
        for content, complaint in [
            ("", "WC910"), ("[]", "WC910"), ("{}", "this is no baseline"), ('{"schema": "wallcheck-baseline/2", "findings": []}', "wallcheck-baseline/1"),
            ({"findings": [{**good, "code": "WC901"}]}, "cannot be in a baseline"),
            ({"findings": [{**good, "code": "DL3008"}]}, "is not a finding's code"),
            ({"findings": [{**good, "fingerprint": "12"}]}, "no fingerprint"),
            ({"findings": [good, good]}, "stands further up"),
            ({"findings": [{**good, "raeson": "x"}]}, 'did you mean "reason"?'),
        ]:
            if isinstance(content, dict):
                content = json.dumps({"schema": "wallcheck-baseline/1", **content})
            with self.subTest(content=content):
                self.write("baseline.json", content)
                self.assertEqual(self.expect(USAGE, "check", "--baseline", "baseline.json", "f.rules"), "")
                self.assertIn(complaint, self.errors)
                self.expect(USAGE, "check", "--baseline", "baseline.json", "--write-baseline", "f.rules")
                self.assertEqual((self.directory / "baseline.json").read_text(), content)
        self.expect(USAGE, "check", "--baseline", "none.json", "f.rules")
        self.assertIn("--write-baseline makes it", self.errors)
        self.expect(USAGE, "check", "--write-baseline", "f.rules")
        self.expect(INCOMPLETE, "check", "--baseline", "no/such/directory.json", "--write-baseline", "f.rules")
        self.assertIn("cannot write", self.errors)

    def test_audit_has_baselines_too(self):
        self.write("f.rules", EMPTY.replace("COMMIT", "-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT"))
        self.expect(FINDINGS, "audit", "--fail-on", "note", "f.rules")
        self.expect(OK, "audit", "--fail-on", "note", "--baseline", "baseline.json", "--write-baseline", "f.rules")
        self.assertEqual({entry["code"][:3] for entry in self.entries()}, {"WC2"})
        self.assertEqual(self.codes(self.check(OK, "--fail-on", "note", "f.rules", command="audit")), [])
        self.write("g.rules", BLOCKING)
        self.write_baseline("g.rules", "f.rules")  # both commands share a file
        self.assertEqual({entry["code"][:3] for entry in self.entries()}, {"WC1", "WC2"})


if __name__ == "__main__":
    unittest.main()
