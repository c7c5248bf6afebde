"""What each provider's JSON means for a new connection, written from the vendors' documentation and nothing of wallcheck: one reader a
format, and the two ways in which rules are put together. Small and slow.

A reader gives Rules; `decide` puts them together. Members of groups, tags and prefix lists are not in the documents: each is a question,
and an answer that turns on one is "undecided"."""

import dataclasses
import ipaddress
import itertools

NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "ipv6-icmp": 58}


PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "224.0.0.0/3", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")]


@dataclasses.dataclass
class Rule:
    """`peers`: networks, and names that nobody knows the members of; None: everybody. `near`: the same of the protected end."""

    egress: bool
    allow: bool = True
    order: tuple = ()
    protocol: int | None = None
    ports: list | None = None          # (first, last), destination
    source_ports: list | None = None
    icmp: tuple = (-1, -1)             # type, code; -1: any
    family: int | None = None
    peers: list | None = None
    near: list | None = None

    def matches(self, packet, member):
        """`member(name, address)`: is the address among those of the name?"""
        if self.egress != (packet["hook"] == "OUTPUT"):
            return False
        peer, near = (packet["dst"], packet["src"]) if self.egress else (packet["src"], packet["dst"])
        if self.family and ipaddress.ip_address(peer).version != self.family:
            return False
        protocol = NUMBERS.get(packet["proto"]) or int(packet["proto"])
        if self.protocol is not None and self.protocol != protocol:
            return False
        if self.protocol in (6, 17):
            for wanted, port in ((self.ports, "dport"), (self.source_ports, "sport")):
                if wanted is not None and not any(first <= packet[port] <= last for first, last in wanted):
                    return False
        elif self.protocol is None and (self.ports is not None or self.source_ports is not None):
            raise ValueError("ports without a protocol")
        if self.protocol in (1, 58):
            if self.icmp[0] not in (-1, packet["icmp_type"]) or (self.icmp[0] != -1 and self.icmp[1] not in (-1, packet["icmp_code"])):
                return False
        return self.among(self.peers, peer, member) and self.among(self.near, near, member)

    @staticmethod
    def among(parts, address, member):
        if parts is None:
            return True
        address = ipaddress.ip_address(address)

        def one(part):
            # Azure: what is outside the virtual network and can be reached from the Internet.
            if part == "tag Internet" and not any(address in block for block in PRIVATE if block.version == address.version):
                return not member("tag VirtualNetwork", address)
            if isinstance(part, str):
                return member(part, address)
            return address.version == part.version and address in part
        return any(one(part) for part in parts)


def union(rules, packet, member):
    """Security groups: what one rule allows is allowed."""
    return any(rule.matches(packet, member) for rule in rules if rule.allow)


def in_order(rules, packet, member):
    """The first rule that matches decides; nothing matches: refused."""
    return next((rule.allow for rule in sorted(rules, key=lambda rule: rule.order) if rule.matches(packet, member)), False)


def network(text):
    return ipaddress.ip_network(text, strict=False)


def protocol(text):
    text = str(text).lower()
    return None if text in ("-1", "all", "any", "*", "none") else NUMBERS[text] if text in NUMBERS else int(text)


# --- AWS. EC2 API reference, IpPermission: -1 is every protocol and then every port; ICMP: FromPort is the type, ToPort the code.

def aws_service(one):
    number = protocol(one["IpProtocol"])
    first, last = (int(one[key]) if one.get(key) is not None else -1 for key in ("FromPort", "ToPort"))
    if number in (6, 17):
        return {"protocol": number, "ports": None if first == -1 else [(first, last)]}
    return {"protocol": number, "icmp": (first, last)} if number in (1, 58) else {"protocol": number}


def aws(document):
    group = document["SecurityGroups"][0]
    for key, egress in (("IpPermissions", False), ("IpPermissionsEgress", True)):
        for one in group[key]:
            peers = [network(range_["CidrIp"]) for range_ in one.get("IpRanges", [])] + [network(range_["CidrIpv6"]) for range_ in one.get("Ipv6Ranges", [])]
            peers += [pair["GroupId"] for pair in one.get("UserIdGroupPairs", [])] + [prefix["PrefixListId"] for prefix in one.get("PrefixListIds", [])]
            yield Rule(egress, peers=peers, **aws_service(one))


def aws_peer(one, network_keys, group_keys):
    return [network(one[key]) for key in network_keys if one.get(key)] + [one[key] for key in group_keys if one.get(key)]


def aws_rules(document):
    for one in document["SecurityGroupRules"]:
        peers = aws_peer(one, ("CidrIpv4", "CidrIpv6"), ("PrefixListId",))
        peers += [one["ReferencedGroupInfo"]["GroupId"]] if "ReferencedGroupInfo" in one else []
        yield Rule(one["IsEgress"], peers=peers, **aws_service(one))


# VPC user guide, network ACLs: rules by ascending number, the first that matches; what no rule names is denied.
def nacl(document):
    for one in document["NetworkAcls"][0]["Entries"]:
        number = protocol(one["Protocol"])
        icmp = one.get("IcmpTypeCode")
        yield Rule(one["Egress"], one["RuleAction"] == "allow", (one["RuleNumber"],), number,
                   [(one["PortRange"]["From"], one["PortRange"]["To"])] if number in (6, 17) and "PortRange" in one else None,
                   icmp=(icmp["Type"], icmp["Code"]) if icmp else (-1, -1), peers=aws_peer(one, ("CidrBlock", "Ipv6CidrBlock"), ()))


# CloudFormation user guide, AWS::EC2::SecurityGroup: without any egress rule everything may leave.
def cloudformation(document):
    resources = document["Resources"].values()
    group = next(one["Properties"] for one in resources if one["Type"] == "AWS::EC2::SecurityGroup")
    outgoing = [one["Properties"] for one in resources if one["Type"] == "AWS::EC2::SecurityGroupEgress"] + group.get("SecurityGroupEgress", [])
    for egress, some in ((False, group.get("SecurityGroupIngress", [])), (True, outgoing)):
        for one in some:
            peers = aws_peer(one, ("CidrIp", "CidrIpv6"), ("SourceSecurityGroupId", "DestinationSecurityGroupId"))
            yield Rule(egress, peers=peers, **aws_service(one))
    if not outgoing:
        yield Rule(True)


# Terraform AWS provider, aws_security_group: the provider takes AWS's own egress rule away.
def terraform(document):
    for resource in document["values"]["root_module"]["resources"]:
        values = resource["values"]
        if resource["type"] == "aws_security_group":
            some = [(False, one) for one in values["ingress"]] + [(True, one) for one in values["egress"]]
        else:
            some = [(values["type"] == "egress", values)]
        for egress, one in some:
            peers = [network(text) for key in ("cidr_blocks", "ipv6_cidr_blocks") for text in one.get(key) or []]
            peers += one.get("security_groups") or []
            peers += [one["source_security_group_id"]] if one.get("source_security_group_id") else []
            service = {"IpProtocol": one["protocol"], "FromPort": one["from_port"], "ToPort": one["to_port"]}
            if protocol(one["protocol"]) is None:
                service = {"IpProtocol": "-1"}
            yield Rule(egress, peers=peers, **aws_service(service))


# Networking API v2, security group rules: null is any; ICMP: port_range_min is the type, port_range_max the code.
def openstack(document):
    for one in document["security_groups"][0]["security_group_rules"]:
        number = None if one["protocol"] is None else protocol(one["protocol"])
        first, last = one["port_range_min"], one["port_range_max"]
        peers = [network(one["remote_ip_prefix"])] if one["remote_ip_prefix"] else [one["remote_group_id"]] if one["remote_group_id"] else None
        yield Rule(one["direction"] == "egress", protocol=number, ports=[(first, last)] if number in (6, 17) and first is not None else None,
                   icmp=(-1 if first is None else first, -1 if last is None else last), family=6 if one["ethertype"] == "IPv6" else 4, peers=peers)


# Azure, "Network security groups": by priority in each direction; default rules 65000, 65001, 65500.
def azure_parts(rule, one, many):
    parts = ([rule[one]] if rule.get(one) else []) + rule.get(many, [])
    return None if "*" in parts or "Any" in parts else [network(part) if part[0].isdigit() or ":" in part else "tag " + part for part in parts]


def azure_ports(rule, one, many):
    parts = ([rule[one]] if rule.get(one) else []) + rule.get(many, [])
    return None if "*" in parts else [(int(part.split("-")[0]), int(part.split("-")[-1])) for part in parts]


def azure(document):
    defaults = [("Inbound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000), ("Inbound", "AzureLoadBalancer", "*", "Allow", 65001), ("Inbound", "*", "*", "Deny", 65500),
                ("Outbound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000), ("Outbound", "*", "Internet", "Allow", 65001), ("Outbound", "*", "*", "Deny", 65500)]
    rules = [rule["properties"] for rule in document["properties"]["securityRules"]]
    rules += [{"direction": direction, "sourceAddressPrefix": source, "destinationAddressPrefix": destination, "access": access, "priority": priority, "protocol": "*",
               "sourcePortRange": "*", "destinationPortRange": "*"} for direction, source, destination, access, priority in defaults]
    for rule in rules:
        egress = rule["direction"].lower() == "outbound"
        source, destination = azure_parts(rule, "sourceAddressPrefix", "sourceAddressPrefixes"), azure_parts(rule, "destinationAddressPrefix", "destinationAddressPrefixes")
        number = protocol(rule["protocol"])
        peers, near = (destination, source) if egress else (source, destination)
        near = None if near == ["tag VirtualNetwork"] else near  # what a security group stands before is in its network
        yield Rule(egress, rule["access"].lower() == "allow", (rule["priority"],), number, azure_ports(rule, "destinationPortRange", "destinationPortRanges"),
                   azure_ports(rule, "sourcePortRange", "sourcePortRanges"), peers=peers, near=near)


# Google Cloud, "VPC firewall rules": the lowest priority number decides, deny before allow; implied: deny ingress, allow egress.
def gcp(document):
    for rule in document:
        if rule.get("disabled"):
            continue
        egress = rule["direction"] == "EGRESS"
        networks, tags = ("destinationRanges", ()) if egress else ("sourceRanges", rule.get("sourceTags", []))
        peers = [network(text) for text in rule.get(networks, [])] + list(tags)
        for allow, key in ((True, "allowed"), (False, "denied")):
            for service in rule.get(key, []):
                ports = [(int(part.split("-")[0]), int(part.split("-")[-1])) for part in service.get("ports", [])] or None
                yield Rule(egress, allow, (rule.get("priority", 1000), allow), protocol(service["IPProtocol"]), ports, peers=peers or None)
    yield Rule(True, True, (65535, True))


FORMATS = {"aws": (aws, union), "aws-rules": (aws_rules, union), "nacl": (nacl, in_order), "cloudformation": (cloudformation, union), "terraform": (terraform, union),
           "openstack": (openstack, union), "azure": (azure, in_order), "gcp": (gcp, in_order)}


def decide(form, document, packet):
    """"accept", "drop" or "undecided"."""
    read, together = FORMATS[form]
    rules, names = list(read(document)), []
    together(rules, packet, lambda name, address: names.append((name, address)) or False)
    together(rules, packet, lambda name, address: names.append((name, address)) or True)
    for rule in rules:  # every question that some rule may ask, whatever was answered before
        rule.matches(packet, lambda name, address: names.append((name, address)) or True)
        rule.matches(packet, lambda name, address: names.append((name, address)) or False)
    names = list(dict.fromkeys(names))
    verdicts = {together(rules, packet, lambda name, address: answers[names.index((name, address))]) for answers in itertools.product((False, True), repeat=len(names))}
    return "undecided" if len(verdicts) > 1 else "accept" if verdicts.pop() else "drop"
