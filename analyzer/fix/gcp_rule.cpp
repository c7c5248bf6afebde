#include "fix/gcp_rule.h"

#include <algorithm>

#include <fmt/format.h>

#include "fix/grants.h"
#include "fix/words.h"

namespace wallcheck::fix {

using Value = JsonText::Value;

namespace {

constexpr std::int64_t usual_priority = 1000, last_priority = 65535;

/// "icmp" is that of IPv4; that of IPv6 has a number only.
std::string protocol_of(std::uint8_t protocol) {
  if (protocol == ir::protocol::sctp) return "sctp";
  return protocol == ir::protocol::icmpv6 ? "58" : protocol_word(protocol);
}

/// The names that the user gave, of those that rules of the file have under a key.
std::vector<std::string> chosen(const Need& need, const JsonText& json, std::string_view key) {
  std::vector<std::string> found;
  if (need.attached.empty()) return found;
  for (const ir::RuleId rule : need.firewall.order) {
    const auto around = json.around(need.firewall.rules[rule].where.begin);
    for (const Value value : around)
      for (const Value name : value[key])
        if (std::ranges::find(need.attached, name.text()) != need.attached.end() && std::ranges::find(found, name.text()) == found.end()) found.emplace_back(name.text());
  }
  return found;
}

/// Before the deny that decides: of equal priorities, deny wins. Where none decides: behind all denies, so that what they refuse stays refused.
std::optional<std::int64_t> priority_for(const Need& need, const JsonText& json) {
  const ir::Firewall& firewall = need.firewall;
  const Blocked& blocked = need.blocked.front();
  if (blocked.rule) {
    const auto decides = number_at(json, firewall.rules[*blocked.rule].where, {"priority"}).value_or(usual_priority);
    return decides > 0 ? std::optional(decides - 1) : std::nullopt;
  }
  std::int64_t last = usual_priority;
  for (const ir::RuleId rule : firewall.rules_of(firewall.lists[blocked.list]))
    if (firewall.rules[rule].action != ir::ActionKind::accept)
      last = std::max(last, number_at(json, firewall.rules[rule].where, {"priority"}).value_or(usual_priority));
  return std::min(last, last_priority);
}

}  // namespace

std::vector<GcpRule> gcp_rules(const Need& need, const JsonText& json, const frontend::cloud::GcpNames& names, std::string& why_not) {
  const auto priority = priority_for(need, json);
  if (!priority) {
    why_not = "a deny of priority 0 decides, and nothing comes before it: whether it is to go is for a person to decide";
    return {};
  }
  const auto tags = chosen(need, json, names.target_tags), accounts = tags.empty() ? chosen(need, json, names.target_accounts) : std::vector<std::string>{};
  const bool targeted = !tags.empty() || !accounts.empty();
  std::vector<GcpRule> rules;
  for (const Opening& opening : openings_of(need)) {
    GcpRule::Service service{protocol_of(opening.protocol), {}};
    for (const ir::Range& range : opening.destination_ports) service.ports.push_back(port_words(range));
    // Whose rules they are is said by targets; networks of one family a rule.
    for (const Family family : families_of(opening)) {
      GcpRule rule;
      rule.egress = opening.egress;
      rule.priority = *priority;
      const auto networks = [&](const check::End& end, bool own) { return own && (targeted || !end.given) ? std::vector<std::string>{} : networks_of(end, family); };
      rule.sources = networks(opening.source, opening.egress);
      rule.destinations = networks(opening.destination, !opening.egress);
      rule.target_tags = tags;
      rule.target_accounts = accounts;
      const auto same = std::ranges::find_if(rules, [&](const GcpRule& r) { return r.egress == rule.egress && r.sources == rule.sources && r.destinations == rule.destinations; });
      if (same != rules.end()) same->services.push_back(service);
      else rules.push_back(std::move(rule)), rules.back().services.push_back(service);
    }
  }
  return rules;
}

Json gcp_body(const GcpRule& rule, const frontend::cloud::GcpNames& names) {
  Json body;
  body["direction"] = rule.egress ? "EGRESS" : "INGRESS";
  body["priority"] = rule.priority;
  const auto put = [&](std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) body[std::string(key)] = values;
  };
  put(names.source_ranges, rule.sources);
  put(names.destination_ranges, rule.destinations);
  put(names.target_tags, rule.target_tags);
  put(names.target_accounts, rule.target_accounts);
  Json services = Json::array();
  for (const GcpRule::Service& service : rule.services) {
    Json entry{{std::string(names.protocol), service.protocol}};
    if (!service.ports.empty()) entry["ports"] = service.ports;
    services.push_back(std::move(entry));
  }
  body[std::string(names.allow)] = services;
  return body;
}

std::vector<std::string> gcp_opens(const Need& need, const std::vector<GcpRule>& rules) {
  std::vector<std::string> opens{opens_of(need, {.source_ports = true, .icmp_types = true, .own_address = false})};
  if (std::ranges::all_of(rules, [](const GcpRule& rule) { return rule.target_tags.empty() && rule.target_accounts.empty(); }))
    opens.emplace_back("for every instance of the network (--group TAG keeps it to those with a network tag or service account)");
  return opens;
}

}  // namespace wallcheck::fix
