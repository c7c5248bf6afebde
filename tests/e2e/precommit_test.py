"""The hooks, run by the real pre-commit in a git repository of their own."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from program import BLOCKING, COMPLIANT, PROGRAM, ROOT, ProgramTest

SKIPPED = 77


class Hooks(ProgramTest):
    def setUp(self):
        super().setUp()
        self.repository = self.directory / "repository"
        self.repository.mkdir()
        bin = self.directory / "bin"
        bin.mkdir()
        os.symlink(PROGRAM, bin / "wallcheck")
        self.environment.update(
            PATH=f"{bin}:{os.environ['PATH']}", HOME=str(self.directory), PRE_COMMIT_HOME=str(self.directory / "cache"),
            GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.org",
            GIT_CONFIG_NOSYSTEM="1")
        self.environment.update({name: os.environ[name] for name in os.environ if name.startswith("CCACHE_")}, CCACHE_BASEDIR=str(self.directory))
        self.git(self.repository, "init", "--quiet")
        self.hooks = self.source_repository()

    def git(self, where, *arguments):
        subprocess.run(["git", *arguments], cwd=where, env=self.environment, check=True, capture_output=True)

    def source_repository(self):
        """The project as pre-commit would clone it: what a checkout has, with its latest changes."""
        copy = self.directory / "hooks"
        shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__", "node_modules"))
        self.git(copy, "init", "--quiet")
        self.git(copy, "add", "--all")
        self.git(copy, "commit", "--quiet", "--message", "all")
        return copy

    def run_hook(self, hook, status, **files):
        for name, content in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.git(self.repository, "add", "--all")
        run = subprocess.run(["pre-commit", "try-repo", str(self.hooks), hook, "--verbose"], cwd=self.repository, env=self.environment,
                             capture_output=True, text=True, timeout=1800)
        out = run.stdout + run.stderr
        self.assertEqual(run.returncode, status, out)
        return out

    def test_a_bad_firewall_blocks_the_commit_and_the_fixed_one_passes(self):
        out = self.run_hook("wallcheck-system", 1, **{"rules.v4": BLOCKING, "notes.txt": "no firewall"})
        self.assertIn("WC101", out)
        self.assertIn("rules.v4", out)
        self.assertNotIn("notes.txt", out)
        self.assertIn("Passed", self.run_hook("wallcheck-system", 0, **{"rules.v4": COMPLIANT}))

    def test_the_usual_names_are_checked_and_others_are_not(self):
        names = ["iptables.save", "ip6tables-save", "etc/iptables/rules.v4", "web.iptables", "pf.conf", "edge-pf.conf", "firewalls/web.rules",
                 "infra/security-groups/web.json"]
        others = ["firewalls/README.md", "rules.d/80-net.rules", "package.json", "iptables.sh", "deploy/iptables.yml", "src/pf.conf.j2"]
        for name in names + others:
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("no firewall\n")
        out = self.run_hook("wallcheck-system", 1)
        for name in names:
            self.assertIn(name, out)
        for name in others:
            self.assertNotIn(name, out)

    def test_the_hook_that_builds_works_from_the_repository_alone(self):
        os.unlink(self.directory / "bin/wallcheck")
        self.assertIn("WC101", self.run_hook("wallcheck", 1, **{"rules.v4": BLOCKING}))
        self.assertIn("Passed", self.run_hook("wallcheck", 0, **{"rules.v4": COMPLIANT}))


if __name__ == "__main__":
    missing = [name for name in ("pre-commit", "git") if not shutil.which(name)]
    if missing:
        print("skipped: there is no", " and no ".join(missing))
        sys.exit(SKIPPED)
    unittest.main()
