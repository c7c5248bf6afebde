#!/usr/bin/env python3
"""run.py BUILD_DIRECTORY: the HTML report in a real browser. Installs what drives it (package.json) into the build directory, makes
reports with the program under test, and hands over to report_test.mjs. Exit status 77, with the reason, where it cannot run."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SKIPPED = 77
COPIES = 200

# What a hostile file would like the page to run or load; each must stay text.
HOSTILE = """*filter
:INPUT DROP [0:0]
:OUTPUT DROP [0:0]
-A OUTPUT -p udp --dport 3011 -m comment --comment "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(2)>" -j DROP
-A INPUT -p udp --dport 123 -m comment --comment "'\\"></code></pre><style>*{display:none}</style>" -m limit --limit 5/min -j ACCEPT
COMMIT
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def install(build):
    build.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package.json").read_text()
    have = build / "package.json"
    if have.exists() and have.read_text() == wanted and (build / "node_modules" / "axe-core").exists():
        return
    have.write_text(wanted)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    run = subprocess.run(command, cwd=build, capture_output=True, text=True)
    if run.returncode != 0:
        have.unlink()
        skip(f"npm install: {run.stderr.strip() or run.stdout.strip()}")


def report(program, output, command, files, cwd):
    run = subprocess.run([program, command, "--isolated", "--report-date", "2026-03-14", "--format", f"html={output}", *files], cwd=cwd,
                         capture_output=True, text=True)
    if run.returncode not in (0, 1, 3):
        sys.exit(run.stderr)


def main():
    build = pathlib.Path(sys.argv[1])
    program = os.environ.get("WALLCHECK", str(ROOT / "build/test/wallcheck"))
    for tool in ("node", "npm", "chromium"):
        if not shutil.which(tool):
            skip(f"there is no {tool}")
    install(build)
    made = build / "made"
    shutil.rmtree(made, ignore_errors=True)
    (made / "rules").mkdir(parents=True)
    (made / "many").mkdir()
    (made / "rules" / "hostile<b>.rules").write_text(HOSTILE)
    for sample in ("iptables/web-server.rules", "iptables/verdicts/partial.rules", "iptables/verdicts/permitted.rules", "iptables/verdicts/diverted.rules",
                   "iptables/verdicts/reply-blocked.rules", "broken/unknown-words.rules"):
        shutil.copy(ROOT / "fixtures" / sample, made / "rules")
    shutil.copy(ROOT / "fixtures/pf/openbsd-host.conf", made / "rules")
    shutil.copy(sorted((ROOT / "fixtures/cloud/aws").glob("*.json"))[0], made / "rules")
    samples = sorted((ROOT / "fixtures/iptables").glob("*.rules"))[:8]
    for number in range(COPIES):
        shutil.copy(samples[number % len(samples)], made / "many" / f"host-{number:03}.rules")
    report(program, "report.html", "check", ["rules"], made)
    report(program, "audit.html", "audit", ["--matrix", "--role-address", "rightscale=54.225.248.128/27", "rules"], made)
    report(program, "many.html", "check", ["many"], made)
    sys.exit(subprocess.run(["node", "--test", "--test-reporter=spec", "report_test.mjs"], cwd=HERE,
                            env={**os.environ, "MADE": str(made), "NODE_MODULES": str(build / "node_modules")}).returncode)


if __name__ == "__main__":
    main()
