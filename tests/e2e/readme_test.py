"""What README.md shows is what the program prints: each `$ ./wallcheck ...` of a console block is run in the source tree.

`readme_test.py --rewrite` writes the outputs again; the diff is the review.
"""
import os
import re
import shlex
import subprocess
import sys
import unittest

from program import PROGRAM, ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ (\./wallcheck [^\n]*)\n(.*?)```\n", re.DOTALL)


def output_of(command):
    words = [PROGRAM, *shlex.split(command)[1:]]
    run = subprocess.run(words, cwd=ROOT, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL, timeout=60,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.stdout.decode()


class Readme(unittest.TestCase):
    maxDiff = None

    def test_examples(self):
        blocks = BLOCK.findall(README.read_text())
        self.assertGreaterEqual(len(blocks), 3)
        for command, shown in blocks:
            with self.subTest(command):
                self.assertEqual(shown, output_of(command))

    def test_the_two_commands_are_there(self):
        text = README.read_text()
        for command in ("./wallcheck check fixtures/iptables/web-server.rules", "tests/run"):
            self.assertIn(f"\n    {command}\n", text)
            self.assertTrue(os.access(ROOT / command.split()[0], os.X_OK))


if __name__ == "__main__":
    if "--rewrite" in sys.argv:
        README.write_text(BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{output_of(block[1])}```\n", README.read_text()))
    else:
        unittest.main()
