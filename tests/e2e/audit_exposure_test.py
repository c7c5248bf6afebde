"""wallcheck audit: what the files of fixtures/audit expose, and what nothing is said of; witnesses can be pasted into trace."""
import json
import re
import unittest

from program import FINDINGS, FIXTURES, OK, ProgramTest

AUDIT = FIXTURES / "audit"


def expected():
    for line in (AUDIT / "exposure.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *findings = line.split()
            yield name, sorted(findings)


class Exposure(ProgramTest):
    def findings(self, path, *options):
        closed = ("--select", "WC120", "--policy", AUDIT / "closed-policy.json") if str(path).startswith(f"{AUDIT}/closed") else ("--select", "WC2")
        run = self.run_program("audit", "--isolated", *closed, "--fail-on", "never", "--format", "json", *options, path)
        self.assertEqual(run.returncode, OK, run.stdout + run.stderr)
        return [finding for file in json.loads(run.stdout)["files"] for finding in file["findings"]]

    def test_each_file_has_what_its_reader_found_and_nothing_else(self):
        names = set()
        for name, wanted in expected():
            names.add(name)
            with self.subTest(name):
                self.assertEqual(sorted(f"{f['code']}:{f['line']}:{f['severity']}" for f in self.findings(AUDIT / name)), wanted)
        self.assertEqual(names, {path.name for pattern in ("exposure-*.rules", "exposure-*.conf", "exposure-*.json", "closed-*.rules") for path in AUDIT.glob(pattern)})

    def test_trace_says_the_same_of_each_witness(self):
        for name, wanted in expected():
            for finding in self.findings(AUDIT / name):
                packet = re.search(r"for example `([^`]*)`", finding["message"])[1]
                run = self.run_program("trace", "--format", "json", "--packet", packet, AUDIT / name)
                verdict = json.loads(run.stdout)[0]["verdict"]
                undecided = "perhaps" in finding["message"]
                with self.subTest(name, packet=packet):
                    self.assertEqual(verdict, "undecided" if undecided else "accept")

    def test_outside_decides_about_interfaces(self):
        path = AUDIT / "exposure-services.rules"
        severities = {outside: [f["severity"] for f in self.findings(path, "--outside", outside) if "MySQL" in f["message"]] for outside in ("eth0", "eth1")}
        self.assertEqual(severities, {"eth0": [], "eth1": ["error"]})

    def test_a_gateway_is_asked_what_it_forwards(self):
        rules = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A FORWARD -i eth0 -p tcp --dport 3306 -j ACCEPT\nCOMMIT\n"
        path = self.write("gateway.rules", rules)
        self.assertEqual(self.findings(path), [])
        found = self.findings(path, "--position", "gateway", "--inside", "eth1", "--outside", "eth0")
        self.assertEqual([(f["code"], f["line"], f["severity"]) for f in found], [("WC204", 5, "error")])

    def test_a_closed_policy_closes_check_too(self):
        path = AUDIT / "closed-wide.rules"
        policy = json.loads((AUDIT / "closed-policy.json").read_text())
        self.write("open.json", json.dumps(policy | {"id": "open", "closed": False}))
        for command in ("check", "audit"):
            for options, count in ((("--policy", AUDIT / "closed-policy.json"), 5), (("--policy", "./open.json"), 0), (("--policy", "./open.json", "--closed"), 5)):
                with self.subTest(command, options=options):
                    out = self.run_program(command, "--isolated", "--select", "WC120", "--format", "concise", *options, path).stdout.decode()
                    self.assertEqual(out.count(" WC120 "), count, out)

    def test_regions_are_those_of_the_rule_without_what_is_documented(self):
        messages = {f["line"]: f["message"] for f in self.findings(AUDIT / "closed-wide.rules")}
        for line, region in ((10, "tcp 198.51.96.0/22,198.51.101.0-198.51.111.255 > any:22;"), (11, "tcp any > 10.0.0.0/8:8443;"),
                             (12, "icmp any > any type 8;"), (13, "protocol 50;"), (14, "perhaps permitted: udp any > any:500;")):
            self.assertIn(region, messages[line])

    def test_a_port_for_friends_is_not_called_published_to_everybody(self):
        self.assertIn(": tcp 8080 from every public IPv4 address", self.findings(AUDIT / "exposure-published.rules")[0]["message"])

    def test_exit_status_and_last_lines(self):
        out = self.expect(OK, "audit", "--isolated", "--select", "WC2", AUDIT / "exposure-closed.rules")
        self.assertTrue(out.endswith("\n1 file, 0 findings\nNothing is open that audit looks for, and no rule was found that does nothing.\n"), out)
        out = self.expect(FINDINGS, "audit", "--isolated", "--select", "WC204", AUDIT / "exposure-halves.rules")
        self.assertTrue(out.endswith("\n1 file, 1 finding\n1 error\nNext: `wallcheck explain WC204` says what it means and what to do.\n"), out)


if __name__ == "__main__":
    unittest.main()
