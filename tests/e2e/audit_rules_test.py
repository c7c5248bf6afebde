"""wallcheck audit: rules that do nothing, in the files of fixtures/audit, and files of which nothing is said."""
import json
import random
import tempfile
import unittest
from pathlib import Path

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


NESTED = ["10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "192.0.2.0/24"]
SENDERS = [{0}, {0, 1}, {0, 1, 2}, {3}]  # of each, the networks it is in


class AttachedGroups(ProgramTest):
    """Random templates: groups, and instances that several are attached to. What is permitted is a set of senders and ports."""

    def template(self, dice):
        """The text, for each group its permissions by line (what they permit), and the groups of each instance."""
        groups = {f"G{i}": {} for i in range(dice.randint(2, 4))}
        lines = ["{", '"Resources": {']
        for name, permissions in groups.items():
            lines.append(f'"{name}": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"GroupDescription": "x", "SecurityGroupIngress": [')
            count = dice.randint(1, 4)
            for i in range(count):
                first = dice.randint(1, 5)
                last, network = dice.randint(first, 6), dice.randrange(4)
                comma = "," if i + 1 < count else ""
                lines.append(f'{{"IpProtocol": "tcp", "FromPort": {first}, "ToPort": {last}, "CidrIp": "{NESTED[network]}"}}{comma}')
                permissions[len(lines)] = {(s, port) for s, within in enumerate(SENDERS) if network in within for port in range(first, last + 1)}
            lines.append("]}},")
        instances = [sorted(dice.sample(sorted(groups), dice.randint(1 if dice.random() < 0.2 else 2, len(groups)))) for _ in range(dice.randint(1, 3))]
        for i, attached in enumerate(instances):
            ids = ", ".join(f'{{"Fn::GetAtt": ["{name}", "GroupId"]}}' for name in attached)
            lines.append(f'"I{i}": {{"Type": "AWS::EC2::Instance", "Properties": {{"SecurityGroupIds": [{ids}]}}}}{"," if i + 1 < len(instances) else ""}')
        return "\n".join([*lines, "}}"]), groups, instances

    def test_redundant_is_what_other_attached_groups_permit_everywhere_and_all_of_it(self):
        redundant = needed = 0
        with tempfile.TemporaryDirectory() as directory:
            for seed in range(60):
                text, groups, instances = self.template(random.Random(seed))
                path = Path(directory) / "template.json"
                path.write_text(text)
                run = self.run_program("audit", "--isolated", "--select", "WC302,WC9", "--fail-on", "never", "--format", "json", path)
                self.assertEqual(run.returncode, OK, run.stdout + run.stderr)
                said = {finding["line"] for file in json.loads(run.stdout)["files"] for finding in file["findings"]}
                joined = [name for name in groups if any(name in i for i in instances) and [name] not in instances]
                lines = {line for name in joined for line in groups[name]}
                gone = said & lines

                def permitted(without):
                    return [set().union(*(p for name in i for line, p in groups[name].items() if line not in without)) for i in instances]

                with self.subTest(seed=seed):
                    self.assertEqual(permitted(gone), permitted(set()), text)
                    for line in lines - gone:
                        self.assertNotEqual(permitted(gone | {line}), permitted(set()), f"line {line} of\n{text}")
                redundant += len(gone)
                needed += len(lines - gone)
        self.assertGreater(redundant, 50)
        self.assertGreater(needed, 50)


if __name__ == "__main__":
    unittest.main()
