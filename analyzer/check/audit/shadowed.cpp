// WC301: rules before it (or, where the last one decides, behind it) take every packet that a rule matches; also those of tables that packets
// pass before its own.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/dead_rules.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::RuleId;

namespace {

constexpr std::size_t takers_shown = 8;

bool lets_through(const ir::Rule& rule) { return rule.action == ActionKind::accept; }
bool decides(const ir::Rule& rule) { return lets_through(rule) || rule.action == ActionKind::drop || rule.action == ActionKind::reject; }

/// "table raw", "tables raw and filter": where rules stand.
std::string tables_of(const ir::Firewall& firewall, const evaluate::Hits& hits, const std::vector<RuleId>& rules) {
  std::vector<ir::StringId> tables;
  for (const RuleId rule : rules)
    for (const ir::ListId list : hits.lists_of(rule))
      if (const ir::StringId table = firewall.lists[list].table; std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
  std::string text = tables.size() == 1 ? "table " : "tables ";
  for (std::size_t i = 0; i < tables.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == tables.size() ? " and " : ", ", printable(firewall.strings[tables[i]]));
  return text;
}

}  // namespace

void say_shadowed(const AuditContext& context, const evaluate::Hits& hits, const WrittenRule& written, const std::vector<RuleId>& dead,
                  const RuleFates& known) {
  const ir::Firewall& firewall = context.firewall;
  std::vector<RuleId> takers;
  bool held_back = false;
  for (const RuleId rule : dead) {
    takers.insert(takers.end(), known.fates[rule].takers.begin(), known.fates[rule].takers.end());
    held_back |= known.fates[rule].fate == evaluate::Fate::held_back;
  }
  std::ranges::sort(takers);
  takers.erase(std::unique(takers.begin(), takers.end()), takers.end());
  std::vector<Span> places;
  std::vector<Label> labels;
  bool differ = false, lead_out = false, behind = false, translate = false;
  const ir::Rule& first = firewall.rules[dead.front()];
  for (const RuleId taker : takers) {
    const ir::Rule& rule = firewall.rules[taker];
    differ |= decides(first) && decides(rule) && lets_through(rule) != lets_through(first);
    translate |= rule.on_decide != 0 || first.on_decide != 0;
    lead_out |= rule.action == ActionKind::return_ || rule.action == ActionKind::go_to;
    behind |= taker > dead.front();
    if (std::ranges::find(places, rule.where) != places.end()) continue;
    places.push_back(rule.where);
    if (!rule.where.empty() && labels.size() < takers_shown) labels.push_back({rule.where, fmt::format("takes {}: {}", takers.size() == 1 ? "them" : "some", does(firewall, rule))});
  }
  const bool is_order_free = std::ranges::all_of(takers, [&](RuleId taker) { return lets_through(firewall.rules[taker]); }) &&
                             firewall.format != ir::Format::pf && is_union(firewall, firewall.paths[0].empty() ? 0 : firewall.paths[0].front().list);
  const std::string_view which = is_order_free ? "other" : behind ? "other" : "earlier";
  std::string message = is_order_free ? "redundant: " : "shadowed: ";
  if (dead.size() < written.rules.size()) message += fmt::format("in part ({} of the {} rules that it stands for): ", dead.size(), written.rules.size());
  if (places.empty()) message += "the policies of the tables before it let no packet pass that it matches";
  else if (held_back && places.size() == 1) message += fmt::format("a rule of {} takes every packet that it matches", tables_of(firewall, hits, takers));
  else if (held_back) message += fmt::format("{} rules of {} together take every packet that it matches", places.size(), tables_of(firewall, hits, takers));
  else if (places.size() == 1) message += fmt::format("{} rule {} every packet that it matches", which == "other" ? "another" : "an earlier", is_order_free ? "permits" : "takes");
  else message += fmt::format("{} {} rules together {} every packet that it matches", places.size(), which, is_order_free ? "permit" : "take");
  if (differ) message += fmt::format(", and {} otherwise", places.size() == 1 ? "decides" : "decide");
  else if (held_back && translate) message += fmt::format(", and {} them", places.size() == 1 ? "translates" : "translate");
  else if (lead_out) message += fmt::format(", and {} out of the chain", places.size() == 1 ? "leads" : "lead");
  else if (decides(first) && !translate && !is_order_free && !places.empty()) message += fmt::format(", and {} the same", places.size() == 1 ? "decides" : "decide");
  const Severity severity = differ || lead_out || (held_back && (translate || places.empty())) || (!decides(first) && first.action != ActionKind::continue_ && first.action != ActionKind::return_) ? Severity::warning : Severity::note;
  context.site.findings.push_back({.diagnostic = {is_order_free ? "WC302" : "WC301", severity, std::move(message), written.where, std::move(labels)}});
}

}  // namespace wallcheck::check::audit
