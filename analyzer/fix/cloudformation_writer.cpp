// CloudFormation templates in JSON: rules in the list of their group where it is a plain list, else resources of their own. After the
// template reference of AWS::EC2::SecurityGroup, SecurityGroupIngress, SecurityGroupEgress, NetworkAclEntry.

#include <algorithm>

#include <fmt/format.h>

#include "fix/grants.h"
#include "fix/opening.h"
#include "fix/words.h"

namespace wallcheck::fix {

using frontend::json::Kind;
using Value = JsonText::Value;

namespace {

constexpr std::string_view group_type = "AWS::EC2::SecurityGroup", acl_type = "AWS::EC2::NetworkAcl", acl_entry_type = "AWS::EC2::NetworkAclEntry";
constexpr std::int64_t default_number = 32767;  // of the entry that denies what is left

/// A resource of the template, and what stands around a place in it.
struct Place {
  Value resources, resource;
  std::vector<Value> inner;  ///< from the resource inward
  std::string_view type() const { return resource["Type"].text(); }
};

Place place_in(const std::vector<Value>& around) {
  for (std::size_t i = 1; i < around.size(); ++i)
    if (around[i - 1].name() == "Resources" && around[i]["Type"].text().starts_with("AWS::"))
      return {around[i - 1], around[i], {around.begin() + static_cast<std::ptrdiff_t>(i), around.end()}};
  return {};
}

/// A value of the file, to be written again.
Json copy_of(Value value) { return Json::parse(value.raw(), nullptr, false); }

/// Does an expression name the resource?
bool names(Value expression, std::string_view id) {
  const Value attribute = expression["Fn::GetAtt"];
  if (expression["Ref"].text() == id) return true;
  if (attribute.is(Kind::array)) return attribute.size() > 0 && (*attribute.begin()).text() == id;
  return attribute.text().substr(0, attribute.text().find('.')) == id && attribute.is(Kind::string);
}

/// Numbers stand in quotes where the template's do.
Json number(const Place& place, unsigned value) {
  for (const Value resource : place.resources) {
    const Value properties = resource["Properties"];
    for (const Value rules : {properties["SecurityGroupIngress"], properties["SecurityGroupEgress"]})
      for (const Value rule : rules)
        if (rule["FromPort"].is(Kind::string)) return std::to_string(value);
    if (properties["FromPort"].is(Kind::string) || properties["PortRange"]["From"].is(Kind::string) || properties["RuleNumber"].is(Kind::string)) return std::to_string(value);
  }
  return value;
}

Json rule_of(const Place& place, const Grant& grant, const Network& network) {
  Json rule{{"IpProtocol", protocol_word(grant.protocol)}};
  if (const auto& numbers = grant.ports ? grant.ports : grant.icmp) {
    rule["FromPort"] = number(place, numbers->from);
    rule["ToPort"] = number(place, numbers->to);
  }
  rule[network.is_ipv6 ? "CidrIpv6" : "CidrIp"] = network.text;
  return rule;
}

/// Logical ids are letters and digits.
std::string new_id(const Place& place, std::string_view base, std::set<std::string>& taken) {
  std::string id;
  bool upper = true;
  for (const char c : base) {
    const bool lower_case = c >= 'a' && c <= 'z', other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (lower_case && upper) id += static_cast<char>(c - 'a' + 'A');
    else if (lower_case || other) id += c;
    upper = !lower_case && !other;
  }
  for (unsigned i = 1;; ++i) {
    std::string name = i == 1 ? id : fmt::format("{}{}", id, i);
    if (!place.resources[name].exists() && taken.insert(name).second) return name;
  }
}

/// Resources of their own behind all others.
void add_resources(const JsonText& json, const Place& place, std::string_view id, const std::vector<Json>& resources, Candidate& candidate) {
  std::set<std::string> taken;
  for (const Json& resource : resources) candidate.edits.push_back(json.append_member(place.resources, new_id(place, id, taken), resource));
}

/// A list that rules can be added to as they stand: not one that a function makes.
bool is_plain(Value list) { return list.is(Kind::array); }
bool is_one_rule(Value value) { return value.is(Kind::object) && value["IpProtocol"].exists(); }

std::vector<Candidate> permit_group(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const bool egress = grants.front().egress, own = place.type() == group_type;
  std::vector<Json> rules;
  for (const Grant& grant : grants)
    for (const Network& network : grant.networks) rules.push_back(rule_of(place, grant, network));
  const std::string_view id = own ? place.resource.name() : std::string_view{};
  const std::string standalone_type = egress ? "AWS::EC2::SecurityGroupEgress" : "AWS::EC2::SecurityGroupIngress", key = egress ? "SecurityGroupEgress" : "SecurityGroupIngress";
  const Value properties = place.resource["Properties"], list = own ? properties[key] : Value{};

  Candidate candidate;
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need)};
  candidate.address = std::string(place.resource.name());
  const bool has_standalone = std::ranges::any_of(place.resources, [&](Value r) { return r["Type"].text() == standalone_type && names(r["Properties"]["GroupId"], id); });
  // An empty list of egress is none: beside it AWS's own rule counts, which lets everything out.
  if (own && is_plain(list) && !(egress && list.size() == 0)) {
    candidate.edits = {json.append(list, rules)};
    return {std::move(candidate)};
  }
  if (own && is_one_rule(list)) {
    Json both = Json::array({copy_of(list)});
    for (const Json& rule : rules) both.push_back(rule);
    candidate.edits = {json.replace(list, both)};
    return {std::move(candidate)};
  }
  if (own && !list.exists() && !egress && !has_standalone && properties.is(Kind::object)) {
    candidate.edits = {json.append_member(properties, key, Json(rules))};
    return {std::move(candidate)};
  }
  std::vector<Json> resources;
  for (const Json& rule : rules) {
    Json body;
    if (own) body["GroupId"] = Json{{"Fn::GetAtt", {std::string(id), "GroupId"}}};
    else if (const Value group = place.resource["Properties"]["GroupId"]) body["GroupId"] = copy_of(group);
    else {
      why_not = "the rule that is there names its group in a way that a new one cannot copy: which group it is for is for a person to write";
      return {};
    }
    body.update(rule);
    Json resource{{"Type", standalone_type}};
    if (const Value condition = place.resource["Condition"]) resource["Condition"] = copy_of(condition);
    resource["Properties"] = body;
    resources.push_back(std::move(resource));
  }
  add_resources(json, place, fmt::format("{} {} {}", id, need.flow.id, egress ? "Egress" : "Ingress"), resources, candidate);
  candidate.address.clear();
  return {std::move(candidate)};
}

std::vector<Candidate> permit_acl(const Need& need, const JsonText& json, const Place& place, std::string& why_not) {
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const Blocked& first = need.blocked.front();
  auto numbers = numbers_of(need, json, {"RuleNumber"});
  const auto decides = first.rule ? number_at(json, need.firewall.rules[*first.rule].where, {"RuleNumber"}) : std::optional(default_number);
  if (!decides) {
    why_not = "the number of the entry that decides is not in the template";
    return {};
  }
  Candidate candidate;
  std::vector<Json> resources;
  for (const Grant& grant : grants)
    for (const Network& network : grant.networks) {
      const auto rule_number = number_before(numbers, *decides, 1, 100);
      if (!rule_number) {
        why_not = fmt::format("no free number stands between entry {} and the entries that deny before it: which are to make room is for a person to decide", *decides);
        return {};
      }
      numbers[*rule_number] = true;
      const Value acl = place.resource["Properties"]["NetworkAclId"];
      Json body{{"NetworkAclId", place.type() == acl_type ? Json{{"Ref", std::string(place.resource.name())}} : copy_of(acl)},
                {"RuleNumber", number(place, static_cast<unsigned>(*rule_number))},
                {"Protocol", number(place, grant.protocol)},
                {"RuleAction", "allow"},
                {"Egress", grant.egress},
                {network.is_ipv6 ? "Ipv6CidrBlock" : "CidrBlock", network.text}};
      if (grant.ports) body["PortRange"] = {{"From", number(place, grant.ports->from)}, {"To", number(place, grant.ports->to)}};
      if (grant.icmp) body["Icmp"] = {{"Type", number(place, grant.icmp->from)}, {"Code", number(place, grant.icmp->to)}};
      Json resource{{"Type", std::string(acl_entry_type)}};
      if (const Value condition = place.resource["Condition"]) resource["Condition"] = copy_of(condition);
      resource["Properties"] = body;
      resources.push_back(std::move(resource));
    }
  add_resources(json, place, fmt::format("{} {} entry", need.flow.id, grants.front().egress ? "egress" : "ingress"), resources, candidate);
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need), answers_opened(need)};
  return {std::move(candidate)};
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const auto json = JsonText::read(*need.sources[0]);
  const Place place = json ? place_in(around_what_decides(need, *json)) : Place{};
  if (!place.resource.exists()) {
    why_not = "no resource of the template decides";
    return {};
  }
  return place.type() == acl_type || place.type() == acl_entry_type ? permit_acl(need, *json, place, why_not) : permit_group(need, *json, place, why_not);
}

/// The rule in its group's list, or the resource that is nothing but the rule.
std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  std::vector<std::pair<Value, std::vector<Value>>> gone;  // by container
  for (const ir::RuleId rule : rules) {
    const Place place = json ? place_in(json->around(firewall.rules[rule].where.begin)) : Place{};
    Value container = place.resources, child = place.resource;
    if (!child.exists()) {
      why_not = "no resource of the template accepts it";
      return {};
    }
    if (place.type() == group_type) {
      // Resource, Properties, the list, the rule.
      if (place.inner.size() < 4 || !place.inner[2].is(Kind::array) || !is_one_rule(place.inner[3])) {
        why_not = "the rule that accepts it is not in a plain list: where it comes from is for a person to find";
        return {};
      }
      container = place.inner[2], child = place.inner[3];
    }
    auto same = std::ranges::find_if(gone, [&](const auto& entry) { return entry.first.id() == container.id(); });
    if (same == gone.end()) same = gone.insert(gone.end(), {container, {}});
    if (std::ranges::none_of(same->second, [&](Value value) { return value.id() == child.id(); })) same->second.push_back(child);
  }
  Candidate candidate;
  for (const auto& [container, children] : gone)
    for (Edit& edit : json->remove(container, children)) candidate.edits.push_back(std::move(edit));
  std::ranges::sort(candidate.edits, {}, &Edit::where);
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer cloudformation_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
