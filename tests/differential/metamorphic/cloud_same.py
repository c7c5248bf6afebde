"""Changes to cloud JSON that change no packet's way: the order of what has no order, halves of networks and of port ranges, how it is written."""

import copy
import functools
import ipaddress
import json

ONE_NETWORK = ("CidrIp", "CidrIpv6", "CidrIpv4", "remote_ip_prefix", "CidrBlock", "Ipv6CidrBlock")
NETWORK_LISTS = ("sourceRanges", "destinationRanges", "cidr_blocks", "ipv6_cidr_blocks", "sourceAddressPrefixes", "destinationAddressPrefixes")
PORT_PAIRS = (("FromPort", "ToPort"), ("from_port", "to_port"), ("port_range_min", "port_range_max"))
NAMES = ("SecurityGroupRuleId", "id", "name", "address")
# Lists in which the place of an item says nothing.
UNORDERED = ("IpPermissions", "IpPermissionsEgress", "IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "SecurityGroupRules", "Entries", "SecurityGroupIngress", "SecurityGroupEgress",
             "ingress", "egress", "security_group_rules", "securityRules", "sourceRanges", "destinationRanges", "cidr_blocks", "ipv6_cidr_blocks", "resources", "ports")


def on_document(change):
    """A change of the text, from one of what it holds."""
    @functools.wraps(change)
    def changed(rand, text):
        root = change(rand, json.loads(text))
        return None if root is None else json.dumps(root, indent=2) + "\n"
    return changed


def halves_of(network):
    network = ipaddress.ip_network(network, strict=False)
    return [str(half) for half in network.subnets(1)] if network.prefixlen < network.max_prefixlen else None


def walk(node, path=()):
    """(container, key, value) everywhere."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        if str(key).startswith("Fn::"):  # its items are no list of rules
            continue
        yield node, key, value, path
        yield from walk(value, (*path, (node, key)))


def into_two(root, rule, first, second, path):
    """Puts two rules where one was, with names of their own; the order of numbered ones stays."""
    for change, suffix in ((first, "-a"), (second, "-b")):
        for name in NAMES:
            if isinstance(change.get(name), str):
                change[name] += suffix
    if "RuleNumber" in rule:
        for container, key, value, _ in walk(root):
            if key == "RuleNumber" and container is not rule and value < 32767:
                container[key] = value * 2
        first["RuleNumber"], second["RuleNumber"] = rule["RuleNumber"] * 2, rule["RuleNumber"] * 2 + 1
    # The rule itself, or what it is the properties of.
    container, key = path[-1]
    whole = [first, second]
    while not isinstance(container, list) and not (isinstance(container, dict) and key not in ("Properties", "values", "properties")):
        whole = [dict(container, **{key: one}) for one in whole]
        for one, suffix in zip(whole, ("-a", "-b")):
            one.update({name: one[name] + suffix for name in NAMES if isinstance(one.get(name), str)})
        path = path[:-1]
        container, key = path[-1]
    if isinstance(container, list):
        container[key:key + 1] = whole
    else:
        del container[key]
        container.update({key: whole[0], key + "Again": whole[1]})
    return root


@on_document
def split_network(rand, root):
    places = []
    for container, key, value, path in walk(root):
        if key in ONE_NETWORK and isinstance(value, str) and halves_of(value) and isinstance(container, dict):
            places.append((container, key, value, path))
        if key in NETWORK_LISTS and isinstance(value, list):
            places += [(container, key, value, i) for i, one in enumerate(value) if isinstance(one, str) and "/" in one and halves_of(one)]
        if key in ("sourceAddressPrefix", "destinationAddressPrefix") and isinstance(value, str) and "/" in value and halves_of(value):
            places.append((container, key, value, None))
    if not places:
        return None
    container, key, value, where = rand.choice(places)
    if isinstance(where, int):
        value[where:where + 1] = halves_of(value[where])
    elif where is None:
        del container[key]
        container[key + "es"] = container.get(key + "es", []) + halves_of(value)
    else:
        first, second = (dict(copy.deepcopy(container), **{key: half}) for half in halves_of(value))
        into_two(root, container, first, second, where)
    return root


@on_document
def split_ports(rand, root):
    places = []
    for container, key, value, path in walk(root):
        for low, high in PORT_PAIRS:
            if key == low and isinstance(container, dict) and str(container.get(low)).isdigit() and str(container.get(high)).isdigit() and int(container[low]) < int(container[high]) \
                    and str(container.get("IpProtocol", container.get("protocol"))) in ("tcp", "udp", "6", "17"):
                places.append((container, low, high, path))
        if key == "PortRange" and isinstance(value, dict) and value["From"] < value["To"]:
            places.append((container, key, None, path))
        if key == "ports" and isinstance(value, list):
            places += [(value, i, None, None) for i, one in enumerate(value) if isinstance(one, str) and "-" in one and len(set(one.split("-"))) == 2]
        if key == "destinationPortRange" and isinstance(value, str) and "-" in value and len(set(value.split("-"))) == 2:
            places.append((container, key, None, None))
    if not places:
        return None
    container, low, high, path = rand.choice(places)

    def two(first, last):
        middle = rand.randrange(int(first), int(last))
        return (first, middle), (middle + 1, last)
    if path is None:
        first, second = (f"{a}-{b}" for a, b in two(*container[low].split("-")))
        if isinstance(container, list):
            container[low:low + 1] = [first, second]
        else:
            del container[low]
            container["destinationPortRanges"] = container.get("destinationPortRanges", []) + [first, second]
        return root
    if high is None:
        values = [{low: {"From": a, "To": b}} for a, b in two(container[low]["From"], container[low]["To"])]
    else:
        kind = type(container[low])
        values = [{low: kind(a), high: kind(b)} for a, b in two(container[low], container[high])]
    return into_two(root, container, *(dict(copy.deepcopy(container), **one) for one in values), path)


@on_document
def shuffle(rand, root):
    lists = [root] if isinstance(root, list) else []
    lists += [value for _, key, value, _ in walk(root) if key in UNORDERED and isinstance(value, list)]
    lists = [one for one in lists if len(one) > 1]
    if not lists:
        return None
    for one in lists:
        rand.shuffle(one)
    return root


def shuffled_keys(rand, node):
    if isinstance(node, dict):
        keys = list(node)
        rand.shuffle(keys)
        return {key: shuffled_keys(rand, node[key]) for key in keys}
    return [shuffled_keys(rand, one) for one in node] if isinstance(node, list) else node


def reorder_keys(rand, text):
    root = json.loads(text)
    # Which resource of a template comes first names nothing that rules mean.
    return json.dumps(shuffled_keys(rand, root), indent=rand.choice((None, 1, "\t")), separators=rand.choice(((",", ":"), (" , ", " : "))), ensure_ascii=rand.random() < 0.5) + "\n"


CHANGES = (split_network, split_ports, shuffle, reorder_keys)
