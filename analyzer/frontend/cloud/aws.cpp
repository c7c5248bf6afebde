// What the AWS command line prints: describe-security-groups, describe-security-group-rules, describe-network-acls.
// After the EC2 API reference (SecurityGroup, IpPermission, SecurityGroupRule, NetworkAcl, NetworkAclEntry).

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/decoders.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

namespace {

Peer& other_end(Permission& permission) { return permission.direction == Path::ingress ? permission.source : permission.destination; }

/// The line of the port; permissions without ports have that of the protocol.
Span place_of(Value permission, Value from, Value to, Value protocol) {
  for (const Value value : {from, to, protocol})
    if (value) return value.member();
  return permission.span();
}

}  // namespace

void aws_service(Document& document, Permission& permission, Value protocol, Value from, Value to) {
  const std::string name = protocol.is(Kind::number) ? std::string(protocol.raw()) : std::string(protocol.text());
  if (name.empty()) {
    document.unreadable(permission, protocol ? protocol : from, "a rule without a protocol", "\"IpProtocol\": \"tcp\", or \"-1\" for all");
    return;
  }
  if (!document.protocol(permission, name, protocol)) return;
  const auto first = Document::number(from), last = Document::number(to);
  const bool all = first.value_or(-1) == -1 && last.value_or(-1) == -1;
  if (permission.protocols.empty()) return;  // every protocol: ports are not asked
  const auto number = permission.protocols[0].first;
  const bool tcp_or_udp = number == ir::protocol::tcp || number == ir::protocol::udp;
  for (const Value value : {from, to})
    if (value && !Document::number(value)) {
      document.unreadable(permission, value, fmt::format("{} is not a port", printable(value.raw().substr(0, 40))), "a number from 0 to 65535");
      return;
    }
  if (is_icmp(permission)) {
    document.icmp(permission, first, last, from);
  } else if (tcp_or_udp) {
    if (!from && !to) {
      document.unreadable(permission, protocol, fmt::format("a rule for {} without ports", name), "FromPort and ToPort");
    } else if (!all) {
      if (first == 0 && last == 0)
        document.trap("WC424", from.member(), fmt::format("ports 0 to 0 are port 0 alone, not every {} port", name));
      document.ports(permission, permission.destination_ports, first, last, from ? from : to);
    }
  } else if (!all && !(first.value_or(0) == 0 && (last.value_or(0) == 0 || last == 65535))) {
    document.trap("WC423", from.member(), fmt::format("protocol {} has no ports that AWS looks at: the rule lets all of it pass", name));
  }
}

// --- describe-security-groups ---

bool knows_aws_group(Value object) {
  return object["IpPermissions"].is(Kind::array) || object["IpPermissionsEgress"].is(Kind::array);
}

namespace {

struct PeerList {
  std::string_view list, key;
  ReferenceKind kind;
  bool is_network;
};
constexpr PeerList peer_lists[] = {
    {"IpRanges", "CidrIp", ReferenceKind::expression, true},
    {"Ipv6Ranges", "CidrIpv6", ReferenceKind::expression, true},
    {"PrefixListIds", "PrefixListId", ReferenceKind::prefix_list, false},
    {"UserIdGroupPairs", "GroupId", ReferenceKind::group, false},
};

/// Each entry of each list of peers is a permission of its own: they can be taken away one by one.
void decode_permission(Document& document, Group& group, Value value, Path direction) {
  Permission common;
  common.direction = direction;
  common.where = place_of(value, value["FromPort"], value["ToPort"], value["IpProtocol"]);
  if (!value.is(Kind::object)) {
    common.where = value.span();
    document.unreadable(common, value, fmt::format("{} where a permission should be", json::a(value.kind())), "an object with IpProtocol");
    group.permissions.push_back(std::move(common));
    return;
  }
  document.known_keys(common, value, {"IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"});
  aws_service(document, common, value["IpProtocol"] ? value["IpProtocol"] : value, value["FromPort"], value["ToPort"]);
  for (const PeerList& row : peer_lists) {
    const Value list = value[row.list];
    const auto add = [&](auto&& fill) {
      Permission& permission = group.permissions.emplace_back(common);
      fill(permission, other_end(permission));
    };
    if (list && !list.is(Kind::array)) {
      add([&](Permission& p, Peer& peer) { document.unreadable(p, peer, list, fmt::format("{} is {}", row.list, json::a(list.kind())), "an array"); });
      continue;
    }
    for (const Value entry : list) {
      add([&](Permission& permission, Peer& peer) {
        const Value name = entry[row.key].exists() || row.kind != ReferenceKind::group ? entry[row.key] : entry["GroupName"];
        if (row.is_network && name.exists()) document.network(permission, peer, name);
        else if (name.is(Kind::string)) peer.add({row.kind, name.text(), name.member()});
        else document.unreadable(permission, peer, name.exists() ? name : entry, fmt::format("an entry of {} without a readable {}", row.list, row.key), std::string(row.key));
        document.description(entry["Description"]);
      });
    }
  }
}

}  // namespace

void decode_aws_group(Document& document, Value value) {
  const Value id = value["GroupId"], name = value["GroupName"];
  Group& group = document.add_group(ir::Format::aws, id ? id.text() : name.text(), name.text(), id ? id.member() : name ? name.member() : value.span());
  document.description(value["Description"]);
  const Value ingress = value["IpPermissions"], egress = value["IpPermissionsEgress"];
  const bool classic = !value["VpcId"];
  if (ingress) group.ingress.where = ingress.key();
  if (egress) group.egress.where = egress.key();
  const auto decode = [&](Value list, Path direction) {
    if (list.exists() && !list.is(Kind::array)) {
      Permission permission;
      permission.direction = direction;
      permission.where = list.member();
      document.unreadable(permission, list, fmt::format("{} is {}", list.name(), json::a(list.kind())), "an array");
      group.permissions.push_back(std::move(permission));
    }
    if (list.is(Kind::array))
      for (const Value permission : list) decode_permission(document, group, permission, direction);
  };
  decode(ingress, Path::ingress);
  decode(egress, Path::egress);
  // EC2-Classic had no egress rules: everything may leave. A group of a VPC always has the list.
  if (classic && egress.size() == 0) {
    group.egress.otherwise = ir::Fallthrough::accept;
    document.trap("WC420", group.where, "no VpcId and no egress rules: read as a group of EC2-Classic, where everything may leave");
  }
  const auto missing = [&](std::string_view key, Path direction) {
    Permission permission;
    permission.direction = direction;
    permission.where = group.where;
    permission.unrecognised = true;
    permission.unknowns.push_back({key, "this list is not in the file", group.where});
    document.problem("WC902", group.where, fmt::format("the group has no {}: what it says of {} is not in the file", key, direction == Path::ingress ? "ingress" : "egress"),
                     std::string(key));
    group.permissions.push_back(std::move(permission));
  };
  if (!ingress.exists()) missing("IpPermissions", Path::ingress);
  if (!egress.exists() && !classic) missing("IpPermissionsEgress", Path::egress);
}

// --- describe-security-group-rules ---

bool knows_aws_rule(Value object) { return object["IsEgress"].exists() && object["IpProtocol"].exists(); }

void decode_aws_rule(Document& document, Value value) {
  const std::string_view id = value["GroupId"].text();
  const auto found = std::ranges::find_if(document.groups, [&](const Group& g) { return g.format == ir::Format::aws && g.id == id; });
  Group& group = found != document.groups.end() ? *found : document.add_group(ir::Format::aws, id, {}, value["GroupId"] ? value["GroupId"].member() : value.span());
  Permission& permission = group.permissions.emplace_back();
  const Value is_egress = value["IsEgress"];
  permission.direction = is_egress.truth() ? Path::egress : Path::ingress;
  permission.where = place_of(value, value["FromPort"], value["ToPort"], value["IpProtocol"]);
  document.known_keys(permission, value, {"SecurityGroupRuleId", "SecurityGroupRuleArn", "GroupId", "GroupOwnerId", "IsEgress", "IpProtocol", "FromPort", "ToPort",
                                          "CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo", "Description", "Tags"});
  aws_service(document, permission, value["IpProtocol"], value["FromPort"], value["ToPort"]);
  Peer& peer = other_end(permission);
  bool said = false;
  for (const std::string_view key : {"CidrIpv4", "CidrIpv6"})
    if (value[key]) document.network(permission, peer, value[key]), said = true;
  const auto refer = [&](Value name, ReferenceKind kind) {
    if (!name) return;
    said = true;
    if (name.is(Kind::string)) peer.add({kind, name.text(), name.member()});
    else document.unreadable(permission, peer, name, "this is not the name of a set of addresses", "a string");
  };
  refer(value["PrefixListId"], ReferenceKind::prefix_list);
  refer(value["ReferencedGroupInfo"]["GroupId"], ReferenceKind::group);
  if (!said) document.unreadable(permission, peer, value, "a rule that names no addresses", "CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupInfo");
  document.description(value["Description"]);
  if (!is_egress.is(Kind::boolean)) {
    document.unreadable(permission, is_egress, fmt::format("IsEgress is {}", json::a(is_egress.kind())), "true or false");
    Permission other = permission;
    other.direction = Path::egress;
    group.permissions.push_back(std::move(other));
  }
}

// --- describe-network-acls ---

bool knows_network_acl(Value object) { return object["NetworkAclId"].is(Kind::string) && object["Entries"].is(Kind::array); }

namespace {

void decode_entry(Document& document, Group& acl, Value value) {
  const Value number = value["RuleNumber"], egress = value["Egress"], action = value["RuleAction"];
  Permission& permission = acl.permissions.emplace_back();
  permission.direction = egress.truth() ? Path::egress : Path::ingress;
  const Value ports = value["PortRange"], icmp = value["IcmpTypeCode"], protocol = value["Protocol"];
  permission.where = ports["From"] ? ports["From"].member() : icmp ? icmp.member() : number ? number.member() : value.span();
  document.known_keys(permission, value, {"RuleNumber", "Egress", "RuleAction", "PortRange", "IcmpTypeCode", "Protocol", "CidrBlock", "Ipv6CidrBlock"});
  permission.priority = Document::number(number).value_or(0);
  if (!Document::number(number)) document.unreadable(permission, number ? number : value, "an entry without a readable RuleNumber", "a number from 1 to 32766");
  if (same_word(action.text(), "allow")) permission.effect = Effect::allow;
  else if (same_word(action.text(), "deny")) permission.effect = Effect::deny;
  else {
    permission.effect = Effect::unreadable;
    document.unreadable(permission, action ? action : value, "an entry that neither allows nor denies", "\"allow\" or \"deny\"");
  }
  const std::string_view name = protocol.is(Kind::number) ? protocol.raw() : protocol.text();
  if (document.protocol(permission, name, protocol ? protocol : value)) {
    if (is_icmp(permission)) document.icmp(permission, Document::number(icmp["Type"]), Document::number(icmp["Code"]), icmp);
    else if (has_ports(permission) && ports) document.ports(permission, permission.destination_ports, Document::number(ports["From"]), Document::number(ports["To"]), ports);
  }
  Peer& peer = permission.direction == Path::ingress ? permission.source : permission.destination;
  bool said = false;
  for (const std::string_view key : {"CidrBlock", "Ipv6CidrBlock"})
    if (value[key]) document.network(permission, peer, value[key]), said = true;
  if (!said) document.unreadable(permission, peer, value, "an entry that names no addresses", "CidrBlock or Ipv6CidrBlock");
  if (!egress.is(Kind::boolean)) {
    document.unreadable(permission, egress ? egress : value, "an entry that does not say whether it is about egress", "\"Egress\": true or false");
    Permission other = permission;
    other.direction = Path::egress;
    acl.permissions.push_back(std::move(other));
  }
}

bool covers(const std::vector<ir::Range>& outer, const std::vector<ir::Range>& inner) {
  if (outer.empty()) return true;
  return !inner.empty() && std::ranges::all_of(inner, [&](const ir::Range& i) {
    return std::ranges::any_of(outer, [&](const ir::Range& o) { return o.first <= i.first && o.last >= i.last; });
  });
}

bool covers(const Peer& outer, const Peer& inner) {
  if (outer.any) return true;
  return !inner.any && inner.references.empty() && covers(outer.addresses, inner.addresses) && !outer.addresses.empty();
}

}  // namespace

void find_dead_allows(Document& document, const Group& acl) {
  for (const Permission& allow : acl.permissions) {
    if (allow.effect != Effect::allow) continue;
    const auto denies = [&](const Permission& deny) {
      return deny.effect == Effect::deny && deny.direction == allow.direction && deny.priority < allow.priority && deny.unknowns.empty() &&
             covers(deny.protocols, allow.protocols) && covers(deny.source, allow.source) && covers(deny.destination, allow.destination) &&
             covers(deny.destination_ports, allow.destination_ports) && covers(deny.source_ports, allow.source_ports) && covers(deny.icmp, allow.icmp);
    };
    const auto deny = std::ranges::find_if(acl.permissions, denies);
    if (deny == acl.permissions.end()) continue;
    document.trap("WC425", allow.where, fmt::format("rule {} allows what rule {} has denied before: it has no effect", allow.priority, deny->priority),
                  Severity::warning, {{deny->where, "denied here"}});
  }
}

void decode_network_acl(Document& document, Value value) {
  const Value id = value["NetworkAclId"];
  Group& acl = document.add_group(ir::Format::nacl, id.text(), {}, id.member());
  acl.ordered = true;
  acl.stateful = false;
  acl.ingress.where = acl.egress.where = value["Entries"].key();
  for (const Value entry : value["Entries"]) decode_entry(document, acl, entry);
  // The rules that AWS shows as 32767 and 32768 are the default; they are kept, since a deny then has a line to point at.
  find_dead_allows(document, acl);
}

}  // namespace wallcheck::frontend::cloud
