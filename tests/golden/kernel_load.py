#!/usr/bin/env python3
"""Does the kernel take the fixtures? Every file is loaded into a network namespace of its own by the legacy and the
nft iptables-restore, after the sets beside it (NAME.ipset for NAME.rules).

Files under fixtures/iptables/ must load, those under fixtures/broken/ must be refused; `--test` is no judge, it takes
a cycle of chains. A file for which that is not so says it in a comment: `# loads: legacy`, `# loads: legacy nft`,
`# loads: no`. Files whose name ends in .ip6.rules are IPv6.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
GENERATE = FIXTURES.parent / "tests" / "bench" / "generate.py"
BACKENDS = ("legacy", "nft")
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def namespaces_work():
    return shutil.which("iptables-legacy-restore") and subprocess.run(
        ["unshare", "--net", "true"], capture_output=True).returncode == 0


def expected_to_load(path, content):
    said = re.search(rb"^# loads:(.*)$", content, re.MULTILINE)
    if said:
        words = said.group(1).decode().split()
        return {backend for backend in BACKENDS if backend in words}
    return set() if "broken" in path.parts else set(BACKENDS)


def load(path, content, backend):
    """The program's complaint, or None if the file loads."""
    family = "ip6tables" if path.name.endswith(".ip6.rules") else "iptables"
    sets = path.with_suffix(".ipset")
    script = f'set -e; [ ! -e "$1" ] || ipset restore < "$1"; {family}-{backend}-restore'
    run = subprocess.run(["unshare", "--net", "bash", "-c", script, "bash", sets], input=content, capture_output=True)
    return None if run.returncode == 0 else run.stderr.decode(errors="replace").strip()


class KernelLoad(unittest.TestCase):
    def test_fixtures_load_exactly_where_they_say(self):
        files = sorted(path for folder in ("iptables", "broken") for path in (FIXTURES / folder).rglob("*.rules")
                       if "make" not in path.parts)
        self.assertGreater(len(files), 15)
        for path in files:
            content = path.read_bytes()
            for backend in BACKENDS:
                with self.subTest(file=str(path.relative_to(FIXTURES)), backend=backend):
                    complaint = load(path, content, backend)
                    if backend in expected_to_load(path, content):
                        self.assertIsNone(complaint)
                    else:
                        self.assertIsNotNone(complaint, "was to be refused, but loads")

    def test_generated_files_load(self):
        for kind in ("flat", "kube", "campus"):
            content = subprocess.run([sys.executable, GENERATE, kind, "--rules", "1000"], capture_output=True, check=True).stdout
            self.assertGreaterEqual(content.count(b"\n-A "), 1000)
            for backend in BACKENDS:
                with self.subTest(kind=kind, backend=backend):
                    self.assertIsNone(load(FIXTURES / f"{kind}.rules", content, backend))


if __name__ == "__main__":
    if not namespaces_work():
        print("skipped: needs root and network namespaces, iptables-legacy-restore")
        sys.exit(SKIPPED)
    unittest.main()
