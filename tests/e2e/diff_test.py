"""wallcheck diff: exit statuses, formats, versions from git."""
import json
import os
import subprocess
import unittest

from program import BROKEN, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, OK, USAGE, ProgramTest

WITHOUT_NTP = COMPLIANT.replace("--dports 123,3011", "--dports 3011")
LIMITED = COMPLIANT.replace("-m multiport --dports 123,3011", "-m multiport --dports 123,3011 -m limit --limit 5/min")
LIMITED_OTHERWISE = LIMITED.replace("5/min", "6/min")


class Diff(ProgramTest):
    def setUp(self):
        super().setUp()
        for name, text in (("a.rules", COMPLIANT), ("b.rules", WITHOUT_NTP), ("limited.rules", LIMITED), ("otherwise.rules", LIMITED_OTHERWISE)):
            self.write(name, text)

    def test_equal(self):
        self.assertEqual(self.expect(OK, "diff", "a.rules", "a.rules").splitlines()[-1], "equal: no packet changes its verdict")
        same = [
            COMPLIANT.replace("-m multiport --dports 123,3011", "--dport 123").replace("COMMIT", "-A OUTPUT -p udp --dport 3011 -j ACCEPT\nCOMMIT"),
            COMPLIANT.replace(":OUTPUT DROP [0:0]", ":OUTPUT DROP [0:0]\n:out - [0:0]").replace("-A OUTPUT -p", "-A out -p").replace("COMMIT", "-A OUTPUT -j out\nCOMMIT"),
            COMPLIANT.replace("COMMIT", "-A INPUT -j LOG\n-A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT"),
        ]
        for text in same:
            self.write("same.rules", text)
            self.expect(OK, "diff", "a.rules", "same.rules")
        self.assertEqual(json.loads(self.expect(OK, "diff", "a.rules", "a.rules", "-f", "json"))["changes"], [])
        self.expect(OK, "diff", "limited.rules", "limited.rules")

    def test_json_is_equal_however_it_is_written(self):
        document = {"Parameters": {"Partner": {"Type": "String"}}, "Resources": {"Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
            "GroupDescription": "web", "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": {"Ref": "Partner"}, "ToPort": "443", "CidrIp": {"Ref": "Partner"}}]}}}}
        self.write("wide.json", json.dumps(document, indent=4))
        self.write("narrow.json", json.dumps(document, separators=(",", ":")))
        self.expect(OK, "diff", "wide.json", "narrow.json")

    def test_different(self):
        self.assertEqual(self.expect(FINDINGS, "diff", "a.rules", "b.rules"), """\
a.rules (5 rules) -> b.rules (5 rules)

OUTPUT: accept -> drop
    udp any > any:123 NEW,RELATED,INVALID,UNTRACKED
    old: line 8 -A OUTPUT -p udp -m multiport --dports 123,3011 -j ACCEPT in filter OUTPUT
    new: line 4 :OUTPUT DROP in filter OUTPUT
    packet: udp 10.0.0.1:40000 > 203.0.113.1:123 out eth0 new

different: 1 change
""".replace(":OUTPUT DROP in", "policy DROP of filter OUTPUT in"))
        self.expect(FINDINGS, "diff", "b.rules", "a.rules")

    def test_json(self):
        out = json.loads(self.expect(FINDINGS, "diff", "a.rules", "b.rules", "--format", "json"))
        self.assertEqual((out["equal"], out["complete"], len(out["changes"])), (False, True, 1))
        change = out["changes"][0]
        self.assertEqual((change["hook"], change["from"], change["to"], change["conditional"]), ("OUTPUT", "accept", "drop", False))
        self.assertIn("udp any > any:123", change["packets"])
        self.assertEqual((change["old"]["line"], change["new"]["line"]), (8, 4))
        probe = json.dumps([change["witness"]]).encode()
        for file, verdict in (("a.rules", "accept"), ("b.rules", "drop")):
            traced = json.loads(self.expect(OK, "trace", file, "--packets", "-", "-f", "json", stdin=probe))
            self.assertEqual(traced[0]["verdict"], verdict)

    def test_what_turns_on_a_rate_is_said_to(self):
        out = json.loads(self.expect(FINDINGS, "diff", "limited.rules", "otherwise.rules", "-f", "json"))
        self.assertTrue(all(change["conditional"] for change in out["changes"]))
        self.assertIn("5/min", json.dumps(out["changes"][0]["old"]["assumptions"]))
        self.assertIn("6/min", json.dumps(out["changes"][0]["new"]["assumptions"]))
        self.assertIn("(under conditions)", self.expect(FINDINGS, "diff", "a.rules", "limited.rules"))

    def test_packets_are_said_whole(self):
        """Not "any" of what was asked about; and behind a translation too, if it gives nobody the address that the rule is about."""
        nat = "*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 192.0.2.7/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.1:8080\nCOMMIT\n"
        for text in (COMPLIANT, nat + COMPLIANT):
            self.write("old.rules", text)
            self.write("new.rules", text.replace("-A OUTPUT -p tcp -m multiport", "-A OUTPUT -s 10.1.0.0/16 -d 192.0.2.1/32 -p tcp --dport 80 -j DROP\n-A OUTPUT -p tcp -m multiport"))
            self.assertIn("OUTPUT: accept -> drop\n    tcp 10.1.0.0/16 > 192.0.2.1:80 NEW,RELATED,INVALID,UNTRACKED\n", self.expect(FINDINGS, "diff", "old.rules", "new.rules"))

    def test_connection_tracking_puts_fragments_together(self):
        """The first rule that asks for a state turns it on, and rules about ports meet fragments from then on."""
        plain = COMPLIANT.replace("-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n", "").replace("-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n", "")
        self.write("plain.rules", plain)
        self.write("tracked.rules", plain.replace("COMMIT", "-A OUTPUT -p udp --dport 9 -m conntrack --ctstate INVALID -j DROP\nCOMMIT"))
        said = self.expect(FINDINGS, "diff", "plain.rules", "tracked.rules")
        self.assertIn("OUTPUT: drop -> accept\n    udp any > any:123,3011 (fragments)\n", said)

    def test_markdown_runs_nothing(self):
        self.write("evil.rules", WITHOUT_NTP.replace("-A OUTPUT -p tcp", "-A OUTPUT -p tcp -m comment --comment \"<script>|`x` @all\" "))
        self.write("open.rules", COMPLIANT.replace("-A OUTPUT -p tcp -m multiport --dports 80,443", "-A OUTPUT -p tcp -m comment --comment \"<script>|`x` @all\""))
        out = self.expect(FINDINGS, "diff", "evil.rules", "open.rules", "-f", "markdown")
        for text in ("<script>", "`x`", "@all"):
            self.assertNotIn(text, out)
        for line in out.splitlines():
            self.assertEqual(line.count("|"), 7 if line.startswith("|") else 0, line)

    def test_other_formats(self):
        pf = FIXTURES / "pf"
        files = sorted(str(path) for path in pf.rglob("*.conf"))
        self.assertTrue(files)
        for file in files[:3]:
            self.expect(OK, "diff", file, file)
        groups = sorted(str(path) for path in (FIXTURES / "cloud/aws").rglob("*.json"))
        for file in groups[:3]:
            self.expect(OK, "diff", file, file)
        self.write("pf.conf", "block all\npass out proto udp to port 123\n")
        out = self.expect(FINDINGS, "diff", "a.rules", "pf.conf")
        self.assertIn("first packets are compared", out)
        self.assertIn("only the new version sees IPv6 packets", out)

    def test_each_file_keeps_its_own_states(self):
        group, acl = (str(FIXTURES / "pairs/bastion" / name) for name in ("aws.json", "nacl.json"))
        self.assertIn("INPUT: accept -> accept without state", self.expect(FINDINGS, "diff", group, acl))
        self.assertIn("INPUT: accept without state -> accept", self.expect(FINDINGS, "diff", acl, group))

    def test_versions_from_git(self):
        where = self.directory / "repository" / "sub"
        where.mkdir(parents=True)
        environment = {**self.environment, "HOME": str(self.directory), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_NOSYSTEM": "1"}

        def git(*arguments):
            subprocess.run(["git", *arguments], cwd=where, env=environment, check=True, capture_output=True)

        git("init", "--quiet")
        (where / "f.rules").write_text(COMPLIANT)
        git("add", "--all")
        git("commit", "--quiet", "--message", "one")
        file = "repository/sub/f.rules"
        self.assertIn("equal", self.expect(OK, "diff", "--base", "HEAD", file))
        (where / "f.rules").write_text(WITHOUT_NTP)
        self.assertIn("HEAD:repository/sub/f.rules", self.expect(FINDINGS, "diff", "--base", "HEAD", file))
        self.expect(INCOMPLETE, "diff", "--base", "nowhere", file)
        self.assertIn("git show", self.errors)
        self.expect(INCOMPLETE, "diff", "--base", "--output=x", file)
        self.assertIn("is not a revision", self.errors)
        self.assertFalse(os.path.exists(self.directory / "x"))

    def test_what_cannot_be_compared(self):
        self.write("broken.rules", BROKEN)
        for arguments in (["a.rules"], ["a.rules", "b.rules", "a.rules"], ["--base", "HEAD"], ["-", "-"], ["a.rules", "b.rules", "-f", "sarif"]):
            self.expect(USAGE, "diff", *arguments)
        self.expect(INCOMPLETE, "diff", "a.rules", "gone.rules")
        self.expect(INCOMPLETE, "diff", "a.rules", "broken.rules")
        self.assertIn("broken.rules:", self.errors)
        self.expect(INCOMPLETE, "diff", "a.rules", "b.rules", "--limit", "graph_nodes=10")


if __name__ == "__main__":
    unittest.main()
