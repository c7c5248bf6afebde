"""wallcheck check: exit status, inputs, formats, configs and suppressions."""
import json
import os
import pty
import re
import signal
import socket
import subprocess
import time
import unittest

from program import (BLOCKING, BROKEN, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, NOTE, OK, PROGRAM, SANITIZED, USAGE, WARNING, ProgramTest)


def codes(report, index=0):
    return [finding["code"] for finding in report["files"][index]["findings"] if "suppressed_by" not in finding]


class ExitStatus(ProgramTest):
    def test_each_status(self):
        self.write("good.rules", COMPLIANT)
        self.write("bad.rules", BLOCKING)
        self.write("broken.rules", BROKEN)
        self.expect(OK, "check", "good.rules")
        self.expect(FINDINGS, "check", "bad.rules")
        self.expect(FINDINGS, "check", "good.rules", "bad.rules", "good.rules")
        self.expect(INCOMPLETE, "check", "broken.rules")
        self.expect(INCOMPLETE, "check", "bad.rules", "broken.rules")  # 3 wins over 1
        self.expect(INCOMPLETE, "check", "bad.rules", "gone.rules")
        self.expect(USAGE, "check")

    def test_the_packet_of_a_verdict_goes_from_one_end_to_another(self):
        policy = {"id": "p", "title": "p", "version": "1", "roles": {"cloud": {"title": "c", "addresses": None}, "far": {"title": "f", "addresses": None}},
                  "flows": [{"id": "web", "number": 1, "traffic": "web", "from": "cloud", "to": "far", "services": [{"name": "HTTPS", "protocol": "tcp", "ports": "443"}], "require": "all"}]}
        self.write("policy.json", json.dumps(policy))
        for name, rules in (("a.rules", COMPLIANT), ("a.ip6.rules", COMPLIANT)):
            self.write(name, rules)
            options = ["--input-format", "ip6tables"] if "ip6" in name else []
            report = json.loads(self.expect(OK, "check", "--isolated", "--policy", "policy.json", *options, "-f", "json", name))
            witness = report["files"][0]["flows"][0]["services"][0]["witness"]
            self.assertNotEqual(witness["src"], witness["dst"])

    def test_fail_on(self):
        for content, failing in ((BLOCKING, {"error", "warning", "note"}), (WARNING, {"warning", "note"}), (NOTE, {"note"}), (COMPLIANT, set())):
            self.write("f.rules", content)
            for threshold in ("error", "warning", "note", "never"):
                self.expect(FINDINGS if threshold in failing else OK, "check", "--fail-on", threshold, "f.rules")
        self.write("f.rules", BROKEN)
        self.expect(INCOMPLETE, "check", "--fail-on", "never", "f.rules")

    def test_a_file_that_is_not_understood_never_passes(self):
        for name, content in (("empty", b""), ("prose", b"Dear firewall,\nplease be good.\n"), ("zeros", bytes(4096)), ("noise", bytes(range(256)) * 9)):
            with self.subTest(name):
                self.write(name, content)
                self.expect(INCOMPLETE, "check", name)
        self.write("no-table", "-A INPUT -j ACCEPT\n")
        self.expect(INCOMPLETE, "check", "no-table")

    def test_bad_usage(self):
        self.write("f.rules", COMPLIANT)
        for arguments, sentence in (
            (["chekc", "f.rules"], '"chekc" is not a command; did you mean "check"?'),
            (["f.rules"], '"f.rules" is not a command; did you mean `wallcheck check f.rules`?'),
            (["fixx", "f.rules"], '"fixx" is not a command; did you mean "fix"?'),
            (["check", "--polcy", "x", "f.rules"], "--polcy is not an option of `wallcheck check`; did you mean --policy?"),
            (["check", "--policy", "rightscal", "f.rules"], 'did you mean "rightscale"?'),
            (["check", "--role", "clod", "f.rules"], 'did you mean "cloud"?'),
            (["check", "--position", "hots", "f.rules"], '--position needs one of host, gateway, not "hots"; did you mean "host"?'),
            (["check", "--environment", "asw", "f.rules"], '--environment: "asw" is not an environment; did you mean "aws"?'),
            (["check", "--format", "jsn", "f.rules"], '--format: there is no format "jsn"; did you mean "json"?'),
            (["check", "--format", "json", "--format", "text", "f.rules"], "only one report can go to standard output"),
            (["check", "--format", "json=/nowhere/at/all", "f.rules"], "cannot write to"),
            (["check", "--input-format", "iptabels", "f.rules"], 'did you mean "iptables"?'),
            (["check", "--fail-on", "eror", "f.rules"], "--fail-on needs one of error, warning, note, never, not \"eror\"; did you mean \"error\"?"),
            (["check", "--select", "XX1", "f.rules"], "--select: "),
            (["check", "--jobs", "0", "f.rules"], "--jobs needs a number from 1 to 1024"),
            (["check", "--limit", "ruels=1", "f.rules"], 'did you mean "rules"?'),
            (["check", "--ipset", "gone.ipset", "f.rules"], "--ipset: gone.ipset cannot be read"),
            (["check", "--config", "gone.json", "f.rules"], "gone.json"),
            (["check", "--color", "blue", "f.rules"], "--color needs one of auto, always, never, not"),
            (["check", "--role-address", "cloud", "f.rules"], "--role-address: "),
            (["check", "--config", "x", "--isolated", "f.rules"], "exclude each other"),
        ):
            with self.subTest(arguments):
                self.assertEqual(self.expect(USAGE, *arguments), "")
                self.assertIn(sentence, self.errors)

    def test_help_and_version(self):
        self.assertRegex(self.expect(OK, "--version"), r"^wallcheck \d+\.\d+\.\d+\n$")
        general = self.expect(OK, "--help")
        self.assertEqual(general, self.expect(OK, "help"))
        for command in ("check", "trace", "policy", "explain"):
            self.assertIn(f"\n  {command} ", general)
            text = self.expect(OK, command, "--help")
            self.assertEqual(text, self.expect(OK, "help", command))
            self.assertIn(f"Usage: wallcheck {command} ", text)
        self.assertIn("--fail-on error|warning|note|never", self.expect(OK, "check", "-h"))
        self.expect(USAGE)


class Inputs(ProgramTest):
    def test_standard_input(self):
        report = json.loads(self.expect(FINDINGS, "check", "-f", "json", "-", stdin=BLOCKING.encode()))
        self.assertEqual(report["files"][0]["path"], "-")
        self.assertIn("\nweb1:", "\n" + self.expect(FINDINGS, "check", "-f", "concise", "--stdin-filename", "web1", "-", "-", stdin=BLOCKING.encode()))
        self.expect(INCOMPLETE, "check", "-")

    def test_directories(self):
        self.write("d/b.rules", BLOCKING)
        self.write("d/a/x.rules", BLOCKING)
        self.write("d/notes.txt", "no firewall\n")
        self.write("d/package.json", "{}")
        self.write("d/.git/x.rules", BLOCKING)
        os.symlink("..", self.directory / "d/a/loop")
        os.mkfifo(self.directory / "d/fifo")
        report = json.loads(self.expect(FINDINGS, "check", "-f", "json", "d"))
        self.assertEqual([entry["path"] for entry in report["files"]], ["d/a/x.rules", "d/b.rules"])
        self.expect(FINDINGS, "check", "--verbose", "-f", "concise", "d", "d/b.rules")
        self.assertIn("d/notes.txt is no firewall file: passed over", self.errors)
        self.write("empty/notes.txt", "no firewall\n")
        self.expect(INCOMPLETE, "check", "empty")
        self.assertIn("no firewall file found in empty", self.errors)

    def test_what_is_no_file_is_a_finding_and_the_rest_is_done(self):
        self.write("bad.rules", BLOCKING)
        os.mkfifo(self.directory / "fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.directory / "socket"))
            out = self.expect(INCOMPLETE, "check", "-f", "concise", "fifo", "/dev/zero", "socket", "gone", "bad.rules")
        self.assertEqual(out.splitlines()[:4], [
            "fifo:1:1: error WC905 is a FIFO, not a file: not read",
            "/dev/zero:1:1: error WC905 is a device, not a file: not read",
            "socket:1:1: error WC905 cannot be read: No such device or address",
            "gone:1:1: error WC905 cannot be read: No such file or directory"])
        self.assertRegex(out.splitlines()[4], r"^bad\.rules:\d+:\d+: error WC101 .* \[monitoring\]$")

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), "root reads everything")
    def test_unreadable(self):
        self.write("secret.rules", COMPLIANT)
        os.chmod(self.directory / "secret.rules", 0)
        os.chmod(self.directory, 0o755)
        command = [PROGRAM, "check", "-f", "concise", "secret.rules"]
        if os.geteuid() == 0:  # root without its right to read everything
            command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search"] + command
        run = subprocess.run(command, cwd=self.directory, capture_output=True, timeout=60)
        self.assertEqual(run.returncode, INCOMPLETE, run.stderr)
        self.assertEqual(run.stdout, b"secret.rules:1:1: error WC905 cannot be read: Permission denied\n")

    def test_budgets(self):
        self.write("f.rules", COMPLIANT)
        out = self.expect(INCOMPLETE, "check", "-f", "concise", "--limit", "input_bytes=10", "f.rules")
        self.assertEqual(out, "f.rules:1:1: error WC904 has more than 10 bytes (limit input_bytes; --limit input_bytes=N raises it): not read\n")
        self.assertIn("WC904", self.expect(INCOMPLETE, "check", "-f", "concise", "--limit", "rules=2", "f.rules"))

    def test_any_number_of_threads_says_the_same(self):
        for i in range(40):
            self.write(f"d/{i:02}.rules", (BLOCKING, WARNING, NOTE, COMPLIANT, BROKEN)[i % 5] + "# x\n" * (i * 37 % 11))
        one = self.expect(INCOMPLETE, "check", "--jobs", "1", "-f", "json", "d")
        for jobs in ("2", "5", "64"):
            self.assertEqual(one, self.expect(INCOMPLETE, "check", "--jobs", jobs, "-f", "json", "d"))

    def test_interrupt(self):
        for i in range(300):
            self.write(f"d/{i:03}.rules", BLOCKING + "# padding\n" * 20000)
        with subprocess.Popen([PROGRAM, "check", "-f", "json", "d"], cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            run.stdout.read(1)  # it has begun
            run.send_signal(signal.SIGINT)
            rest = run.stdout.read()
            errors = run.stderr.read().decode()
            run.wait(timeout=60)
        if run.returncode != FINDINGS:  # it may have been done already
            self.assertEqual(run.returncode, INCOMPLETE)
            self.assertRegex(errors, r"interrupted: \d+ of 300 files were done")
        json.loads(b"{" + rest)  # a whole report either way


class Output(ProgramTest):
    def test_terminal_escapes_do_not_pass(self):
        self.write("evil.rules", COMPLIANT.replace("COMMIT", '-A INPUT -m comment --comment "\x1b]0;owned\x07\x9b2J" -j \x1b[31mNOPE\nCOMMIT').encode("latin-1"))
        os.rename(self.directory / "evil.rules", self.directory / "evil\x1b[2J.rules")
        for format in ("text", "concise", "json"):
            out = self.run_program("check", "--verbose", "-f", format, "evil\x1b[2J.rules").stdout
            self.assertTrue(out)
            self.assertFalse([byte for byte in out if byte < 0x20 and byte != 0x0a or byte == 0x7f], format)
            out.decode()

    def test_colour(self):
        self.write("f.rules", BLOCKING)
        def colored(*arguments, **environment):
            return "\x1b[" in self.expect(FINDINGS, "check", *arguments, "f.rules", **environment)
        self.assertFalse(colored())
        self.assertTrue(colored("--color", "always"))
        self.assertTrue(colored("--color=always", NO_COLOR="1"))
        self.assertTrue(colored(CLICOLOR_FORCE="1"))
        self.assertFalse(colored(CLICOLOR_FORCE="1", NO_COLOR="1"))
        self.assertFalse(colored(CLICOLOR_FORCE="0"))
        self.assertFalse(colored("--color", "never", CLICOLOR_FORCE="1"))

    def on_terminal(self, **environment):
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had: {error}")
        with subprocess.Popen([PROGRAM, "check", "f.rules"], cwd=self.directory, stdout=follower, env={**self.environment, **environment}) as run:
            os.close(follower)
            out = b""
            try:
                while chunk := os.read(leader, 65536):
                    out += chunk
            except OSError:
                pass  # the terminal is closed
            os.close(leader)
        self.assertEqual(run.returncode, FINDINGS)
        return out.decode()

    def test_on_a_terminal(self):
        self.write("f.rules", BLOCKING)
        self.assertIn("\x1b[1;31m\u2717 blocked", self.on_terminal())
        self.assertIn("x blocked", self.on_terminal(LC_ALL="C"))
        for quiet in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.on_terminal(**quiet))

    def progress(self, *arguments, wait):
        """What a terminal on standard error shows of a run whose input comes late."""
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had: {error}")
        with subprocess.Popen([PROGRAM, "check", *arguments, "-"], cwd=self.directory, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=follower,
                              env=self.environment) as run:
            os.close(follower)
            time.sleep(wait)
            run.stdin.write(BLOCKING.encode())
            run.stdin.close()
            out = b""
            try:
                while chunk := os.read(leader, 65536):
                    out += chunk
            except OSError:
                pass  # the terminal is closed
            os.close(leader)
        self.assertEqual(run.returncode, FINDINGS)
        return out.decode()

    def test_progress_of_a_long_run(self):
        shown = self.progress("--stdin-filename", "web\x1b1", wait=1.7)
        self.assertIn("\r\x1b[Kweb\\x1b1: reading", shown)
        self.assertTrue(shown.endswith("\r\x1b[K"), shown)  # gone before anything else is said
        self.write("f.rules", BLOCKING)
        self.assertIn("1/2 files, -: reading", self.progress("f.rules", "--jobs=1", wait=1.7))
        for silent in (["--progress=never"], ["--quiet"]):
            self.assertEqual(self.progress(*silent, wait=1.3), "")
        self.assertEqual(self.progress(wait=0), "")

    def test_json_has_the_contracts_keys(self):
        self.write("f.rules", BLOCKING)
        report = json.loads(self.expect(FINDINGS, "check", "--format", "json", "f.rules"))
        self.assertEqual(list(report), ["schema", "tool", "policy", "files", "summary"])
        self.assertEqual(report["schema"], "wallcheck/1")
        self.assertEqual(list(report["tool"]), ["name", "version"])
        self.assertEqual(report["policy"]["id"], "rightscale")
        (entry,) = report["files"]
        self.assertEqual(list(entry), ["path", "format", "status", "site", "flows", "findings", "coverage"])
        self.assertEqual(entry["site"], {"role": "cloud", "position": "host", "chosen_by": "default"})
        self.assertEqual((entry["format"], entry["status"]), ("iptables", "analysed"))
        self.assertEqual([flow["number"] for flow in entry["flows"]], list(range(1, 11)))
        monitoring = entry["flows"][0]
        self.assertEqual((monitoring["id"], monitoring["direction"], monitoring["verdict"]), ("monitoring", "egress", "blocked"))
        (service,) = monitoring["services"]
        self.assertLessEqual({"name", "protocol", "ports", "verdict", "legs", "decided_by", "witness", "assumptions"}, set(service))
        self.assertLessEqual({"line", "column", "text", "effect", "packets"}, set(service["decided_by"][0]))
        self.assertEqual((service["witness"]["hook"], service["witness"]["proto"], service["witness"]["dport"]), ("OUTPUT", "udp", 3011))
        finding = entry["findings"][0]
        self.assertLessEqual({"code", "severity", "line", "column", "message", "flow", "fix"}, set(finding))
        self.assertEqual(list(entry["coverage"]), ["rules", "modelled", "opaque", "unrecognised"])
        self.assertEqual(report["summary"]["files"], 1)
        self.assertEqual(report["summary"]["flows"], 10)
        self.assertEqual(report["summary"]["findings"], {"error": 1, "warning": 0, "note": 0})

    def test_a_witness_can_be_traced(self):
        for path in sorted((FIXTURES / "iptables/verdicts").glob("*.rules")):
            report = json.loads(self.run_program("check", "--isolated", "-f", "json", path).stdout)
            services = [service for flow in report["files"][0]["flows"] for service in flow["services"] if "witness" in service]
            self.assertTrue(services, path)
            self.write("probes.json", json.dumps([service["witness"] for service in services]))
            traces = json.loads(self.expect(OK, "trace", path, "--packets", "probes.json", "-f", "json"))
            for service, trace in zip(services, traces, strict=True):
                self.assertEqual(trace["packet"], service["witness"], path)
                expected = "undecided" if service["verdict"] == "conditional" else service["witness_shows"].replace("diverted", "accept")
                self.assertEqual(trace["verdict"], expected, (path, service["name"]))

    def test_several_reports(self):
        self.write("f.rules", BLOCKING)
        out = self.expect(FINDINGS, "check", "-f", "concise", "-f", "json=report.json", "-f", "text=report.txt", "--color=always", "f.rules")
        self.assertEqual(len(out.splitlines()), 1)
        self.assertEqual(json.loads((self.directory / "report.json").read_text())["summary"]["files"], 1)
        self.assertNotIn("\x1b", (self.directory / "report.txt").read_text())
        self.assertEqual(self.expect(FINDINGS, "check", "-f", "json=report.json", "f.rules"), "")

    def test_a_full_disk_is_no_success(self):
        self.write("f.rules", COMPLIANT)
        with open("/dev/full", "wb") as full:
            run = subprocess.run([PROGRAM, "check", "f.rules"], cwd=self.directory, stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(run.returncode, INCOMPLETE)
        self.assertIn(b"cannot write to standard output: No space left on device", run.stderr)

    def test_quiet_verbose_stats(self):
        self.write("f.rules", BLOCKING)
        quiet = self.expect(FINDINGS, "check", "--quiet", "f.rules")
        self.assertTrue(quiet.startswith("error[WC101]: "))
        self.assertNotIn("traffic", quiet)
        self.assertIn('proof: flow 2 "NTP" is permitted', self.expect(FINDINGS, "check", "--verbose", "f.rules"))
        self.expect(FINDINGS, "check", "--stats", "f.rules")
        self.assertRegex(self.errors, r"^files 1, passed over 0, bytes \d+\nrules 5: modelled 5, opaque 0, unrecognised 0\ntime [\d.]+ s, peak memory \d+ MB\n$")

    def test_select_and_ignore(self):
        self.write("f.rules", BLOCKING + "junk\n")
        def found(*arguments):
            return sorted(codes(json.loads(self.run_program("check", "-f", "json", *arguments, "f.rules").stdout)))
        everything = found()
        self.assertEqual(everything, ["WC101", "WC901"])
        self.assertEqual(found("--select", "WC102"), ["WC901"])
        self.assertEqual(found("--select", "WC10"), everything)
        self.assertEqual(found("--ignore", "WC1"), ["WC901"])
        self.assertEqual(found("--ignore", "WC"), ["WC901"])
        self.expect(USAGE, "check", "--select", "WC191", "f.rules")
        self.assertIn('no finding\'s code begins with "WC191"; did you mean "WC101"?', self.errors)


class Sites(ProgramTest):
    def site(self, *arguments, name="f.rules"):
        return json.loads(self.run_program("check", "-f", "json", *arguments, name).stdout)["files"][0]["site"]

    def test_command_line_then_comment_then_config_then_default(self):
        self.write("f.rules", COMPLIANT)
        self.assertEqual(self.site(), {"role": "cloud", "position": "host", "chosen_by": "default"})
        self.write(".wallcheck.json", json.dumps({"files": [{"match": "f.rules", "role": "user", "position": "gateway", "inside": ["eth1"]}]}))
        self.assertEqual(self.site(), {"role": "user", "position": "gateway", "chosen_by": "config", "inside": ["eth1"]})
        self.assertEqual(self.site("--isolated")["chosen_by"], "default")
        self.write("f.rules", "# wallcheck: role=customer\n" + COMPLIANT)
        self.assertEqual(self.site(), {"role": "customer", "position": "gateway", "chosen_by": "comment in the file", "inside": ["eth1"]})
        self.assertEqual(self.site("--role", "rightscale", "--inside", "eth7,eth8"),
                         {"role": "rightscale", "position": "gateway", "chosen_by": "command line", "inside": ["eth7", "eth8"]})

    def test_the_nearest_config_counts(self):
        self.write(".wallcheck.json", json.dumps({"files": [{"match": "*.rules", "role": "user"}]}))
        self.write("a/b/f.rules", COMPLIANT)
        self.assertEqual(self.site(name="a/b/f.rules")["role"], "user")
        self.write("a/.wallcheck.json", json.dumps({"files": [{"match": "b/*.rules", "role": "customer"}]}))
        self.assertEqual(self.site(name="a/b/f.rules")["role"], "customer")
        self.assertEqual(self.site("--config", ".wallcheck.json", name="a/b/f.rules")["role"], "user")

    def test_a_config_chooses_policy_addresses_and_threshold(self):
        self.write("f.rules", NOTE)
        self.write(".wallcheck.json", json.dumps({"policy": "rightscale", "roles": {"rightscale": ["192.0.2.0/25"]}}))
        self.expect(FINDINGS, "check", "--fail-on", "note", "--isolated", "f.rules")
        self.expect(OK, "check", "--fail-on", "note", "f.rules")
        self.write("f.rules", BLOCKING)
        self.write(".wallcheck.json", json.dumps({"fail_on": "never"}))
        self.expect(OK, "check", "f.rules")
        self.expect(FINDINGS, "check", "--fail-on", "error", "f.rules")

    def test_a_broken_config_stops_everything(self):
        self.write("f.rules", COMPLIANT)
        self.write(".wallcheck.json", '{"polcy": "rightscale"}')
        self.assertEqual(self.expect(USAGE, "check", "f.rules"), "")
        self.assertIn('did you mean "policy"?', self.errors)
        self.write(".wallcheck.json", '{"files": [{"match": "*", "role": "clod"}]}')
        self.expect(USAGE, "check", "f.rules")
        self.expect(OK, "check", "--isolated", "f.rules")

    def test_a_comment_with_a_mistake_is_a_finding(self):
        self.write("f.rules", "# wallcheck: role=clod\n" + COMPLIANT)
        report = json.loads(self.expect(FINDINGS, "check", "-f", "json", "f.rules"))
        self.assertEqual(codes(report), ["WC911"])
        self.assertEqual(report["files"][0]["site"]["role"], "cloud")


class Suppressions(ProgramTest):
    DROP = "-A OUTPUT -p udp -j DROP"

    def report(self, status, content, *arguments):
        self.write("f.rules", content)
        return json.loads(self.expect(status, "check", "-f", "json", *arguments, "f.rules"))

    def rules(self, comment):
        return BLOCKING.replace("COMMIT", f"{comment}{self.DROP}\nCOMMIT")

    def test_in_the_file(self):
        self.assertEqual(codes(self.report(FINDINGS, self.rules(""))), ["WC101"])
        accepted = self.report(OK, self.rules("# wallcheck: ignore WC101 no monitoring here\n"))
        self.assertEqual(codes(accepted), [])
        self.assertEqual(accepted["files"][0]["findings"][0]["suppressed_by"], "no monitoring here")
        self.assertEqual(accepted["summary"]["suppressed"], 1)
        self.assertEqual(codes(self.report(FINDINGS, self.rules("# wallcheck: ignore WC102 no monitoring here\n"))), ["WC912", "WC101"])
        self.assertIn("WC911", codes(self.report(FINDINGS, self.rules("# wallcheck: ignore WC101\n"))))
        self.assertIn("WC101", codes(self.report(FINDINGS, self.rules("# wallcheck: ignore WC101 gone until=2020-01-01\n"))))
        self.assertEqual(codes(self.report(OK, self.rules("# wallcheck: ignore WC101 later until=2999-01-01\n"))), [])

    def test_in_a_rules_own_comment(self):
        rule = self.DROP.replace("-j", '-m comment --comment "wallcheck: ignore WC101 no monitoring here" -j')
        self.assertEqual(codes(self.report(OK, BLOCKING.replace("COMMIT", rule + "\nCOMMIT"))), [])

    def test_in_the_config(self):
        self.write(".wallcheck.json", json.dumps({"ignore": [{"code": "WC101", "match": "*.rules", "reason": "replaced in March"}]}))
        self.assertEqual(codes(self.report(OK, BLOCKING)), [])
        self.assertEqual(codes(self.report(FINDINGS, BLOCKING, "--isolated")), ["WC101"])
        # Of no use any more: said when the whole directory was checked, and not before.
        self.assertEqual(codes(self.report(OK, COMPLIANT)), [])
        whole = json.loads(self.expect(OK, "check", "-f", "json", "."))
        self.assertEqual([(entry["path"].split("/")[-1], codes(whole, i)) for i, entry in enumerate(whole["files"])],
                         [("f.rules", []), (".wallcheck.json", ["WC912"])])

    def test_what_is_not_understood_stays_incomplete(self):
        content = COMPLIANT.replace("COMMIT", "# wallcheck: ignore WC902 we know\n-A INPUT -m nonsense -j DROP\nCOMMIT")
        self.assertEqual(codes(self.report(INCOMPLETE, content)), [])


class StartUp(ProgramTest):
    @unittest.skipIf(SANITIZED, "sanitizers bring libraries of their own")
    def test_no_library_has_to_be_found_but_the_c_library(self):
        """Else it takes several times as long: tests/bench measures that."""
        loaded = subprocess.run(["ldd", PROGRAM], check=True, capture_output=True, text=True).stdout
        names = {re.sub(r"[-.].*", "", line.split()[0].split("/")[-1]) for line in loaded.splitlines()}
        self.assertLessEqual(names, {"linux", "libc", "libm", "libdl", "libpthread", "ld"}, loaded)


if __name__ == "__main__":
    unittest.main()
