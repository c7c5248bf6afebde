// WC304: the conditions of a rule contradict each other, or what every packet is that comes to it.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/dead_rules.h"

namespace wallcheck::check::audit {

using evaluate::Fate;
using ir::Field;
using ir::MatchKind;
using ir::RuleId;

namespace {

std::string_view name(Field field) {
  switch (field) {
    case Field::source: return "source address";
    case Field::destination: return "destination address";
    case Field::protocol: return "protocol";
    case Field::source_port: return "source port";
    case Field::destination_port: return "destination port";
    case Field::icmp: return "ICMP type";
    case Field::tcp_flags: return "TCP flags";
    case Field::state: return "state";
    case Field::direction: return "direction of the connection";
    case Field::dnat:
    case Field::snat: return "translation";
    case Field::in_interface: return "incoming interface";
    case Field::out_interface: return "outgoing interface";
    case Field::source_type: return "type of the source address";
    case Field::destination_type: return "type of the destination address";
    case Field::fragment: return "fragment";
    case Field::mark: return "mark";
    case Field::connmark: return "connection mark";
    case Field::tag: return "tag";
  }
  return {};
}

bool is_interface(const ir::Match& match) { return match.kind == MatchKind::interface; }

/// Why these matches cannot all hold. "its conditions on A and B contradict each other"
std::string reason(const ir::Firewall& firewall, std::span<const ir::Match> matches, const std::vector<std::size_t>& some) {
  if (some.size() == 1) {
    const ir::Match& match = matches[some.front()];
    if (match.field == Field::fragment) return "no packet is a fragment here: they are put together before";
    if (is_interface(match)) return fmt::format("packets have no {} here", name(match.field));
    if (match.kind == MatchKind::ranges || match.kind == MatchKind::masked) {
      const bool no_value = match.kind == MatchKind::ranges && !match.negated && firewall.ranges[match.value].empty();
      return fmt::format("no {} {}", no_value ? "value is a" : "packet here has such a", name(match.field));
    }
    return "one of its conditions holds for no packet";
  }
  std::vector<std::string_view> fields;
  for (const std::size_t i : some) {
    const ir::Match& match = matches[i];
    const bool has_field = match.kind != MatchKind::any_of && match.kind != MatchKind::opaque;
    const std::string_view field = has_field ? name(match.field) : "an undecided condition";
    if (has_field && std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
  }
  if (fields.empty()) return "its conditions contradict each other";
  if (fields.size() == 1 && fields[0] == name(Field::fragment)) return "a later fragment has no ports, flags or types for its other conditions to look at";
  std::string list;
  for (std::size_t i = 0; i < fields.size(); ++i) list += fmt::format("{}{}", i == 0 ? "" : i + 1 == fields.size() ? " and " : ", ", fields[i]);
  return fmt::format("its conditions on {} contradict each other", list);
}

}  // namespace

void say_never_matches(const AuditContext& context, evaluate::Hits& hits, const WrittenRule& written, const std::vector<RuleId>& dead,
                       const RuleFates& known) {
  const ir::Firewall& firewall = context.firewall;
  // Lists multiply out to combinations that cannot be (an IPv4 source with an IPv6 destination): that is how they are written.
  if (dead.size() < written.rules.size()) return;
  const ir::Rule& rule = firewall.rules[dead.front()];
  std::string message = "never matches: ";
  std::vector<Label> labels;
  if (known.fates[dead.front()].fate == Fate::impossible) {
    message += reason(firewall, firewall.matches_of(rule), hits.contradiction(dead.front()));
  } else {
    const ir::ListId list = hits.lists_of(dead.front()).front();
    message += fmt::format("no packet that is led to {} is like that", printable(firewall.strings[firewall.lists[list].name]));
    for (const RuleId caller : hits.callers_of(list))
      if (!known.is_dead(caller) && labels.size() < 4) labels.push_back({firewall.rules[caller].where, "leads to it"});
  }
  context.site.findings.push_back({.diagnostic = {"WC304", Severity::warning, std::move(message), written.where, std::move(labels)}});
}

}  // namespace wallcheck::check::audit
