"""Rule files as they are: probes are made of the addresses, ports and interfaces that the file names."""

import ipaddress
import re

from namespace import TOS
from probes import Surroundings
from rulesets import ADDRESSES, HOST

LITERAL = {4: r"\b\d+\.\d+\.\d+\.\d+(?:/\d+)?\b", 6: r"(?<![\w:])[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*(?:/\d+)?(?![\w:])"}


def fixture_paths(folder):
    """Files that both back-ends load (a file for which that is not so has a comment `# loads: ...`)."""
    for path in sorted(folder.rglob("*.rules")):
        if "# loads:" not in path.read_text("latin-1"):
            yield path


def sets_beside(path):
    """The side file of a rule file; it need not be there."""
    return path.with_name(path.name.removesuffix(".rules").removesuffix(".ip6") + ".ipset")


class Fixture:
    def __init__(self, random, path):
        family = 6 if path.name.endswith((".ip6.rules", ".v6.rules")) else 4
        with open(path, encoding="latin-1", newline="") as file:
            self.rules = file.read()
        sets = sets_beside(path)
        self.sets = sets.read_text() if sets.exists() else ""
        text = self.rules + self.sets
        translated_to = " ".join(re.findall(r"--to-(?:destination|source) (\S+)", text))
        named = self._addresses(family, text)
        owned = [address for address in named if address not in translated_to]
        host = random.choice(owned + [HOST[family]] * 3)
        others = tuple(address for address in named if address != host) + ADDRESSES[family][:3]
        self.around = Surroundings(family, host, others, self._interfaces(random, text), self._ports(text))

    @staticmethod
    def _addresses(family, text):
        """Of each network its address and one inside; no address that the kernel treats specially."""
        found = []
        for literal in re.findall(LITERAL[family], text):
            try:
                network = ipaddress.ip_network(literal, strict=False)
            except ValueError:
                continue
            for address in {network[0], network[min(7, network.num_addresses - 1)]}:
                if not (address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved
                        or int(address) < 1 << 24 or str(address).endswith(".255")):
                    found.append(str(address))
        return list(dict.fromkeys(found))

    @staticmethod
    def _interfaces(random, text):
        names = re.findall(r"(?:-i|-o|--in-interface|--out-interface) (\S+)", text)
        names = {name.replace("+", "0").strip('"') for name in names} - {"lo", "eth0", "eth1"}
        names = sorted(name for name in names if re.fullmatch(r"[\w.-]{1,15}", name))
        return ("eth0", "eth1", *random.sample(names, min(len(names), len(TOS) - 2)))

    @staticmethod
    def _ports(text):
        numbers = re.findall(r"(?:--dports?|--sports?|--ports) (\S+)", text)
        ports = {int(port) for some in numbers for port in re.split("[,:]", some) if port.isdigit()}
        return tuple(sorted(ports | {22, 80, 443, 3011, 33434}))
