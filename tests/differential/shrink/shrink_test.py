"""The shrinker, with faults that are known: an evaluator that misreads one word. Random rule sets become the few rules that show it."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "kernel")]
from judge import trace  # noqa: E402
from probes import Probe  # noqa: E402
from rulesets import RuleSet  # noqa: E402
from shrink import Document, Iptables, Lines, fewest, options, packets_of, shrink, write_fixture  # noqa: E402

PROGRAM = os.environ["WALLCHECK"]


class Fewest(unittest.TestCase):
    def test_finds_what_is_needed(self):
        for needed in ([], [0], [99], [3, 50, 51], list(range(0, 100, 9))):
            asked = []
            self.assertEqual(fewest(list(range(100)), lambda some: asked.append(some) or set(needed) <= set(some)), needed)
            self.assertLess(len(asked), 60 + 40 * len(needed))

    def test_options_of_a_rule(self):
        self.assertEqual([" ".join(group) for group in options('-A x ! -s 10.0.0.0/8 -m comment --comment "a -b \\" c" -j DROP')],
                         ["-A x", "! -s 10.0.0.0/8", "-m comment", '--comment "a -b \\" c"', "-j DROP"])


class Planted(unittest.TestCase):
    """Trace beside a trace that reads a word wrongly."""

    def disagreements(self, fault, count):
        """(rule set, packet) pairs on which the faulty evaluator is wrong, and what tells."""
        def disagrees_in(rule_set, probe):
            def disagrees(rules, packet):
                one = [probe.with_json(packet)]
                try:
                    right, wrong = (trace(PROGRAM, 4, text, rule_set.sets, one)[0] for text in (rules, fault(rules)))
                    return right["verdict"] != wrong["verdict"]
                except RuntimeError:
                    return False
            return disagrees

        found = []
        for seed in range(1000):
            rand = random.Random(seed)
            rule_set = RuleSet(rand, 4)
            probes = [Probe(rand, rule_set.around) for _ in range(20)]
            right = trace(PROGRAM, 4, rule_set.rules, rule_set.sets, probes)
            wrong = trace(PROGRAM, 4, fault(rule_set.rules), rule_set.sets, probes)
            for probe, one, other in zip(probes, right, wrong, strict=True):
                if one["verdict"] != other["verdict"]:
                    found.append((rule_set, probe, disagrees_in(rule_set, probe)))
                    break
            if len(found) == count:
                break
        self.assertEqual(len(found), count)
        return found

    def shrinks(self, fault, sign, largest):
        for rule_set, probe, disagrees in self.disagreements(fault, 2):
            rules, packet = shrink(rule_set.rules, probe.json, disagrees, Iptables)
            left = [line for line in rules.splitlines() if line.startswith("-A")]
            self.assertTrue(disagrees(rules, packet))
            self.assertLessEqual(len(left), largest, rules)
            self.assertRegex(rules, sign)
            self.assertEqual(packet["mark"] == 0 or "mark" in rules, True, (rules, packet))

    def test_negation_that_is_not_read(self):
        self.shrinks(lambda rules: rules.replace("! -d ", "-d "), r"! -d \S+", 5)

    def test_goto_that_comes_back(self):
        self.shrinks(lambda rules: rules.replace(" -g ", " -j "), r"-g \S+", 5)

    def test_a_port_too_many(self):
        self.shrinks(lambda rules: re.sub(r"--dport (\d+):(\d+)", r"--dport \1:65535", rules), r"--dport \d+:\d+", 5)

    def test_what_is_written_down_says_the_same(self):
        rule_set, probe, disagrees = self.disagreements(lambda rules: rules.replace("! -d ", "-d "), 1)[0]
        rules, packet = shrink(rule_set.rules, probe.json, disagrees, Iptables)
        with tempfile.TemporaryDirectory() as folder:
            path = write_fixture(pathlib.Path(folder) / "new", "case", rules, probe.with_json(packet).written("10.0.0.1"), {"one": "accept", "other": "drop"}, rule_set.sets)
            text = path.read_text()
            self.assertEqual(packets_of(text)[0]["src"], packet["src"])
            self.assertIn("one accept, other drop", text)
            self.assertTrue(disagrees(text, packet))


class OtherFormats(unittest.TestCase):
    def run_trace(self, name, text, packet):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_text(text)
            run = subprocess.run([PROGRAM, "trace", "--isolated", "--format", "json", "--packets", "-", path], input=json.dumps([packet]), text=True, capture_output=True)
            return json.loads(run.stdout)[0]["verdict"] if run.returncode == 0 else None

    def shrinks(self, name, text, packet, fault, syntax):
        def disagrees(smaller, packet):
            right, wrong = self.run_trace(name, smaller, packet), self.run_trace(name, fault(smaller), packet)
            return None not in (right, wrong) and right != wrong
        return shrink(text, packet, disagrees, syntax)

    def test_pf(self):
        text = "".join(f"pass in quick on em0 proto udp from 10.0.0.{n} to any port {n}\n" for n in range(1, 30)) + "block in quick on em1 proto tcp\npass out\n"
        packet = {"hook": "INPUT", "proto": "tcp", "src": "10.0.0.7", "dst": "10.0.0.1", "sport": 5, "dport": 22, "in_iface": "em1"}
        small, packet = self.shrinks("pf.conf", text, packet, lambda rules: rules.replace("block", "pass"), Lines)
        self.assertEqual(packet["sport"], 40000)
        self.assertRegex(small, r"^block \w+( \w+)?\n$")

    def test_json(self):
        def permission(port, network):
            return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": network, "Description": "x"}, {"CidrIp": "192.0.2.0/24"}]}
        text = json.dumps({"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [permission(n, f"10.0.{n}.0/24") for n in range(20)],
                                               "IpPermissionsEgress": []}]})
        packet = {"hook": "INPUT", "proto": "tcp", "src": "10.0.7.9", "dst": "10.9.9.9", "sport": 5, "dport": 7}
        small, packet = self.shrinks("sg.json", text, packet, lambda text: text.replace("10.0.7.0/24", "10.0.7.0/32"), Document)
        permissions = json.loads(small)["SecurityGroups"][0]["IpPermissions"]
        self.assertEqual([range_["CidrIp"] for one in permissions for range_ in one["IpRanges"]], ["10.0.7.0/24"])


if __name__ == "__main__":
    unittest.main()
