#!/usr/bin/env python3
"""Completions and the manual page, judged by the shells and formatters themselves."""
import re
import shutil
import subprocess
import unittest

from program import OK, PROGRAM, USAGE, ProgramTest


class Generated(ProgramTest):
    def setUp(self):
        super().setUp()
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        (self.bin / "wallcheck").symlink_to(PROGRAM)
        self.environment["PATH"] = f"{self.bin}:{self.environment['PATH']}"
        self.work = self.directory / "work"
        self.work.mkdir()
        for name in ("one.rules", "two words.rules"):
            (self.work / name).touch()

    def judge(self, *command, stdin=None):
        run = subprocess.run(command, cwd=self.work, env=self.environment, input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        return run.stdout

    def script(self, shell):
        return self.write(f"complete.{shell}", self.expect(OK, "completion", shell))

    def options_of(self, command):
        return re.findall(r"^  (?:-., )?(--[a-z-]+)", self.expect(OK, command, "--help"), re.MULTILINE)


class Bash(Generated):
    def complete(self, *words):
        """What Tab offers after these words, the last one unfinished, split as bash splits them."""
        split = [part for word in words for part in (re.split("(=)", word) if word.startswith("--") and "=" in word else [word])]
        quoted = " ".join("'" + word + "'" for word in split)
        script = (f"source ../complete.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(split) - 1}; "
                  "_wallcheck wallcheck; printf '%s\\n' \"${COMPREPLY[@]}\"")
        return [line for line in self.judge("bash", "--norc", "-c", script).split("\n") if line]

    def test_completes(self):
        self.script("bash")
        commands = self.complete("wallcheck", "")
        self.assertLessEqual({"check", "fix", "audit", "diff", "trace", "explain", "policy", "completion", "help"}, set(commands))
        for command in sorted(set(commands) - {"help", "--help", "--version"}):
            self.assertEqual(self.complete("wallcheck", command, "-"), self.options_of(command))
        for words, expected in [
            (["ch"], ["check"]),
            (["check", "--fail-on", ""], ["error", "warning", "note", "never"]),
            (["check", "--fail-on=w"], ["warning"]),
            (["check", "--position="], ["host", "gateway"]),
            (["check", "--format", "j"], [f for f in self.complete("wallcheck", "check", "-f", "") if f.startswith("j")]),
            (["diff", "--format", "m"], ["markdown"]),
            (["check", "--input-format", "ip"], ["iptables", "ip6tables"]),
            (["check", "--environment", "v"], ["vsphere"]),
            (["check", "--policy", "rightscale-"], ["rightscale-networks"]),
            (["check", "--select", "WC10,WC102"], ["WC10,WC102"]),
            (["check", "o"], ["one.rules"]),
            (["check", "two"], ["two words.rules"]),
            (["check", "--ipset", "on"], ["one.rules"]),
            (["check", "--role", ""], []),
            (["explain", "rev"], ["reversed"]),
            (["explain", "WC101"], ["WC101"]),
            (["policy", "l"], ["list"]),
            (["completion", ""], ["bash", "zsh", "fish"]),
            (["help", "tr"], ["trace"]),
        ]:
            with self.subTest(words=words):
                self.assertEqual(self.complete("wallcheck", *words), expected)

    def test_shellcheck_has_nothing_to_say(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck")
        self.assertEqual(self.judge("shellcheck", "--shell=bash", "../" + self.script("bash")), "")

    def test_in_a_bash_that_reads_the_script_from_the_program(self):
        self.assertEqual(self.judge("bash", "--norc", "-c", "source <(wallcheck completion bash); complete -p wallcheck").strip(),
                         "complete -F _wallcheck wallcheck")


class OtherShells(Generated):
    def test_zsh(self):
        if not shutil.which("zsh"):
            self.skipTest("no zsh")
        self.script("zsh")
        self.judge("zsh", "-n", "../complete.zsh")
        # A real completion, by a real zsh on a terminal of its own.
        driver = ("zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z $'PS1=; autoload -Uz compinit; compinit -u -D; source ../complete.zsh; "
                  "zstyle \":completion:*\" list-colors; print R''EADY'; zpty -r z x '*READY*'; zpty -w -n z $'wallcheck check --fail-on w\\t'; "
                  "zpty -r z y '*--fail-on warning*' && print done")
        self.assertEqual(self.judge("zsh", "-f", "-c", driver).strip().splitlines()[-1], "done")

    def test_fish(self):
        if not shutil.which("fish"):
            self.skipTest("no fish")
        self.script("fish")
        self.judge("fish", "--no-execute", "../complete.fish")
        self.environment["HOME"] = str(self.directory)

        def complete(line):
            out = self.judge("fish", "--no-config", "-c", f"source ../complete.fish; complete -C '{line}'")
            return [row.split("\t")[0] for row in out.splitlines()]

        self.assertEqual(complete("wallcheck check --fail-on w"), ["warning"])
        self.assertEqual(set(complete("wallcheck check --")), set(self.options_of("check")))
        self.assertIn("rightscale-networks", complete("wallcheck check --policy rights"))
        self.assertEqual(complete("wallcheck check o"), ["one.rules"])
        self.assertEqual(complete("wallcheck expl"), ["explain"])
        self.assertEqual(complete("wallcheck explain rev"), ["reversed"])

    def test_an_unknown_shell(self):
        self.expect(USAGE, "completion", "fisch")
        self.assertIn('did you mean "fish"?', self.errors)
        self.expect(USAGE, "completion")


class Manual(Generated):
    def test_formatters_have_nothing_to_say(self):
        page = self.expect(OK, "man")
        self.assertIn(".SH NAME\nwallcheck \\- ", page)
        judges = 0
        for command in (["mandoc", "-Tlint", "-W", "warning"], ["groff", "-ww", "-man", "-Tutf8", "-z"], ["man", "--warnings", "-l", "-"]):
            if shutil.which(command[0]):
                judges += 1
                self.environment["MANPAGER"] = "cat"
                out = self.judge(*command, stdin=page)
                if command[0] == "mandoc":
                    self.assertEqual(out, "")
        if not judges:
            self.skipTest("no formatter")

    def test_says_what_the_help_says(self):
        if not shutil.which("man"):
            self.skipTest("no man")
        self.environment.update(MANPAGER="cat", MANWIDTH="200", LC_ALL="C")
        shown = " ".join(re.sub(".\b", "", self.judge("man", "-l", "-", stdin=self.expect(OK, "man"))).split())
        for command in ("check", "fix", "audit", "diff", "trace", "policy", "explain"):
            self.assertIn(f"wallcheck {command} [OPTIONS]", shown)
            for option in self.options_of(command):
                self.assertIn(option, shown)
        for line in ("wallcheck check --position gateway --inside eth1 --outside eth0 edge.rules", "could not be read, parsed or analysed",
                     "(`# wallcheck: role=cloud position=gateway`)", "ndjson", "graph_nodes"):
            self.assertIn(line, shown)


if __name__ == "__main__":
    unittest.main()
