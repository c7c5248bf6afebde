"""Many files, long files, deep files: right results, little memory, and an end when somebody wants one. tests/bench/load makes the large versions."""
import json
import os
import pty
import random
import re
import select
import signal
import subprocess
import time
import unittest

from budgets_test import groups, marks
from program import BLOCKING, COMPLIANT, FINDINGS, INCOMPLETE, OK, PROGRAM, SLOWER, ProgramTest


class Load(ProgramTest):
    def test_many_files(self):
        """Each third one blocks monitoring, and is told so, in order; memory does not grow with their number."""
        for i in range(3000): self.write(f"d/{i % 7}/{i:05}.rules", (BLOCKING, COMPLIANT, COMPLIANT)[i % 3])
        status, out, errors, _, some = self.measure("check", "--isolated", "-f", "concise", "d/0")
        status, out, errors, seconds, all_of_them = self.measure("check", "--isolated", "-f", "concise", "d")
        self.assertEqual(status, FINDINGS, errors)
        expected = sorted((f"d/{i % 7}/{i:05}.rules" for i in range(0, 3000, 3)))
        self.assertEqual([line.split(":")[0] for line in out.splitlines()], expected)
        self.assertLess(all_of_them, some + 8)
        self.assertLess(seconds, 20)

    def test_a_long_file(self):
        """Host by host; the truth of some of them is known."""
        rules = "".join(f"-A OUTPUT -d 10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255} -p tcp --dport {1 + i % 60000} -j {'DROP' if i % 10 == 7 else 'ACCEPT'}\n" for i in range(60_000))
        self.write("f.rules", COMPLIANT.replace("COMMIT", rules + "COMMIT"))
        status, out, errors, seconds, memory = self.measure("check", "--isolated", "-f", "json", "f.rules")
        self.assertEqual(status, OK, errors)
        self.assertEqual(json.loads(out)["files"][0]["coverage"]["rules"], 60_005)
        self.assertLess(memory, 200)
        self.assertLess(seconds, 10)
        probes = [{"hook": "OUTPUT", "proto": "tcp", "src": "192.0.2.1", "dst": f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}", "sport": 1024, "dport": port}
                  for i in (0, 7, 12345, 59_997, 59_999) for port in (1 + i % 60000, 1 + (i + 1) % 60000)]
        self.write("probes.json", json.dumps(probes))
        verdicts = [trace["verdict"] for trace in json.loads(self.expect(OK, "trace", "f.rules", "--packets", "probes.json", "--format", "json"))]
        self.assertEqual(verdicts, ["accept", "drop", "drop", "drop", "accept", "drop", "drop", "drop", "accept", "drop"])

    def test_audit_on_several_threads(self):
        """Two long chains are judged at the same time; what is said of them is the same."""
        dice = random.Random(1)
        rules = "".join(f"-A {dice.choice(('INPUT', 'OUTPUT'))} -s 10.{dice.randrange(9)}.{dice.randrange(256)}.0/{dice.choice((23, 24, 32))} -p tcp --dport {dice.randrange(1, 90)} "
                        f"-j {dice.choice(('ACCEPT', 'DROP'))}\n" for _ in range(21_000))
        self.write("f.rules", COMPLIANT.replace("COMMIT", rules + "COMMIT"))
        one, two = (self.run_program("audit", "--isolated", "--jobs", jobs, "-f", "json", "f.rules") for jobs in ("1", "2"))
        self.assertEqual((one.returncode, one.stderr), (OK, b""))
        self.assertEqual((two.returncode, two.stderr, two.stdout), (one.returncode, one.stderr, one.stdout))
        codes = {finding["code"] for finding in json.loads(one.stdout)["files"][0]["findings"]}
        self.assertLessEqual({"WC301", "WC302"}, codes)

    def test_a_long_json_file(self):
        self.write("f.json", groups(2000, 20).replace('"GroupName"', '"VpcId": "vpc-1", "GroupName"'))  # without one: EC2-Classic, where all may leave
        status, out, errors, seconds, memory = self.measure("check", "--isolated", "-f", "ndjson", "f.json")
        entries = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(entries), 2000)
        self.assertEqual({flow["verdict"] for entry in entries for flow in entry["flows"] if flow["id"] == "monitoring"}, {"blocked"})
        self.assertEqual({entry["site"]["group"] for entry in entries}, {f"sg-{i:08x}" for i in range(2000)})
        self.assertLess(memory, 400)
        self.assertLess(seconds, 20)


class Interrupted(ProgramTest):
    """What is done is reported, what is not is said to be not, and the exit status is 3."""
    HARD = ("--isolated", "--limit", "graph_nodes=500000000")

    def end(self, signals, *arguments, after=0.7):
        with subprocess.Popen([PROGRAM, *arguments], cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment) as run:
            time.sleep(after)
            begin = time.monotonic()
            for number in signals:
                run.send_signal(number)
                time.sleep(0.05)
            out, errors = run.communicate(timeout=60 * SLOWER)
        return run.returncode, out.decode(), errors.decode(), (time.monotonic() - begin) / SLOWER

    def test_a_hard_file(self):
        self.write("good.rules", COMPLIANT)
        self.write("hard.rules", marks(24))
        self.write("later.rules", COMPLIANT)
        for number in (signal.SIGINT, signal.SIGTERM):
            for command in ("check", "audit"):
                status, out, errors, seconds = self.end([number], command, "--jobs", "1", "-f", "json", *self.HARD, "good.rules", "hard.rules", "later.rules")
                self.assertEqual(status, INCOMPLETE, errors)
                self.assertIn("interrupted: 1 of 3 files were done", errors)
                self.assertLess(seconds, 10)
                report = json.loads(out)
                self.assertEqual([(file["path"], file["status"]) for file in report["files"]], [("good.rules", "analysed"), ("hard.rules", "partly-analysed")])
                self.assertTrue(any("interrupted" in finding["message"] and finding["code"] == "WC904" for finding in report["files"][1]["findings"]))
                self.assertEqual(report["summary"]["unfinished"], 2)
        for output in ("text", "markdown", "html"):
            status, out, errors, _ = self.end([signal.SIGINT], "check", "--jobs", "1", "-f", output, *self.HARD, "good.rules", "hard.rules", "later.rules")
            self.assertEqual(status, INCOMPLETE)
            self.assertRegex(out, "(?i)interrupted.*2 files not done")

    def test_other_commands(self):
        content = marks(24)
        self.write("hard.rules", content)
        self.write("other.rules", content.replace("-j ACCEPT", "-j DROP"))
        for arguments in (("diff", "hard.rules", "other.rules", "--limit", "graph_nodes=500000000"), ("fix", "--write", *self.HARD, "hard.rules")):
            status, out, errors, seconds = self.end([signal.SIGTERM], *arguments)
            self.assertEqual(status, INCOMPLETE, errors)
            self.assertIn("interrupted", out + errors)
            self.assertLess(seconds, 10)
        self.assertEqual((self.directory / "hard.rules").read_text(), content)

    def test_a_file_of_many_groups(self):
        """Groups that were not begun cost nothing more."""
        self.write("f.json", groups(8000))
        status, out, errors, seconds = self.end([signal.SIGINT], "check", "--isolated", "-f", "json", "f.json")
        self.assertEqual(status, INCOMPLETE, errors)
        self.assertLess(seconds, 3)
        said = [finding["message"] for group in json.loads(out)["files"] for finding in group["findings"] if finding["code"] == "WC904"]
        # Interrupted while it was read, it has fewer.
        self.assertTrue(any(re.search(r"of \d+ groups are not analysed: interrupted", message) for message in said), said[:3])
        status, _, errors, seconds = self.end([signal.SIGINT], "fix", "--isolated", "f.json", after=2)
        self.assertEqual(status, INCOMPLETE, errors)
        self.assertLess(seconds, 3)

    def test_the_second_one_kills(self):
        self.write("hard.rules", marks(24))
        status, _, _, _ = self.end([signal.SIGINT, signal.SIGINT], "check", *self.HARD, "hard.rules")
        self.assertIn(status, (-signal.SIGINT, INCOMPLETE))  # it may have ended by itself in between

    def test_what_a_parent_ignores_stays_ignored(self):
        self.write("f.rules", BLOCKING)
        run = subprocess.run(["sh", "-c", f"trap '' INT TERM; '{PROGRAM}' check --isolated f.rules & kill -INT $!; kill -TERM $!; wait $!"], cwd=self.directory,
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, FINDINGS, run.stderr)

    def test_a_baseline_is_not_written_by_half_a_run(self):
        self.write("hard.rules", marks(24))
        status, _, _, _ = self.end([signal.SIGINT], "check", *self.HARD, "--baseline", "b.json", "--write-baseline", "hard.rules")
        self.assertEqual(status, INCOMPLETE)
        self.assertFalse((self.directory / "b.json").exists())

    def test_progress_is_shown_on_a_terminal(self):
        self.write("hard.rules", marks(24))
        ours, theirs = pty.openpty()
        with subprocess.Popen([PROGRAM, "check", *self.HARD, "--limit", "wall_time=3", "hard.rules"], cwd=self.directory, stdout=subprocess.DEVNULL, stderr=theirs,
                              env=self.environment) as run:
            os.close(theirs)
            shown, deadline = b"", time.monotonic() + 30
            while time.monotonic() < deadline and select.select([ours], [], [], 10)[0]:
                try: shown += os.read(ours, 65536)
                except OSError: break
        os.close(ours)
        self.assertRegex(re.sub(rb"\x1b\[K", b"", shown).decode(), r"hard\.rules: flow \d+ of 10")


if __name__ == "__main__":
    unittest.main()
