"""--format sarif: valid by the standard's own schema, and true: its regions, links, rules and fixes are what they claim to be."""
import json
import pathlib
import re
import sys
import unittest
import urllib.parse

from formats_test import HOSTILE_NAME, Formats
from program import BLOCKING, FINDINGS, FIXTURES, INCOMPLETE, OK

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing: skipped")
    sys.exit(77)

SCHEMA = json.loads((pathlib.Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
jsonschema.Draft4Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
URI = re.compile(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})*$")


def offset(text, line, column):
    """Where a line and a column in UTF-16 code units are in a text."""
    lines = text.split("\n")
    before = lines[line - 1].encode("utf-16-le")[:2 * (column - 1)].decode("utf-16-le")
    return sum(len(other) + 1 for other in lines[:line - 1]) + len(before)


def span(text, region):
    return offset(text, region["startLine"], region["startColumn"]), offset(text, region["endLine"], region["endColumn"])


class Sarif(Formats):
    def run_of(self, *arguments, **more):
        text = self.report("sarif", *arguments, **more)
        self.assertTrue(text.isascii())
        log = json.loads(text)
        self.assertEqual([f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(log)], [])
        run, = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual([rule["id"] for rule in rules], sorted({rule["id"] for rule in rules}))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertRegex(result["partialFingerprints"]["wallcheck/v1"], "^[0-9a-f]{32}$")
            for location in result["locations"] + result.get("relatedLocations", []):
                self.check_location(location)
            for flow in result.get("codeFlows", []):
                for step in flow["threadFlows"][0]["locations"]:
                    self.check_location(step["location"])
            linked = {int(number) for number in re.findall(r"\]\((\d+)\)", result["message"]["text"])}
            self.assertLessEqual(linked, {location["id"] for location in result.get("relatedLocations", [])})
            self.assertEqual(re.findall(r"\]\((?!\d+\))", result["message"]["text"]), [])
        return run

    def content(self, artifact):
        self.assertRegex(artifact["uri"], URI)
        path = self.directory / urllib.parse.unquote(artifact["uri"].removeprefix("file://"))
        return path.read_bytes().decode("utf-8", "replace") if path.exists() else None

    def check_location(self, location):
        """The region is in the file, and the snippet is what stands there."""
        physical = location["physicalLocation"]
        text = self.content(physical["artifactLocation"])
        if text is None or "startColumn" not in physical["region"]:
            self.assertEqual(physical["region"], {"startLine": 1})
            return
        begin, end = span(text, physical["region"])
        if "snippet" in physical["region"]:
            self.assertEqual(text[begin:end], physical["region"]["snippet"]["text"])

    def test_everything_is_valid_and_points_where_it_says(self):
        run = self.run_of(*self.ALL)
        self.assertEqual({urllib.parse.unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for result in run["results"]},
                         set(self.ALL) - {"good.rules"})
        hostile = [result for result in run["results"] if urllib.parse.quote(HOSTILE_NAME, safe="/") in json.dumps(result)]
        self.assertTrue(hostile)

    def test_all_samples(self):
        run = self.run_of(FIXTURES)
        self.assertGreater(len(run["results"]), 500)
        self.assertGreater(len(run["invocations"][0]["toolExecutionNotifications"]), 20)

    def test_nothing_found_and_nothing_there(self):
        run = self.run_of("good.rules", status=OK)
        self.assertEqual(run["results"], [])
        self.assertEqual(run["invocations"], [{"toolExecutionNotifications": [], "exitCode": 0, "executionSuccessful": True}])
        self.write("empty/readme", "nothing here\n")
        run = self.run_of("empty")
        self.assertEqual(run["invocations"], [{"toolExecutionNotifications": [], "exitCode": 3, "executionSuccessful": False}])

    def test_exit_status_and_what_could_not_be_analysed(self):
        run = self.run_of("bad.rules", status=FINDINGS)
        self.assertEqual((run["invocations"][0]["exitCode"], run["invocations"][0]["executionSuccessful"]), (1, True))
        run = self.run_of("bad.rules", "broken.rules", "gone.rules")
        invocation, = run["invocations"]
        self.assertEqual((invocation["exitCode"], invocation["executionSuccessful"]), (3, False))
        codes = [notification["descriptor"]["id"] for notification in invocation["toolExecutionNotifications"]]
        self.assertEqual(codes, ["WC902", "WC905"] if "WC902" in codes else ["WC901", "WC905"])
        self.assertLessEqual(set(codes), {result["ruleId"] for result in run["results"]})

    def test_the_fix_is_the_one_of_wallcheck_fix(self):
        for name, content in (("bad.rules", BLOCKING), ("grüße 𝄞.rules", BLOCKING.replace("*filter", "# grüße 𝄞\n*filter")),
                              ("pf.conf", "block all\npass out proto tcp to port { 80 443 }\npass in proto tcp to port { 80 443 }\npass out proto udp to port 123\n")):
            with self.subTest(name):
                self.write(name, content)
                result, = self.run_of(name, status=FINDINGS)["results"]
                self.assertIn("region", result["locations"][0]["physicalLocation"])
                change, = result["fixes"][0]["artifactChanges"]
                text = self.content(change["artifactLocation"])
                for replacement in reversed(change["replacements"]):
                    begin, end = span(text, replacement["deletedRegion"])
                    text = text[:begin] + replacement.get("insertedContent", {}).get("text", "") + text[end:]
                self.expect(OK, "fix", "--write", name)
                self.assertEqual((self.directory / name).read_text(encoding="utf-8"), text)
                self.expect(OK, "check", name)

    def test_the_packet_walks_to_the_rule_that_decides(self):
        result, = self.run_of("bad.rules", status=FINDINGS)["results"]
        steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        self.assertEqual(steps[-1]["location"]["physicalLocation"]["region"], result["locations"][0]["physicalLocation"]["region"])
        self.assertIn("drop", steps[-1]["location"]["message"]["text"])

    def test_flows_that_one_rule_blocks_are_told_apart(self):
        self.write("closed.rules", "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n")
        results = self.run_of("closed.rules", status=FINDINGS)["results"]
        self.assertGreater(len(results), 5)
        self.assertEqual(len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}), len(results))
        self.assertEqual(len({result["properties"]["flow"] for result in results}), len(results))

    def test_suppressed_findings_say_why(self):
        self.write("quiet.rules", BLOCKING.replace(":OUTPUT", "# wallcheck: ignore WC101 the agent is gone\n:OUTPUT"))
        result, = self.run_of("quiet.rules", status=OK)["results"]
        suppression, = result["suppressions"]
        self.assertEqual(suppression, {"kind": "inSource", "status": "accepted", "justification": "the agent is gone"})
        self.write(".wallcheck.json", '{"ignore": [{"code": "WC101", "match": "bad.rules", "reason": "in March"}]}')
        result, = self.run_of("bad.rules", status=OK)["results"]
        self.assertEqual(result["suppressions"], [{"kind": "external", "status": "accepted", "justification": "in March"}])

    def test_security_groups_are_logical_locations(self):
        path = next((FIXTURES / "cloud" / "aws").glob("*.json"))
        self.write("groups.json", path.read_bytes())
        text = self.run_program("check", "--format", "sarif", "groups.json").stdout
        run, = json.loads(text)["runs"]
        groups = {location["fullyQualifiedName"] for result in run["results"] for place in result["locations"]
                  for location in place.get("logicalLocations", [])}
        self.assertTrue(groups and all(group.startswith("sg-") for group in groups), groups)

    def test_rules_come_with_their_pages(self):
        run = self.run_of("good.rules", status=OK)
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
        self.assertEqual(set(rules), {path.stem for path in (FIXTURES / "codes").glob("WC*.md")})
        for rule in rules.values():
            page = (FIXTURES / "codes" / f"{rule['id']}.md").read_text()
            self.assertEqual(f"# {rule['id']}: {rule['shortDescription']['text']}\n\n{rule['help']['markdown']}", page)
            self.assertIn(f"Severity: {rule['defaultConfiguration']['level']}", page)
            self.assertLessEqual(len(rule["fullDescription"]["text"]), 1024)  # what GitHub shows

    def test_audit(self):
        self.write("open.rules", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
        run = self.run_of("open.rules", status=FINDINGS, command="audit")
        self.assertEqual({result["ruleId"] for result in run["results"]}, {"WC202", "WC203", "WC206"})
        self.assertEqual(run["automationDetails"], {"id": "wallcheck/audit/rightscale/"})


if __name__ == "__main__":
    unittest.main()
