// What the AWS command line prints: describe-security-groups, describe-security-group-rules, describe-network-acls.
// After the EC2 API reference (SecurityGroup, IpPermission, SecurityGroupRule, NetworkAcl, NetworkAclEntry).

#include <fmt/format.h>

#include "frontend/cloud/aws_rules.h"
#include "frontend/cloud/decoders.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

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
  const Value protocol = value["IpProtocol"], from = value["FromPort"], to = value["ToPort"];
  common.where = aws_place(value, from, to, protocol);
  if (!value.is(Kind::object)) {
    common.where = value.span();
    document.unreadable(common, value, fmt::format("{} where a permission should be", json::a(value.kind())), "an object with IpProtocol");
    group.permissions.push_back(std::move(common));
    return;
  }
  document.known_keys(common, value, {"IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"});
  aws_service(document, common, value, scalar(protocol), scalar(from), scalar(to));
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
        Value name = entry[row.key];
        if (!name.exists() && row.kind == ReferenceKind::group) name = entry["GroupName"];
        if (row.is_network && name.exists()) document.network(permission, peer, name);
        else if (name.is(Kind::string)) peer.add({row.kind, name.text(), name.member()});
        else document.unreadable(permission, peer, name.exists() ? name : entry, fmt::format("an entry of {} without a readable {}", row.list, row.key), std::string(row.key));
        document.description(entry["Description"], value.span());
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
  Group* const found = document.find_group(ir::Format::aws, id);
  Group& group = found != nullptr ? *found : document.add_group(ir::Format::aws, id, {}, value["GroupId"] ? value["GroupId"].member() : value.span());
  Permission& permission = group.permissions.emplace_back();
  const Value is_egress = value["IsEgress"];
  permission.direction = is_egress.truth() ? Path::egress : Path::ingress;
  permission.where = aws_place(value, value["FromPort"], value["ToPort"], value["IpProtocol"]);
  document.known_keys(permission, value, {"SecurityGroupRuleId", "SecurityGroupRuleArn", "GroupId", "GroupOwnerId", "IsEgress", "IpProtocol", "FromPort", "ToPort",
                                          "CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo", "Description", "Tags"});
  aws_service(document, permission, value, scalar(value["IpProtocol"]), scalar(value["FromPort"]), scalar(value["ToPort"]));
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
  document.description(value["Description"], value.span());
  if (!is_egress.is(Kind::boolean)) {
    document.unreadable(permission, is_egress, fmt::format("IsEgress is {}", json::a(is_egress.kind())), "true or false");
    Permission other = permission;
    other.direction = Path::egress;
    group.permissions.push_back(std::move(other));
  }
}

// --- describe-network-acls ---

bool knows_network_acl(Value object) { return object["NetworkAclId"].is(Kind::string) && object["Entries"].is(Kind::array); }

void decode_network_acl(Document& document, Value value) {
  const Value id = value["NetworkAclId"];
  Group& acl = add_acl(document, ir::Format::nacl, id.text(), id.member());
  acl.ingress.where = acl.egress.where = value["Entries"].key();
  // The rules that AWS shows as 32767 and 32768 are the default; they are kept, since a deny then has a line to point at.
  for (const Value entry : value["Entries"]) {
    const Value ports = entry["PortRange"], icmp = entry["IcmpTypeCode"];
    AclEntry parts{entry, scalar(entry["RuleNumber"]), scalar(entry["Protocol"]), scalar(entry["RuleAction"]), scalar(entry["Egress"]),
                   scalar(ports["From"]), scalar(ports["To"]), scalar(icmp["Type"]), scalar(icmp["Code"]), {}};
    for (const std::string_view key : {"CidrBlock", "Ipv6CidrBlock"})
      if (entry[key]) parts.networks.push_back(scalar(entry[key]));
    add_acl_entry(document, acl, parts);
    document.known_keys(acl.permissions.back(), entry, {"RuleNumber", "Egress", "RuleAction", "PortRange", "IcmpTypeCode", "Protocol", "CidrBlock", "Ipv6CidrBlock"});
  }
  find_dead_allows(document, acl);
}

}  // namespace wallcheck::frontend::cloud
