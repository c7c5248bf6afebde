// GCP VPC firewall rules, with `gcloud`'s commands beside them. After the Compute Engine API reference of firewalls and the gcloud
// reference of `gcloud compute firewall-rules`.

#include <algorithm>

#include <fmt/format.h>

#include "fix/gcp_rule.h"
#include "fix/grants.h"
#include "fix/words.h"

namespace wallcheck::fix {

using frontend::cloud::gcp_names;
using frontend::json::Kind;
using Value = JsonText::Value;

namespace {

/// A rule, and the list that it is in; missing: it is a text by itself.
struct Place {
  Value list, rule;
};

Place place_in(const std::vector<Value>& around) {
  for (std::size_t i = around.size(); i-- > 0;) {
    if (!around[i].is(Kind::object) || (!around[i]["allowed"].exists() && !around[i]["denied"].exists())) continue;
    return {i > 0 && around[i - 1].is(Kind::array) ? around[i - 1] : Value{}, around[i]};
  }
  return {};
}

/// The project of the rule's network, and the network's own name.
std::string project_option(Value rule) {
  const std::string_view network = rule["network"].text();
  constexpr std::string_view mark = "/projects/";
  const std::size_t at = network.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = network.substr(at + mark.size());
  return " --project=" + shell_word(rest.substr(0, rest.find('/')));
}
std::string_view network_name(Value rule) {
  const std::string_view network = rule["network"].text();
  return network.empty() ? "default" : network.substr(network.rfind('/') + 1);
}

std::string list_option(std::string_view name, const std::vector<std::string>& values) {
  return values.empty() ? "" : fmt::format(" --{}={}", name, shell_word(fmt::format("{}", fmt::join(values, ","))));
}

std::string rules_option(std::string_view name, const std::vector<GcpRule::Service>& services) {
  std::vector<std::string> words;
  for (const GcpRule::Service& service : services) {
    if (service.ports.empty()) words.push_back(service.protocol);
    for (const std::string& port : service.ports) words.push_back(service.protocol + ":" + port);
  }
  return list_option(name, words);
}

std::string create_command(const std::string& name, const GcpRule& rule, Value like) {
  return fmt::format("gcloud compute firewall-rules create {} --network={} --direction={} --priority={} --action=ALLOW{}{}{}{}{}{}", shell_word(name),
                     shell_word(network_name(like)), rule.egress ? "EGRESS" : "INGRESS", rule.priority, rules_option("rules", rule.services),
                     list_option("source-ranges", rule.sources), list_option("destination-ranges", rule.destinations), list_option("target-tags", rule.target_tags),
                     list_option("target-service-accounts", rule.target_accounts), project_option(like));
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const auto json = JsonText::read(*need.sources[0]);
  const Place place = json ? place_in(around_what_decides(need, *json)) : Place{};
  if (!place.rule.exists()) {
    why_not = "no rule of the network is in the file, beside which another one could stand";
    return {};
  }
  const auto rules = gcp_rules(need, *json, gcp_names, why_not);
  if (rules.empty()) return {};
  std::set<std::string, std::less<>> names{std::string(place.rule["name"].text())};
  for (const Value rule : place.list) names.emplace(rule["name"].text());
  for (const Value rule : json->roots()) names.emplace(rule["name"].text());
  Candidate candidate;
  std::vector<Json> elements;
  for (const GcpRule& rule : rules) {
    const std::string name = new_name(names, "allow-" + need.flow.id, 63);
    names.insert(name);
    Json element;
    if (place.rule["kind"].exists()) element["kind"] = "compute#firewall";
    element["name"] = name;
    if (place.rule["network"].exists()) element["network"] = std::string(place.rule["network"].text());
    element.update(gcp_body(rule, gcp_names));
    if (place.rule["disabled"].exists()) element["disabled"] = false;
    elements.push_back(std::move(element));
    candidate.commands.push_back(create_command(name, rule, place.rule));
  }
  candidate.edits = added(*json, place.list, place.rule, elements);
  candidate.title = title_of(need);
  candidate.opens = gcp_opens(need, rules);
  return {std::move(candidate)};
}

/// What is left of a rule without some of its entries; all of them: the command takes the rule away.
std::string update_command(Value rule, const std::vector<Value>& entries) {
  const std::string_view name = rule["name"].text();
  std::vector<GcpRule::Service> rest;
  for (const Value one : rule["allowed"]) {
    if (std::ranges::any_of(entries, [&](Value entry) { return entry.id() == one.id(); })) continue;
    GcpRule::Service& service = rest.emplace_back(GcpRule::Service{std::string(one["IPProtocol"].text()), {}});
    for (const Value port : one["ports"]) service.ports.emplace_back(frontend::cloud::scalar(port).text.value_or(""));
  }
  if (rest.empty()) return fmt::format("gcloud compute firewall-rules delete {} --quiet{}", shell_word(name), project_option(rule));
  return fmt::format("gcloud compute firewall-rules update {}{}{}", shell_word(name), rules_option("allow", rest), project_option(rule));
}

/// Entries of `allowed`; a rule of which none is left goes as a whole.
std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  struct Gone {
    Place place;
    std::vector<Value> entries;
  };
  std::vector<Gone> gone;
  for (const ir::RuleId rule : rules) {
    const auto around = json ? json->around(firewall.rules[rule].where.begin) : std::vector<Value>{};
    const Place place = place_in(around);
    const auto entry = std::ranges::find_if(around, [&](Value value) {
      return std::ranges::any_of(place.rule["allowed"], [&](Value one) { return one.id() == value.id(); });
    });
    if (entry == around.end() || !place.list.exists()) {
      why_not = "what accepts it is no entry of a rule in a list";
      return {};
    }
    auto same = std::ranges::find_if(gone, [&](const Gone& other) { return other.place.rule.id() == place.rule.id(); });
    if (same == gone.end()) same = gone.insert(gone.end(), {place, {}});
    same->entries.push_back(*entry);
  }
  Candidate candidate;
  std::vector<Value> whole;
  for (const Gone& one : gone) {
    const Value allowed = one.place.rule["allowed"];
    if (one.entries.size() == allowed.size()) whole.push_back(one.place.rule);
    else
      for (Edit& edit : json->remove(allowed, one.entries)) candidate.edits.push_back(std::move(edit));
    candidate.commands.push_back(update_command(one.place.rule, one.entries));
  }
  if (!whole.empty()) {
    if (whole.size() == gone.front().place.list.size()) {
      why_not = "the rule is all that the file shows of the network";
      return {};
    }
    for (Edit& edit : json->remove(gone.front().place.list, whole)) candidate.edits.push_back(std::move(edit));
  }
  std::ranges::sort(candidate.edits, {}, &Edit::where);
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer gcp_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
