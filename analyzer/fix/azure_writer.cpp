// Rules of Azure network security groups, in every form that the front-end reads: with `az`'s commands beside them. After the REST
// reference of NetworkSecurityGroups and `az network nsg rule`.

#include <algorithm>

#include <fmt/format.h>

#include "fix/azure_rule.h"
#include "fix/grants.h"
#include "fix/words.h"

namespace wallcheck::fix {

using frontend::json::Kind;
using Value = JsonText::Value;

namespace {

Value body_of(Value rule) { return rule["properties"].is(Kind::object) ? rule["properties"] : rule; }
bool is_rule(Value value) {
  const Value body = body_of(value);
  return body["access"].exists() && body["direction"].exists() && body["priority"].exists();
}

/// The part of a resource's path behind "/NAME/".
std::string_view part_of(std::string_view id, std::string_view name) {
  const std::size_t at = id.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = id.substr(at + name.size());
  return rest.substr(0, rest.find('/'));
}

/// Where the rules of a group stand.
struct Place {
  Value list;        ///< missing: the file is one rule
  Value group;       ///< missing: the file is a list of rules
  Value rule;        ///< of the list, where something decides; missing: the list is empty
  bool is_template = false;
};

Place place_in(const std::vector<Value>& around) {
  Place place;
  for (std::size_t i = around.size(); i-- > 0;) {
    const Value value = around[i];
    if (!value.is(Kind::object)) continue;
    place.is_template |= value["$schema"].exists();
    if (place.group.exists()) continue;
    const Value rules = value["securityRules"].is(Kind::array) ? value["securityRules"] : value["properties"]["securityRules"];
    if (rules.is(Kind::array)) {
      place.group = value, place.list = rules;
      for (const Value one : rules)
        if (!place.rule.exists()) place.rule = one;
    } else if (is_rule(value) && !place.rule.exists()) {
      // `properties` of a rule is one by itself
      const bool inner = i > 0 && around[i].name() == "properties" && around[i - 1].is(Kind::object);
      place.rule = inner ? around[i - 1] : value;
      const std::size_t at = inner ? i - 1 : i;
      if (at > 0 && around[at - 1].is(Kind::array)) place.list = around[at - 1];
    }
  }
  if (place.group.exists() && place.group.name() == "properties")
    for (std::size_t i = 1; i < around.size(); ++i)
      if (around[i].id() == place.group.id()) place.group = around[i - 1];
  return place;
}

/// The group, as `az` wants it named. What the file does not say is a variable that the reader sets.
std::string names_for_az(const Place& place) {
  const std::string_view id = place.group.exists() ? place.group["id"].text() : place.rule["id"].text();
  std::string_view group = place.group["name"].text(), resources = place.group["resourceGroup"].text();
  if (group.empty()) group = part_of(id, "/networkSecurityGroups/");
  if (resources.empty()) resources = part_of(id, "/resourceGroups/");
  if (resources.empty()) resources = place.rule["resourceGroup"].text();
  const auto option = [](std::string_view name, std::string_view value, std::string_view variable) {
    const bool reads_a_file = value.starts_with('@');
    return value.empty() || reads_a_file ? fmt::format(" {} \"${}\"", name, variable) : shell_option(name, value);
  };
  return option("--resource-group", resources, "RESOURCE_GROUP") + option("--nsg-name", group, "NSG_NAME");
}

std::string create_command(const Place& place, std::string_view name, const Json& body) {
  std::string command = fmt::format("az network nsg rule create{} --name {} --priority {} --direction {} --access Allow --protocol {}", names_for_az(place), shell_word(name),
                                    body["priority"].get<std::int64_t>(), body["direction"].get<std::string>(), shell_word(body["protocol"].get<std::string>()));
  const auto values = [&](std::string_view option, std::string_view one, std::string_view several) {
    command += fmt::format(" --{}", option);
    if (body.contains(one)) command += " " + shell_word(body[std::string(one)].get<std::string>());
    else
      for (const Json& value : body[std::string(several)]) command += " " + shell_word(value.get<std::string>());
  };
  values("source-address-prefixes", "sourceAddressPrefix", "sourceAddressPrefixes");
  values("source-port-ranges", "sourcePortRange", "sourcePortRanges");
  values("destination-address-prefixes", "destinationAddressPrefix", "destinationAddressPrefixes");
  values("destination-port-ranges", "destinationPortRange", "destinationPortRanges");
  return command;
}

/// The rule's object, with what its neighbours have besides.
std::optional<Json> element_of(const Place& place, const std::string& name, const Json& body, std::string& why_not) {
  const Value like = place.rule;
  const bool nested = like.exists() ? like["properties"].is(Kind::object) : place.group["properties"]["securityRules"].exists();
  Json element;
  element["name"] = name;
  if (!place.group.exists()) {
    constexpr std::string_view mark = "/securityRules/";
    const std::string_view id = like["id"].text(), full_name = like["name"].text();
    if (const std::size_t at = id.find(mark); at != std::string_view::npos) element["id"] = std::string(id.substr(0, at + mark.size())) + name;
    if (like["type"].text().starts_with("Microsoft.Network/") && like["apiVersion"].exists()) {
      // A resource of its own in a template: "GROUP/RULE".
      const std::size_t slash = full_name.rfind('/');
      if (full_name.starts_with('[') || slash == std::string_view::npos) {
        why_not = "the template's rules are resources whose names it computes: which group a new one belongs to is for a person to write";
        return std::nullopt;
      }
      element = Json{{"type", std::string(like["type"].text())}, {"apiVersion", std::string(like["apiVersion"].text())}, {"name", std::string(full_name.substr(0, slash + 1)) + name}};
    }
  }
  if (nested) element["properties"] = body;
  else element.update(body);
  return element;
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const auto json = JsonText::read(*need.sources[0]);
  const auto around = json ? around_what_decides(need, *json) : std::vector<Value>{};
  const Place place = place_in(around);
  if (!place.list.exists() && !place.rule.exists()) {
    why_not = "the file has no list of rules to which one could be added";
    return {};
  }
  std::set<std::string, std::less<>> names{std::string(place.rule["name"].text())};
  for (const Value rule : place.list) names.emplace(rule["name"].text().substr(rule["name"].text().rfind('/') + 1));
  const auto rules = azure_rules(need, azure_priorities(need, *json, {"priority"}), why_not);
  Candidate candidate;
  std::vector<Json> elements;
  for (const AzureRule& rule : rules) {
    const std::string name = new_name(names, "allow-" + need.flow.id, 80);
    names.insert(name);
    const Json body = azure_body(rule, frontend::cloud::azure_names);
    const auto element = element_of(place, name, body, why_not);
    if (!element) return {};
    elements.push_back(*element);
    if (!place.is_template) candidate.commands.push_back(create_command(place, name, body));
  }
  if (elements.empty()) return {};
  candidate.edits = added(*json, place.list, place.rule, elements);
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need)};
  return {std::move(candidate)};
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  Candidate candidate;
  std::vector<Value> gone;
  Value list;
  for (const ir::RuleId rule : rules) {
    const auto around = json ? json->around(firewall.rules[rule].where.begin) : std::vector<Value>{};
    Place place;
    for (std::size_t i = around.size(); i-- > 1;)
      if (is_rule(around[i]) && around[i - 1].is(Kind::array)) {
        place = place_in(around);
        place.rule = around[i], place.list = around[i - 1];
        break;
      }
    if (!place.rule.exists() || (list.exists() && list.id() != place.list.id())) {
      why_not = "what accepts it is no rule of one list in the file";
      return {};
    }
    list = place.list;
    gone.push_back(place.rule);
    const std::string_view name = place.rule["name"].text();
    if (!place.is_template && !name.empty()) candidate.commands.push_back(fmt::format("az network nsg rule delete{}{}", names_for_az(place), shell_option("--name", name)));
  }
  candidate.edits = json->remove(list, gone);
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer azure_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
