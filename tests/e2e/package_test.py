#!/usr/bin/env python3
"""The package of this build: made, judged by lintian, installed into a root of its own, used there, removed without a trace."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from program import COMPLIANT, PROGRAM

BUILD = pathlib.Path(PROGRAM).parent


def run(*command, status=0, **more):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, **more)
    if done.returncode != status:
        raise AssertionError(f"{command} gave {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._directory.cleanup)
        cls.directory = pathlib.Path(cls._directory.name)
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "DEB;TGZ", "-B", cls.directory / "cpack", cwd=BUILD, env={**os.environ, "LC_ALL": "C"})
        [cls.deb] = (cls.directory / "cpack").glob("wallcheck_*.deb")
        [cls.tarball] = (cls.directory / "cpack").glob("wallcheck-*.tar.gz")

    def test_lintian_has_nothing_to_say(self):
        if not shutil.which("lintian"):
            self.skipTest("no lintian")
        # What it is right about and we cannot change is in packaging/lintian-overrides, with the reason.
        out = run("lintian", "--no-cfg", "--allow-root", "--info", "--fail-on", "error,warning", self.deb)
        self.assertEqual([line for line in out.splitlines() if line[:2] in ("E:", "W:")], [])

    def test_says_what_it_is(self):
        about = run("dpkg-deb", "--field", self.deb)
        self.assertIn("Package: wallcheck\n", about)
        self.assertRegex(about, r"Depends: .*libc6 .*")
        files = run("dpkg-deb", "--contents", self.deb)
        for path in ("usr/bin/wallcheck", "usr/share/wallcheck/policies/rightscale.json", "usr/share/man/man1/wallcheck.1.gz",
                     "usr/share/bash-completion/completions/wallcheck", "usr/share/zsh/vendor-completions/_wallcheck",
                     "usr/share/fish/vendor_completions.d/wallcheck.fish", "usr/share/doc/wallcheck/copyright",
                     "usr/share/doc/wallcheck/changelog.Debian.gz"):
            self.assertIn(f" ./{path}\n", files)
        self.assertNotIn(str(BUILD), files)

    def used(self, root, *prefix):
        """A new user, elsewhere: the packs are found from the program, and a file is checked."""
        listed = run(*prefix, "policy", "list", "--format", "json", cwd=root)
        packs = re.findall(r'"path": "([^"]*)"', listed)
        self.assertGreater(len(packs), 1)
        for path in packs:
            self.assertRegex(path, r"/share/wallcheck/policies/[a-z-]+\.json$")
        return listed

    def test_installed_used_removed(self):
        if os.geteuid() != 0 or not shutil.which("dpkg"):
            self.skipTest("not root, or no dpkg")
        root = self.directory / "root"
        for path in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "tmp"):
            (root / path).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless"]
        run(*dpkg, "--install", self.deb)
        # Nothing is in that root but the package, and the shared libraries that it says it depends on.
        for library in re.findall(r"(/\S+)", run("ldd", root / "usr/bin/wallcheck")):
            (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library[1:])
        (root / "tmp/web.rules").write_text(COMPLIANT)
        inside = ["chroot", root, "/usr/bin/wallcheck"]
        self.used("/", *inside)
        self.assertIn("nothing to do", run(*inside, "check", "/tmp/web.rules"))
        self.assertIn("HTTPS", run(*inside, "check", "--policy", "web-server", "/tmp/web.rules"))
        if shutil.which("mandoc"):
            shown = re.sub(".\b", "", run("mandoc", "-T", "ascii", root / "usr/share/man/man1/wallcheck.1.gz"))
            self.assertIn("wallcheck COMMAND [OPTIONS]", shown)
        run(*dpkg, "--purge", "wallcheck")
        left = [path for path in root.rglob("*") if "wallcheck" in path.name or "wallcheck" in str(path.parent.relative_to(root))]
        self.assertEqual(left, [])

    def test_a_tarball_works_where_it_is_unpacked(self):
        root = self.directory / "unpacked"
        with tarfile.open(self.tarball) as archive:
            archive.extractall(root)
        [top] = root.iterdir()
        listed = self.used("/", top / "bin/wallcheck")
        self.assertIn(str(top), listed)
        (root / "web.rules").write_text(COMPLIANT)
        self.assertIn("nothing to do", run(top / "bin/wallcheck", "check", "web.rules", cwd=root))


if __name__ == "__main__":
    if not shutil.which("cpack") or not shutil.which("dpkg-deb") or not shutil.which("dpkg-shlibdeps") or not (BUILD / "help/wallcheck.1.gz").exists():
        print("skipped: needs cpack, dpkg-deb, dpkg-shlibdeps and the target wallcheck_help")
        sys.exit(77)
    unittest.main()
