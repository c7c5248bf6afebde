"""wallcheck policy and explain."""
import json
import shutil
import unittest

from program import BLOCKING, COMPLIANT, FINDINGS, OK, PROGRAM, ROOT, USAGE, ProgramTest


class Policy(ProgramTest):
    def test_list_and_show(self):
        listed = json.loads(self.expect(OK, "policy", "list", "--format", "json"))
        ids = [pack["id"] for pack in listed]
        self.assertLessEqual({"rightscale", "rightscale-networks"}, set(ids))
        table = self.expect(OK, "policy", "list")
        for pack in listed:
            self.assertIn(f"\n{pack['id']} ", table)
            shown = json.loads(self.expect(OK, "policy", "show", pack["id"], "-f", "json"))
            self.assertEqual((shown["id"], len(shown["flows"])), (pack["id"], pack["flows"]))
            self.assertIn(pack["title"], self.expect(OK, "policy", "show", pack["id"]))

    def test_what_show_prints_is_a_pack_again(self):
        shown = self.expect(OK, "policy", "show", "rightscale-networks", "-f", "json")
        self.write("again.json", shown)
        self.expect(OK, "policy", "check", "again.json")
        self.assertEqual(shown, self.expect(OK, "policy", "show", "./again.json", "-f", "json"))

    def test_check(self):
        self.assertIn('a valid policy pack, "rightscale": 4 roles, 10 flows', self.expect(OK, "policy", "check", ROOT / "policies/rightscale.json"))
        self.write("bad.json", '{"id": "x", "titel": "y", "flows": []}')
        out = self.expect(USAGE, "policy", "check", ROOT / "policies/rightscale.json", "bad.json")
        self.assertIn('error[WC910]: /titel: unknown key "titel"; did you mean "title"?\n    --> bad.json:1:13\n', out)
        report = json.loads(self.expect(USAGE, "policy", "check", "bad.json", "-f", "json"))
        self.assertIn("WC910", [finding["code"] for finding in report["files"][0]["findings"]])

    def test_bad_usage(self):
        for arguments, sentence in (([], "policy needs list, show or check"), (["lst"], 'did you mean "list"?'), (["show"], "needs one ID"),
                                    (["check"], "needs a FILE"), (["list", "x"], "takes no operand")):
            with self.subTest(arguments):
                self.assertEqual(self.expect(USAGE, "policy", *arguments), "")
                self.assertIn(sentence, self.errors)
        self.expect(USAGE, "policy", "show", "rigtscale")
        self.expect(USAGE, "policy", "check", "gone.json")

    def test_where_packs_are(self):
        mine = {"id": "mine", "title": "Mine", "version": "1", "source": "me", "extends": "rightscale",
                "roles": {"rightscale": {"addresses": ["192.0.2.0/24"]}}}
        self.write("packs/mine.json", json.dumps(mine))
        self.write("f.rules", BLOCKING)
        self.expect(USAGE, "check", "--policy", "mine", "f.rules")
        self.expect(FINDINGS, "check", "--policy", "mine", "f.rules", WALLCHECK_POLICIES="packs")
        self.assertIn("mine ", self.expect(OK, "policy", "list", WALLCHECK_POLICIES="packs"))
        self.expect(FINDINGS, "check", "--policy", "packs/mine.json", "f.rules")
        # As installed: PREFIX/bin/wallcheck and PREFIX/share/wallcheck/policies.
        (self.directory / "usr/bin").mkdir(parents=True)
        shutil.copy(PROGRAM, self.directory / "usr/bin/wallcheck")
        self.write("usr/share/wallcheck/policies/only-here.json", json.dumps({**mine, "id": "only-here"}))
        self.write("f.rules", COMPLIANT)
        # An installed program looks nowhere else, least of all where it was built.
        self.expect(USAGE, "check", "--policy", "only-here", "f.rules", program=str(self.directory / "usr/bin/wallcheck"))
        self.assertIn('no policy pack "rightscale" in', self.errors)
        shutil.copy(ROOT / "policies/rightscale.json", self.directory / "usr/share/wallcheck/policies")
        self.expect(OK, "check", "--policy", "only-here", "f.rules", program=str(self.directory / "usr/bin/wallcheck"))


class Explain(ProgramTest):
    def test_pages(self):
        listed = [line.split()[0] for line in self.expect(OK, "explain").split("\n\n")[0].splitlines()]
        self.assertGreater(len(listed), 12)
        for code in listed:
            self.assertTrue(self.expect(OK, "explain", code).startswith(f"# {code}: "))
        self.assertEqual(self.expect(OK, "explain", "wc102"), self.expect(OK, "explain", "WC102"))
        for verdict, code in (("reversed", "WC102"), ("blocked", "WC101"), ("reply-blocked", "WC104"), ("permitted", "permitted")):
            self.assertEqual(self.expect(OK, "explain", verdict), self.expect(OK, "explain", code))
        self.assertEqual([page["code"] for page in json.loads(self.expect(OK, "explain", "-f", "json"))], listed)
        self.assertEqual(json.loads(self.expect(OK, "explain", "WC101", "-f", "json"))["code"], "WC101")
        self.assertIn("\x1b[1m# WC101: ", self.expect(OK, "explain", "WC101", "--color", "always"))

    def test_formats_and_budgets(self):
        page = self.expect(OK, "explain", "formats")
        self.expect(USAGE, "check", "--input-format", "?", "f")
        for name in self.errors.splitlines()[0].split("formats are auto, ")[1].split(", "):
            self.assertIn(f"\n- `{name}`: ", page)
        modelled, undecided, targets = (part.split("\n\n") for part in page.split("## iptables: matches")[1].replace("Read and checked", "\x00").replace("## iptables: targets", "\x00").split("\x00"))
        for module in ("tcp", "udp", "conntrack", "multiport", "iprange", "icmp (IPv4)", "icmp6 (IPv6)", "set"):
            self.assertIn(f" {module},", " " + " ".join(modelled).split("): ", 1)[1].replace(".", ","))
        for module in ("hashlimit", "string", "recent"):
            self.assertIn(f"- {module}: depends on ", undecided[1])
        for target in ("ACCEPT", "DNAT", "MARK", "LOG"):
            self.assertIn(f" {target},", targets[1])
        self.assertEqual(json.loads(self.expect(OK, "explain", "formats", "-f", "json"))["page"], page)
        self.assertIn("- `graph_nodes`: ", self.expect(OK, "explain", "budgets"))

    def test_bad_usage(self):
        self.expect(USAGE, "explain", "fromats")
        self.assertIn('did you mean "formats"?', self.errors)
        self.expect(USAGE, "explain", "WC11")
        self.assertIn('did you mean "WC101"?', self.errors)
        self.expect(USAGE, "explain", "blokced")
        self.assertIn('did you mean "blocked"?', self.errors)
        self.expect(USAGE, "explain", "WC101", "WC102")


if __name__ == "__main__":
    unittest.main()
