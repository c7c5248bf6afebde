"""wallcheck fix: a patch on standard output, or the file changed in place; never half of it."""
import json
import os
import pty
import select
import stat
import subprocess
import threading
import time
import unittest

from program import BLOCKING, BROKEN, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, NOTE, OK, PROGRAM, USAGE, WARNING, ProgramTest

ADDED = "-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"
REVERSED = COMPLIANT.replace("-A OUTPUT -p udp -m multiport --dports 123,3011 -j ACCEPT",
                             "-A INPUT -p udp --dport 3011 -j ACCEPT\n-A OUTPUT -p udp -m udp --dport 123 -j ACCEPT")


class Patch(ProgramTest):
    def test_a_patch_that_git_and_patch_apply(self):
        for command in (["git", "apply", "-p0"], ["patch", "-p0", "-s"]):
            with self.subTest(command[0]):
                self.write("f.rules", BLOCKING)
                patch = self.expect(FINDINGS, "fix", "f.rules")
                self.assertEqual((self.directory / "f.rules").read_text(), BLOCKING)  # nothing is written unless one asks
                subprocess.run(command, input=patch.encode(), cwd=self.directory, check=True)
                self.assertEqual((self.directory / "f.rules").read_text(), BLOCKING.replace("COMMIT\n", ADDED + "COMMIT\n"))
                self.expect(OK, "check", "f.rules")
                self.assertEqual(self.expect(OK, "fix", "f.rules"), "")

    def test_the_proof_stands_before_the_patch(self):
        self.write("f.rules", BLOCKING)
        out = self.expect(FINDINGS, "fix", "f.rules")
        self.assertIn("# fix: let monitoring (udp 3011) out\n# changes: +udp any:1024-65535 > any:3011 out, nothing else\n", out)
        self.assertIn("# opens: to any address, since the policy gives none for role \"rightscale\"", out)
        self.assertEqual([line for line in out[:out.index("---")].splitlines() if not line.startswith("# ")], [])
        self.assertNotIn("# why:", out)
        self.assertIn("dropped by policy DROP of filter OUTPUT", self.expect(FINDINGS, "fix", "--explain", "f.rules"))

    def test_nothing_to_fix(self):
        for content in (COMPLIANT, NOTE, WARNING):
            self.write("f.rules", content)
            self.assertEqual(self.expect(OK, "fix", "f.rules"), "")
        self.assertIn("left alone, since they pass under a condition: ntp", self.errors)
        self.assertIn("+-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 123 -j ACCEPT", self.expect(FINDINGS, "fix", "--verdict", "conditional", "f.rules"))

    def test_standard_input_is_only_read(self):
        out = self.expect(FINDINGS, "fix", "--write", "--stdin-filename", "web1", "-", stdin=BLOCKING.encode())
        self.assertIn("--- web1\n+++ web1\n", out)
        self.assertEqual(os.listdir(self.directory), [])

    def test_addresses_narrow_it(self):
        self.write("f.rules", BLOCKING)
        out = self.expect(FINDINGS, "fix", "--role-address", "rightscale=54.225.248.128/27,192.0.2.7", "--flow", "monitoring", "f.rules")
        self.assertIn("+-A OUTPUT -d 54.225.248.128/27 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n", out)
        self.assertIn("+-A OUTPUT -d 192.0.2.7/32 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n", out)
        self.assertIn("# changes: +udp any:1024-65535 > 54.225.248.128/27,192.0.2.7:3011 out, nothing else\n", out)
        self.assertNotIn("# opens:", out)

    def test_one_flow_one_verdict(self):
        self.write("f.rules", REVERSED.replace("80,443", "443"))
        everything = self.expect(FINDINGS, "fix", "f.rules")
        self.assertIn("3011", everything)
        self.assertIn("--dport 80", everything)
        self.assertIn("# besides: take away line 8, which accepts it the wrong way round", everything)
        self.assertNotIn("--dport 80", self.expect(FINDINGS, "fix", "--flow", "monitoring", "f.rules"))
        self.assertNotIn("--dport 80", self.expect(FINDINGS, "fix", "--verdict", "reversed", "f.rules"))
        self.assertNotIn("monitoring", self.expect(FINDINGS, "fix", "--verdict", "partial", "f.rules"))

    def test_bytes_stay(self):
        dos = BLOCKING.replace("\n", "\r\n")
        self.write("f.rules", dos)
        self.expect(OK, "fix", "--write", "f.rules")
        self.assertEqual((self.directory / "f.rules").read_bytes().decode(), dos.replace("COMMIT\r\n", ADDED.replace("\n", "\r\n") + "COMMIT\r\n"))
        counted = BLOCKING.replace("-A ", "[5:300] -A ").removesuffix("\n")
        self.write("f.rules", counted)
        self.expect(OK, "fix", "--write", "f.rules")
        self.assertEqual((self.directory / "f.rules").read_text(), counted.replace("COMMIT", "[0:0] " + ADDED + "COMMIT"))

    def test_a_suppressed_finding_is_left_alone(self):
        self.write("f.rules", BLOCKING.replace(":OUTPUT", "# wallcheck: ignore WC101 monitored from outside\n:OUTPUT"))
        self.assertEqual(self.expect(OK, "fix", "f.rules"), "")

    def test_no_fix_says_why(self):
        self.write("f.rules", BLOCKING.replace("-A OUTPUT -p tcp", "-A OUTPUT -p udp --dport 3011 -j NFQUEUE\n-A OUTPUT -p tcp"))
        self.expect(OK, "fix", "f.rules")  # what a queue decides may be meant so
        self.assertEqual(self.expect(FINDINGS, "fix", "--flow", "monitoring", "f.rules"), "")
        self.assertIn("no fix for monitoring: line 9 refuses some of it on what the file does not decide", self.errors)


class Write(ProgramTest):
    def test_in_place_and_twice_finds_nothing(self):
        self.write("f.rules", BLOCKING)
        os.chmod(self.directory / "f.rules", 0o640)
        if os.geteuid() == 0:
            os.chown(self.directory / "f.rules", 1234, 4321)
        self.assertEqual(self.expect(OK, "fix", "--write", "f.rules"), "")
        self.assertIn("f.rules: let monitoring (udp 3011) out (+udp any:1024-65535 > any:3011 out, nothing else)", self.errors)
        once = (self.directory / "f.rules").read_text()
        self.assertEqual(once, BLOCKING.replace("COMMIT\n", ADDED + "COMMIT\n"))
        status = os.stat(self.directory / "f.rules")
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o640)
        if os.geteuid() == 0:
            self.assertEqual((status.st_uid, status.st_gid), (1234, 4321))
        self.assertEqual(self.expect(OK, "fix", "--write", "f.rules"), "")
        self.assertEqual((self.directory / "f.rules").read_text(), once)
        self.assertEqual(sorted(os.listdir(self.directory)), ["f.rules"])
        self.expect(OK, "check", "f.rules")

    def test_backup(self):
        self.write("f.rules", BLOCKING)
        self.expect(USAGE, "fix", "--backup", "f.rules")
        self.expect(OK, "fix", "--write", "--backup", "f.rules")
        self.assertEqual((self.directory / "f.rules.orig").read_text(), BLOCKING)
        self.assertEqual(sorted(os.listdir(self.directory)), ["f.rules", "f.rules.orig"])
        self.write("good.rules", COMPLIANT)
        self.expect(OK, "fix", "--write", "--backup", "good.rules")
        self.assertFalse((self.directory / "good.rules.orig").exists())

    def test_a_link_stays_a_link(self):
        self.write("real/f.rules", BLOCKING)
        os.symlink("real/f.rules", self.directory / "f.rules")
        self.expect(OK, "fix", "--write", "f.rules")
        self.assertTrue((self.directory / "f.rules").is_symlink())
        self.assertIn(ADDED, (self.directory / "real/f.rules").read_text())
        self.assertEqual(os.listdir(self.directory / "real"), ["f.rules"])

    def test_several_files_each_by_itself(self):
        self.write("a.rules", BLOCKING)
        self.write("b.rules", BROKEN)
        self.write("c.rules", BLOCKING)
        self.expect(INCOMPLETE, "fix", "--write", "a.rules", "b.rules", "gone.rules", "c.rules")
        for name in "ac":
            self.assertIn(ADDED, (self.directory / f"{name}.rules").read_text())
        self.assertIn("gone.rules: cannot be read", self.errors)

    @unittest.skipUnless(os.geteuid(), "root may write anywhere")
    def test_where_nothing_may_be_written(self):
        self.write("d/f.rules", BLOCKING)
        os.chmod(self.directory / "d", 0o555)
        self.expect(INCOMPLETE, "fix", "--write", "d/f.rules")
        self.assertEqual((self.directory / "d/f.rules").read_text(), BLOCKING)
        os.chmod(self.directory / "d", 0o755)


class Terminal(ProgramTest):
    def interactive(self, answers, before_answers=lambda: None):
        """Runs on a terminal of its own and types; gives the exit status and what the terminal showed."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, "fix", "--write", "--interactive", "f.rules"], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
                                   cwd=self.directory, env=self.environment)
        os.close(theirs)
        shown = b""
        before = True
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours], [], [], 0.2)
            if ready:
                try:
                    shown += os.read(ours, 4096)
                except OSError:
                    break
            if shown.endswith(b"[y/n] ") and answers:
                if before:
                    before_answers()
                    before = False
                os.write(ours, (answers.pop(0) + "\n").encode())
                shown += b"\n"
            elif process.poll() is not None and not ready:
                break
        process.wait(timeout=20)
        process.stdout.close()
        os.close(ours)
        return process.returncode, shown.decode()

    def test_each_fix_is_asked_for(self):
        self.write("f.rules", REVERSED.replace("80,443", "443"))
        status, shown = self.interactive(["n", "what", "y"])
        self.assertEqual(status, FINDINGS, shown)  # one was declined
        self.assertIn("let monitoring (udp 3011) out? [y/n]", shown)
        text = (self.directory / "f.rules").read_text()
        self.assertNotIn("--sport 1024:65535 --dport 3011", text)
        self.assertIn("--dport 80", text)

    def test_changed_meanwhile(self):
        self.write("f.rules", BLOCKING)
        theirs = BLOCKING + "# mine\n"
        status, shown = self.interactive(["y"], lambda: self.write("f.rules", theirs))
        self.assertEqual(status, INCOMPLETE, shown)
        self.assertIn("f.rules was changed meanwhile: not written", shown)
        self.assertEqual((self.directory / "f.rules").read_text(), theirs)
        self.assertEqual(os.listdir(self.directory), ["f.rules"])

    def test_no_terminal_to_ask_on(self):
        self.write("f.rules", BLOCKING)
        self.expect(USAGE, "fix", "--interactive", "f.rules")
        self.assertIn("--interactive asks on a terminal, and there is none", self.errors)


class Clouds(ProgramTest):
    def test_what_terraform_makes_is_not_written(self):
        self.write("plan.json", (FIXTURES / "cloud/fixes/terraform-blocked.json").read_bytes())
        before = (self.directory / "plan.json").read_bytes()
        for arguments in ([], ["--write", "--backup"]):
            with self.subTest(arguments):
                out = self.expect(FINDINGS, "fix", "--flow", "monitoring", *arguments, "plan.json")
                self.assertIn("# resource: aws_security_group.web\n# snippet: egress {\n# snippet:   from_port   = 3011\n", out)
                self.assertEqual([line for line in out.splitlines() if not line.startswith("# ")], [])
                self.assertEqual("not written: Terraform makes this file from the configuration" in self.errors, bool(arguments))
                self.assertEqual((self.directory / "plan.json").read_bytes(), before)
                self.assertEqual(os.listdir(self.directory), ["plan.json"])

    def test_a_group_is_changed_in_place_flow_by_flow(self):
        """Line ends, indentation and what stands behind the text stay; a second run finds nothing."""
        group = {"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                 "VpcId": "vpc-1"}
        for indent, line_end, end in ((None, "\n", ""), (4, "\r\n", "\r\n\r\n"), ("\t", "\n", "")):
            with self.subTest(indent=indent, line_end=line_end):
                text = (json.dumps({"SecurityGroups": [group]}, indent=indent) + end).replace("\r\n", "\n").replace("\n", line_end)
                (self.directory / "sg.json").write_bytes(text.encode())
                self.expect(OK, "fix", "--write", "--flow", "monitoring", "sg.json")
                after = (self.directory / "sg.json").read_bytes().decode()
                more = {"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
                wanted = {**group, "IpPermissionsEgress": group["IpPermissionsEgress"] + [more]}
                self.assertEqual(after, (json.dumps({"SecurityGroups": [wanted]}, indent=indent) + end).replace("\r\n", "\n").replace("\n", line_end))
                self.assertEqual(self.expect(OK, "fix", "--write", "--flow", "monitoring", "sg.json"), "")
                self.assertEqual((self.directory / "sg.json").read_bytes().decode(), after)
                self.expect(FINDINGS, "check", "sg.json")
                self.expect(OK, "fix", "--write", "sg.json")
                self.expect(OK, "check", "sg.json")

    def test_a_shell_reads_the_words_of_commands_as_the_file_has_them(self):
        name, group = "w'e\"b $(touch x) `touch y` ; \\ \u001b[1m\t\u00fc", "--help"
        rules = [{"name": "no", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*",
                  "access": "Deny", "priority": 300, "direction": "Outbound"}]
        self.write("nsg.json", json.dumps({"name": name, "resourceGroup": group, "securityRules": rules}))
        out = self.expect(FINDINGS, "fix", "--flow", "monitoring", "nsg.json")
        command = next(line for line in out.splitlines() if line.startswith("# command: ")).removeprefix("# command: ")
        self.write("az", "#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
        (self.directory / "az").chmod(0o755)
        said = subprocess.run(["bash", "-c", command], cwd=self.directory, env={"PATH": f"{self.directory}:{os.environ['PATH']}"}, capture_output=True, check=True)
        words = said.stdout.decode().split("\0")
        self.assertEqual(words[words.index("--nsg-name") + 1], name)
        self.assertIn("--resource-group=--help", words)
        self.assertEqual(words[words.index("--source-address-prefixes") + 1], "*")
        self.assertEqual(sorted(os.listdir(self.directory)), ["az", "nsg.json"])


class Usage(ProgramTest):
    def test_bad_usage(self):
        self.write("f.rules", BLOCKING)
        for arguments, sentence in (
            ([], "nothing to fix"),
            (["--flow", "monitorin", "f.rules"], '--flow: there is no flow "monitorin" in the policy; did you mean "monitoring"?'),
            (["--verdict", "blokced", "f.rules"], '"blokced" is not a verdict that can be fixed; did you mean "blocked"?'),
            (["--verdict", "permitted", "f.rules"], '"permitted" is not a verdict that can be fixed'),
            (["--format", "json", "f.rules"], "--format is not an option of `wallcheck fix`"),
        ):
            with self.subTest(arguments):
                self.expect(USAGE, "fix", *arguments)
                self.assertIn(sentence, self.errors)
        self.assertEqual((self.directory / "f.rules").read_text(), BLOCKING)


class InCheck(ProgramTest):
    def findings(self, *arguments):
        return {f["flow"]: f for f in json.loads(self.run_program("check", "--format", "json", *arguments).stdout)["files"][0]["findings"] if "flow" in f}

    def test_check_offers_what_fix_writes(self):
        self.write("f.rules", BLOCKING)
        fix = self.findings("f.rules")["monitoring"]["fix"]
        self.assertTrue(fix["available"])
        self.assertTrue(self.expect(FINDINGS, "fix", "f.rules").endswith(fix["diff"]))
        self.assertIn("= line: + " + ADDED, self.expect(FINDINGS, "check", "f.rules"))

    def test_where_there_is_none_the_reason_is_said(self):
        self.write("f.rules", WARNING)
        fixes = {flow: finding["fix"] for flow, finding in self.findings("f.rules").items()}
        self.assertFalse(fixes["ntp"]["available"])
        self.assertIn("for a person to decide", fixes["ntp"]["why_not"])

    def test_every_failing_fixture(self):
        """What is called available is: the fixture, fixed, has no finding of that flow that is an error."""
        for path in sorted((FIXTURES / "iptables" / "verdicts").glob("*.rules")):
            with self.subTest(path.name):
                self.write("f.rules", path.read_bytes())
                available = {flow for flow, finding in self.findings("f.rules").items() if finding["fix"]["available"]}
                self.run_program("fix", "--write", "f.rules")
                left = {flow for flow, finding in self.findings("f.rules").items() if finding["severity"] == "error"}
                self.assertEqual(available & left, set())


if __name__ == "__main__":
    unittest.main()
