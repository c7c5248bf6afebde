// AWS CloudFormation templates in JSON. After the template reference of AWS::EC2::SecurityGroup, SecurityGroupIngress,
// SecurityGroupEgress, NetworkAcl, NetworkAclEntry, PrefixList, Instance, NetworkInterface.

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/aws_rules.h"
#include "frontend/cloud/decoders.h"
#include "frontend/cloud/intrinsics.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

namespace {

class Reader {
 public:
  Reader(Document& document, Value root) : document_(document), template_(document, root), resources_(root["Resources"]) {}

  void read();

 private:
  struct Standalone {
    Group* group;
    std::string_view resource;
    Span where;
  };

  void read_group(Value resource, std::string_view id);
  void read_rule(Value resource, Path direction, std::vector<Unknown> unknowns);
  void read_acl(Value resource, std::string_view id);
  void read_acl_entry(Value resource);
  void read_prefix_list(Value resource, std::string_view id);
  void read_attachment(std::string_view id, Value groups);
  void finish_egress();

  /// False: the resource does not exist under the template's own conditions. `unknowns`: what its being there depends on.
  bool exists(Value resource, std::vector<Unknown>& unknowns);
  /// The rule's resource is there whenever its group's is: both stand under one condition.
  bool comes_with(Value rule, const Group& group) const {
    const Value condition = rule["Condition"];
    return condition && template_.resource(group.id)["Condition"].text() == condition.text();
  }
  Permission& add_rule(Group& group, const Template::Item& item, Path direction);
  void add_peer(Permission& permission, Value value, ReferenceKind kind, bool is_network);
  Group& group_of(Value id, ir::Format format, bool is_acl);

  Document& document_;
  Template template_;
  Value resources_;
  std::vector<Standalone> standalone_egress_;
  std::vector<Group*> own_groups_;
};

bool is_type(Value resource, std::string_view type) { return resource["Type"].text() == type; }

bool Reader::exists(Value resource, std::vector<Unknown>& unknowns) {
  const Value name = resource["Condition"];
  if (!name) return true;
  const auto holds = template_.condition(name.text());
  if (!holds) unknowns.push_back({document_.keep(fmt::format("condition {}", name.text())), "the template does not decide it", name.member()});
  return holds.value_or(true);
}

/// One of the ways to say who the other end is.
void Reader::add_peer(Permission& permission, Value value, ReferenceKind kind, bool is_network) {
  const Evaluated evaluated = template_.evaluate(value);
  Peer& peer = other_end(permission);
  const auto text = evaluated.kind == Evaluated::Kind::text ? evaluated.text : evaluated.value.text();
  switch (evaluated.kind) {
    case Evaluated::Kind::nothing: return;
    case Evaluated::Kind::resource: peer.add({is_network ? ReferenceKind::expression : kind, is_network ? document_.keep(value.in_one_line()) : evaluated.text, value.member(), is_network ? "known only when the resource is there" : ""}); return;
    case Evaluated::Kind::unknown: peer.add({ReferenceKind::expression, document_.keep(value.in_one_line()), value.member(), evaluated.reason}); return;
    case Evaluated::Kind::value:
      if (!evaluated.value.is(Kind::string))
        return document_.unreadable(permission, peer, value, fmt::format("{} where addresses should be", json::a(evaluated.value.kind())), "a string");
      [[fallthrough]];
    case Evaluated::Kind::text:
      if (is_network) document_.network(permission, peer, text, value);
      else peer.add({kind, text, value.member()});
  }
}

struct PeerKey {
  std::string_view ingress, egress;
  ReferenceKind kind;
  bool is_network;
};
constexpr PeerKey peer_keys[] = {
    {"CidrIp", "CidrIp", ReferenceKind::expression, true},
    {"CidrIpv6", "CidrIpv6", ReferenceKind::expression, true},
    {"SourcePrefixListId", "DestinationPrefixListId", ReferenceKind::prefix_list, false},
    {"SourceSecurityGroupId", "DestinationSecurityGroupId", ReferenceKind::group, false},
    {"SourceSecurityGroupName", "", ReferenceKind::group, false},
};

Permission& Reader::add_rule(Group& group, const Template::Item& item, Path direction) {
  Permission& permission = group.permissions.emplace_back();
  const Value value = item.value;
  permission.direction = direction;
  permission.unknowns = item.unknowns;
  if (!value.is(Kind::object) || (value.size() == 1 && (*value.begin()).name().starts_with("Fn::"))) {
    permission.where = value.span();
    if (value.is(Kind::object)) document_.undecided(permission, value, template_.evaluate(value).reason);
    else document_.unreadable(permission, value, fmt::format("{} where a rule should be", json::a(value.kind())), "an object with IpProtocol");
    return permission;
  }
  permission.where = aws_place(value, value["FromPort"], value["ToPort"], value["IpProtocol"]);
  document_.known_keys(permission, value, {"IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "Description", "GroupId", "GroupName",
                                           direction == Path::ingress ? "SourcePrefixListId" : "DestinationPrefixListId",
                                           direction == Path::ingress ? "SourceSecurityGroupId" : "DestinationSecurityGroupId",
                                           "SourceSecurityGroupName", "SourceSecurityGroupOwnerId"});
  aws_service(document_, permission, value, template_.scalar(value["IpProtocol"]), template_.scalar(value["FromPort"]), template_.scalar(value["ToPort"]));
  for (const PeerKey& row : peer_keys) {
    const Value peer = value[direction == Path::ingress ? row.ingress : row.egress];
    if (peer) add_peer(permission, peer, row.kind, row.is_network);
  }
  if (other_end(permission).any)
    document_.unreadable(permission, other_end(permission), value, "a rule that names no addresses", "CidrIp, CidrIpv6, a prefix list or a security group");
  document_.description(value["Description"], value.span());
  return permission;
}

void Reader::read_group(Value resource, std::string_view id) {
  std::vector<Unknown> unknowns;
  if (!exists(resource, unknowns)) return;
  const Value properties = resource["Properties"], ingress = properties["SecurityGroupIngress"], egress = properties["SecurityGroupEgress"];
  Group& group = document_.add_group(ir::Format::cloudformation, id, template_.scalar(properties["GroupName"]).text.value_or(""), resource.key());
  own_groups_.push_back(&group);
  document_.description(properties["GroupDescription"]);
  if (ingress) group.ingress.where = ingress.key();
  if (egress) group.egress.where = egress.key();
  if (ingress)
    for (const Template::Item& item : template_.items(ingress)) add_rule(group, item, Path::ingress);
  if (egress)
    for (const Template::Item& item : template_.items(egress)) add_rule(group, item, Path::egress);
}

/// The group that a resource of its own belongs to. Where that is none of the template, its other rules are elsewhere.
Group& Reader::group_of(Value id, ir::Format format, bool is_acl) {
  const Evaluated evaluated = template_.evaluate(id);
  const std::string_view name = evaluated.kind == Evaluated::Kind::value     ? evaluated.value.text()
                                : evaluated.kind == Evaluated::Kind::unknown ? document_.keep(id.in_one_line())
                                                                             : evaluated.text;
  if (Group* const found = document_.find_group(format, name)) return *found;
  Group& group = is_acl ? add_acl(document_, format, name, id.member()) : document_.add_group(format, name, {}, id.member());
  add_unknown_rest(group, "the group is not in the template", id.member());
  if (is_acl)
    for (Permission& permission : group.permissions) permission.effect = Effect::unreadable, permission.priority = -1;
  return group;
}

void Reader::read_rule(Value resource, Path direction, std::vector<Unknown> unknowns) {
  const Value properties = resource["Properties"];
  const Value id = properties["GroupId"] ? properties["GroupId"] : properties["GroupName"] ? properties["GroupName"] : resource;
  Group& group = group_of(id, ir::Format::cloudformation, false);
  if (comes_with(resource, group)) unknowns.clear();
  add_rule(group, {properties.is(Kind::object) ? properties : resource, std::move(unknowns)}, direction);
  if (direction == Path::egress) standalone_egress_.push_back({&group, resource.name(), resource.key()});
}

/// AWS gives every new group a rule that lets everything out. An inline list takes it away, and so does the first standalone rule that
/// CloudFormation adds; what becomes of an inline rule that says the same, is not documented.
void Reader::finish_egress() {
  for (Group* group : own_groups_) {
    const auto is_egress = [](const Permission& p) { return p.direction == Path::egress; };
    const auto standalone = std::ranges::find(standalone_egress_, group, &Standalone::group);
    if (standalone == standalone_egress_.end()) {
      if (std::ranges::none_of(group->permissions, is_egress)) group->egress.otherwise = ir::Fallthrough::accept;
      continue;
    }
    const Value properties = template_.resource(group->id)["Properties"];
    if (properties["SecurityGroupEgress"].size() == 0) {
      document_.trap("WC421", standalone->where,
                     fmt::format("{} takes away the rule that lets everything out of {}: only standalone egress rules are left", printable(standalone->resource), printable(group->id)),
                     Severity::warning, {{group->where, "the group has no egress rules of its own"}});
      continue;
    }
    for (Permission& permission : group->permissions) {
      if (!is_egress(permission) || !permits_everything(permission)) continue;
      permission.unknowns.push_back({"inline rule stays", "whether it is kept beside standalone egress rules is not documented", permission.where});
      document_.trap("WC421", permission.where,
                     fmt::format("whether this rule is kept beside the standalone rule {} is not documented", printable(standalone->resource)), Severity::warning,
                     {{standalone->where, "standalone egress rule"}});
    }
  }
}

void Reader::read_acl(Value resource, std::string_view id) {
  std::vector<Unknown> unknowns;
  if (exists(resource, unknowns)) add_acl(document_, ir::Format::cloudformation, id, resource.key());
}

void Reader::read_acl_entry(Value resource) {
  std::vector<Unknown> unknowns;
  if (!exists(resource, unknowns)) return;
  const Value properties = resource["Properties"], ports = properties["PortRange"], icmp = properties["Icmp"];
  Group& acl = group_of(properties["NetworkAclId"] ? properties["NetworkAclId"] : resource, ir::Format::cloudformation, true);
  const auto value = [&](Value object, std::string_view key) { return template_.scalar(object[key]); };
  AclEntry entry{properties.is(Kind::object) ? properties : resource, value(properties, "RuleNumber"), value(properties, "Protocol"), value(properties, "RuleAction"),
                 value(properties, "Egress"), value(ports, "From"), value(ports, "To"), value(icmp, "Type"), value(icmp, "Code"), {}};
  if (!entry.egress) entry.egress = Scalar{entry.at, "false"};  // the default
  for (const std::string_view key : {"CidrBlock", "Ipv6CidrBlock"})
    if (properties[key]) entry.networks.push_back(value(properties, key));
  add_acl_entry(document_, acl, entry);
  Permission& permission = acl.permissions.back();
  if (comes_with(resource, acl)) unknowns.clear();
  permission.unknowns.insert(permission.unknowns.end(), unknowns.begin(), unknowns.end());
  document_.known_keys(permission, properties, {"NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "PortRange", "Icmp", "CidrBlock", "Ipv6CidrBlock"});
}

void Reader::read_prefix_list(Value resource, std::string_view id) {
  Members members;
  for (const Template::Item& item : template_.items(resource["Properties"]["Entries"])) {
    const auto text = template_.scalar(item.value["Cidr"]).text;
    const auto ranges = text ? parse_network(*text) : std::nullopt;
    if (!ranges || !item.unknowns.empty()) members.complete = false;
    else members.addresses.insert(members.addresses.end(), ranges->begin(), ranges->end());
  }
  document_.sets.try_emplace(std::string(id), std::move(members));
}

void Reader::read_attachment(std::string_view id, Value groups) {
  Attachment attachment;
  attachment.through = fmt::format("resource {}", id);
  for (const Template::Item& item : template_.items(groups)) {
    const Evaluated evaluated = template_.evaluate(item.value);
    attachment.groups.emplace_back(evaluated.kind == Evaluated::Kind::value ? evaluated.value.text() : evaluated.text);
  }
  if (!attachment.groups.empty()) document_.attachments.push_back(std::move(attachment));
}

void Reader::read() {
  // Groups first: standalone rules may stand before them.
  for (const Value resource : resources_) {
    const std::string_view id = resource.name();
    if (is_type(resource, "AWS::EC2::SecurityGroup")) read_group(resource, id);
    if (is_type(resource, "AWS::EC2::NetworkAcl")) read_acl(resource, id);
    if (is_type(resource, "AWS::EC2::PrefixList")) read_prefix_list(resource, id);
    if (is_type(resource, "AWS::EC2::Instance")) read_attachment(id, resource["Properties"]["SecurityGroupIds"]);
    if (is_type(resource, "AWS::EC2::NetworkInterface")) read_attachment(id, resource["Properties"]["GroupSet"]);
    if (id.starts_with("Fn::")) document_.problem("WC902", resource.key(), fmt::format("{} makes resources that are not in the template", printable(id)));
  }
  for (const Value resource : resources_) {
    const bool ingress = is_type(resource, "AWS::EC2::SecurityGroupIngress"), egress = is_type(resource, "AWS::EC2::SecurityGroupEgress");
    if (is_type(resource, "AWS::EC2::NetworkAclEntry")) read_acl_entry(resource);
    if (!ingress && !egress) continue;
    std::vector<Unknown> unknowns;
    if (exists(resource, unknowns)) read_rule(resource, ingress ? Path::ingress : Path::egress, std::move(unknowns));
  }
  finish_egress();
  for (const Group& group : document_.groups)
    if (group.ordered && group.format == ir::Format::cloudformation) find_dead_allows(document_, group);
}

}  // namespace

bool knows_cloudformation(Value object) {
  const Value resources = object["Resources"];
  if (!resources.is(Kind::object)) return false;
  if (object["AWSTemplateFormatVersion"].exists()) return true;
  return std::ranges::any_of(resources, [](Value resource) { return resource["Type"].text().starts_with("AWS::"); });
}

void decode_cloudformation(Document& document, Value file) { Reader(document, file).read(); }

}  // namespace wallcheck::frontend::cloud
