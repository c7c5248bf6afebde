"""What a file can do to those who read the report, to other files and to the network: nothing."""
import html.parser
import json
import os
import pathlib
import pty
import re
import select
import shutil
import stat
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

from program import BLOCKING, COMPLIANT, FINDINGS, INCOMPLETE, OK, PROGRAM, SANITIZED, ProgramTest, USAGE

# Clears the screen, sets a title, starts a link, reorders what follows, hides it; speaks XML, HTML, Markdown, and to a build service.
ATTACK = ("\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x08\r\u202e\u2066\u200b\u00ad]]></system-out><script>alert(1)</script><img src=x onerror=alert(1)>"
          "`x` </details> | @octocat %0A::error::pwned {0} ${HOME} $(reboot)")
EVIL_NAME = "n\x1b[2J\u202e<b>@me`|::error::\n+++ x"


def can(*command):
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def unshare(*options):
    """A command prefix that gives namespaces: by right, or as root of a user namespace of one's own."""
    return ["unshare", *([] if os.geteuid() == 0 else ["-r"]), *options, "--"]


TRACES = can("strace", "-f", "-o", "/dev/null", "true")


class Shown(ProgramTest):
    """One attack in every place that reports show, in every format."""
    FORMATS = ("text", "concise", "json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown", "html")

    def setUp(self):
        super().setUp()
        comment = ATTACK.replace('"', "")
        iptables = BLOCKING.replace("-A OUTPUT -p udp", f':{comment[:25].replace(" ", "")} -\n-A OUTPUT -p udp --dport 9 -m comment --comment "{comment}" -j ACCEPT\n'
                                    f'-A OUTPUT -j "{comment[:20]}"\n-A INPUT -m string --string "{comment}" --algo bm -j ACCEPT\n# {comment}\n-A OUTPUT -p udp')
        pf = f'm = "{comment.replace(chr(13), "")}"\n# {comment}\nanchor "{comment[:20]}" {{\n pass label "{comment}"\n}}\ntable <{comment[:12]}> {{ 10.0.0.1 }}\nblock out from $m to <{comment[:12]}>\npass out\n'
        group = {"GroupId": "sg-" + ATTACK, "GroupName": ATTACK, "Description": ATTACK, "IpPermissionsEgress": [], "Tags": [{"Key": ATTACK, "Value": ATTACK}],
                 "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": ATTACK}],
                                    "PrefixListIds": [{"PrefixListId": ATTACK}], ATTACK: ATTACK}]}
        self.write("a.rules", iptables)
        self.write("b.conf", pf)
        self.write("c.json", json.dumps({"SecurityGroups": [group]}, ensure_ascii=False))
        self.write(EVIL_NAME, iptables)
        self.write("policy.json", json.dumps({"id": "evil", "title": ATTACK, "version": ATTACK, "source": ATTACK, "roles": {"cloud": {"title": ATTACK}, "x": {"title": ATTACK}},
                                              "flows": [{"id": "f", "number": 1, "traffic": ATTACK, "from": "cloud", "to": "x", "description": ATTACK,
                                                         "services": [{"name": ATTACK, "protocol": "udp", "ports": "3011"}]}]}, ensure_ascii=False))

    FILES = ("a.rules", "b.conf", "c.json", EVIL_NAME)

    def assert_harmless(self, text, context):
        """Nothing that a terminal obeys or that reorders or hides text; our own colours and the progress line apart."""
        text = re.sub("\x1b\\[[0-9;]*m|\r\x1b\\[K", "", text)
        found = set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]", text))
        self.assertEqual(found, set(), context)

    def outputs(self):
        """(what it is, text): all that the program says about these files."""
        for command in ("check", "audit"):
            for name in self.FORMATS:
                for policy in ((), ("--policy", "policy.json")):
                    run = self.run_program(command, "--isolated", "--verbose", "--show-suppressed", "--color=always", *policy, *(["--matrix"] if command == "audit" else []),
                                           "-f", name, *self.FILES)
                    self.assertIn(run.returncode, (FINDINGS, INCOMPLETE), run.stderr)
                    yield f"{command} {name}", run.stdout.decode()
                    yield f"{command} {name} stderr", run.stderr.decode()
        for name in ("text", "json", "markdown"):
            for old, new in (("a.rules", "b.conf"), (EVIL_NAME, "a.rules"), ("c.json", EVIL_NAME)):
                run = self.run_program("diff", "--color=always", "-f", name, old, new)
                yield f"diff {name}", run.stdout.decode()
                yield f"diff {name} stderr", run.stderr.decode()
        for name in ("text", "json"):
            for file in self.FILES:
                run = self.run_program("trace", "-f", name, "--packet", "udp 10.0.0.1 > 10.0.0.2:9 out eth0", file)
                yield f"trace {name}", run.stdout.decode() + run.stderr.decode()
        for arguments in (("trace", "--expand", "b.conf"), ("policy", "show", "policy.json"), ("policy", "check", "policy.json"), ("fix", "--explain", "c.json"),
                          ("check", ATTACK.replace("\0", "")), ("check", "--role", ATTACK, "a.rules"), (ATTACK,), ("explain", ATTACK), ("check", "--policy", ATTACK, "a.rules")):
            run = self.run_program(*arguments)
            if arguments[0] != "fix": yield " ".join(arguments[:2]), run.stdout.decode()
            yield f"{arguments[0]} stderr", run.stderr.decode()

    def test_nothing_is_obeyed_by_a_terminal(self):
        seen = 0
        for what, text in self.outputs():
            self.assert_harmless(text, what)
            seen += "alert(1)" in text
        self.assertGreater(seen, 40)  # the attack was shown there

    def test_on_a_terminal(self):
        for arguments in (("check", *self.FILES), ("audit", *self.FILES), ("diff", "a.rules", "b.conf"), ("fix", "--explain", "--flow", "monitoring", "a.rules"),
                          ("fix", "--flow", "monitoring", EVIL_NAME), ("fix", "--interactive", "--flow", "monitoring", "a.rules")):
            shown = self.on_terminal(*arguments)
            self.assertIn("\\x1b", shown, arguments)  # here the attack is
            self.assert_harmless(shown.replace("\r\n", "\n"), arguments)

    def on_terminal(self, *arguments):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, cwd=self.directory, env=self.environment)
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.2)[0]:
                try: shown += os.read(ours, 65536)
                except OSError: break
                if shown.endswith(b"[y/n] "): os.write(ours, b"n\n")
            elif process.poll() is not None: break
        process.wait(timeout=30)
        os.close(ours)
        return shown.decode()

    def test_markup_is_text(self):
        test = self

        class Page(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                test.assertNotIn(tag, ("img", "iframe", "object"))
                for name, value in attributes:
                    test.assertFalse(name.startswith("on"), (tag, name))
                    if name in ("href", "src"): test.assertFalse((value or "").lower().startswith("javascript"))

        for command in ("check", "audit"):
            run = self.run_program(command, "--isolated", "-f", "html", "--policy", "policy.json", *self.FILES)
            page = run.stdout.decode()
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<b>@me", page)
            Page().feed(page)
            xml.etree.ElementTree.fromstring(self.run_program(command, "--isolated", "-f", "junit", *self.FILES).stdout)
            for name in ("json", "sarif", "gitlab"): json.loads(self.run_program(command, "--isolated", "-f", name, *self.FILES).stdout)
            for line in self.run_program(command, "--isolated", "-f", "ndjson", *self.FILES).stdout.splitlines(): json.loads(line)
            for line in self.run_program(command, "--isolated", "-f", "github", *self.FILES).stdout.decode().splitlines():
                self.assertRegex(line, "^(::(error|warning|notice) |more: )")
            markdown = self.run_program(command, "--isolated", "-f", "markdown", *self.FILES).stdout.decode()
            prose = re.sub(r"(?ms)^\s*(`{3,}).*?^\s*\1\s*$", "", markdown)  # what stands between fences is text
            self.assertIn("alert(1)", prose)
            self.assertNotRegex(prose, "<(script|img)")

    def test_a_patch_names_the_file_that_it_is_for(self):
        """A name with a line break in it does not name another file; git takes the patch for the one that it is."""
        self.write(EVIL_NAME, BLOCKING)
        patch = self.run_program("fix", EVIL_NAME).stdout
        self.assertEqual([line for line in patch.splitlines() if line.startswith((b"--- ", b"+++ "))],
                         [mark + b'"n\\033[2J\\342\\200\\256<b>@me`|::error::\\012+++ x"' for mark in (b"--- ", b"+++ ")])
        subprocess.run(["git", "init", "-q", "."], cwd=self.directory, check=True)
        subprocess.run(["git", "apply", "-p0"], cwd=self.directory, input=patch, check=True)
        self.expect(OK, "check", "--isolated", EVIL_NAME)


class Tree(ProgramTest):
    """What a file names lies in its own tree, also through symbolic links."""
    SECRET = "the-secret-of-another"

    def setUp(self):
        super().setUp()
        self.write("secret", self.SECRET + "\n")
        self.write("outside/rules.conf", f"# {self.SECRET}\npass {self.SECRET}\n")
        self.write("tree/inside/rules.conf", "pass out\n")
        os.symlink("../outside", self.directory / "tree/link")
        os.symlink("../secret", self.directory / "tree/secret")
        os.symlink(self.directory / "outside/rules.conf", self.directory / "tree/absolute.conf")
        os.symlink("inside", self.directory / "tree/good-link")
        os.symlink("/proc/self/root", self.directory / "tree/root")

    OUT = ("../secret", "../outside/rules.conf", "secret", "link/rules.conf", "absolute.conf", "root/etc/passwd", "/etc/passwd", "inside/../../secret", "good-link/../../secret")
    IN = ("inside/rules.conf", "./inside/../inside/rules.conf", "good-link/rules.conf")

    def assert_kept(self, *arguments, status=INCOMPLETE):
        run = self.run_program(*arguments)
        out = (run.stdout + run.stderr).decode()
        self.assertEqual(run.returncode, status, out)
        for secret in (self.SECRET, "root:x:0"): self.assertNotIn(secret, out)
        return out

    def test_pf(self):
        for name in self.OUT:
            for line in ('include "{}"', 'table <t> file "{}"\nblock from <t>', 'load anchor "a" from "{}"\nanchor "a"'):
                self.write("tree/pf.conf", line.format(name) + "\npass\n")
                for command in ("check", "audit", "fix"):
                    self.assertIn("without --allow-outside", self.assert_kept(command, "--isolated", *(["-f", "text", "--verbose"] if command != "fix" else []), "tree/pf.conf")
                                  if command != "fix" else self.assert_kept("check", "--isolated", "tree/pf.conf"))
                self.assert_kept("trace", "--expand", "tree/pf.conf")
        for name in self.IN:
            self.write("tree/pf.conf", f'include "{name}"\nblock in\n')
            self.assertNotIn("WC905", self.run_program("check", "--isolated", "tree/pf.conf").stdout.decode())
        self.write("tree/pf.conf", 'include "link/rules.conf"\npass\n')
        self.assertIn(self.SECRET, self.run_program("check", "--isolated", "--allow-outside", "tree/pf.conf").stdout.decode())  # else the test sees nothing

    def test_config(self):
        """A config comes with the files that are checked: what it names is not the user's word."""
        self.write("tree/f.rules", COMPLIANT)
        for name in self.OUT:
            for entry in ({"ipset": name}, {"address_sets": {"s": name}}):
                self.write("tree/.wallcheck.json", json.dumps({"files": [{"match": "*", **entry}]}))
                self.assertIn("without --allow-outside", self.assert_kept("check", "tree/f.rules"))
        for name in ("../secret.json", "link/p.json", "linked.json", str(self.directory / "secret.json")):
            self.write("secret.json", '{"id": "' + self.SECRET)
            self.write("outside/p.json", '{"id": "' + self.SECRET)
            if not (self.directory / "tree/linked.json").is_symlink(): os.symlink("../secret.json", self.directory / "tree/linked.json")
            for policy in (name, "extends.json"):
                self.write("tree/extends.json", json.dumps({"id": "p", "extends": name}))
                self.write("tree/.wallcheck.json", json.dumps({"policy": policy}))
                self.assert_kept("check", "tree/f.rules", status=USAGE)
        self.write("tree/own.json", json.dumps({"id": "own", "title": "t", "version": "1", "source": "s", "extends": "rightscale"}))
        self.write("tree/.wallcheck.json", json.dumps({"policy": "own.json"}))
        self.expect(OK, "check", "tree/f.rules")

    def test_a_walk(self):
        self.write("tree/f.rules", COMPLIANT)
        self.write("outside/f.rules", BLOCKING)
        os.symlink("../outside/f.rules", self.directory / "tree/out.rules")
        os.symlink("../f.rules", self.directory / "tree/inside/in.rules")
        out = self.expect(OK, "check", "--isolated", "-f", "ndjson", "tree")
        self.assertEqual([json.loads(line)["path"] for line in out.splitlines()], ["tree/f.rules", "tree/inside/rules.conf"][:len(out.splitlines())])
        self.assertRegex(self.errors, "symbolic links lead out of the directories")
        self.expect(FINDINGS, "check", "--isolated", "tree/out.rules")  # named by itself


class Writing(ProgramTest):
    """`fix --write` leaves the old file or the new one, whatever happens."""

    def setUp(self):
        super().setUp()
        self.write("f.rules", BLOCKING + "# more\n" * 20_000)
        self.path = self.directory / "f.rules"
        os.chmod(self.path, 0o640)
        self.old = self.path.read_bytes()
        self.expect(OK, "fix", "--write", "--isolated", "f.rules")
        self.new = self.path.read_bytes()
        self.assertNotEqual(self.old, self.new)

    def reset(self):
        for path in self.directory.iterdir():
            if path.name.startswith("f.rules"): path.unlink()
        self.path.write_bytes(self.old)
        os.chmod(self.path, 0o640)

    def assert_whole(self, context):
        self.assertIn(self.path.read_bytes(), (self.old, self.new), context)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o640, context)
        for path in self.directory.iterdir(): self.assertEqual(path.stat().st_mode & 0o002, 0, (context, path))

    CALLS = ("openat", "write", "fchmod", "fsync", "rename", "close", "newfstatat", "fstat", "unlink", "read")

    @unittest.skipUnless(TRACES, "strace cannot trace here")
    @unittest.skipIf(SANITIZED, "calls of the sanitizers would be refused too")
    def test_killed_or_refused_at_every_call(self):
        seen = 0
        for call in self.CALLS:
            for fault in ("signal=KILL", "error=ENOSPC", "error=EIO"):
                if call in ("newfstatat", "fstat", "close", "read", "openat") and fault != "signal=KILL": continue  # openat and others are needed to start
                for n in range(1, 40):
                    self.reset()
                    run = subprocess.run(["strace", "-f", "-qq", "-o", self.directory / "trace", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={n}",
                                          PROGRAM, "fix", "--write", "--backup", "--isolated", "f.rules"], cwd=self.directory, capture_output=True, timeout=60, env=self.environment)
                    self.assert_whole((call, fault, n))
                    hit = "INJECTED" in (self.directory / "trace").read_text() or run.returncode == -9
                    if not hit: break
                    seen += 1
                    if fault != "signal=KILL" and call in ("write", "fsync", "rename") and b"cannot" in run.stderr: self.assertEqual(run.returncode, INCOMPLETE)
                    if self.path.read_bytes() == self.old and fault != "signal=KILL" and call in ("fsync", "rename"): self.assertNotEqual(run.returncode, OK)
        self.assertGreater(seen, 60)

    def test_killed_at_any_moment(self):
        outcomes = set()
        begin = time.monotonic()
        subprocess.run([PROGRAM, "fix", "--isolated", "f.rules"], cwd=self.directory, capture_output=True)
        whole = time.monotonic() - begin
        for i in range(80):
            self.reset()
            process = subprocess.Popen([PROGRAM, "fix", "--write", "--isolated", "f.rules"], cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole * 1.5 * i / 80)
            process.kill()
            process.wait()
            self.assert_whole(i)
            outcomes.add(self.path.read_bytes() == self.new)
        self.assertIn(False, outcomes)

    @unittest.skipUnless(can(*unshare("-m"), "true"), "no mount namespace can be made here")
    def test_a_full_disk(self):
        """A small tmpfs of its own, with room for the file and not for another one."""
        script = """set -e
mkdir disk; mount -t tmpfs -o size=256k none disk; cp f.rules disk/; chmod 640 disk/f.rules
dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null || :
for more in "" --backup; do set +e; "$1" fix --write $more --isolated disk/f.rules 2>>errors; echo $? >>status; set -e; cmp f.rules disk/f.rules; done
ls -A disk >left; stat -c %a disk/f.rules >mode
for format in text json sarif html; do set +e; "$1" check --isolated --format $format=disk/report disk/f.rules >/dev/null 2>>errors; echo $? >>status; set -e; done
"$1" check --isolated disk/f.rules >/dev/full 2>>errors || echo $? >>status
"""
        self.reset()
        subprocess.run([*unshare("-m"), "sh", "-c", script, "sh", PROGRAM], cwd=self.directory, check=True, capture_output=True, timeout=60)
        self.assertEqual((self.directory / "status").read_text().split(), ["3"] * 7)
        self.assertEqual((self.directory / "left").read_text().split(), ["f.rules", "fill"])
        self.assertEqual((self.directory / "mode").read_text().strip(), "640")
        self.assertEqual((self.directory / "errors").read_text().count("No space left on device"), 7)

    def test_mode_and_owner_are_kept(self):
        for mode in (0o600, 0o644, 0o444, 0o755, 0o4711):
            self.reset()
            os.chmod(self.path, mode)
            if os.geteuid() == 0:
                os.chown(self.path, 1234, 4321)
                os.chmod(self.path, mode)
            before = self.path.stat()
            self.expect(OK, "fix", "--write", "--backup", "--isolated", "f.rules")
            for name in ("f.rules", "f.rules.orig"):
                after = (self.directory / name).stat()
                self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (before.st_mode, before.st_uid, before.st_gid))

    def test_nothing_is_made_for_all_to_write(self):
        """Not even for a moment, with a umask that would let it."""
        self.reset()
        prefix = ["strace", "-f", "-qq", "-o", str(self.directory / "trace"), "-e", "trace=openat,open,creat,fchmod,chmod,fchmodat"] if TRACES else []
        for arguments in (["fix", "--write", "--backup", "--isolated", "f.rules"], ["check", "--isolated", "-f", "json=f.rules.json", "-f", "html=f.rules.html", "f.rules.orig"],
                          ["check", "--isolated", "--baseline", "f.rules.baseline", "--write-baseline", "f.rules.orig"]):
            subprocess.run([*prefix, PROGRAM, *arguments], cwd=self.directory, capture_output=True, timeout=60, umask=0, env=self.environment)
            for made in re.findall(r"O_CREAT[^,]*, (0\d+)|chmod\(\d+, (0\d+)", (self.directory / "trace").read_text() if TRACES else ""):
                self.assertEqual(int("".join(made), 8) & 0o002, 0, made)
        made = sorted(path for path in self.directory.iterdir() if path.name.startswith("f.rules"))
        self.assertEqual([path.name for path in made], ["f.rules", "f.rules.baseline", "f.rules.html", "f.rules.json", "f.rules.orig"])
        for path in made: self.assertEqual(path.stat().st_mode & 0o002, 0, path)


class Network(ProgramTest):
    """None, ever."""

    def setUp(self):
        super().setUp()
        self.write("f.rules", BLOCKING.replace("-A OUTPUT -p tcp", "-A OUTPUT -d www.example.com -p tcp --dport 81 -j ACCEPT\n-A OUTPUT -p tcp"))
        self.write("f.conf", "pass out proto tcp to www.example.com port www\nblock in from (em0)\n")
        self.write("g.json", json.dumps({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}]}))

    RUNS = (("check", "f.rules", "f.conf", "g.json"), ("audit", "--matrix", "f.rules", "f.conf", "g.json"), ("diff", "f.rules", "f.conf"), ("fix", "f.rules", "g.json"),
            ("trace", "f.rules", "--packet", "udp 10.0.0.1 > 10.0.0.2:53 out eth0"), ("check", "-f", "html", "f.rules"), ("policy", "list"), ("explain", "WC101"))

    @unittest.skipUnless(can(*unshare("-n"), "true"), "no network namespace can be made here")
    def test_where_there_is_none(self):
        for arguments in self.RUNS:
            here = self.run_program(*arguments)
            there = subprocess.run([*unshare("-n"), PROGRAM, *arguments], cwd=self.directory, capture_output=True, timeout=60, env=self.environment)
            self.assertEqual((there.returncode, there.stdout, there.stderr), (here.returncode, here.stdout, here.stderr), arguments)

    @unittest.skipUnless(TRACES, "strace cannot trace here")
    def test_no_socket_is_opened(self):
        log = self.directory / "trace"

        def calls(*command):
            subprocess.run(["strace", "-f", "-qq", "-o", log, "-e", "trace=%network", *command], cwd=self.directory, capture_output=True, timeout=60, env=self.environment)
            return [line for line in log.read_text().splitlines() if "(" in line]

        self.assertTrue(calls("python3", "-c", "import socket; socket.socket()"))  # it would be seen
        for arguments in self.RUNS:
            log.unlink(missing_ok=True)
            self.assertEqual(calls(PROGRAM, *arguments), [], arguments)


if __name__ == "__main__":
    unittest.main()
