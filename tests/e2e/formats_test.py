"""Report formats for other programs: each is what its reader takes, whatever a file says."""
import json
import re
import unittest
import xml.etree.ElementTree

from program import BLOCKING, BROKEN, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, OK, ProgramTest

# What attacks whoever reads a report without care: terminals, XML, HTML, Markdown, workflow commands, SARIF's own links.
ATTACK = "\x1b[2J \u202e ]]></system-out><script>alert(1)</script> | `x` ``` </details> @octocat #12 %0A::error::pwned ##[error]pwned [a](http://b) {0}"
HOSTILE = COMPLIANT.replace("-A OUTPUT -p udp", f'-A OUTPUT -p udp --dport 9 -m comment --comment "{ATTACK}" -j ACCEPT\n-A OUTPUT -j "{ATTACK[:60]}"\n-A OUTPUT -p upd')
HOSTILE_NAME = "a b,c:d%0A::error::x|<b>@me`\u202e\x1b[1m.rules"


class Formats(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("good.rules", COMPLIANT)
        self.write("bad.rules", BLOCKING)
        self.write("broken.rules", BROKEN)
        self.write("latin.rules", HOSTILE.encode("latin-1", "replace").replace(b"alert", b"caf\xe9"))
        self.write(HOSTILE_NAME, HOSTILE)

    ALL = ("good.rules", "bad.rules", "broken.rules", "gone.rules", "latin.rules", HOSTILE_NAME)

    def assert_no_control_characters(self, text):
        self.assertEqual(set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)), set())

    def report(self, output_format, *arguments, status=INCOMPLETE, command="check"):
        """Printed and written to a file: the same bytes."""
        printed = self.expect(status, command, "--format", output_format, *arguments)
        self.expect(status, command, "--format", f"{output_format}=out", "--format", "concise", *arguments)
        self.assertEqual((self.directory / "out").read_text(encoding="utf-8"), printed)
        self.assert_no_control_characters(printed)
        return printed


class Help(Formats):
    def test_every_format_is_offered_with_a_line(self):
        for command in ("check", "audit"):
            offered = self.expect(OK, command, "--help").split("Formats (", 1)[1].split("\n\n")[0]
            for name in ("text", "concise", "json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown"):
                self.assertRegex(offered, rf"(?m)^  {name} +\S")

    def test_several_at_once_and_nothing_in_them(self):
        self.write("empty/readme", "no firewall\n")
        names = ("concise", "json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown")
        self.expect(INCOMPLETE, "check", *(f"--format={name}=none.{name}" for name in names), "empty")
        self.assertEqual(json.loads((self.directory / "none.gitlab").read_text()), [])
        self.assertEqual((self.directory / "none.github").read_text(), "")
        self.assertEqual(len(xml.etree.ElementTree.parse(self.directory / "none.junit").getroot()), 0)
        self.assertIn("in 0 files", (self.directory / "none.markdown").read_text())


class Junit(Formats):
    def suites(self, *arguments, **more):
        root = xml.etree.ElementTree.fromstring(self.report("junit", *arguments, **more))
        self.assertEqual(root.tag, "testsuites")
        for suite in root:
            self.assertEqual(suite.tag, "testsuite")
            cases = suite.findall("testcase")
            self.assertEqual(len(cases), len(suite))
            self.assertEqual(int(suite.get("tests")), len(cases))
            for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                self.assertEqual(int(suite.get(attribute)), len(suite.findall(f"testcase/{kind}")))
            names = [(case.get("classname"), case.get("name")) for case in cases]
            self.assertTrue(all(all(name) for name in names))
            self.assertEqual(len(set(names)), len(names))
        return list(root)

    def test_ten_flows_a_file(self):
        good, bad, broken, gone, *_ = self.suites(*self.ALL)
        for suite in (good, bad, broken):
            self.assertEqual(len([case for case in suite if case.get("name").startswith("flow ")]), 10)
        self.assertEqual([case.get("name") for case in bad if case.find("failure") is not None], ["flow 1: Monitoring"])
        self.assertEqual((good.get("failures"), good.get("errors"), good.get("skipped")), ("0", "0", "3"))
        self.assertEqual((gone.get("tests"), gone.get("errors")), ("1", "1"))
        self.assertIsNotNone(broken.find("testcase/error"))

    def test_all_samples(self):
        self.assertGreater(len(self.suites(FIXTURES)), 100)

    def test_a_test_fails_where_the_run_does(self):
        for threshold, failures in (("error", "1"), ("never", "0")):
            suite, = self.suites("--fail-on", threshold, "bad.rules", status=FINDINGS if failures == "1" else OK)
            self.assertEqual(suite.get("failures"), failures)

    def test_audit(self):
        self.write("open.rules", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
        suite, = self.suites("open.rules", status=FINDINGS, command="audit")
        self.assertIn("WC202", " ".join(case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None))
        suite, = self.suites("good.rules", status=OK, command="audit")
        self.assertEqual([case.get("name") for case in suite if len(case) == 0], ["read to its end"])


class Markdown(Formats):
    def outside_of_fences(self, text):
        """What Markdown reads as markup: the lines of a fenced block end where a fence at least as long closes it."""
        fence = None
        for line in text.splitlines():
            if fence is None and (begin := re.match("(`{3,})[a-z]*$", line)):
                fence = begin[1]
            elif fence is not None and line == fence:
                fence = None
            elif fence is None:
                yield line
        self.assertIsNone(fence)

    def test_a_file_is_text_and_nothing_else(self):
        lines = list(self.outside_of_fences(self.report("markdown", *self.ALL)))
        table = [line for line in lines if line.startswith("|")]
        self.assertEqual(len(table), 2 + len(self.ALL))
        self.assertEqual({line.count("|") for line in table}, {13})
        for line in lines:
            known = re.sub(r"</?(details|summary|b|code)>|<br>|<!-- wallcheck check -->", "", line)
            self.assertNotRegex(known, "[<>]")
            self.assertNotRegex(known, r"\]\(|@[a-z]|`|http://|www\.[a-z]")
            self.assertNotRegex(line.replace("&#8203;", ""), "(?<!&)#[0-9]")
        text = "\n".join(lines)
        self.assertEqual(text.count("<details>"), text.count("</details>"))

    def test_all_samples(self):
        lines = list(self.outside_of_fences(self.report("markdown", FIXTURES)))
        self.assertIn("could not be analysed to the end", lines[-1])

    def test_many_files_fit_into_a_comment(self):
        for number in range(150):
            self.write(f"many/{number:03}-{'x' * 150}.rules", BLOCKING)
        text = self.report("markdown", "many", status=FINDINGS)
        self.assertLess(len(text.encode()), 65_536)
        self.assertIn("more files may follow", text)
        self.assertIn("**150 errors,", text)

    def test_audit(self):
        self.write("open.rules", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
        text = self.report("markdown", "open.rules", status=FINDINGS, command="audit")
        self.assertIn("| file | findings |\n|---|---|\n| <code>open.rules</code> | ❌ ", text)


class Github(Formats):
    COMMAND = re.compile(r"::(error|warning|notice) ([a-zA-Z]+=[^:,\n]*(?:,[a-zA-Z]+=[^:,\n]*)*)::(.*)$")

    def annotations(self, *arguments, **more):
        """As the runner reads them: a line is a command or the log's."""
        found = []
        for line in self.report("github", *arguments, **more).splitlines():
            self.assertNotIn("##[", line if not line.startswith("::") else "")
            if not (command := self.COMMAND.match(line)):
                self.assertTrue(line.startswith("more: "), line)
                continue
            kind, words, text = command.groups()
            properties = {name: self.unescaped(value, "%0D", "%0A", "%3A", "%2C", "%25") for name, value in (word.split("=", 1) for word in words.split(","))}
            found.append((kind, properties, self.unescaped(text, "%0D", "%0A", "%25")))
        return found

    def unescaped(self, text, *escapes):
        self.assertEqual([code for code in re.findall("%..", text) if code not in escapes], [])
        for code in escapes:
            text = text.replace(code, bytes.fromhex(code[1:]).decode())
        return text

    def test_each_finding_is_one_annotation(self):
        (kind, properties, text), = self.annotations("bad.rules", status=FINDINGS)
        self.assertEqual((kind, properties["file"], properties["title"]), ("error", "bad.rules", "WC101 monitoring"))
        self.assertIn("fix: let monitoring (udp 3011) out", text)
        (_, properties, _), = self.annotations("./bad.rules", status=FINDINGS)
        self.assertEqual(properties["file"], "bad.rules")  # as the repository names it

    def test_a_file_gives_no_commands(self):
        findings = json.loads(self.run_program("check", "--format", "json", *self.ALL).stdout)["summary"]["findings"]
        annotations = self.annotations(*self.ALL)
        for kind, severity in (("error", "error"), ("warning", "warning"), ("notice", "note")):
            self.assertEqual(len([a for a in annotations if a[0] == kind]), min(10, findings[severity]))
        for kind, properties, _ in annotations:
            self.assertLessEqual(set(properties), {"file", "line", "endLine", "col", "endColumn", "title"})

    def test_all_samples(self):
        self.assertEqual(len(self.annotations(FIXTURES)), 30)

    def test_ten_of_a_kind(self):
        for count in (9, 10, 11, 25):
            for number in range(count):
                self.write(f"d{count}/{number:02}.rules", BLOCKING)
            annotations = self.annotations(f"d{count}", status=FINDINGS)
            self.assertEqual(len(annotations), min(count, 10))
            if count > 9:
                self.assertEqual(annotations[-1][1:], ({"title": "wallcheck"}, f"{count - 9} error{'s' if count > 10 else ''} more: see the lines that begin "
                                                                               'with "more" in the log of this step'))

    def test_nothing_found(self):
        self.assertEqual(self.annotations("good.rules", status=OK), [])


class Gitlab(Formats):
    def issues(self, *arguments, **more):
        issues = json.loads(self.report("gitlab", *arguments, **more))
        for issue in issues:
            self.assertEqual(set(issue), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(issue["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertGreaterEqual(issue["location"]["lines"]["begin"], 1)
        fingerprints = [issue["fingerprint"] for issue in issues]
        self.assertEqual(len(set(fingerprints)), len(fingerprints))
        return issues

    def test_issues(self):
        self.assertEqual(self.issues("good.rules", status=OK), [])
        issue, = self.issues("./bad.rules", status=FINDINGS)
        self.assertEqual((issue["check_name"], issue["severity"], issue["location"]["path"]), ("WC101", "critical", "bad.rules"))
        issues = self.issues(*self.ALL)
        self.assertEqual({issue["location"]["path"] for issue in issues}, set(self.ALL) - {"good.rules"})
        self.assertEqual([issue["severity"] for issue in issues if issue["check_name"] == "WC905"], ["blocker"])

    def test_all_samples(self):
        self.assertGreater(len(self.issues(FIXTURES)), 500)

    def test_a_finding_is_known_again(self):
        before, = self.issues("bad.rules", status=FINDINGS)
        self.write("bad.rules", "# a comment\n" + BLOCKING)
        after, = self.issues("bad.rules", status=FINDINGS)
        self.assertEqual(before["fingerprint"], after["fingerprint"])
        self.assertEqual(before["location"]["lines"]["begin"] + 1, after["location"]["lines"]["begin"])

    def test_suppressed_findings_are_none(self):
        self.write("quiet.rules", BLOCKING.replace(":OUTPUT", "# wallcheck: ignore WC101 the agent is gone\n:OUTPUT"))
        self.assertEqual(self.issues("quiet.rules", status=OK), [])


if __name__ == "__main__":
    unittest.main()
