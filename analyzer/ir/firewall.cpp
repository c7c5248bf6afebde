#include "ir/firewall.h"

#include <algorithm>

namespace wallcheck::ir {

std::string_view to_string(Format format) {
  constexpr std::string_view names[] = {"iptables",       "ip6tables", "pf",        "aws",   "nacl",
                                        "cloudformation", "terraform", "openstack", "azure", "gcp"};
  return names[static_cast<std::size_t>(format)];
}

Match Firewall::ranges_match(Field field, std::span<const Range> values, bool negated) {
  return {MatchKind::ranges, field, negated, ranges.intern(values)};
}

Match Firewall::range_match(Field field, Uint128 first, Uint128 last, bool negated) {
  return {MatchKind::ranges, field, negated, ranges.intern(Range{first, last})};
}

Match Firewall::masked_match(Field field, Uint128 value, Uint128 mask, bool negated) {
  masked.push_back({value, mask});
  return {MatchKind::masked, field, negated, static_cast<std::uint32_t>(masked.size() - 1)};
}

Match Firewall::interface_match(Field field, std::string_view pattern, bool negated) {
  return {MatchKind::interface, field, negated, strings.intern(pattern)};
}

Match Firewall::any_of_match(std::span<const std::vector<Match>> cases, bool negated) {
  const auto first = static_cast<std::uint32_t>(conjunctions.size());
  for (const auto& conditions : cases) {
    conjunctions.push_back({static_cast<std::uint32_t>(matches.size()), static_cast<std::uint32_t>(conditions.size())});
    matches.insert(matches.end(), conditions.begin(), conditions.end());
  }
  alternatives.push_back({first, static_cast<std::uint32_t>(cases.size())});
  return {MatchKind::any_of, Field::source, negated, static_cast<std::uint32_t>(alternatives.size() - 1)};
}

Match Firewall::opaque_match(std::string_view text, std::string_view reason, Span where, bool negated) {
  opaques.push_back({strings.intern(text), strings.intern(reason), where});
  return {MatchKind::opaque, Field::source, negated, static_cast<std::uint32_t>(opaques.size() - 1)};
}

RuleId Firewall::add_rule(std::span<const Match> conditions, Rule rest) {
  rest.first_match = static_cast<std::uint32_t>(matches.size());
  rest.match_count = static_cast<std::uint16_t>(conditions.size());
  matches.insert(matches.end(), conditions.begin(), conditions.end());
  rules.push_back(rest);
  return static_cast<RuleId>(rules.size() - 1);
}

EffectsId Firewall::add_effects(std::span<const Effect> list) {
  if (list.empty()) return 0;
  effect_lists.push_back({static_cast<std::uint32_t>(effects.size()), static_cast<std::uint32_t>(list.size())});
  effects.insert(effects.end(), list.begin(), list.end());
  return static_cast<EffectsId>(effect_lists.size() - 1);
}

ListId Firewall::add_list(std::string_view name, std::string_view table, Discipline discipline, Fallthrough fallthrough, Span where) {
  RuleList list;
  list.name = strings.intern(name);
  list.table = strings.intern(table);
  list.discipline = discipline;
  list.fallthrough = fallthrough;
  list.where = where;
  lists.push_back(list);
  return static_cast<ListId>(lists.size() - 1);
}

bool interface_matches(std::string_view pattern, std::string_view name) {
  if (!pattern.empty() && pattern.back() == '+') return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

CoverageCounts count_coverage(const Firewall& firewall) {
  CoverageCounts counts;
  for (const Rule& rule : firewall.rules) {
    ++counts.rules;
    if (rule.coverage == Coverage::unrecognised) ++counts.unrecognised;
    else if (rule.coverage == Coverage::opaque) ++counts.opaque;
    else ++counts.modelled;
  }
  return counts;
}

}  // namespace wallcheck::ir
