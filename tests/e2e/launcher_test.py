"""./wallcheck of a source tree: builds when it must, and only then. The tree is a copy, the build a stand-in."""
import os
import shutil
import subprocess
import unittest

from program import INCOMPLETE, ROOT, ProgramTest

CMAKE = """#!/bin/sh
echo "cmake $*" >> "$LOG"
case "$*" in *--build*) ;; *) exit 0 ;; esac
if [ -e broken ]; then echo "error: no good"; exit 1; fi
sleep "${SLOW:-0}"
printf '#!/bin/sh\\necho "program $*"\\nexit 7\\n' > build/release/wallcheck
chmod +x build/release/wallcheck
"""


class Launcher(ProgramTest):
    def setUp(self):
        super().setUp()
        self.tree = self.directory / "a tree"
        for name in ("analyzer/cli", "grammar", "cmake", "fixtures/codes"):
            (self.tree / name).mkdir(parents=True)
        for name in ("wallcheck", ".ci/debian-packages", ".ci/build-packages", "CMakeLists.txt", "CMakePresets.json", "analyzer/cli/main.cpp"):
            (self.tree / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, self.tree / name)
        self.log = self.directory / "log"
        self.log.touch()
        self.command("cmake", CMAKE)
        self.environment["LOG"] = str(self.log)

    def command(self, name, script):
        """A stand-in for a program, first in PATH."""
        self.write("bin/" + name, script)
        os.chmod(self.directory / "bin" / name, 0o755)
        self.environment["PATH"] = f"{self.directory / 'bin'}:{os.environ['PATH']}"

    def builds(self):
        """How often was built since the last question?"""
        count = self.log.read_text().count("--build")
        self.log.write_text("")
        return count

    def launch(self, status=7, program=None, **environment):
        out = self.expect(status, "check", "a file", program=str(program or self.tree / "wallcheck"), **environment)
        if status == 7:
            self.assertEqual(out, "program check a file\n")
        return out

    def test_it_builds_once_and_again_when_a_source_is_newer(self):
        self.launch()
        self.assertIn("wallcheck: building", self.errors)
        self.assertEqual(self.builds(), 1)
        self.launch()
        self.assertEqual((self.errors, self.builds()), ("", 0))
        for source in ("analyzer/cli/main.cpp", "CMakeLists.txt"):
            os.utime(self.tree / source)
            self.launch()
            self.assertEqual(self.builds(), 1, source)
        self.write("a tree/analyzer/cli/new.cpp", "")
        self.launch()
        self.assertEqual(self.builds(), 1)
        (self.tree / "analyzer/cli/new.cpp").unlink()
        self.launch()
        self.assertEqual(self.builds(), 1)
        self.launch()
        self.assertEqual(self.builds(), 0)

    def test_called_from_anywhere(self):
        self.launch()
        os.symlink(self.tree / "wallcheck", self.directory / "bin/wallcheck")
        self.launch(program=self.directory / "bin/wallcheck")
        self.launch(program="bin/wallcheck")
        self.launch(program="wallcheck")
        self.assertEqual(self.builds(), 1)

    def test_a_failed_build_shows_its_log_and_is_tried_again(self):
        self.write("a tree/broken", "")
        self.launch(INCOMPLETE)
        self.assertIn("error: no good", self.errors)
        self.assertEqual(self.builds(), 1)
        (self.tree / "broken").unlink()
        self.launch()
        self.assertEqual(self.builds(), 1)

    def test_two_calls_at_the_same_time_build_once(self):
        calls = [subprocess.Popen([self.tree / "wallcheck"], cwd=self.directory, env={**self.environment, "SLOW": "0.5"}, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) for _ in range(3)]
        for call in calls:
            self.assertEqual(call.communicate(timeout=60)[0], b"program \n")
        self.assertEqual(self.builds(), 1)

    def test_missing_packages_are_named_and_installed(self):
        self.command("dpkg-query", '#!/bin/sh\ncase $* in *cmake) ;; *ninja-build) echo not-installed ;; *) echo installed ;; esac\n')
        self.command("id", "#!/bin/sh\necho ${WHO:-0}\n")
        self.command("apt-get", '#!/bin/sh\necho "apt-get $*" >> "$LOG"\n')
        self.command("sudo", '#!/bin/sh\necho "sudo $*" >> "$LOG"\nexec "$@"\n')
        self.launch()
        self.assertTrue(self.errors.startswith("wallcheck: installing Debian packages: cmake ninja-build\n"))
        self.assertEqual(self.log.read_text().splitlines()[:2],
                         ["apt-get update", "apt-get install --yes --no-install-recommends cmake ninja-build"])
        os.utime(self.tree / "CMakeLists.txt")
        self.log.write_text("")
        self.launch(WHO="1000")
        self.assertEqual(self.log.read_text().splitlines()[0], "sudo apt-get update")

    def test_a_failed_installation_stops(self):
        self.command("dpkg-query", "#!/bin/sh\nexit 1\n")
        self.command("id", "#!/bin/sh\necho 0\n")
        self.command("apt-get", "#!/bin/sh\necho E: no network\nexit 100\n")
        self.launch(INCOMPLETE)
        self.assertIn("E: no network", self.errors)
        self.assertEqual(self.builds(), 0)

    def test_what_it_costs(self):
        self.launch()
        program = self.tree / "build/release/wallcheck"
        shutil.copytree(ROOT / "analyzer", self.tree / "analyzer", dirs_exist_ok=True)
        (self.tree / "build/release/.built").touch()

        def seconds(path):
            """Processor time of the fastest of some calls, children included: what else the machine does is not ours."""
            def once():
                with open(os.devnull, "wb") as nothing:
                    child = subprocess.Popen([path], stdout=nothing)
                    _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime
            return min(once() for _ in range(15))
        cost = seconds(self.tree / "wallcheck") - seconds(program)
        print(f"launcher: {cost * 1000:.1f} ms")
        self.assertLess(cost, 0.010)


if __name__ == "__main__":
    unittest.main()
