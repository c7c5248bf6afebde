// What a configuration defines and no rule uses. pfctl -v says the same of macros.

#include <algorithm>
#include <unordered_set>

#include "frontend/pf/lower.h"

namespace wallcheck::frontend::pf {
namespace {

using ir::Unused;

/// Rules that only the running pf has (an anchor filled by a program) may use any table, but no macro.
bool has_unknown_rules(const Ruleset& rules, const std::set<std::string>& evaluated) {
  return std::ranges::any_of(evaluated, [&](const std::string& path) { return !path.empty() && (path.ends_with('*') || !rules.anchor(path)); });
}

std::unordered_set<std::string_view> used_tables(const Ruleset& rules) {
  std::unordered_set<std::string_view> used;
  for (const Rule& rule : rules.rules)
    for (const auto* hosts : {&rule.from, &rule.to, &rule.nat.hosts, &rule.rdr.hosts, &rule.route.hosts, &rule.l3_from, &rule.l3_to})
      for (const Host& host : *hosts)
        if (host.kind == Host::Kind::table) used.insert(host.name);
  return used;
}

}  // namespace

void note_unused(const Ruleset& rules, const std::set<std::string>& evaluated, ir::Firewall& firewall) {
  if (!rules.unread.empty()) return;
  if (std::ranges::any_of(rules.texts, [](const SourceText& text) { return !text.gaps.empty(); })) return;
  const auto add = [&](Unused::Kind kind, std::string_view name, Span where) { firewall.unused.push_back({kind, firewall.strings.intern(name), where}); };
  for (const SourceText& text : rules.texts)
    for (const Macro& macro : text.macros)
      if (!macro.used) add(Unused::Kind::macro, macro.name, macro.where);
  // A file may be loaded for the anchors inside it only: `anchor "com.apple/*"`, as macOS has it.
  for (const Anchor& anchor : rules.anchors)
    if (!anchor.loaded.empty() && !evaluated.contains(anchor.path) && !evaluated.contains(anchor.path + "/*")) add(Unused::Kind::anchor, anchor.path, anchor.loaded);
  if (has_unknown_rules(rules, evaluated)) return;
  const auto used = used_tables(rules);
  for (const Table& table : rules.tables)
    if (!used.contains(table.name)) add(Unused::Kind::table, table.name, table.where);
}

}  // namespace wallcheck::frontend::pf
