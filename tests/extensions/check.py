#!/usr/bin/env python3
"""Asks the real iptables about every line of the .t files: check.py [--rewrite] [FILE.t ...]

Each rule is added with the real program in a fresh network namespace, legacy and nft, IPv4 and IPv6, and what
`-S` reads back is compared with the line. README.md says what a .t file holds. --rewrite puts the program's answers
into the files: the diff is the review. A module that the running kernel does not have is named and not judged.
Exit status: 0 agreement, 1 disagreement, 77 cannot ask (not root, no iptables).
"""
import argparse
import ctypes
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SKIPPED = 77
CLONE_NEWNET = 0x40000000
BACKENDS = ("legacy", "nft")
NOT_JUDGED = "not judged"
# What the tools say when the kernel has no such module, or had no such option when it was built.
MISSING = re.compile(r"No chain/target/match by that name|No such file or directory|Protocol not supported")


class Line:
    """One rule of a .t file, with the headers that stand above it."""

    def __init__(self, number, text, table, chains, families):
        self.number, self.table, self.chains, self.families = number, table, chains, families
        fields = text.split(";")
        self.arguments = fields[0]
        self.canonical = fields[1] if len(fields) > 1 else ""
        self.result = fields[2] if len(fields) > 2 else "?"
        self.nft = fields[3] if len(fields) > 3 else ""  # where nft answers differently

    def expected(self, backend):
        """The text that -S prints, or None where the program must refuse the arguments."""
        if backend == "nft" and self.nft:
            return None if self.nft == "FAIL" else self.canonical_or_same(self.nft)
        return self.canonical_or_same(self.canonical) if self.result in ("OK", "MORE", "LOST") else None

    def canonical_or_same(self, text):
        return self.arguments if text == "=" else text

    def text(self):
        fields = [self.arguments, self.canonical, self.result] + ([self.nft] if self.nft else [])
        return ";".join(fields)


def read(path):
    """The file as a list of strings (headers, comments) and Lines, and its set-up commands."""
    table, chains, families = "filter", ["INPUT"], [4, 6]
    content, setup = [], []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text or text[0] == "#":
            content.append(text)
            continue
        if text[0] == "*":
            table = text[1:]
        elif text[0] == ":":
            chains = text[1:].split(",")
        elif text[0] == "@":
            families = [int(digit) for digit in text[1:]]
        elif text[0] == "$":
            setup.append(text[1:].strip())
        else:
            content.append(Line(number, text, table, chains, families))
            continue
        content.append(text)
    return content, setup


def program(family, backend):
    return f"{'iptables' if family == 4 else 'ip6tables'}-{backend}"


def run(command):
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", check=False)


def listed(ipt, table, chain):
    rules = run([ipt, "-t", table, "-S", chain]).stdout.splitlines()
    return [text[len(f"-A {chain}"):].strip() for text in rules if text.startswith("-A ")]


def ask(ipt, backend, tries):
    """[(what -S prints or None if refused, the program's complaint)] for [(line, chain)].

    A chain is listed once, after all its rules were added; only if the number of rules is not the expected one, once a rule.
    """
    complaints = {}
    for index, (line, chain) in enumerate(tries):
        added = run([ipt, "-t", line.table, "-A", chain] + shlex.split(line.arguments))
        if added.returncode != 0:
            complaint = [text for text in added.stderr.splitlines() if not text.startswith("Warning:")]
            complaints[index] = " ".join(" ".join(complaint).split())
    found = {}
    for place in {(line.table, chain) for line, chain in tries}:
        accepted = [i for i, (line, chain) in enumerate(tries) if (line.table, chain) == place and i not in complaints]
        counts = [(tries[i][0].expected(backend) or "").count(" AND ") + 1 for i in accepted]
        rules = listed(ipt, *place)
        run([ipt, "-t", place[0], "-F", place[1]])
        for i, count in zip(accepted, counts) if sum(counts) == len(rules) else ():
            found[i], rules = " AND ".join(rules[:count]), rules[count:]
    for index, (line, chain) in enumerate(tries):
        if index not in found and index not in complaints:
            run([ipt, "-t", line.table, "-A", chain] + shlex.split(line.arguments))
            found[index] = " AND ".join(listed(ipt, line.table, chain))
            run([ipt, "-t", line.table, "-F", chain])
    return [(found.get(index), complaints.get(index, "")) for index in range(len(tries))]


def kernel_modules(family):
    names = set()
    for kind in ("matches", "targets"):
        try:
            names |= set(pathlib.Path(f"/proc/net/ip{'' if family == 4 else '6'}_tables_{kind}").read_text().split())
        except OSError:
            pass
    return names


def answers(content, setup, module, family, backend):
    """Asks about each line: [(line number, chain, answer, complaint)]. Complaint NOT_JUDGED: the kernel lacks the module."""
    tries = [(line, chain) for line in content if isinstance(line, Line) and family in line.families for chain in line.chains]
    environment = dict(os.environ, IPTABLES=program(family, backend), FAMILY="inet" if family == 4 else "inet6")
    for command in setup:
        if subprocess.run(["sh", "-ec", command], env=environment, capture_output=True, check=False).returncode != 0:
            return [(line.number, chain, None, NOT_JUDGED) for line, chain in tries]
    found = [(line.number, chain, *reply) for (line, chain), reply in zip(tries, ask(program(family, backend), backend, tries))]
    if any(answer is not None for _, _, answer, _ in found) or module in kernel_modules(family):
        return found
    return [reply[:3] + (NOT_JUDGED,) if MISSING.search(reply[3]) else reply for reply in found]


def in_namespace(function):
    """Runs function() in a child process with a network namespace of its own; its return value is passed back."""
    import pickle
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            os._exit(SKIPPED)
        with os.fdopen(writer, "wb") as out:
            pickle.dump(function(), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as data:
        answer = data.read()
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == SKIPPED:
        return None
    return pickle.loads(answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rewrite", action="store_true", help="put the program's answers into the files")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if os.geteuid() != 0 or not all(shutil.which(program(f, b)) for f in (4, 6) for b in BACKENDS):
        print("needs root and iptables, ip6tables (legacy and nft)")
        return SKIPPED

    agreed = {backend: 0 for backend in BACKENDS}
    wrong = unjudged = 0
    for path in options.files or sorted(HERE.glob("*/*.t")):
        content, setup = read(path)
        lines = [line for line in content if isinstance(line, Line)]
        for backend in BACKENDS:
            replies = {}
            for family in sorted({f for line in lines for f in line.families}):
                found = in_namespace(lambda: answers(content, setup, path.stem, family, backend))
                if found is None:
                    print("cannot make a network namespace")
                    return SKIPPED
                lacking = sum(reply[3] == NOT_JUDGED for reply in found)
                if lacking:
                    unjudged += lacking
                    print(f"{path.parent.name}/{path.stem}: {lacking} rules not judged by {program(family, backend)}: "
                          "the running kernel lacks the module")
                for number, chain, answer, complaint in found:
                    if complaint != NOT_JUDGED:
                        replies.setdefault(number, []).append((family, chain, answer, complaint))
            for line in lines:
                if line.number not in replies:
                    continue
                if options.rewrite:
                    rewrite(line, backend, {reply[2] for reply in replies[line.number]}, path)
                for family, chain, answer, complaint in replies[line.number]:
                    if answer == line.expected(backend):
                        agreed[backend] += 1
                        continue
                    wrong += 1
                    print(f"{path}:{line.number}: {program(family, backend)} {chain}: {line.arguments}\n"
                          f"    expected {line.expected(backend) or 'a refusal'}\n"
                          f"    got      {answer if answer is not None else 'a refusal: ' + complaint}")
        if options.rewrite:
            path.write_text("".join((item.text() if isinstance(item, Line) else item) + "\n" for item in content), encoding="utf-8")
    print(f"agreed: {agreed['legacy']} legacy, {agreed['nft']} nft; disagreed: {wrong}; not judged: {unjudged}")
    return 1 if wrong else 0


def rewrite(line, backend, given, path):
    if len(given) != 1:
        print(f"{path}:{line.number}: {backend}: different answers, split the line: {given}")
        return
    answer = given.pop()
    text = "" if answer is None else "=" if answer == line.arguments else answer
    if answer == line.expected(backend) and line.result in ("READ", "MORE", "LOST"):
        return
    if backend == "legacy":
        line.canonical, line.result, line.nft = text, "FAIL" if answer is None else "OK", ""
    elif answer != line.expected("legacy"):
        line.nft = text or "FAIL"


if __name__ == "__main__":
    sys.exit(main())
