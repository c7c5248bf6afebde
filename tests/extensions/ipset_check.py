#!/usr/bin/env python3
"""Asks the running kernel who is in a set: ipset_check.py PROBE_PROGRAM

Loads ipset/*.save into a fresh network namespace, sends packets of many addresses, protocols and ports, and compares each lookup
(`--match-set NAME src,dst` and every other choice of sides) with what our reader made of the same file (member_probe.cpp).
Exit status: 0 agreement, 1 disagreement, 77 cannot ask (not root, no ipset).
"""
import ctypes
import itertools
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
SKIPPED = 77
CLONE_NEWNET = 0x40000000
DIMENSIONS = {"bitmap:ip": 1, "bitmap:port": 1, "hash:ip": 1, "hash:net": 1, "hash:ip,port": 2, "hash:net,port": 2,
              "hash:ip,port,ip": 3, "hash:ip,port,net": 3, "hash:net,iface": 2, "hash:net,net": 2, "hash:net,port,net": 3,
              "list:set": 2, "hash:mac": 1, "hash:ip,mark": 2}
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "udplite": 136, "dccp": 33, "gre": 47, "icmp": 1, "icmpv6": 58}
ADDRESSES = {
    4: ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.7", "10.0.1.2", "10.0.2.1", "10.0.4.9", "10.0.5.0", "10.0.6.0", "10.1.0.1",
        "10.1.2.3", "10.1.2.9", "10.1.2.200", "10.1.3.1", "10.2.0.1", "10.2.3.4", "10.200.8.9", "192.168.0.3", "192.168.0.4", "192.168.0.9",
        "192.168.0.10", "172.17.0.1", "126.0.0.1", "200.0.0.1"],
    6: ["2001:db8::1", "2001:db8::4", "2001:db8::5", "2001:db8:1::1", "2001:db8:1::77", "2001:db8:1:2::3", "2001:db9::1", "fe80::1"],
}
PORTS = [0, 7, 20, 22, 24, 53, 80, 81, 443, 8000, 8010, 8011]


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def load_sets(text):
    """Loads line by line; returns {name: type} of the sets that this kernel knows, and the lines it took."""
    sets, lacking, lines = {}, {}, []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[1] in lacking:
            continue
        done = run("ipset", "restore", input=line + "\n")
        if done.returncode == 0:
            lines.append(line)
            if words[0] == "create":
                sets[words[1]] = words[2]
        elif words[0] == "create" and "not supported" in done.stderr:
            lacking[words[1]] = words[2]
        else:
            raise SystemExit(f"the kernel refuses `{line}`: {done.stderr.strip()}")
    if lacking:
        print("not judged, the running kernel lacks the type: " + ", ".join(f"{name} ({kind})" for name, kind in lacking.items()))
    return sets, "\n".join(lines) + "\n"


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet_bytes(probe):
    number, ports = PROTOCOLS[probe["proto"]], struct.pack("!HH", probe["sport"], probe["dport"])
    if probe["proto"].startswith("icmp"):
        body = struct.pack("!BBHI", probe["icmp_type"], probe["icmp_code"], 0, 0)
    elif probe["proto"] == "tcp":
        body = ports + struct.pack("!IIBBHHH", 1, 0, 0x50, 2, 1024, 0, 0)
    elif probe["proto"] in ("udp", "udplite"):
        body = ports + struct.pack("!HH", 8, 0)
    else:
        body = ports + bytes(20)
    if probe["family"] == 4:
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, number, 0,
                             socket.inet_aton(probe["src"]), socket.inet_aton(probe["dst"]))
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        kind = 0x0800
    else:
        header = struct.pack("!IHBB16s16s", 6 << 28, len(body), number, 64,
                             socket.inet_pton(socket.AF_INET6, probe["src"]), socket.inet_pton(socket.AF_INET6, probe["dst"]))
        kind = 0x86dd
    return bytes.fromhex("020000000001020000000002") + struct.pack("!H", kind) + header + body


def probes(family, count, choose):
    for _ in range(count):
        proto = choose.choice(["tcp", "tcp", "udp", "sctp", "udplite", "dccp", "gre", "icmp" if family == 4 else "icmpv6"])
        probe = {"family": family, "proto": proto, "src": choose.choice(ADDRESSES[family]), "dst": choose.choice(ADDRESSES[family]),
                 "sport": 0, "dport": 0, "icmp_type": 0, "icmp_code": 0, "in": "in0"}
        if proto.startswith("icmp"):
            probe["icmp_type"], probe["icmp_code"] = choose.choice([(8, 0), (3, 4), (0, 0), (128, 0), (1, 4), (8, 1)])
        elif proto != "gre":
            probe["sport"], probe["dport"] = choose.choice(PORTS), choose.choice(PORTS)
        yield probe


def counters(save):
    """Packets counted by each rule, in order."""
    return [int(line[1:line.index(":")]) for line in run(save, "-c", "-t", "raw").stdout.splitlines() if line.startswith("[")]


def ask_kernel(family, lookups, packets):
    """For each packet, the list of lookups that matched."""
    tool = "iptables" if family == 4 else "ip6tables"
    rules = "".join(f"-A PREROUTING -i in0 -m set --match-set {name} {','.join(sides)}\n" for name, sides in lookups)
    done = run(f"{tool}-legacy-restore", input=f"*raw\n:PREROUTING ACCEPT\n-A PREROUTING -i in0\n{rules}COMMIT\n")
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind(("out0", 0))
    before, matched = counters(f"{tool}-legacy-save"), []
    for packet in packets:
        sender.send(packet_bytes(packet))
        for _ in range(100):
            after = counters(f"{tool}-legacy-save")
            if after[0] > before[0]:
                break
            time.sleep(0.001)
        matched.append([index for index, (old, new) in enumerate(zip(before[1:], after[1:])) if new > old])
        before = after
    return matched


def main(program):
    if os.geteuid() != 0 or not all(map(shutil.which, ("ipset", "ip", "iptables-legacy", "ip6tables-legacy"))):
        print("needs root, ip, ipset and iptables-legacy")
        return SKIPPED
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        print("cannot make a network namespace")
        return SKIPPED
    run("ip", "link", "add", "in0", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "out0", "address", "02:00:00:00:00:02")
    for name in ("in0", "out0"):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")  # no chatter of its own
        run("ip", "link", "set", name, "up")
    pathlib.Path("/proc/sys/net/ipv6/conf/in0/disable_ipv6").write_text("0")

    seed = int(os.environ.get("WALLCHECK_SEED", "20"))
    choose = random.Random(seed)
    agreed = undecided = wrong = 0
    for family, name in ((4, "inet.save"), (6, "inet6.save")):
        run("iptables-legacy", "-t", "raw", "-F")
        run("ip6tables-legacy", "-t", "raw", "-F")
        run("ipset", "flush")  # a list holds its members
        run("ipset", "destroy")
        sets, text = load_sets((HERE / "ipset" / name).read_text())
        lookups = []
        for set_name, kind in sets.items():
            if set_name == "four":  # the program refuses a set of the other family; in a list it is only passed over
                continue
            longest = DIMENSIONS[kind] + 1  # one too few, as many as there are, one too many
            for length in range(max(1, longest - 2), longest + 1):
                lookups += [(set_name, sides) for sides in itertools.product(("src", "dst"), repeat=length)]
        packets = list(probes(family, 400, choose))
        kernel = ask_kernel(family, lookups, packets)
        question = {"family": family, "sets": text, "lookups": [{"set": n, "sides": s} for n, s in lookups], "packets": packets}
        answer = run(program, input=json.dumps(question))
        if answer.returncode != 0:
            raise SystemExit(f"{program} ends with {answer.returncode}: {answer.stderr}")
        ours = json.loads(answer.stdout)
        for packet, matched, answers in zip(packets, kernel, ours):
            for index, answer in enumerate(answers):
                if answer == "?":
                    undecided += 1
                elif (answer == "1") == (index in matched):
                    agreed += 1
                else:
                    wrong += 1
                    if wrong <= 20:
                        print(f"set {lookups[index][0]} {','.join(lookups[index][1])}: kernel {index in matched}, ours {answer}: {packet}")
    print(f"seed {seed}: agreed {agreed}, undecided {undecided}, disagreed {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
