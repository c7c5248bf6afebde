"""Files that are made to hang, crash or fool whoever reads them: an answer or WC9xx, in seconds, and never a crash."""
import json
import os
import pathlib
import subprocess
import threading
import unittest

from program import BLOCKING, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, OK, PROGRAM, ProgramTest, SANITIZED, USAGE

COMMANDS = ("check", "audit", "fix")
MILLION = 100_000 if SANITIZED else 1_000_000  # a tenth is beyond all limits, too


def chains(depth, calls, last="-A c{} -p tcp --dport 443 -j ACCEPT", more=""):
    """Each chain calls the next one; called twice each time, no packet gets to the end of the last one in the lifetime of a machine."""
    lines = ["*filter", ":INPUT DROP", ":FORWARD DROP", ":OUTPUT DROP", *(f":c{i} -" for i in range(depth)),
             "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A OUTPUT -j c0"]
    for i in range(depth - 1): lines += [f"-A c{i} -j c{i + 1}"] * calls
    return "\n".join([*lines, last.format(depth - 1), *([more] if more else []), "COMMIT", ""])


class HostileTest(ProgramTest):
    def assert_bounded(self, *arguments, seconds=10, memory=300, statuses=(OK, FINDINGS, INCOMPLETE)):
        """Runs it. No crash, no internal error, and it costs little."""
        status, out, errors, used, peak = self.measure(*arguments)
        self.assertIn(status, statuses, (arguments, out[-2000:], errors[-2000:]))
        self.assertNotRegex(out + errors, r"internal error(, please report it: | of wallcheck \()")  # the page of WC900 names it too
        self.assertLess(used, seconds, arguments)
        self.assertLess(peak, memory, arguments)
        return status, out, errors


class Chains(HostileTest):
    def verdicts(self, out):
        return {flow["id"]: flow["verdict"] for flow in json.loads(out)["files"][0]["flows"]}

    def test_ten_thousand_deep(self):
        """Once each: the truth is known."""
        self.write("f.rules", chains(10_000, 1))
        _, out, _ = self.assert_bounded("check", "--isolated", "-f", "json", "f.rules")
        self.assertEqual({flow: verdict for flow, verdict in self.verdicts(out).items() if verdict != "not-applicable"},
                         {"monitoring": "blocked", "ntp": "blocked", "design-assets": "partial", "rightnet": "permitted", "instance-api": "permitted",
                          "cloud-controller-api": "blocked", "wstunnel": "permitted"})
        out = self.expect(OK, "trace", "f.rules", "--packet", "tcp 10.0.0.1:40000 > 192.0.2.1:443 out eth0 new")
        self.assertTrue(out.startswith("accept:"))
        self.assertEqual(out.count("jump to c"), 10_000)

    def test_each_twice(self):
        """What the sets of packets say cannot be followed rule by rule: what has no packet to show is not said."""
        for depth in (30, 10_000):
            self.write("f.rules", chains(depth, 2))
            self.write("other.rules", chains(depth, 2, "-A c{} -p tcp --dport 444 -j ACCEPT"))
            status, out, _ = self.assert_bounded("check", "--isolated", "-f", "json", "f.rules")
            self.assertEqual(status, INCOMPLETE)
            self.assertEqual(self.verdicts(out)["rightnet"], "permitted")  # found in the first packet's first way down
            self.assertIn("WC904", [finding["code"] for finding in json.loads(out)["files"][0]["findings"]])
            self.assert_bounded("audit", "--isolated", "-f", "json", "--limit", "wall_time=10", "f.rules", seconds=20)
            self.assert_bounded("fix", "--isolated", "f.rules", seconds=60)
            self.assert_bounded("diff", "f.rules", "other.rules")
            status, out, errors = self.assert_bounded("trace", "f.rules", "--packet", "tcp 10.0.0.1:40000 > 192.0.2.1:22 out eth0 new", memory=600)  # a million steps
            self.assertEqual((status, out.split(":")[0]), (INCOMPLETE, "undecided"))
            self.assertIn("WC904", errors)

    def test_circles(self):
        self.write("f.rules", chains(1000, 2, "-A c{} -j c0"))
        for command in COMMANDS: self.assert_bounded(command, "--isolated", "f.rules")


class Nesting(HostileTest):
    def test_deep_json(self):
        for name, text in (("array", "[" * MILLION), ("object", '{"a":' * MILLION), ("closed", "[" * MILLION + "]" * MILLION),
                           ("inside", '{"SecurityGroups": ' + "[" * MILLION)):
            self.write(f"{name}.json", text)
            for command in COMMANDS:
                status, out, errors = self.assert_bounded(command, "--isolated", "--input-format", "aws", f"{name}.json")
                self.assertEqual(status, INCOMPLETE)
                if command != "fix": self.assertIn("(limit nesting; --limit nesting=N raises it)", out + errors)
            # as deep as one may ask for: the stack holds it
            self.assert_bounded("check", "--isolated", "--input-format", "aws", "--limit", "nesting=4294967295", f"{name}.json")
        for option in ("--policy", "--config"):
            self.assert_bounded("check", option, "closed.json", "array.json", statuses=(USAGE,))

    def test_deep_pf(self):
        for name, text, words in (("braces", "block from " + "{ " * MILLION, "limit nesting"),
                                  ("closed", "block from " + "{ " * 20_000 + "10.0.0.1" + " }" * 20_000 + "\n", "limit nesting"),
                                  ("parens", "pass from " + "(" * MILLION, ""),
                                  ("anchors", 'anchor "a" {\n' * 100_000, "limit nesting"),
                                  ("self", 'a = $a\npass from $a\n', ""),
                                  ("circle", 'a = $b\nb = $a\npass from $b\n', ""),
                                  ("later", 'a = "10.0.0.1"\n' + 'a = $a $a\n' * 64 + "pass from { $a }\n", "limit macro_expansion"),
                                  ("doubling", 'm0 = "x "\n' + "".join(f"m{i + 1} = $m{i} $m{i}\n" for i in range(100)) + "pass from { $m100 }\n", "limit macro_expansion"),
                                  ("include", 'include "include.conf"\n', "includes itself"),
                                  ("load", 'load anchor "a" from "load.conf"\n', "")):
            self.write(f"{name}.conf", text)
            for command in COMMANDS:
                status, out, errors = self.assert_bounded(command, "--isolated", "--input-format", "pf", f"{name}.conf")
                self.assertEqual(status, INCOMPLETE, name)
                if command != "fix": self.assertIn(words, out + errors)


class Size(HostileTest):
    @unittest.skipIf(SANITIZED, "a budget: there is nothing for sanitizers in zeros")
    def test_a_gigabyte_of_nothing(self):
        for size, words in ((1 << 30, "WC901"), ((1 << 30) + 1, "(limit input_bytes; --limit input_bytes=N raises it)"), (1 << 40, "(limit input_bytes;")):
            with open(self.directory / "zeros", "wb") as file: file.truncate(size)
            self.write("good.rules", COMPLIANT)
            status, out, _ = self.assert_bounded("check", "--isolated", "-f", "concise", "--input-format", "iptables", "zeros", "good.rules", memory=2100, seconds=20)
            self.assertEqual(status, INCOMPLETE)
            self.assertIn(words, out)

    def test_megabytes_on_a_line(self):
        """Ten of them; one where a report repeats the word beside each flow."""
        size = 10 * MILLION
        for name, text in (("word.rules", "*filter\n-A INPUT -s " + "9" * size + " -j ACCEPT\nCOMMIT\n"),
                           ("words.rules", "*filter\n-A INPUT" + " -x" * (size // 3) + "\nCOMMIT\n"),
                           ("list.rules", "*filter\n-A INPUT -s " + "10.0.0.1," * (size // 9) + "10.0.0.1 -j ACCEPT\nCOMMIT\n"),
                           ("quote.rules", '*filter\n-A INPUT -m comment --comment "' + "x" * size + '" -j ACCEPT\nCOMMIT\n'),
                           ("word.conf", "pass from " + "9" * size + "\n"),
                           ("list.conf", "pass from { " + "10.0.0.1 " * (size // 9) + "}\n"),
                           ("steps.conf", "pass from { " + "10.0.0.1 " * 20_000 + "}\n"),  # a packet passes all of them
                           ("words.json", '{"SecurityGroups": [' + '{"GroupId": "sg-1"},' * (size // 20) + '{"GroupId": "sg-1"}]}'),
                           ("word.json", '{"SecurityGroups": [{"GroupId": "' + "x" * (size // 10) + '", "IpPermissions": []}]}')):
            self.write(name, text)
            for output in ("json", "html") if SANITIZED else ("concise", "text", "json", "sarif", "html"):
                status, out, _ = self.assert_bounded("check", "--isolated", "--limit", "groups=1000", "-f", output, name, memory=1000, seconds=15)
            self.assert_bounded("fix", "--isolated", "--limit", "groups=1000", name, memory=1000, seconds=15)


class Places(HostileTest):
    def test_directory_loops(self):
        self.write("d/f.rules", COMPLIANT)
        os.symlink(".", self.directory / "d/here")
        os.symlink("..", self.directory / "d/up")
        os.symlink("loop", self.directory / "d/loop")
        for _ in range(2): self.assertEqual(self.expect(OK, "check", "--isolated", "-f", "concise", "d"), "")
        self.expect(INCOMPLETE, "check", "--isolated", "d/loop")

    def test_what_has_no_end(self):
        os.mkfifo(self.directory / "fifo")
        self.write("good.rules", COMPLIANT)
        self.write("includes.conf", 'include "fifo"\ntable <t> file "fifo"\npass\n')
        for path in ("fifo", "/dev/zero", "/dev/tty", "/proc/self/mem", "/proc/kmsg"):
            for command in COMMANDS: self.assertEqual(self.assert_bounded(command, "--isolated", path, "good.rules")[0], INCOMPLETE)
            self.assertEqual(self.assert_bounded("diff", path, "good.rules")[0], INCOMPLETE)
            self.assertEqual(self.assert_bounded("trace", path, "--packet", "tcp 10.0.0.1 > 10.0.0.2 in eth0")[0], INCOMPLETE)
            for option in ("--policy", "--config", "--ipset", "--baseline"):
                self.assertEqual(self.assert_bounded("check", option, path, "good.rules", statuses=(USAGE,))[0], USAGE)
        self.assertEqual(self.assert_bounded("check", "--isolated", "includes.conf")[0], INCOMPLETE)

    def test_an_endless_pipe_ends_at_the_budget(self):
        run = subprocess.run(f"yes | '{PROGRAM}' check --isolated -f concise --limit input_bytes=20000000 -", shell=True, capture_output=True, timeout=60)
        self.assertEqual(run.returncode, INCOMPLETE)
        self.assertIn(b"(limit input_bytes;", run.stdout)

    def test_a_file_that_grows_and_shrinks_while_it_is_read(self):
        """Whatever is read is what was there at some moment, or is said to be incomplete; no crash in any case."""
        path, line = self.directory / "f.rules", b"-A OUTPUT -p tcp --dport 80 -j ACCEPT\n"
        done = threading.Event()

        def change():
            while not done.is_set():
                with open(path, "r+b", buffering=0) as file:
                    file.truncate(0)
                    file.write(COMPLIANT.encode().replace(b"COMMIT\n", b""))
                    for _ in range(20): file.write(line * 10_000)
                    file.write(b"COMMIT\n")

        self.write("f.rules", COMPLIANT)
        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(30): self.assert_bounded("check", "--isolated", "-f", "concise", "f.rules")
        finally:
            done.set()
            thread.join()
        self.assertEqual(self.expect(OK, "check", "--isolated", "-f", "concise", "f.rules"), "")


class Damage(HostileTest):
    def files(self):
        """Some of each format."""
        for pattern in ("iptables/*.rules", "pf/*.conf", "cloud/*/*.json"):
            yield from sorted(FIXTURES.glob(pattern), key=lambda path: path.stat().st_size)[:4]

    def test_truncated(self):
        """Cut off anywhere, several at once: no crash, and JSON that ends early is no firewall."""
        for path in self.files():
            whole = path.read_bytes()
            for i in range(40): self.write(f"cut/{path.name}.{i:02}", whole[:len(whole) * i // 40])
            _, out, _ = self.assert_bounded("check", "--isolated", "-f", "json", "cut", seconds=20)
            for file in json.loads(out)["files"]:
                if path.suffix == ".json": self.assertEqual(file["status"], "failed", file["path"])
            for i in range(40): (self.directory / f"cut/{path.name}.{i:02}").unlink()

    def test_bytes_of_any_kind(self):
        """Latin-1, NUL bytes, half of UTF-16, one bit wrong."""
        for path in self.files():
            whole = path.read_bytes()
            at = len(whole) // 2
            damaged = [whole[:at] + b"\xe9\xff\xfe" + whole[at:], whole[:at] + b"\0" + whole[at:], whole.decode().encode("utf-16"), whole.decode().encode("utf-16")[:-1],
                       b"\xef\xbb\xbf" + whole, whole.replace(b"\n", b"\r\n"), whole.replace(b"\n", b"\r")]
            damaged += [whole[:i] + bytes([whole[i] ^ 1 << i % 8]) + whole[i + 1:] for i in range(0, len(whole), max(1, len(whole) // 50))]
            for i, content in enumerate(damaged): self.write(f"damaged/{i:03}.{path.name}", content)
            for output in ("json", "text"): self.assert_bounded("check", "--isolated", "-f", output, "damaged", seconds=30)
            self.assert_bounded("audit", "--isolated", "-f", "json", "damaged", seconds=60)
            for file in (self.directory / "damaged").iterdir(): file.unlink()


if __name__ == "__main__":
    unittest.main()
