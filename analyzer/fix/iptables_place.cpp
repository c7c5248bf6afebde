#include "fix/iptables_place.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::fix {

namespace {

/// Comments right above a rule belong to it.
std::size_t above_comments(const Lines& lines, std::size_t line) {
  while (line > 0) {
    const std::size_t previous = lines.begin(line - 1);
    if (!lines.trimmed(previous).starts_with('#')) break;
    line = previous;
  }
  return line;
}

/// A rule that changes nothing: LOG, or no target.
bool logs(const ir::Rule& rule) { return rule.action == ir::ActionKind::continue_ && rule.on_match == 0 && rule.on_decide == 0; }

/// Rules that only log stand with the refusal that follows them: what is let through comes before. Gives the first of them.
ir::RuleId above_logging(const ir::Firewall& firewall, ir::ListId list, ir::RuleId rule) {
  const auto rules = firewall.rules_of(firewall.lists[list]);
  auto at = std::ranges::find(rules, rule);
  while (at != rules.begin() && at != rules.end()) {
    const ir::Rule& previous = firewall.rules[*(at - 1)];
    if (!logs(previous) || previous.where.file != 0 || previous.where.begin > firewall.rules[*at].where.begin) break;
    --at;
  }
  return at == rules.end() ? rule : *at;
}

/// Before a rule of a list. A rule that was inserted (-I) is preceded by what is inserted after it at the same place.
Slot before_rule(const Need& need, ir::ListId list, ir::RuleId rule) {
  rule = above_logging(need.firewall, list, rule);
  const Lines lines{need.sources[0]->bytes()};
  const std::string chain(need.firewall.strings[need.firewall.lists[list].name]);
  const std::size_t line = lines.begin(need.firewall.rules[rule].where.begin);
  std::string_view text = lines.trimmed(line);
  if (text.starts_with('[')) text.remove_prefix(std::min(text.find(']') + 1, text.size())), text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  Slot slot;
  slot.neighbour = std::string(lines.bytes.substr(line, lines.end(line) - line));
  if (!text.starts_with("-I") && !text.starts_with("--insert")) {
    slot.at = static_cast<std::uint32_t>(above_comments(lines, line));
    slot.command = fmt::format("-A {} ", chain);
    return slot;
  }
  std::string number;
  const std::size_t name = text.find(chain);
  if (name != std::string_view::npos) {
    std::string_view rest = text.substr(name + chain.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    number = rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()));
  }
  const std::size_t end = lines.end(line);
  slot.at = static_cast<std::uint32_t>(std::min(end + 1, lines.bytes.size()));
  slot.after_open_line = end == lines.bytes.size();
  slot.command = number.empty() ? fmt::format("-I {} ", chain) : fmt::format("-I {} {} ", chain, number);
  return slot;
}

/// The table's COMMIT line: of the last table of that name, which is the one that counts.
std::optional<std::size_t> commit_of(const Lines& lines, std::string_view table) {
  std::optional<std::size_t> found;
  bool inside = false;
  for (std::size_t line = 0; line < lines.bytes.size(); line = lines.end(line) + 1) {
    const std::string_view text = lines.trimmed(line);
    if (text.starts_with('*')) inside = text.substr(1) == table;
    else if (inside && text == "COMMIT") found = line, inside = false;
  }
  return found;
}

/// At the end of a list's rules: after the last one; without any, where its rules would stand among those of the other chains.
std::optional<Slot> at_end(const Need& need, ir::ListId id) {
  const Lines lines{need.sources[0]->bytes()};
  const ir::Firewall& firewall = need.firewall;
  const ir::RuleList& list = firewall.lists[id];
  Slot slot;
  slot.command = fmt::format("-A {} ", firewall.strings[list.name]);
  const auto of_list = firewall.rules_of(list);
  std::optional<std::uint32_t> last;
  for (const ir::RuleId rule : of_list)
    if (const Span where = firewall.rules[rule].where; where.file == 0 && !where.empty() && (!last || where.begin > *last)) last = where.begin;
  if (!of_list.empty() && firewall.rules[of_list.back()].action == ir::ActionKind::continue_ && firewall.rules[of_list.back()].where.file == 0)
    if (const ir::RuleId first = above_logging(firewall, id, of_list.back()); logs(firewall.rules[first])) return before_rule(need, id, first);
  if (last) {
    const std::size_t line = lines.begin(*last);
    const std::size_t end = lines.end(line);
    slot.neighbour = std::string(lines.bytes.substr(line, end - line));
    slot.at = static_cast<std::uint32_t>(std::min(end + 1, lines.bytes.size()));
    slot.after_open_line = end == lines.bytes.size();
    return slot;
  }
  const auto commit = commit_of(lines, firewall.strings[list.table]);
  if (!commit) return std::nullopt;
  // The first rule of a chain that is declared later marks the place; iptables-save writes chain after chain.
  std::size_t at = *commit;
  for (const ir::RuleList& other : firewall.lists) {
    if (other.table != list.table || other.where <= list.where || other.count == 0 || list.where.empty()) continue;
    for (const ir::RuleId rule : firewall.rules_of(other)) {
      const Span where = firewall.rules[rule].where;
      if (where.file == 0 && where.begin > list.where.begin) at = std::min(at, lines.begin(where.begin));
    }
  }
  slot.neighbour = std::string(lines.bytes.substr(at, lines.end(at) - at));
  slot.at = static_cast<std::uint32_t>(above_comments(lines, at));
  return slot;
}

/// Does some rule of the list let packets through?
bool accepts(const ir::Firewall& firewall, ir::ListId list) {
  return std::ranges::any_of(firewall.rules_of(firewall.lists[list]), [&](ir::RuleId rule) {
    return firewall.rules[rule].action == ir::ActionKind::accept;
  });
}

}  // namespace

std::vector<Slot> slots_for(const Need& need) {
  const Blocked& first = need.blocked.front();
  std::vector<Slot> good, other;
  const auto add = [&](ir::ListId list, Slot slot, bool is_last) { (is_last || accepts(need.firewall, list) ? good : other).push_back(std::move(slot)); };
  const bool alone = first.through.empty();
  if (first.rule) add(first.list, before_rule(need, first.list, *first.rule), alone);
  else if (first.returned && need.firewall.rules[*first.returned].where.file == 0) add(first.list, before_rule(need, first.list, *first.returned), alone);
  else if (auto slot = at_end(need, first.list)) add(first.list, std::move(*slot), alone);
  for (std::size_t i = 0; i < first.through.size(); ++i)
    if (need.firewall.rules[first.through[i].second].where.file == 0)
      add(first.through[i].first, before_rule(need, first.through[i].first, first.through[i].second), i + 1 == first.through.size());
  std::ranges::move(other, std::back_inserter(good));
  return good;
}

}  // namespace wallcheck::fix
