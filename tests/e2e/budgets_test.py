"""Every budget: a file that hits it is told by name, with how to raise it, at a cost that the budget sets; other files of the run are done."""
import json
import re
import time
import unittest

from program import COMPLIANT, INCOMPLETE, OK, ProgramTest, USAGE


def iptables(*lines, chains=()):
    return "*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT DROP\n" + "".join(f":{name} -\n" for name in chains) + "".join(line + "\n" for line in lines) + "COMMIT\n"


def groups(count, rules=1):
    """No two say the same."""
    def permission(i): return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": f"10.{i >> 8}.{i & 255}.0/24"}]}
    return json.dumps({"SecurityGroups": [{"GroupId": f"sg-{i:08x}", "GroupName": f"g{i}", "IpPermissions": [permission(i)] * rules, "IpPermissionsEgress": []}
                                          for i in range(count)]})


def marks(count, bits=0):
    """Rules that set a mark on a condition that nobody can decide, then rules that test marks: each condition doubles what has to be told apart."""
    def mark(i): return 1 << i if bits else i * 2654435761 & 0xffffffff | 1
    def tested(i): return mark(i) if bits else i * 40503 * 2654435761 & 0xffffffff
    return iptables(*(f'-A OUTPUT -m string --string "s{i}" --algo bm -j MARK --set-xmark {mark(i):#x}/0x0' for i in range(count)),
                    *(f"-A OUTPUT -m mark --mark {tested(i):#x} -j ACCEPT" for i in range(count)))


ROW = "-A OUTPUT -p tcp --dport 80 -j ACCEPT"

# budget, a value that the file exceeds, one that it does not, the file's name and content (names of more files beside it: contents)
ROWS = [
    ("input_bytes", 50_000, 200_000, "f.rules", iptables("# " + "x" * 100_000)),
    ("line_bytes", 1000, 5000, "f.rules", iptables('-A INPUT -m comment --comment "' + "x" * 200 + '" ' + "-s 10.0.0.1" + ",10.0.0.1" * 100 + " -j ACCEPT")),
    ("tokens", 1000, 10_000, "f.rules", iptables(*[ROW] * 500)),
    ("tokens", 1000, 10_000, "f.conf", "pass in on em0 proto tcp from any to any port 80\n" * 500),
    ("tokens", 1000, 10_000, "f.conf", "table <t> { " + "10.0.0.1, " * 1500 + " 10.0.0.2 }\nblock from <t>\n"),
    ("tokens", 1000, 10_000, "f.json", groups(100)),
    ("nesting", 50, 1000, "f.json", groups(1)[:-1] + ', "x": ' + "[" * 100 + "]" * 100 + "}"),
    ("nesting", 50, 1000, "f.conf", "block from " + "{ " * 100 + "10.0.0.1" + " }" * 100 + "\n"),
    ("nesting", 50, 1000, "f.conf", "".join(f'anchor "a{i}" {{\n' for i in range(100)) + "}\n" * 100),
    ("macro_expansion", 5000, 2_000_000, "f.conf", 'm0 = "10.0.0.1 "\n' + "".join(f"m{i + 1} = $m{i} $m{i}\n" for i in range(10)) + "block from { $m10 }\n"),
    ("include_depth", 3, 15, "f.conf", {"f.conf": 'include "0"\nblock in\n', **{str(i): f'include "{i + 1}"\n' for i in range(6)}, "6": "pass\n"}),
    ("includes", 100, 10_000, "f.conf", {"f.conf": 'include "0"\nblock in\n', **{str(i): f'include "{i + 1}"\n' * 2 for i in range(7)}, "7": "pass\n"}),
    ("list_product", 1000, 10_000, "f.conf", "pass proto tcp from { " + " ".join(f"10.0.0.{i}" for i in range(50)) + " } to { " +
     " ".join(f"10.1.0.{i}" for i in range(50)) + " } port 80\n"),
    ("list_product", 1000, 10_000, "f.rules", iptables("-A OUTPUT -s " + ",".join(f"10.0.0.{i}" for i in range(50)) + " -d " +
                                                       ",".join(f"10.1.0.{i}" for i in range(50)) + " -j ACCEPT")),
    ("rules", 100, 1000, "f.rules", iptables(*[ROW] * 200)),
    ("rules", 100, 1000, "f.conf", "pass out proto tcp to port 80\n" * 200),
    ("rules", 100, 1000, "f.json", groups(1, 200)),
    ("chains", 50, 1000, "f.rules", iptables(chains=[f"c{i}" for i in range(100)])),
    ("chains", 50, 1000, "f.conf", "".join(f'anchor "a{i}" {{\npass\n}}\n' for i in range(100))),
    ("groups", 10, 1000, "f.json", groups(20)),
    ("diagnostics", 5, 100, "f.rules", iptables(*["-A INPUT -p nothing"] * 20)),
    ("graph_nodes", 1000, 100_000, "f.rules", iptables(*(f"-A OUTPUT -d 10.{i}.0.0/24 -s 10.{i * 7}.{i}.0/24 -p tcp --sport {1000 + i * 100}:{1050 + i * 200} --dport 80 -j ACCEPT"
                                                           for i in range(36)), ROW)),
]


class Budgets(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("good.rules", COMPLIANT)

    def entries(self, out, name):
        return [file for file in json.loads(out)["files"] if file["path"] == name]

    def assert_good_is_done(self, out):
        good, = self.entries(out, "good.rules")
        self.assertEqual((good["status"], good["findings"]), ("analysed", []))

    def test_each_is_hit_named_and_can_be_raised(self):
        for budget, exceeded, enough, name, content in ROWS:
            with self.subTest(budget, name=name):
                for path, text in (content if isinstance(content, dict) else {name: content}).items(): self.write(path, text)
                check = ("check", "--isolated", "-f", "json", name, "good.rules", "--limit")
                status, out, errors, seconds, memory = self.measure(*check, f"{budget}={exceeded}")
                self.assertEqual(status, INCOMPLETE, out + errors)
                words = f"(limit {budget}; --limit {budget}=N raises it)"
                told = [finding for file in self.entries(out, name) for finding in file["findings"] if words in finding["message"]]
                self.assertEqual({(finding["code"], finding["severity"]) for finding in told}, {("WC904", "error")}, out)
                self.assertNotEqual({file["status"] for file in self.entries(out, name)}, {"analysed"})
                self.assert_good_is_done(out)
                self.assertLess(seconds, 2)
                self.assertLess(memory, 64)
                _, out, _, whole_seconds, whole_memory = self.measure(*check, f"{budget}={enough}")
                self.assertNotIn("WC904", out)
                self.assertLess(seconds, 2 * whole_seconds + 0.1)  # to stop costs no more than to go on
                self.assertLess(memory, 2 * whole_memory)

    def test_no_flow_is_permitted_by_what_was_not_read(self):
        """Everything is let out by the rules that are read, and could be stopped by those that are not."""
        open_first = iptables("-A INPUT -j ACCEPT", "-A OUTPUT -j ACCEPT", *["-A OUTPUT -p tcp --dport 1 -j ACCEPT"] * 100)
        closed_last = open_first.replace("-A INPUT -j ACCEPT\n-A OUTPUT -j ACCEPT\n", "").replace("COMMIT", "-A INPUT -j ACCEPT\n-A OUTPUT -j ACCEPT\nCOMMIT")
        for limit in ("rules=50", "tokens=200", "line_bytes=3"):
            for name, content in (("first.rules", open_first), ("last.rules", closed_last)):
                self.write(name, content)
                file, = self.entries(self.expect(INCOMPLETE, "check", "--isolated", "-f", "json", "--limit", limit, name), name)
                self.assertNotIn("permitted", [flow["verdict"] for flow in file["flows"]], (limit, name))
                self.assertNotEqual(file["status"], "analysed")

    def test_settings(self):
        self.write("policy.json", '{"id": "p", "title": "' + "x" * 2000 + '"}')
        self.expect(USAGE, "check", "--policy", "policy.json", "--limit", "settings_bytes=1000", "good.rules")
        self.assertIn("(limit settings_bytes; --limit settings_bytes=N raises it)", self.errors)
        self.expect(USAGE, "check", "--policy", "policy.json", "good.rules")
        self.assertNotIn("settings_bytes", self.errors)

    def test_regions(self):
        """Of what is printed: more than that is said to be more, and nothing is left undecided."""
        self.write("f.rules", iptables("-A INPUT -j ACCEPT", *(f"-A OUTPUT -d 10.{i}.0.0/24 -o eth{i} -p udp --dport 3011 -j ACCEPT" for i in range(40))))
        lengths = []
        for most in (1, 5, 100):
            out = self.run_program("check", "--isolated", "-f", "json", "--limit", f"regions={most}", "f.rules").stdout
            monitoring = next(flow for flow in json.loads(out)["files"][0]["flows"] if flow["id"] == "monitoring")
            self.assertEqual(monitoring["verdict"], "restricted")
            lengths.append(len(json.dumps(monitoring)))
        self.assertTrue(lengths[0] < lengths[1] < lengths[2], lengths)

    def test_each_is_listed_where_help_is_sought(self):
        names = set(re.findall(r"(?m)^- `([a-z_]+)`:", self.expect(OK, "explain", "budgets")))
        self.assertLessEqual({row[0] for row in ROWS} | {"settings_bytes", "regions", "wall_time"}, names)
        self.assertEqual(names - {row[0] for row in ROWS}, {"settings_bytes", "regions", "wall_time"})  # those have a test of their own
        for command in ("check", "audit", "fix", "diff", "trace"):
            out = self.expect(OK, command, "--help")
            for name in names: self.assertIn(f"\n  {name} ", out)


class WallTime(ProgramTest):
    """One second, where minutes would be needed; two of grace, and what else runs on the machine takes its share of them."""
    HARD = ("--limit", "wall_time=1", "--limit", "graph_nodes=500000000")
    WORDS = "no time is left (limit wall_time; --limit wall_time=N raises it)"

    def timed(self, *arguments, **more):
        begin = time.monotonic()
        status, out, errors, seconds, memory = self.measure(*arguments, *self.HARD, **more)
        self.assertEqual(status, INCOMPLETE, out + errors)
        self.assertIn(self.WORDS, out + errors)
        self.assertGreater(time.monotonic() - begin, 1)
        self.assertLess(seconds, 2)  # CPU: what others use does not count
        return out, errors

    def setUp(self):
        super().setUp()
        self.write("good.rules", COMPLIANT)
        self.write("hard.rules", marks(24))

    def test_check_and_audit(self):
        for command in ("check", "audit"):
            for jobs in ("1", "4"):
                out, _ = self.timed(command, "--isolated", "--jobs", jobs, "-f", "json", "hard.rules", "good.rules")
                hard, good = json.loads(out)["files"]
                self.assertEqual((hard["status"], good["status"]), ("partly-analysed", "analysed"))
                self.assertNotIn("WC904", [finding["code"] for finding in good["findings"]])
                self.assertNotIn("permitted", [flow["verdict"] for flow in hard.get("flows", ())])

    def test_diff(self):
        self.write("other.rules", marks(24).replace("-j ACCEPT", "-j DROP"))
        out, errors = self.timed("diff", "hard.rules", "other.rules")
        self.assertNotIn("equal", out)

    def test_fix_changes_nothing(self):
        content = marks(24).replace("-j ACCEPT", "-j DROP", 1)
        self.write("hard.rules", content)
        status, out, errors, seconds, _ = self.measure("fix", "--isolated", "--write", "hard.rules", *self.HARD)
        self.assertEqual(status, INCOMPLETE, errors)
        self.assertLess(seconds, 2)
        self.assertEqual((self.directory / "hard.rules").read_text(), content)


class Cost(ProgramTest):
    """What the default budgets let a hostile file cost."""

    def test_conditions_that_double(self):
        for content in (marks(24), marks(24, bits=1)):
            self.write("f.rules", content)
            for command in ("check", "audit"):
                status, out, errors, seconds, memory = self.measure(command, "--isolated", "-f", "concise", "f.rules")
                self.assertEqual(status, INCOMPLETE, out + errors)
                self.assertRegex(out, r"WC904 .*\(limit graph_nodes; --limit graph_nodes=N raises it\)")
                self.assertLess(seconds, 60)
                self.assertLess(memory, 2500)


if __name__ == "__main__":
    unittest.main()
