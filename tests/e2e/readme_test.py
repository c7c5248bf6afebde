"""What README.md and docs/ show is what the program prints: each `$ ./wallcheck ...` of a console block is run in the source tree.

`readme_test.py --rewrite` writes the outputs again; the diff is the review.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

from program import PROGRAM, ROOT

README = ROOT / "README.md"
TEXTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n\$ (\./wallcheck [^\n]*)\n(.*?)```\n", re.DOTALL)


def output_of(command):
    words = [PROGRAM, *shlex.split(command)[1:]]
    run = subprocess.run(words, cwd=ROOT, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL, timeout=60,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.stdout.decode()


class Readme(unittest.TestCase):
    maxDiff = None

    def test_examples(self):
        self.assertGreaterEqual(len(BLOCK.findall(README.read_text())), 3)
        for text in TEXTS:
            for command, shown in BLOCK.findall(text.read_text()):
                with self.subTest(command, text=text.name):
                    self.assertEqual(shown, output_of(command))

    def test_packs_in_the_docs_are_valid(self):
        packs = re.findall(r"```json\n(.*?)```\n", (ROOT / "docs/policies.md").read_text(), re.DOTALL)
        self.assertGreaterEqual(len(packs), 2)
        for pack in packs:
            with self.subTest(pack), tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write(pack)
                file.flush()
                self.assertIn("a valid policy pack", output_of(f"./wallcheck policy check {file.name}"))

    def test_links_lead_somewhere(self):
        for text in [*TEXTS, *ROOT.glob("*.md")]:
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text.read_text()):
                with self.subTest(link, text=text.name):
                    self.assertTrue((text.parent / link).exists())

    def test_the_two_commands_are_there(self):
        text = README.read_text()
        for command in ("./wallcheck check fixtures/iptables/web-server.rules", "tests/run"):
            self.assertIn(f"\n    {command}\n", text)
            self.assertTrue(os.access(ROOT / command.split()[0], os.X_OK))


if __name__ == "__main__":
    if "--rewrite" in sys.argv:
        for each in TEXTS:
            each.write_text(BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{output_of(block[1])}```\n", each.read_text()))
    else:
        unittest.main()
