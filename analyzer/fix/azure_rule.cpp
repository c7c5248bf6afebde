#include "fix/azure_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::fix {

namespace {

constexpr std::int64_t first_priority = 100, last_priority = 4096;  // of rules that are not Azure's own

/// What rules can say: nothing else by itself.
std::string protocol_of(std::uint8_t protocol) {
  switch (protocol) {
    case ir::protocol::tcp: return "Tcp";
    case ir::protocol::udp: return "Udp";
    case ir::protocol::icmp: return "Icmp";
    case 50: return "Esp";
    case 51: return "Ah";
    default: return {};
  }
}

std::vector<std::string> ports_of(const std::vector<ir::Range>& ports) {
  std::vector<std::string> words;
  words.reserve(ports.size());
  for (const ir::Range& range : ports) words.push_back(port_words(range));
  return words.empty() ? std::vector<std::string>{"*"} : words;
}

}  // namespace

AzurePriorities azure_priorities(const Need& need, const JsonText& json, std::initializer_list<std::string_view> keys) {
  AzurePriorities priorities;
  priorities.decides = last_priority + 1;
  const ir::Firewall& firewall = need.firewall;
  for (const ir::RuleId rule : firewall.rules_of(firewall.lists[need.blocked.front().list])) {
    const Span where = firewall.rules[rule].where;
    const auto around = json.around(where.begin);
    // Azure's own rules, which the file does not show, stand where the group is named, or where its object begins.
    if (around.empty() || around.back().name() == "id" || around.back().name() == "name" || around.back().is(frontend::json::Kind::object)) continue;
    const auto number = number_at(json, where, keys);
    if (rule == need.blocked.front().rule) priorities.decides = std::min(number.value_or(0), last_priority + 1), priorities.readable = number.has_value();
    if (number) priorities.used.try_emplace(*number, firewall.rules[rule].action == ir::ActionKind::accept);
  }
  return priorities;
}

std::vector<AzureRule> azure_rules(const Need& need, AzurePriorities priorities, std::string& why_not) {
  if (!priorities.readable) {
    why_not = "the priority of the rule that decides is not in the file";
    return {};
  }
  std::vector<AzureRule> rules;
  const auto add = [&](AzureRule rule) {
    const auto number = number_before(priorities.used, priorities.decides, first_priority, 10);
    if (number) priorities.used[rule.priority = *number] = true;
    rules.push_back(std::move(rule));
    return number.has_value();
  };
  for (const Opening& opening : openings_of(need)) {
    AzureRule rule;
    rule.egress = opening.egress;
    rule.protocol = protocol_of(opening.protocol);
    if (rule.protocol.empty()) {
      why_not = fmt::format("Azure's rules know tcp, udp, icmp, esp and ah: protocol {} passes only with every other one, which is for a person to decide", opening.protocol);
      return {};
    }
    rule.source_ports = ports_of(opening.source_ports);
    rule.destination_ports = ports_of(opening.destination_ports);
    // A rule takes networks of one family; "*" is both.
    const std::vector<Family> families = families_of(opening);
    const auto networks = [&](const check::End& end, bool own, Family family) {
      const bool any = !end.given && (own || families.size() == 2);
      return any ? std::vector<std::string>{"*"} : networks_of(end, family);
    };
    std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> ends;
    for (const Family family : families) {
      const std::pair pair{networks(opening.source, opening.egress, family), networks(opening.destination, !opening.egress, family)};
      if (std::ranges::find(ends, pair) == ends.end()) ends.push_back(pair);
    }
    for (auto& [sources, destinations] : ends) {
      rule.sources = sources;
      rule.destinations = destinations;
      if (add(rule)) continue;
      why_not = fmt::format("no free priority, from {} up, stands between the rule that decides (priority {}) and the denies before it: which rules are to make room is for a "
                            "person to decide", first_priority, priorities.decides);
      return {};
    }
  }
  return rules;
}

Json azure_body(const AzureRule& rule, const frontend::cloud::AzureNames& names) {
  Json body;
  const auto put = [&](std::string_view one, std::string_view several, const std::vector<std::string>& values) {
    if (values.size() == 1) body[std::string(one)] = values.front();
    else body[std::string(several)] = values;
  };
  body[std::string(names.protocol)] = rule.protocol;
  put(names.source.port, names.source.ports, rule.source_ports);
  put(names.destination.port, names.destination.ports, rule.destination_ports);
  put(names.source.prefix, names.source.prefixes, rule.sources);
  put(names.destination.prefix, names.destination.prefixes, rule.destinations);
  body[std::string(names.access)] = "Allow";
  body[std::string(names.priority)] = rule.priority;
  body[std::string(names.direction)] = rule.egress ? "Outbound" : "Inbound";
  return body;
}

}  // namespace wallcheck::fix
