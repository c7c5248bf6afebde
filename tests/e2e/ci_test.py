"""What CI services would run of action.yml and docs/: parsed, linted, and its scripts really run."""
import json
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from program import BLOCKING, COMPLIANT, FINDINGS, OK, PROGRAM, ROOT, ProgramTest

try:
    import yaml
except ImportError:
    print("python3-yaml is missing: skipped")
    sys.exit(77)

ACTION = ROOT / "action.yml"
GITLAB = ROOT / "docs" / "gitlab-ci.yml"
GUIDE = ROOT / "docs" / "ci.md"


def scripts():
    """Every piece of shell that a service runs, and where it stands."""
    for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]:
        if "run" in step:
            yield f"action.yml, {step['name']}", "bash", step["run"]
    job = yaml.safe_load(GITLAB.read_text())["wallcheck"]
    yield "gitlab-ci.yml", "sh", "\n".join(job["before_script"]) + "\n"


class Lint(unittest.TestCase):
    def test_yaml(self):
        if not shutil.which("yamllint"):
            self.skipTest("yamllint is missing")
        rules = "{extends: default, rules: {line-length: {max: 150}, document-start: disable, truthy: {check-keys: false}}}"
        run = subprocess.run(["yamllint", "--strict", "-d", rules, ACTION, GITLAB, ROOT / ".pre-commit-hooks.yaml"], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_shell(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is missing")
        for name, shell, script in scripts():
            with self.subTest(name):
                run = subprocess.run(["shellcheck", f"--shell={shell}", "-"], input=script, capture_output=True, text=True)
                self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_the_guide_uses_inputs_that_exist(self):
        inputs = yaml.safe_load(ACTION.read_text())["inputs"]
        workflow, = (block for block in re.findall("```yaml\n(.*?)```", GUIDE.read_text(), re.S) if "jobs:" in block)
        step = yaml.safe_load(workflow)["jobs"]["firewalls"]["steps"][-1]
        self.assertLessEqual(set(step["with"]), set(inputs))
        for name, words in inputs.items():
            self.assertTrue(words["description"] and "default" in words, name)
        used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text()))
        self.assertEqual(used, set(inputs))


class Action(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("firewalls/good.rules", COMPLIANT)
        (self.directory / "action").mkdir()
        (self.directory / "action" / "wallcheck").symlink_to(PROGRAM)

    def run_step(self, **inputs):
        """The step "Run wallcheck" as the runner runs it."""
        action = yaml.safe_load(ACTION.read_text())
        step, = (step for step in action["runs"]["steps"] if step.get("id") == "check")
        values = {name: str(words["default"]) for name, words in action["inputs"].items()} | inputs
        environment = {name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: values[match[1]], value) for name, value in step["env"].items()}
        environment["SOURCE"] = environment["SOURCE"].replace("${{ github.action_path }}", str(self.directory / "action"))
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            (self.directory / name).write_text("")
            environment[name] = str(self.directory / name)
        run = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=self.directory, capture_output=True, text=True,
                             env=self.environment | environment)
        self.assertNotIn("${{", str(environment))
        outputs = dict(line.split("=", 1) for line in (self.directory / "GITHUB_OUTPUT").read_text().splitlines())
        return run, outputs, (self.directory / "GITHUB_STEP_SUMMARY").read_text()

    def test_nothing_found(self):
        run, outputs, summary = self.run_step(files="firewalls")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (OK, "", ""))
        self.assertEqual(outputs, {"status": "0", "sarif": "wallcheck.sarif"})
        self.assertIn("firewalls/good.rules", summary)
        self.assertEqual(json.loads((self.directory / "wallcheck.sarif").read_text())["version"], "2.1.0")

    def test_findings_fail_the_step_and_are_annotated(self):
        self.write("firewalls/bad.rules", BLOCKING)
        run, outputs, summary = self.run_step(files="firewalls/good.rules firewalls/bad.rules")
        self.assertEqual((run.returncode, outputs["status"]), (FINDINGS, "1"))
        self.assertRegex(run.stdout, "^::error file=firewalls/bad.rules,line=4,")
        self.assertIn("❌ blocked", summary)
        run, _, _ = self.run_step(**{"files": "firewalls", "fail-on": "never", "sarif": "", "arguments": "--quiet --jobs 1", "policy": "rightscale"})
        self.assertEqual(run.returncode, OK)

    def test_inputs_are_words_and_nothing_else(self):
        run, outputs, _ = self.run_step(files="*.rules $(touch pwned) ;touch$IFS-pwned", command="audit")
        self.assertEqual(outputs["status"], "3")  # no such files
        self.assertFalse((self.directory / "pwned").exists())

    def test_bad_usage(self):
        run, outputs, _ = self.run_step(files="firewalls", policy="no-such")
        self.assertEqual((run.returncode, outputs), (2, {"status": "2"}))


class Others(ProgramTest):
    def run_shell(self, script, **environment):
        (self.directory / "bin").mkdir(exist_ok=True)
        if not (self.directory / "bin/wallcheck").exists():
            (self.directory / "bin/wallcheck").symlink_to(PROGRAM)
        path = f"{self.directory / 'bin'}:{self.environment['PATH']}"
        return subprocess.run(["sh", "-c", script], cwd=self.directory, capture_output=True, env=self.environment | {"PATH": path} | environment)

    def test_gitlab(self):
        self.write("firewalls/bad.rules", BLOCKING)
        job = yaml.safe_load(GITLAB.read_text())["wallcheck"]
        line, = job["script"]
        self.assertEqual(self.run_shell(line, **(job["variables"] | {"WALLCHECK_FILES": "firewalls"})).returncode, FINDINGS)
        reports = job["artifacts"]["reports"]
        self.assertEqual(json.loads((self.directory / reports["codequality"]).read_text())[0]["check_name"], "WC101")
        self.assertEqual(xml.etree.ElementTree.parse(self.directory / reports["junit"]).getroot().tag, "testsuites")

    def test_commands_of_the_guide(self):
        self.write("firewalls/good.rules", COMPLIANT)
        for command, files in ((re.search(r"sh '(.*)'", GUIDE.read_text())[1], ["wallcheck.xml"]),
                               (re.search(r"^    (wallcheck check --format markdown.*)$", GUIDE.read_text(), re.M)[1], ["comment.md"])):
            self.assertEqual(self.run_shell(command).returncode, OK)
            self.assertTrue(all((self.directory / name).stat().st_size for name in files))


if __name__ == "__main__":
    unittest.main()
