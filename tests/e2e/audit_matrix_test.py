"""wallcheck audit --matrix: who may open what, in text and for programs; witnesses can be pasted into trace."""
import json
import unittest

from program import COMPLIANT, OK, USAGE, ProgramTest

ROLE = ("--role-address", "rightscale=54.225.248.128/27")


class Matrix(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("a.rules", COMPLIANT)

    def matrix(self, *options, format="json"):
        out = self.expect(OK, "audit", "--isolated", "--matrix", "--fail-on", "never", *options, "a.rules", "--format", format)
        entry = json.loads(out)["files"][0] if format == "json" else json.loads(out)
        return entry["matrix"]

    def cell(self, matrix, direction, role, name):
        column = [c["name"] for c in matrix["columns"]].index(name)
        row = next(r for r in matrix["rows"] if (r["direction"], r["role"]) == (direction, role))
        return row["cells"][column]

    def test_who_may_open_what(self):
        matrix = self.matrix(*ROLE)
        self.assertEqual(sorted({(r["direction"], r["role"]) for r in matrix["rows"]}),
                         [("egress", "anyone"), ("egress", "rightscale"), ("ingress", "anyone"), ("ingress", "rightscale")])
        for direction, role, service, permission, line in (
            ("egress", "rightscale", "collectd", "permitted", 8),
            ("egress", "anyone", "NTP", "permitted", 8),
            ("ingress", "anyone", "HTTP", "permitted", 6),
            ("ingress", "rightscale", "HTTPS", "permitted", 6),
            ("ingress", "anyone", "SSH", "blocked", 2),
            ("egress", "anyone", "SSH", "blocked", 4),
            ("ingress", "rightscale", "collectd", "blocked", 2),
        ):
            with self.subTest(direction=direction, role=role, service=service):
                cell = self.cell(matrix, direction, role, service)
                self.assertEqual((cell["permission"], cell["decided_by"]["line"]), (permission, line))

    def test_a_part(self):
        self.write("a.rules", COMPLIANT.replace("-A INPUT -p tcp", "-A INPUT -s 54.225.248.130 -p tcp"))
        matrix = self.matrix(*ROLE)
        cell = self.cell(matrix, "ingress", "rightscale", "HTTP")
        self.assertEqual((cell["permission"], cell["passes"]), ("some", ["tcp 54.225.248.130 > any:80"]))
        self.assertEqual(self.cell(matrix, "ingress", "anyone", "HTTP")["permission"], "blocked")

    def test_trace_says_the_same_of_each_witness(self):
        matrix = self.matrix(*ROLE)
        cells = [cell for row in matrix["rows"] for cell in row["cells"]]
        self.assertGreater(len(cells), 100)
        probes = json.dumps([cell["witness"] for cell in cells]).encode()
        traced = json.loads(self.expect(OK, "trace", "a.rules", "--packets", "-", "-f", "json", stdin=probes))
        for cell, trace in zip(cells, traced):
            self.assertEqual(trace["verdict"], {"permitted": "accept", "blocked": "drop"}[cell["permission"]])

    def test_formats(self):
        self.assertEqual(self.matrix(*ROLE), self.matrix(*ROLE, format="ndjson"))
        out = self.expect(OK, "audit", "--isolated", "--matrix", "--fail-on", "never", *ROLE, "a.rules")
        self.assertIn("who may open what here", out)
        self.assertRegex(out, r" HTTP tcp 80 +\+ permitted :6 +\+ permitted :6\n")
        self.assertIn("customer may be among them", out)
        self.assertNotIn("who may open", self.expect(OK, "audit", "--isolated", "--fail-on", "never", "a.rules"))
        self.expect(USAGE, "check", "--matrix", "a.rules")


if __name__ == "__main__":
    unittest.main()
