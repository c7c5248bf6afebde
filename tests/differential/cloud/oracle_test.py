#!/usr/bin/env python3
"""Every provider's JSON: trace and the symbolic evaluator beside an oracle that knows nothing of them (oracles.py), on the generators'
documents, made richer. What disagrees is shrunk to a few rules."""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "shrink"), str(HERE.parent / "kernel")]
from judge import NO_ANSWER, evaluators_agree  # noqa: E402
from oracles import FORMATS, decide  # noqa: E402
from shrink import Document, shrink  # noqa: E402

V4 = ("10.0.0.1", "10.1.2.3", "192.0.2.1", "192.0.2.2", "54.225.248.130", "200.0.0.1", "255.255.255.254")
V6 = ("2001:db8::1", "2001:db8:1::5", "2001:db9::1", "fe80::1", "4000::2")
PORTS = (0, 1, 21, 22, 23, 80, 443, 444, 1023, 1024, 8080, 40000, 65534, 65535)


def enrich(rand, form, document):
    """Says things that the generator does not: several networks, ICMP types, ties, numbers for names, rules that are switched off."""
    def some(items, chance=0.4):
        return [item for item in items if rand.random() < chance]

    def icmp(first, last, one):
        one[first], one[last] = rand.choice(((8, 0), (8, -1), (0, -1), (-1, -1), (3, 1)))
    if form in ("aws", "aws-rules", "cloudformation"):
        lists = {"aws": lambda: [one for key in ("IpPermissions", "IpPermissionsEgress") for one in document["SecurityGroups"][0][key]],
                 "aws-rules": lambda: document["SecurityGroupRules"],
                 "cloudformation": lambda: [one for resource in document["Resources"].values()
                                            for one in resource["Properties"].get("SecurityGroupIngress", [resource["Properties"]]) if "IpProtocol" in one]}[form]()
        for one in some(lists):
            if one["IpProtocol"] == "icmp":
                icmp("FromPort", "ToPort", one)
            one["IpProtocol"] = {"tcp": "6", "udp": "17"}.get(one["IpProtocol"], one["IpProtocol"])
            if form == "aws":
                one["IpRanges"].append({"CidrIp": rand.choice(("192.0.2.0/24", "10.0.0.1/32", "200.0.0.0/8"))})
                one["Ipv6Ranges"] += [{"CidrIpv6": "2001:db8:1::/64"}] if rand.random() < 0.5 else []
                one["PrefixListIds"] = [{"PrefixListId": "pl-1"}] if rand.random() < 0.2 else []
    elif form == "nacl":
        entries = document["NetworkAcls"][0]["Entries"]
        for one in some(entries):
            if one["Protocol"] == "1":
                kind, code = rand.choice(((8, 0), (8, -1), (0, -1), (3, 1)))
                one["IcmpTypeCode"] = {"Type": kind, "Code": code}
        entries += [{"RuleNumber": 32767, "Egress": egress, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"} for egress in (False, True)]
        rand.shuffle(entries)
    elif form == "terraform":
        for resource in document["values"]["root_module"]["resources"]:
            for one in some(resource["values"].get("ingress", [resource["values"]]), 0.5):
                one["cidr_blocks"] = (one.get("cidr_blocks") or []) + [rand.choice(("192.0.2.0/24", "10.0.0.1/32"))]
    elif form == "openstack":
        for one in some(document["security_groups"][0]["security_group_rules"]):
            if one["protocol"] == "icmp":
                one["port_range_min"], one["port_range_max"] = rand.choice(((8, 0), (8, None), (0, None), (None, None)))
            one["protocol"] = {"tcp": "6", "udp": 17}.get(one["protocol"], one["protocol"])
    elif form == "azure":
        rules = [rule["properties"] for rule in document["properties"]["securityRules"][:-2]]
        for one in some(rules):
            one["protocol"] = rand.choice((one["protocol"].upper(), one["protocol"].lower()))
            peer = "destination" if one["direction"] == "Outbound" else "source"
            if one[peer + "AddressPrefix"][0].isdigit():
                one[peer + "AddressPrefixes"] = [one.pop(peer + "AddressPrefix"), rand.choice(("192.0.2.0/24", "10.0.0.1"))]
            if one["destinationPortRange"] != "*":
                one["destinationPortRanges"] = [one.pop("destinationPortRange"), "22", "1023-1024"]
                if rand.random() < 0.3:
                    one["sourcePortRange"] = "1024-65535"
        rand.shuffle(document["properties"]["securityRules"])
    elif form == "gcp":
        for one in some(document[:-1], 0.6):
            one["priority"] = rand.choice((100, 101, 102))
            if rand.random() < 0.15:
                one["disabled"] = True
            if rand.random() < 0.2:
                del one["priority"]
            if one["direction"] == "INGRESS" and rand.random() < 0.3:
                one["sourceTags"] = ["web"]
            for service in one.get("allowed", one.get("denied")):
                if "ports" in service:
                    service["ports"] += ["22", "1023-1024"]
        for one in some(document[:-1]):  # the same again with the opposite action: deny wins
            both = {"allowed", "denied"}
            action = (both & one.keys()).pop()
            document.append({key: value for key, value in one.items() if key != action} | {"name": one["name"] + "-tie", (both - {action}).pop(): one[action]})
        if rand.random() < 0.3:
            document = [one for one in document if one["name"] != "none"]
        rand.shuffle(document)
    return document


def random_packet(rand):
    addresses = V6 if rand.random() < 0.3 else V4
    proto = rand.choice(("tcp", "tcp", "tcp", "udp", "udp", "icmpv6" if addresses is V6 else "icmp", "47"))
    packet = {"hook": rand.choice(("INPUT", "OUTPUT")), "proto": proto, "src": rand.choice(addresses), "dst": rand.choice(addresses), "state": "NEW"}
    if proto in ("tcp", "udp"):
        packet |= {"sport": rand.choice(PORTS), "dport": rand.choice(PORTS)}
    if proto.startswith("icmp"):
        packet |= {"icmp_type": rand.choice((8, 0, 3) if proto == "icmp" else (128, 129)), "icmp_code": rand.choice((0, 0, 1))}
    return packet


def asked(options, folder, document, packets):
    """What trace and the symbolic evaluator say."""
    (folder / "document.json").write_text(json.dumps(document, indent=1))
    (folder / "packets.json").write_text(json.dumps(packets))
    answers = []
    for command in ([options.wallcheck, "trace", "--isolated", "--format", "json"], [options.symbolic]):
        done = subprocess.run([*command, "--packets", folder / "packets.json", folder / "document.json"], capture_output=True, text=True)
        try:
            answers.append(json.loads(done.stdout))
        except json.JSONDecodeError:
            raise RuntimeError(f"{command}: {done.stderr[:400]}") from None
    return list(zip(*answers, strict=True))


def three(form, document, packet, traced, said):
    """(oracle, trace, symbolic) where they differ, else None."""
    truth = decide(form, document, packet)
    ours = "drop" if traced["verdict"] == "reject" else traced["verdict"]
    return None if ours == truth and evaluators_agree(traced, said) else (truth, traced["verdict"], said["verdict"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wallcheck", required=True, help="the program")
    parser.add_argument("--symbolic", required=True, help="the program symbolic_answers")
    parser.add_argument("--documents", required=True, help="the program random_documents")
    parser.add_argument("--count", type=int, default=12, help="documents of each provider")
    parser.add_argument("--packets", type=int, default=60, help="a document")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts, troubles = collections.Counter(), []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "all").mkdir()
        subprocess.run([options.documents, folder / "all", str(options.seed), str(options.count)], check=True)
        for form in FORMATS:
            for number in range(options.seed, options.seed + options.count):
                rand = random.Random(f"{form}/{number}")
                document = json.loads((folder / "all" / f"{number}.{form}.json").read_text())
                document = enrich(rand, form, document)
                if not list(FORMATS[form][0](document)) or document == []:
                    counts[form, "documents without a rule"] += 1
                    continue
                packets = [random_packet(rand) for _ in range(options.packets)]
                try:
                    answers = asked(options, folder, document, packets)
                except RuntimeError as why:
                    counts[form, "documents not read"] += 1
                    troubles.append(f"{form} {number}: {why}\n{json.dumps(document, indent=1)}")
                    continue
                counts[form, "documents"] += 1
                for packet, (traced, said) in zip(packets, answers, strict=True):
                    counts[form, "packets"] += 1
                    differ = three(form, document, packet, traced, said)
                    counts[form, "without symbolic's answer"] += said["verdict"] == NO_ANSWER
                    if not differ:
                        counts[form, traced["verdict"]] += 1
                        continue
                    counts[form, "disagreements"] += 1
                    if counts[form, "disagreements"] > 2:
                        continue

                    def disagrees(text, other):
                        try:
                            smaller = json.loads(text)
                            return three(form, smaller, other, *asked(options, folder, smaller, [other])[0]) is not None
                        except Exception:  # what is no document any more
                            return False
                    small, packet = shrink(json.dumps(document), packet, disagrees, Document)
                    troubles.append(f"{form} {number}: oracle, trace, symbolic: {differ}\n{packet}\n{small}")
    rows = ("documents", "documents without a rule", "documents not read", "packets", "accept", "drop", "undecided", "without symbolic's answer", "disagreements")
    print(f"{'':26}" + "".join(f"{form:>15}" for form in FORMATS))
    for row in rows:
        print(f"{row:26}" + "".join(f"{counts[form, row]:>15}" for form in FORMATS))
    print("\n".join(troubles[:16]))
    weak = [form for form in FORMATS if counts[form, "accept"] * 50 < counts[form, "packets"] or counts[form, "drop"] * 50 < counts[form, "packets"]]
    if weak:
        print(f"too little happens in {weak}")
    return 1 if troubles or weak else 0


if __name__ == "__main__":
    sys.exit(main())
