"""The program under test, and a clean place to run it in."""
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
PROGRAM = os.environ.get("WALLCHECK", str(ROOT / "build/test/wallcheck"))

# Sanitizers make the program so many times as slow and large; what `measure` gives is put right by it.
SANITIZED = "WALLCHECK_SANITIZED" in os.environ
SLOWER, LARGER = (10, 8) if SANITIZED else (1, 1)

OK, FINDINGS, USAGE, INCOMPLETE = 0, 1, 2, 3

# Everything that the pack rightscale asks of a cloud instance, and nothing else.
COMPLIANT = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A OUTPUT -p udp -m multiport --dports 123,3011 -j ACCEPT
-A OUTPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
COMMIT
"""
# The same without monitoring.
BLOCKING = COMPLIANT.replace("123,3011", "123")
# NTP only through a rate limit: a warning. Monitoring to some addresses only: a note.
WARNING = COMPLIANT.replace("-A OUTPUT -p udp -m multiport --dports 123,3011 -j ACCEPT",
                            "-A OUTPUT -p udp --dport 123 -m limit --limit 5/min -j ACCEPT\n-A OUTPUT -p udp --dport 3011 -j ACCEPT")
NOTE = COMPLIANT.replace("-A OUTPUT -p udp -m multiport --dports 123,3011 -j ACCEPT",
                         "-A OUTPUT -p udp --dport 123 -j ACCEPT\n-A OUTPUT -d 192.0.2.0/24 -p udp --dport 3011 -j ACCEPT")
BROKEN = COMPLIANT.replace("-A OUTPUT -p udp", "-A OUTPUT -p upd")


class ProgramTest(unittest.TestCase):
    """Runs in a directory of its own, with an environment that says nothing about terminals."""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.directory = pathlib.Path(self._directory.name)
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        if SANITIZED: self.environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]

    def write(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def run_program(self, *arguments, stdin=b"", program=PROGRAM, **environment):
        return subprocess.run([program, *map(str, arguments)], input=stdin, cwd=self.directory, capture_output=True, timeout=60 * SLOWER,
                              env={**self.environment, **environment})

    def expect(self, status, *arguments, **more):
        """Runs, compares the exit status, gives standard output as text; what else was said is in self.errors."""
        run = self.run_program(*arguments, **more)
        self.errors = run.stderr.decode()
        self.assertEqual(run.returncode, status, (arguments, run.stdout.decode(errors="replace"), self.errors))
        return run.stdout.decode()

    def measure(self, *arguments, timeout=120, memory=None, **environment):
        """(exit status, standard output, standard error, CPU seconds, peak memory in MB) of one run; `memory`: MB that it may have, no more."""
        if memory and SANITIZED: self.skipTest("sanitizers take more addresses than any limit allows")
        def limits():
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            if memory: resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
        with open(self.directory / ".out", "w+b") as out, open(self.directory / ".err", "w+b") as errors:
            child = subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=out, stderr=errors, cwd=self.directory,
                                     env={**self.environment, **environment}, preexec_fn=limits)
            alarm = threading.Timer(timeout * SLOWER, child.kill)
            alarm.start()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            alarm.cancel()
            out.seek(0), errors.seek(0)
            return (child.returncode, out.read().decode(errors="replace"), errors.read().decode(errors="replace"),
                    (usage.ru_utime + usage.ru_stime) / SLOWER, usage.ru_maxrss / 1024 / LARGER)
