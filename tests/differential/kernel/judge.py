"""One rule set, one back-end: what the kernel does with the probes, and what wallcheck says it does."""

import json
import os
import subprocess
import tempfile

from namespace import TAG_BASE, Namespace

ACCEPT, DROP = "accept", "drop"


def kernel_verdict(tag, places):
    """How far the tag came: accept, drop (by rules), or None where the kernel itself ended its way or it was never seen."""

    def passed(hook):
        if tag not in places[hook + "_begin"]:
            return None
        return tag in places[hook + "_end"]

    first = passed("output") if passed("output") is not None else passed("prerouting")
    if not first:
        return None if first is None else DROP
    for hooks in (("input",), ("forward", "postrouting"), ("postrouting",)):
        if passed(hooks[0]) is None:
            continue
        for hook in hooks:
            if passed(hook) is None:
                return None
            if not passed(hook):
                return DROP
        return ACCEPT
    return None


class Judge:
    """Sends probes through a rule set in a namespace of its own."""

    def __init__(self, around, backend, rules, sets, tracking=True):
        """`tracking`: connections are tracked also where the rules do not ask for it."""
        self.around, self.backend, self.rules, self.sets, self.tracking = around, backend, rules, sets, tracking
        self.saved = None
        self.counted = None

    def verdicts(self, probes, count=False):
        """`count`: `counted` is then the rule set with its counters."""
        marks = {TAG_BASE + number: probe.json["mark"] for number, probe in enumerate(probes) if probe.json["mark"]}
        world = Namespace(self.around.family, self.around.host, self.around.interfaces, marks, self.tracking)
        try:
            world.load(self.backend, self.rules, self.sets)
            self.saved = world.save(self.backend)
            for number, probe in enumerate(probes):
                world.connections.flush()
                if probe.flow:
                    world.connections.add(probe.flow)
                self.send(world, probe, TAG_BASE + number)
            places = world.seen()
            if count:
                self.counted = world.save(self.backend, "-c")
        finally:
            world.close()
        return [kernel_verdict(TAG_BASE + number, places) for number in range(len(probes))]

    @staticmethod
    def send(world, probe, tag):
        it = probe.json
        if it["hook"] == "OUTPUT":
            for data in probe.packets(tag, 0):
                world.send(it["out_iface"], data, it["dst"], it["mark"])
        else:
            # A packet to this host that rules send elsewhere leaves through eth1.
            for data in probe.packets(tag, world.tos[it.get("out_iface", "eth1")]):
                world.inject(it["in_iface"], data)


def asked(command, family, rules, sets, probes):
    """What a program says, as JSON: `wallcheck trace` or one that takes the same options."""
    with tempfile.TemporaryDirectory() as folder:
        def write(name, text):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="latin-1", newline="") as file:
                file.write(text)
            return path

        command = [*command, "--packets", write("probes.json", json.dumps([probe.json for probe in probes])),
                   "--input-format", "iptables" if family == 4 else "ip6tables"]
        if sets:
            command += ["--ipset", write("sets.save", sets)]
        done = subprocess.run(command + [write("rules.txt", rules)], capture_output=True, text=True)
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()} {done.stdout[:200]}") from None


def trace(wallcheck, *case):
    """The answers of `wallcheck trace`, one a probe."""
    return asked([wallcheck, "trace", "--format", "json", "--isolated"], *case)


def symbolic(program, *case):
    """The symbolic evaluator's."""
    return asked([program], *case)


NO_ANSWER = "no answer"  # of the symbolic evaluator, where a limit forbids one


def evaluators_agree(traced, said):
    """The same verdict, by the same rule where one rule decides whatever undecided conditions do."""
    if said["verdict"] == NO_ANSWER:
        return True
    return traced["verdict"] == said["verdict"] and said["line"] in (None, (traced["rule"] or {}).get("line"))


def agrees(kernel, ours):
    return kernel is None or ours in ("undecided", NO_ANSWER) or (kernel == ACCEPT) == (ours == "accept")
