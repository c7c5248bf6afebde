"""wallcheck audit: how rules are put together, in the files of fixtures/audit, and what removing or merging them as told changes: nothing."""
import json
import random
import re
import unittest

from program import FIXTURES, INCOMPLETE, OK, ProgramTest

AUDIT = FIXTURES / "audit"
CODES = "WC303,WC305,WC306,WC308,WC309,WC310,WC311"


def expected():
    for line in (AUDIT / "structure.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *findings = line.split()
            yield name, sorted(findings)


class Structure(ProgramTest):
    def findings(self, path, codes=CODES):
        run = self.run_program("audit", "--isolated", "--select", codes, "--fail-on", "never", "--format", "json", path)
        self.assertIn(run.returncode, (OK, INCOMPLETE), run.stdout + run.stderr)
        return [finding for file in json.loads(run.stdout)["files"] for finding in file["findings"]]

    def words(self, finding):
        lines = sorted(label["line"] for label in finding.get("related", []))
        return f"{finding['code']}:{finding['line']}:{finding['severity']}" + ("<" + ",".join(map(str, lines)) if lines else "")

    def test_each_file_has_what_its_reader_found_and_nothing_else(self):
        names = set()
        for name, wanted in expected():
            names.add(name)
            with self.subTest(name):
                found = [f for f in self.findings(AUDIT / name) if not f["code"].startswith("WC9")]
                self.assertEqual(sorted(map(self.words, found)), wanted)
        self.assertEqual(names, {path.name for pattern in ("structure-*.rules", "structure-*.conf", "structure-*.json") for path in AUDIT.glob(pattern)})

    def test_a_copy_is_told_once(self):
        codes = [f["code"] for f in self.findings(AUDIT / "structure-duplicate.rules", "WC3")]
        self.assertEqual(codes, ["WC309", "WC309"])

    def test_fewer_rules_in_the_words_of_the_first(self):
        messages = {f["line"]: f["message"] for name in ("networks", "ports") for f in self.findings(AUDIT / f"structure-merge-{name}.rules", "WC310")}
        self.assertIn("4 rules say what one can: `-A INPUT -s 10.0.0.0/22 -p tcp -m tcp --dport 22 -j ACCEPT`",
                      self.findings(AUDIT / "structure-merge-networks.rules", "WC310")[0]["message"])
        self.assertIn("3 rules say what one can: `-A INPUT -p tcp -m tcp -m multiport --dports 25,110,143,587 -j ACCEPT`", messages[6])
        self.assertIn("2 rules say what one can: `-A INPUT -p udp -m udp --dport 5000:5010 -j ACCEPT`", messages[9])

    def test_ipv6_is_open_beside_a_closed_ipv4(self):
        families = AUDIT / "families"
        for names, wanted in (
            (("gap.v4.rules", "gap.v6.rules"), {8: "TCP 22 is accepted from every public IPv6 address, and by IPv4 dropped by policy DROP of filter INPUT in ",
                                                9: "UDP 4000-4010 is accepted from"}),
            (("open.ip6tables", "open.iptables"), {3: "TCP 1-79,81-65535 is accepted from every public IPv6 address", }),
            (("same.v4.rules", "same.v6.rules"), {}),
            (("gap.v6.rules",), {}),
            (("gap.v6.rules", "open.iptables"), {}),
        ):
            with self.subTest(names):
                run = self.run_program("audit", "--isolated", "--select", "WC208", "--fail-on", "never", "--format", "json", *(families / name for name in names))
                self.assertEqual(run.returncode, OK, run.stdout + run.stderr)
                files = json.loads(run.stdout)["files"]
                found = [(f["line"], f["message"]) for file in files for f in file["findings"]]
                self.assertEqual({line for line, _ in found}, set(wanted))
                for line, start in wanted.items():
                    self.assertIn("IPv6 is open where IPv4 is closed: " + start, [m for at, m in found if at == line][0])
                for file in files:
                    for f in file["findings"]:
                        packet = re.search(r"for example `([^`]*)`", f["message"])[1]
                        trace = self.run_program("trace", "--format", "json", "--packet", packet, file["path"])
                        self.assertEqual(json.loads(trace.stdout)[0]["verdict"], "accept", packet)

    def test_no_claim_about_the_samples_fails_its_own_proof(self):
        run = self.run_program("audit", "--select", "WC3", "--fail-on", "never", "--format", "concise", FIXTURES / "iptables", FIXTURES / "pf", FIXTURES / "cloud")
        self.assertNotIn(b" WC900 ", run.stdout)

    def test_doing_what_is_told_changes_no_packet(self):
        """Random files of few values, so that copies and neighbours are frequent; wallcheck diff judges each change by itself."""
        seed = 20261126
        rand = random.Random(seed)
        told = {"WC309": 0, "WC310": 0}
        for _ in range(60):
            lines = ["*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT DROP [0:0]", ":web - [0:0]"]
            for _ in range(rand.randint(4, 14)):
                chain = rand.choice(("INPUT", "INPUT", "INPUT", "web"))
                rule = [f"-A {chain}"]
                if rand.random() < 0.4:
                    rule.append(f"-s 10.0.{rand.randint(0, 3)}.0/24")
                if rand.random() < 0.7:
                    rule.append(f"-p tcp -m tcp --dport {rand.choice((80, 81, 82, 443))}")
                if rand.random() < 0.15:
                    rule.append("-m limit --limit 1/sec")
                if rand.random() < 0.1:
                    rule.append("-m mark --mark 0x1")
                target = rand.choice(("ACCEPT", "ACCEPT", "ACCEPT", "DROP", "RETURN", "REJECT"))
                if chain == "INPUT" and rand.random() < 0.1:
                    target = "web"
                lines.append(" ".join(rule + ["-j", target]))
            path = self.write("random.rules", "\n".join(lines + ["COMMIT", ""]))
            for finding in self.findings(path, "WC309,WC310"):
                changed = list(lines)
                at = finding["line"] - 1
                if finding["code"] == "WC309":
                    del changed[at]
                else:
                    new = re.findall(r"`([^`]*)`", finding["message"])
                    if " more" in finding["message"]:
                        continue  # not all of the new rules are shown
                    gone = {label["line"] - 1 for label in finding["related"]} | {at}
                    changed = [line for i, old in enumerate(lines) for line in (new if i == at else [] if i in gone else [old])]
                told[finding["code"]] += 1
                other = self.write("changed.rules", "\n".join(changed + ["COMMIT", ""]))
                with self.subTest(seed=seed, finding=finding["message"], rules="\n".join(lines)):
                    run = self.run_program("diff", path, other)
                    self.assertEqual(run.returncode, OK, run.stdout + run.stderr)
        self.assertGreater(min(told.values()), 5, told)


if __name__ == "__main__":
    unittest.main()
