// `terraform show -json` of plans and states, for the AWS, OpenStack, Azure and Google providers. After the documentation of "JSON Output
// Format" and of the providers' resources.

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/aws_rules.h"
#include "frontend/cloud/decoders.h"
#include "frontend/cloud/rules.h"
#include "frontend/cloud/terraform_references.h"

namespace wallcheck::frontend::cloud {

using ir::Format;
using ir::Path;
using json::Kind;
using json::Value;

namespace {

constexpr std::string_view aws_group = "aws_security_group", aws_default_group = "aws_default_security_group", aws_acl = "aws_network_acl",
                           openstack_group = "openstack_networking_secgroup_v2", azure_group = "azurerm_network_security_group";

/// One member of an AWS rule that names the other end.
struct PeerKey {
  std::string_view key;
  ReferenceKind kind;
  bool is_network;
};
constexpr PeerKey peer_keys[] = {
    {"cidr_blocks", ReferenceKind::expression, true},        {"ipv6_cidr_blocks", ReferenceKind::expression, true},
    {"cidr_ipv4", ReferenceKind::expression, true},          {"cidr_ipv6", ReferenceKind::expression, true},
    {"prefix_list_ids", ReferenceKind::prefix_list, false},  {"prefix_list_id", ReferenceKind::prefix_list, false},
    {"security_groups", ReferenceKind::group, false},        {"source_security_group_id", ReferenceKind::group, false},
    {"referenced_security_group_id", ReferenceKind::group, false},
};

/// Elements of a list; null is a value that is known after apply: `each` is told how many there are, and which one it is.
template <class Each>
void each_known_or_not(Value list, Each&& each) {
  const auto unknowns = static_cast<std::size_t>(std::ranges::count_if(list, [](Value value) { return !value; }));
  std::size_t index = 0;
  for (const Value value : list) {
    each(value, unknowns, index);
    if (!value) ++index;
  }
}

class Reader {
 public:
  Reader(Document& document, Value file) : document_(document), resources_(document, file) {}
  void read();

 private:
  using Read = void (Reader::*)(const Resource&);
  struct Row {
    std::string_view type;
    int pass;  ///< groups and sets, rules, what is attached
    Read read;
  };
  static const Row rows[];

  void read_aws_group(const Resource& resource);
  void read_aws_rule(const Resource& resource);
  void read_aws_ingress(const Resource& resource) { read_vpc_rule(resource, Path::ingress); }
  void read_aws_egress(const Resource& resource) { read_vpc_rule(resource, Path::egress); }
  void read_vpc_rule(const Resource& resource, Path direction);
  void read_acl(const Resource& resource);
  void read_acl_rule(const Resource& resource);
  void read_prefix_list(const Resource& resource);
  void read_instance(const Resource& resource) { attach(resource, "vpc_security_group_ids"); }
  void read_interface(const Resource& resource) { attach(resource, "security_groups"); }
  void read_openstack_group(const Resource& resource);
  void read_openstack_rule(const Resource& resource);
  void read_azure_group(const Resource& resource);
  void read_azure_rule(const Resource& resource);
  void read_gcp_rule(const Resource& resource);

  void declare(const Resource& resource);
  Group& group_at(const Resource& resource) { return *document_.find_group(Format::terraform, resource.address); }
  Group& group_of(const Resource& rule, std::string_view key, std::string_view type, bool ordered);
  /// Blocks inside a resource, each with what of it is known after apply. Blocks that are not known at all: `unknown` is called.
  template <class Each, class Unknown>
  void blocks(const Resource& resource, std::string_view key, Each&& each, Unknown&& unknown);
  void add_aws_rule(Group& group, const Resource& resource, const Fields& rule, Path direction, std::string_view block, std::string_view protocol_key);
  void add_peer(Permission& permission, const Resource& resource, const Fields& rule, const PeerKey& row, Value value, std::string_view block, std::size_t unknowns = 1,
                std::size_t unknown_index = 0);
  /// `unknown_index`: which one it is of the values of its list that are not known.
  Reference group_reference(const Resource& from, std::string_view key, std::string_view block, Value value, Value at, ReferenceKind kind, std::size_t unknowns = 1,
                            std::size_t unknown_index = 0);
  std::vector<Value> expressions(const Resource& resource, std::string_view key, std::string_view block) const;
  void attach(const Resource& resource, std::string_view key);
  void add_undecided(Group& group, Path direction, std::string_view text, Span where);
  bool has_inline(const Resource& resource, std::string_view key) const;
  void note_standalone(Group& group, const Resource& rule, std::string_view block, std::size_t first);
  void finish();
  static AclEntry acl_entry(const Fields& fields, std::string_view number, std::string_view action);

  Document& document_;
  Resources resources_;
  std::map<std::string_view, const Resource*> group_resources_;  ///< by address
  std::map<std::string_view, Group*> by_id_;                     ///< by the provider's id, or by name (Azure)
};

const Reader::Row Reader::rows[] = {
    {aws_group, 0, &Reader::read_aws_group},
    {aws_default_group, 0, &Reader::read_aws_group},
    {aws_acl, 0, &Reader::read_acl},
    {"aws_default_network_acl", 0, &Reader::read_acl},
    {"aws_ec2_managed_prefix_list", 0, &Reader::read_prefix_list},
    {openstack_group, 0, &Reader::read_openstack_group},
    {azure_group, 0, &Reader::read_azure_group},
    {"aws_security_group_rule", 1, &Reader::read_aws_rule},
    {"aws_vpc_security_group_ingress_rule", 1, &Reader::read_aws_ingress},
    {"aws_vpc_security_group_egress_rule", 1, &Reader::read_aws_egress},
    {"aws_network_acl_rule", 1, &Reader::read_acl_rule},
    {"openstack_networking_secgroup_rule_v2", 1, &Reader::read_openstack_rule},
    {"azurerm_network_security_rule", 1, &Reader::read_azure_rule},
    {"google_compute_firewall", 1, &Reader::read_gcp_rule},
    {"aws_instance", 2, &Reader::read_instance},
    {"aws_network_interface", 2, &Reader::read_interface},
};

void Reader::declare(const Resource& resource) {
  const Value id = resource.values.at["id"], name = resource.values.at["name"];
  Group& group = document_.add_group(Format::terraform, resource.address, name.text(), name ? name.member() : resource.values.at.member());
  group.alias = id.text();
  if (!group.alias.empty()) by_id_.try_emplace(group.alias, &group);
  group_resources_[resource.address] = &resource;
  document_.description(resource.values.at["description"]);
}

/// The group that a rule of its own belongs to: by its id, or by what the configuration refers to.
Group& Reader::group_of(const Resource& rule, std::string_view key, std::string_view type, bool ordered) {
  const Value id = rule.values.at[key];
  std::string_view name = id.text();
  if (const auto known = by_id_.find(name); !name.empty() && known != by_id_.end()) return *known->second;
  if (name.empty()) {
    for (const std::string_view wanted : {type, type == aws_group ? aws_default_group : type})
      if (const auto found = resources_.referred(rule, {rule.config[key]}, wanted); found.size() == 1)
        if (Group* const group = document_.find_group(Format::terraform, found[0]->address)) return *group;
    name = document_.keep(fmt::format("group of {}", rule.address));
  }
  if (Group* const known = document_.find_group(Format::terraform, name)) return *known;
  Group& group = document_.add_group(Format::terraform, name, {}, id ? id.member() : rule.values.at.member());
  group.ordered = ordered;
  add_unknown_rest(group, "the group is not in the file", group.where);
  if (ordered)
    for (Permission& permission : group.permissions) permission.effect = Effect::unreadable, permission.priority = -1;
  return group;
}

void Reader::add_undecided(Group& group, Path direction, std::string_view text, Span where) {
  Permission& permission = group.permissions.emplace_back();
  permission.direction = direction;
  permission.where = where;
  permission.unknowns.push_back({text, "known after apply", where});
  if (group.ordered) permission.effect = Effect::unreadable, permission.priority = -1;
}

/// The configuration says something of these blocks. Without a configuration (a state) it cannot be told what was written.
bool Reader::has_inline(const Resource& resource, std::string_view key) const { return resource.config[key].exists(); }

template <class Each, class Unknown>
void Reader::blocks(const Resource& resource, std::string_view key, Each&& each, Unknown&& unknown) {
  const Value list = resource.values.at[key], not_known = resource.values.unknown[key];
  if (not_known.truth()) {
    // Not known, because the provider fills it in: nothing is written there.
    const bool omitted = resource.config.exists() && !has_inline(resource, key);
    if (!omitted) unknown();
    return;
  }
  auto mask = not_known.begin();
  for (const Value block : list) {
    Fields fields{block};
    if (mask != not_known.end()) fields.unknown = *mask++;
    each(fields);
  }
}

// --- AWS ---

void Reader::read_aws_group(const Resource& resource) {
  Group& group = group_at(resource);
  for (const auto& [key, direction] : {std::pair<std::string_view, Path>{"ingress", Path::ingress}, {"egress", Path::egress}}) {
    const Value list = resource.values.at[key];
    if (list) (direction == Path::ingress ? group.ingress : group.egress).where = list.key();
    blocks(resource, key, [&, k = key, d = direction](const Fields& rule) { add_aws_rule(group, resource, rule, d, k, "protocol"); },
           [&, k = key, d = direction] { add_undecided(group, d, k, group.where); });
  }
}

std::vector<Value> Reader::expressions(const Resource& resource, std::string_view key, std::string_view block) const {
  if (block.empty()) return {resource.config[key]};
  const Value written = resource.config[block];
  std::vector<Value> found;
  if (written.is(Kind::array))
    for (const Value one : written) found.push_back(one[key]);
  else found.push_back(written);
  return found;
}

/// An id as the set that it names: the group of the file, if it is one.
Reference Reader::group_reference(const Resource& from, std::string_view key, std::string_view block, Value value, Value at, ReferenceKind kind, std::size_t unknowns,
                                  std::size_t unknown_index) {
  if (value.is(Kind::string)) {
    // "123456789012/sg-1" is a group of another account.
    const auto known = by_id_.find(value.text());
    return {kind, known != by_id_.end() ? known->second->id : value.text(), at.member()};
  }
  const std::string_view type = kind == ReferenceKind::prefix_list ? "aws_ec2_managed_prefix_list" : from.type.starts_with("openstack") ? openstack_group : aws_group;
  // As many groups as there are values that are not known: these are they, in whatever order.
  if (const auto found = resources_.referred(from, expressions(from, key, block), type); unknowns > 0 && found.size() == unknowns)
    return {kind, found[unknown_index]->address, at.member()};
  return {ReferenceKind::expression, document_.keep(fmt::format("{} of {}", key, from.address)), at.member(), "known after apply"};
}

void Reader::add_peer(Permission& permission, const Resource& resource, const Fields& rule, const PeerKey& row, Value value, std::string_view block, std::size_t unknowns,
                      std::size_t unknown_index) {
  Peer& peer = other_end(permission);
  const Value at = value ? value : rule.at;
  if (row.is_network && value) return document_.network(permission, peer, value);
  if (row.is_network) return peer.add({ReferenceKind::expression, document_.keep(fmt::format("{} of {}", row.key, resource.address)), at.member(), "known after apply"});
  if (value && !value.is(Kind::string)) return document_.unreadable(permission, peer, value, fmt::format("{} where an id should be", json::a(value.kind())), "a string");
  peer.add(group_reference(resource, row.key, block, value, at, row.kind, unknowns, unknown_index));
}

/// Each network and each group is a permission of its own: they can be taken away one by one.
void Reader::add_aws_rule(Group& group, const Resource& resource, const Fields& rule, Path direction, std::string_view block, std::string_view protocol_key) {
  Permission common;
  common.direction = direction;
  common.where = aws_place(rule.at, rule.at["from_port"], rule.at["to_port"], rule.at[protocol_key]);
  aws_service(document_, common, rule.at, rule[protocol_key], rule["from_port"], rule["to_port"]);
  document_.known_keys(common, rule.at, {"protocol", "ip_protocol", "from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "prefix_list_ids",
                                         "prefix_list_id", "security_groups", "source_security_group_id", "referenced_security_group_id", "self", "description", "type",
                                         "security_group_id", "security_group_rule_id", "id", "arn", "tags", "tags_all", "timeouts", "region"});
  document_.description(rule.at["description"], rule.at.span());
  bool said = false;
  const auto add = [&](const PeerKey& row, Value value, std::size_t unknowns = 1, std::size_t index = 0) {
    said = true;
    add_peer(group.permissions.emplace_back(common), resource, rule, row, value, block, unknowns, index);
  };
  for (const PeerKey& row : peer_keys) {
    const Value value = rule.at[row.key];
    if (value.is(Kind::array)) each_known_or_not(value, [&](Value one, std::size_t unknowns, std::size_t index) { add(row, one, unknowns, index); });
    else if (value || rule.is_unknown(row.key)) add(row, value);
  }
  if (rule.at["self"].truth()) {
    said = true;
    other_end(group.permissions.emplace_back(common)).add({ReferenceKind::group, group.id, rule.at["self"].member()});
  }
  if (!said) {
    Permission& permission = group.permissions.emplace_back(common);
    document_.unreadable(permission, other_end(permission), rule.at, "a rule that names no addresses", "cidr_blocks, a prefix list, a security group or self");
  }
}

/// Inline blocks are all the rules that the provider leaves in the group: it takes standalone ones away when it is run again.
void Reader::note_standalone(Group& group, const Resource& rule, std::string_view block, std::size_t first) {
  const auto owner = group_resources_.find(group.id);
  if (owner == group_resources_.end() || !has_inline(*owner->second, block)) return;
  const Span where = rule.values.at.member();
  document_.trap("WC422", group.permissions[first].where, fmt::format("{} is a rule of its own, but {} has inline rules: each takes the other's away", printable(rule.address), printable(group.id)),
                 Severity::warning, {{group.where, "the group with inline rules"}});
  for (std::size_t i = first; i < group.permissions.size(); ++i)
    group.permissions[i].unknowns.push_back({document_.keep(fmt::format("{} stays", rule.address)), "inline rules of the same group may take it away", where});
}

void Reader::read_aws_rule(const Resource& resource) {
  const Scalar type = resource.values["type"];
  const Path direction = type.text == "egress" ? Path::egress : Path::ingress;
  Group& group = group_of(resource, "security_group_id", aws_group, false);
  const std::size_t first = group.permissions.size();
  add_aws_rule(group, resource, resource.values, direction, {}, "protocol");
  if (type.text != "egress" && type.text != "ingress") {
    for (std::size_t i = first, end = group.permissions.size(); i < end; ++i) {
      document_.no_value(group.permissions[i], type ? type : Scalar{resource.values.at}, "a rule without a readable type", "ingress or egress");
      Permission other = group.permissions[i];
      other.direction = Path::egress;
      std::swap(other.source, other.destination);
      group.permissions.push_back(std::move(other));
    }
  }
  note_standalone(group, resource, direction == Path::egress ? "egress" : "ingress", first);
}

void Reader::read_vpc_rule(const Resource& resource, Path direction) {
  Group& group = group_of(resource, "security_group_id", aws_group, false);
  const std::size_t first = group.permissions.size();
  add_aws_rule(group, resource, resource.values, direction, {}, "ip_protocol");
  note_standalone(group, resource, direction == Path::egress ? "egress" : "ingress", first);
}

AclEntry Reader::acl_entry(const Fields& fields, std::string_view number, std::string_view action) {
  AclEntry entry{fields.at, fields[number], fields["protocol"], fields[action], fields["egress"], fields["from_port"], fields["to_port"], fields["icmp_type"], fields["icmp_code"], {}};
  for (const std::string_view key : {"cidr_block", "ipv6_cidr_block"})
    if (const Scalar network = fields[key]; network && network.text != "") entry.networks.push_back(network);
  return entry;
}

void Reader::read_acl(const Resource& resource) {
  Group& acl = group_at(resource);
  acl.ordered = true;
  acl.stateful = false;
  for (const bool egress : {false, true}) {
    const std::string_view key = egress ? "egress" : "ingress";
    blocks(resource, key,
           [&](const Fields& rule) {
             AclEntry entry = acl_entry(rule, "rule_no", "action");
             entry.egress = Scalar{rule.at, egress ? "true" : "false"};
             add_acl_entry(document_, acl, entry);
           },
           [&] { add_undecided(acl, egress ? Path::egress : Path::ingress, key, acl.where); });
  }
}

void Reader::read_acl_rule(const Resource& resource) {
  Group& acl = group_of(resource, "network_acl_id", aws_acl, true);
  acl.stateful = false;
  AclEntry entry = acl_entry(resource.values, "rule_number", "rule_action");
  if (!entry.egress) entry.egress = Scalar{entry.at, "false"};  // the default
  add_acl_entry(document_, acl, entry);
}

void Reader::read_prefix_list(const Resource& resource) {
  Members members;
  blocks(resource, "entry",
         [&](const Fields& entry) {
           const auto text = entry["cidr"].text;
           const auto ranges = text ? parse_network(*text) : std::nullopt;
           if (ranges) members.addresses.insert(members.addresses.end(), ranges->begin(), ranges->end());
           else members.complete = false;
         },
         [&] { members.complete = false; });
  for (const std::string_view name : {resource.address, resource.values.at["id"].text()})
    if (!name.empty()) document_.sets.try_emplace(std::string(name), members);
}

void Reader::attach(const Resource& resource, std::string_view key) {
  const Value list = resource.values.at[key];
  Attachment attachment;
  attachment.through = resource.address;
  const auto add = [&](Value value, std::size_t unknowns, std::size_t index) {
    const Value at = value ? value : resource.values.at;
    attachment.groups.emplace_back(group_reference(resource, key, {}, value, at, ReferenceKind::group, unknowns, index).name);
  };
  each_known_or_not(list, add);
  if (resource.values.is_unknown(key) && has_inline(resource, key)) add({}, 1, 0);
  std::ranges::sort(attachment.groups);
  if (!attachment.groups.empty()) document_.attachments.push_back(std::move(attachment));
}

// --- OpenStack, Azure, Google ---

void Reader::read_openstack_group(const Resource& resource) {
  Group& group = group_at(resource);
  // Neutron gives every group two rules that let everything out; they are no resources of Terraform.
  if (!resource.values.at["delete_default_rules"].truth()) group.egress.otherwise = ir::Fallthrough::accept;
  if (const Value stateful = resource.values.at["stateful"]; stateful.is(Kind::boolean)) group.stateful = stateful.truth();
}

void Reader::read_openstack_rule(const Resource& resource) {
  Scalar remote = resource.values["remote_group_id"];
  if (remote && remote.text != "") {
    const Reference reference = group_reference(resource, "remote_group_id", {}, resource.values.at["remote_group_id"], remote.at, ReferenceKind::group);
    if (reference.kind != ReferenceKind::expression) remote.text = reference.name;
  }
  add_openstack_rule(document_, group_of(resource, "security_group_id", openstack_group, false), resource.values, &remote);
}

void Reader::read_azure_group(const Resource& resource) {
  Group& group = group_at(resource);
  group.ordered = true;
  if (!group.name.empty()) by_id_.try_emplace(group.name, &group);
  blocks(resource, "security_rule", [&](const Fields& rule) { add_azure_rule(document_, group, rule, terraform_azure_names); },
         [&] {
           add_undecided(group, Path::ingress, "security_rule", group.where);
           add_undecided(group, Path::egress, "security_rule", group.where);
         });
  add_azure_defaults(document_, group);
}

void Reader::read_azure_rule(const Resource& resource) {
  Group& group = group_of(resource, "network_security_group_name", azure_group, true);
  const std::size_t first = group.permissions.size();
  add_azure_rule(document_, group, resource.values, terraform_azure_names);
  note_standalone(group, resource, "security_rule", first);
}

void Reader::read_gcp_rule(const Resource& resource) {
  std::string_view network;
  if (resource.values.is_unknown("network"))
    if (const auto owner = resources_.referred(resource, {resource.config["network"]}, "google_compute_network"); owner.size() == 1) network = owner[0]->address;
  add_gcp_rule(document_, Format::terraform, resource.values, terraform_gcp_names, network);
}

void Reader::finish() {
  choose_gcp_targets(document_);
  for (const Group& group : document_.groups) {
    if (group.format != Format::terraform) continue;
    if (group.ordered && !group.stateful) find_dead_allows(document_, group);
    const auto owner = group_resources_.find(group.id);
    if (owner == group_resources_.end() || owner->second->type != aws_group) continue;
    if (std::ranges::none_of(group.permissions, [](const Permission& p) { return p.direction == Path::egress; }))
      document_.trap("WC420", group.where, fmt::format("{} has no egress rules: Terraform takes away the one that AWS adds, so nothing may leave", printable(group.id)));
  }
}

void Reader::read() {
  for (const Resource& resource : resources_.all())
    for (const Row& row : rows)
      if (row.pass == 0 && row.type == resource.type && row.read != &Reader::read_prefix_list) declare(resource);
  for (int pass = 0; pass < 3; ++pass)
    for (const Resource& resource : resources_.all())
      for (const Row& row : rows)
        if (row.pass == pass && row.type == resource.type) (this->*row.read)(resource);
  finish();
}

}  // namespace

bool knows_terraform(Value object) {
  return (object["terraform_version"].exists() || object["format_version"].exists()) &&
         (object["planned_values"].exists() || object["values"].exists() || object["prior_state"].exists());
}

void decode_terraform(Document& document, Value file) { Reader(document, file).read(); }

}  // namespace wallcheck::frontend::cloud
