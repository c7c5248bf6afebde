"""wallcheck audit: rules that do nothing, in the files of fixtures/audit, and files of which nothing is said."""
import json
import unittest

from program import FIXTURES, INCOMPLETE, OK, ProgramTest

AUDIT = FIXTURES / "audit"
CODES = "WC301,WC302,WC304,WC307,WC9"


def expected():
    for line in (AUDIT / "dead-rules.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *findings = line.split()
            yield name, sorted(findings)


class DeadRules(ProgramTest):
    def findings(self, path, *options, codes=CODES):
        run = self.run_program("audit", "--isolated", "--select", codes, "--fail-on", "never", "--format", "json", *options, path)
        self.assertEqual(run.returncode, OK, run.stdout + run.stderr)
        return [finding for file in json.loads(run.stdout)["files"] for finding in file["findings"]]

    def words(self, finding, with_lines):
        lines = sorted(label["line"] for label in finding.get("related", []))
        shown = "<" + ",".join(map(str, lines)) if lines and with_lines else ""
        return f"{finding['code']}:{finding['line']}:{finding['severity']}{shown}"

    def test_each_file_has_what_its_reader_found_and_nothing_else(self):
        names = set()
        for name, wanted in expected():
            names.add(name)
            with self.subTest(name):
                named = {word.partition("<")[0]: "<" in word for word in wanted}
                found = [self.words(f, named.get(self.words(f, False), True)) for f in self.findings(AUDIT / name)]
                self.assertEqual(sorted(found), wanted)
        self.assertEqual(names, {path.name for path in AUDIT.glob("dead-*") if path.suffix != ".txt"})


if __name__ == "__main__":
    unittest.main()
