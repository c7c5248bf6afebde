// Terraform: the block to write into the configuration. The file itself is made from that by `terraform show -json`; a copy of it gets
// what the block would add, which is what the proof is about.

#include <algorithm>

#include <fmt/format.h>

#include "fix/azure_rule.h"
#include "fix/gcp_rule.h"
#include "fix/grants.h"
#include "fix/hcl.h"
#include "fix/words.h"

namespace wallcheck::fix {

using frontend::json::Kind;
using Value = JsonText::Value;

namespace {

constexpr std::int64_t default_number = 32767;  // of the ACL entry that denies what is left

/// A resource of the plan or state, and what stands around a place in it.
struct Place {
  Value root, resources, resource;
  std::vector<Value> inner;  ///< from the resource inward
  std::string type() const { return std::string(resource["type"].text()); }
  std::string_view address() const { return resource["address"].text(); }
  Value values() const { return resource["values"]; }
};

Place place_in(const std::vector<Value>& around) {
  for (std::size_t i = 1; i < around.size(); ++i)
    if (around[i - 1].is(Kind::array) && around[i - 1].name() == "resources" && around[i]["values"].exists())
      return {around[0], around[i - 1], around[i], {around.begin() + static_cast<std::ptrdiff_t>(i), around.end()}};
  return {};
}

constexpr std::string_view word_bytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/// Has the resource a name that Terraform can have given it? Nothing else is written where the language would read it.
bool has_a_name(const Place& place) {
  const std::string_view name = place.resource["name"].text();
  const Value index = place.resource["index"];
  return !name.empty() && name.find_first_not_of(word_bytes) == std::string_view::npos && (!index || index.is(Kind::string) || index.is(Kind::number));
}

/// "google_compute_network.vpc.id", and not more of the language than that.
bool is_reference(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.find_first_not_of(std::string(word_bytes) + ".[]") == std::string_view::npos;
}

/// "module.net[0]" of a resource's address; empty: the root module.
std::string module_of(const Place& place) {
  std::string own = fmt::format("{}.{}", place.type(), place.resource["name"].text());
  if (place.resource["index"]) own += fmt::format("[{}]", place.resource["index"].raw());
  const std::string_view address = place.address();
  return address.ends_with("." + own) ? std::string(address.substr(0, address.size() - own.size() - 1)) : "";
}

/// An attribute of a resource, as its own module writes it.
std::string reference(const Place& place, std::string_view attribute) {
  std::string index;
  if (const Value at = place.resource["index"]) index = at.is(Kind::string) ? fmt::format("[{}]", hcl_string(at.text())) : fmt::format("[{}]", at.raw());
  return fmt::format("{}.{}{}.{}", place.type(), place.resource["name"].text(), index, attribute);
}

/// What the configuration says of a resource; missing in a state.
Value config_of(const Place& place) {
  std::vector<Value> modules{place.root["configuration"]["root_module"]};
  const std::string wanted = fmt::format("{}.{}", place.type(), place.resource["name"].text());
  while (!modules.empty()) {
    const Value module = modules.back();
    modules.pop_back();
    for (const Value resource : module["resources"])
      if (resource["address"].text() == wanted) return resource["expressions"];
    for (const Value call : module["module_calls"]) modules.push_back(call["module"]);
  }
  return {};
}

/// Does some resource beside it have one of these types?
bool has_type(const Place& place, std::initializer_list<std::string_view> types) {
  return std::ranges::any_of(place.resources, [&](Value resource) { return std::ranges::find(types, resource["type"].text()) != types.end(); });
}

/// Are the group's rules written as blocks in it? The configuration says; without one, a list of them and no resource of their own.
bool writes_blocks(const Place& place, std::string_view key, std::initializer_list<std::string_view> rule_types) {
  if (const Value config = config_of(place); config.exists()) return config[key].exists();
  return place.values()[key].is(Kind::array) && place.values()[key].size() > 0 && !has_type(place, rule_types);
}

/// One change of the configuration: resources of a type, or blocks in the group.
class Change {
 public:
  Change(const JsonText& json, const Place& place, const Need& need) : json_(json), place_(place), need_(need) {
    candidate.title = title_of(need);
    candidate.opens = {opens_of(need)};
  }

  /// A resource. `as` are arguments that the configuration writes as expressions. The copy that is proved names the group by its address,
  /// which the front-end takes for its id.
  void add_resource(const std::string& type, const Json& values, const std::map<std::string, std::string>& as) {
    std::string name;
    for (unsigned i = 1; name.empty() || taken(type, name); ++i) name = identifier() + (i == 1 ? "" : fmt::format("_{}", i));
    const std::string module = module_of(place_), address = fmt::format("{}{}{}.{}", module, module.empty() ? "" : ".", type, name);
    names_.insert(type + "." + name);
    resources_.push_back(Json{{"address", address}, {"mode", "managed"}, {"type", type}, {"name", name}, {"values", values}});
    if (!candidate.snippet.empty()) candidate.snippet += "\n";
    candidate.snippet += hcl_block(fmt::format("resource {} {}", hcl_string(type), hcl_string(name)), values, as);
    candidate.address += (candidate.address.empty() ? "" : ", ") + address;
  }

  void add_block(const std::string& key, const Json& values) {
    blocks_[key].push_back(values);
    candidate.snippet += hcl_block(key, values);
    candidate.address = std::string(place_.address());
  }

  std::vector<Candidate> done() {
    if (!resources_.empty()) candidate.edits.push_back(json_.append(place_.resources, resources_));
    for (const auto& [key, blocks] : blocks_) {
      const Value list = place_.values()[key];
      candidate.edits.push_back(list.is(Kind::array) ? json_.append(list, blocks) : json_.append_member(place_.values(), key, Json(blocks)));
    }
    std::ranges::sort(candidate.edits, {}, &Edit::where);
    return {std::move(candidate)};
  }

  Candidate candidate;

 private:
  bool taken(const std::string& type, const std::string& name) const {
    return names_.contains(type + "." + name) ||
           std::ranges::any_of(place_.resources, [&](Value r) { return r["type"].text() == type && r["name"].text() == name; });
  }
  std::string identifier() const {
    std::string name = new_name({}, need_.flow.id, 60);
    std::ranges::replace(name, '-', '_');
    return name.front() >= '0' && name.front() <= '9' ? "flow_" + name : name;
  }

  const JsonText& json_;
  const Place& place_;
  const Need& need_;
  std::vector<Json> resources_;
  std::map<std::string, std::vector<Json>> blocks_;
  std::set<std::string> names_;
};

/// The group that rules belong to: as a value for the copy, and as an expression.
struct Owner {
  Json value;
  std::map<std::string, std::string> as;
};

/// `group` is the type of groups, `attribute` the one by which rules of their own name it, `key` where they do.
std::optional<Owner> owner(const Place& place, std::initializer_list<std::string_view> groups, const std::string& attribute, const std::string& key, std::string& why_not) {
  if (std::ranges::find(groups, place.type()) != groups.end()) return Owner{std::string(place.address()), {{key, reference(place, attribute)}}};
  if (const Value id = place.values()[key]; id.is(Kind::string) && !id.text().empty()) return Owner{std::string(id.text()), {}};
  why_not = fmt::format("the rules of {} are those of a group that is not in the file: write the rule where the group is", printable(place.address()));
  return std::nullopt;
}

/// Adds every network of both families.
void put_networks(Json& values, const Grant& grant) {
  Json v4 = Json::array(), v6 = Json::array();
  for (const Network& network : grant.networks) (network.is_ipv6 ? v6 : v4).push_back(network.text);
  if (!v4.empty()) values["cidr_blocks"] = v4;
  if (!v6.empty()) values["ipv6_cidr_blocks"] = v6;
}

void put_numbers(Json& values, const Grant& grant, std::string_view from, std::string_view to, bool always) {
  const auto& numbers = grant.ports ? grant.ports : grant.icmp;
  if (!numbers && !always) return;
  values[std::string(from)] = numbers ? numbers->from : 0;
  values[std::string(to)] = numbers ? numbers->to : 0;
}

std::vector<Candidate> permit_aws(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const std::string way = grants.front().egress ? "egress" : "ingress";
  const bool is_default_group = place.type() == "aws_default_security_group", is_group = is_default_group || place.type() == "aws_security_group";
  const bool blocks = is_group && (is_default_group || writes_blocks(place, way, {"aws_security_group_rule", "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"}));
  const bool lists = has_type(place, {"aws_security_group_rule"}) && !has_type(place, {"aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"});
  std::optional<Owner> group;
  if (!blocks && !(group = owner(place, {"aws_security_group"}, "id", "security_group_id", why_not))) return {};
  Change change(json, place, need);
  for (const Grant& grant : grants) {
    const std::string protocol = protocol_word(grant.protocol);
    if (blocks) {
      Json block;
      put_numbers(block, grant, "from_port", "to_port", true);
      block["protocol"] = protocol;
      put_networks(block, grant);
      change.add_block(way, block);
    } else if (lists) {
      Json values{{"type", way}, {"security_group_id", group->value}};
      put_numbers(values, grant, "from_port", "to_port", true);
      values["protocol"] = protocol;
      put_networks(values, grant);
      change.add_resource("aws_security_group_rule", values, group->as);
    } else {
      for (const Network& network : grant.networks) {
        Json values{{"security_group_id", group->value}, {"ip_protocol", protocol}};
        put_numbers(values, grant, "from_port", "to_port", false);
        values[network.is_ipv6 ? "cidr_ipv6" : "cidr_ipv4"] = network.text;
        change.add_resource("aws_vpc_security_group_" + way + "_rule", values, group->as);
      }
    }
  }
  return change.done();
}

std::vector<Candidate> permit_openstack(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const auto group = owner(place, {"openstack_networking_secgroup_v2"}, "id", "security_group_id", why_not);
  const std::vector<Grant> grants = group ? grants_of(need, why_not) : std::vector<Grant>{};
  if (grants.empty()) return {};
  Change change(json, place, need);
  for (const Grant& grant : grants)
    for (const Network& network : grant.networks) {
      Json values{{"security_group_id", group->value}, {"direction", grant.egress ? "egress" : "ingress"}, {"ethertype", network.is_ipv6 ? "IPv6" : "IPv4"},
                  {"protocol", grant.protocol == ir::protocol::icmpv6 ? "ipv6-icmp" : protocol_word(grant.protocol)}};
      put_numbers(values, grant, "port_range_min", "port_range_max", false);
      values["remote_ip_prefix"] = network.text;
      change.add_resource("openstack_networking_secgroup_rule_v2", values, group->as);
    }
  return change.done();
}

std::vector<Candidate> permit_acl(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const Blocked& first = need.blocked.front();
  auto numbers = numbers_of(need, json, {"rule_number", "rule_no"});
  const auto decides = first.rule ? number_at(json, need.firewall.rules[*first.rule].where, {"rule_number", "rule_no"}) : std::optional(default_number);
  if (!decides) {
    why_not = "the number of the entry that decides is known only after apply";
    return {};
  }
  const std::string way = grants.front().egress ? "egress" : "ingress";
  const bool is_acl = place.type() == "aws_network_acl" || place.type() == "aws_default_network_acl";
  const bool blocks = is_acl && writes_blocks(place, way, {"aws_network_acl_rule"});
  std::optional<Owner> acl;
  if (!blocks && !(acl = owner(place, {"aws_network_acl", "aws_default_network_acl"}, "id", "network_acl_id", why_not))) return {};
  Change change(json, place, need);
  for (const Grant& grant : grants)
    for (const Network& network : grant.networks) {
      const auto number = number_before(numbers, *decides, 1, 100);
      if (!number) {
        why_not = fmt::format("no free number stands between entry {} and the entries that deny before it: which are to make room is for a person to decide", *decides);
        return {};
      }
      numbers[*number] = true;
      Json values;
      if (!blocks) values["network_acl_id"] = acl->value;
      values[blocks ? "rule_no" : "rule_number"] = *number;
      if (!blocks) values["egress"] = grant.egress;
      values["protocol"] = std::to_string(grant.protocol);
      values[blocks ? "action" : "rule_action"] = "allow";
      values[network.is_ipv6 ? "ipv6_cidr_block" : "cidr_block"] = network.text;
      if (grant.icmp) put_numbers(values, grant, "icmp_type", "icmp_code", false);
      else put_numbers(values, grant, "from_port", "to_port", blocks);
      if (blocks) change.add_block(way, values);
      else change.add_resource("aws_network_acl_rule", values, acl->as);
    }
  change.candidate.opens.push_back(answers_opened(need));
  return change.done();
}

std::vector<Candidate> permit_azure(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const bool is_group = place.type() == "azurerm_network_security_group";
  const bool blocks = is_group && writes_blocks(place, "security_rule", {"azurerm_network_security_rule"});
  std::optional<Owner> group;
  if (!blocks && !(group = owner(place, {"azurerm_network_security_group"}, "name", "network_security_group_name", why_not))) return {};
  const auto rules = azure_rules(need, azure_priorities(need, json, {"priority"}), why_not);
  Change change(json, place, need);
  change.candidate.opens = {opens_of(need, {.source_ports = false, .icmp_types = true, .own_address = false})};
  std::set<std::string, std::less<>> names;
  for (const Value resource : place.resources) {
    names.emplace(resource["values"]["name"].text());
    for (const Value rule : resource["values"]["security_rule"]) names.emplace(rule["name"].text());
  }
  for (const AzureRule& rule : rules) {
    const std::string name = new_name(names, "allow-" + need.flow.id, 80);
    names.insert(name);
    Json values{{"name", name}};
    values.update(azure_body(rule, frontend::cloud::terraform_azure_names));
    if (blocks) {
      change.add_block("security_rule", values);
      continue;
    }
    auto as = group->as;
    const Value resource_group = place.values()["resource_group_name"];
    values["resource_group_name"] = std::string(resource_group.text());
    if (is_group) as["resource_group_name"] = reference(place, "resource_group_name");
    values["network_security_group_name"] = group->value;
    change.add_resource("azurerm_network_security_rule", values, as);
  }
  return rules.empty() ? std::vector<Candidate>{} : change.done();
}

std::vector<Candidate> permit_gcp(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const auto rules = gcp_rules(need, json, frontend::cloud::terraform_gcp_names, why_not);
  if (rules.empty()) return {};
  // The network as the rule beside it names it; where it is not known yet, as its configuration does.
  const std::string network(need.firewall.strings[need.firewall.lists[need.blocked.front().list].table]);
  const Value said = place.values()["network"];
  Json value = said.is(Kind::string) ? std::string(said.text()) : network;
  std::map<std::string, std::string> as;
  for (const Value name : config_of(place)["network"]["references"])
    if (as.empty() && is_reference(name.text())) as["network"] = std::string(name.text());
  if (!said.is(Kind::string) && as.empty()) {
    why_not = "which network the rules are of is known only after apply";
    return {};
  }
  std::set<std::string, std::less<>> names;
  for (const Value resource : place.resources) names.emplace(resource["values"]["name"].text());
  Change change(json, place, need);
  change.candidate.opens = gcp_opens(need, rules);
  for (const GcpRule& rule : rules) {
    const std::string name = new_name(names, "allow-" + need.flow.id, 63);
    names.insert(name);
    Json values{{"name", name}, {"network", value}};
    values.update(gcp_body(rule, frontend::cloud::terraform_gcp_names));
    change.add_resource("google_compute_firewall", values, as);
  }
  return change.done();
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const auto json = JsonText::read(*need.sources[0]);
  const Place place = json ? place_in(around_what_decides(need, *json)) : Place{};
  const std::string type = place.resource.exists() ? place.type() : "";
  if (place.resource.exists() && !has_a_name(place)) {
    why_not = fmt::format("{} is no name that Terraform gives a resource", printable(place.address()));
    return {};
  }
  if (type.starts_with("aws_network_acl") || type == "aws_default_network_acl") return permit_acl(need, *json, place, why_not);
  if (type.starts_with("aws_")) return permit_aws(need, *json, place, why_not);
  if (type.starts_with("openstack_")) return permit_openstack(need, *json, place, why_not);
  if (type.starts_with("azurerm_")) return permit_azure(need, *json, place, why_not);
  if (type.starts_with("google_")) return permit_gcp(need, *json, place, why_not);
  why_not = "no resource of the file decides";
  return {};
}

/// The resource that is nothing but the rule, or its block in the group.
std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  std::vector<std::pair<Value, std::vector<Value>>> gone;  // by container
  Candidate candidate;
  std::vector<std::string> what;
  for (const ir::RuleId rule : rules) {
    const Place place = json ? place_in(json->around(firewall.rules[rule].where.begin)) : Place{};
    if (!place.resource.exists()) {
      why_not = "no resource of the file accepts it";
      return {};
    }
    Value container = place.resources, child = place.resource;
    std::string name(place.address());
    // Resource, values, the list of blocks, the block.
    if (place.inner.size() > 4 && place.inner[2].is(Kind::array) && place.inner[3].is(Kind::object) && place.type() != "google_compute_firewall") {
      container = place.inner[2], child = place.inner[3];
      name = fmt::format("{} block of {}", container.name(), place.address());
    }
    auto same = std::ranges::find_if(gone, [&](const auto& entry) { return entry.first.id() == container.id(); });
    if (same == gone.end()) same = gone.insert(gone.end(), {container, {}});
    if (std::ranges::any_of(same->second, [&](Value value) { return value.id() == child.id(); })) continue;
    same->second.push_back(child);
    what.push_back(std::move(name));
    candidate.address += (candidate.address.empty() ? "" : ", ") + std::string(place.address());
  }
  for (const auto& [container, children] : gone)
    for (Edit& edit : json->remove(container, children)) candidate.edits.push_back(std::move(edit));
  std::ranges::sort(candidate.edits, {}, &Edit::where);
  candidate.title = fmt::format("take away {}, which accept{} it the wrong way round", printable(fmt::format("{}", fmt::join(what, ", "))), what.size() == 1 ? "s" : "");
  return {std::move(candidate)};
}

}  // namespace

const Writer terraform_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
