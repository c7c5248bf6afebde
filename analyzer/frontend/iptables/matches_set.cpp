// The match on sets: who is in them comes from the side files.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "frontend/iptables/ipset.h"
#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

constexpr std::uint32_t one_packet_test = 1, one_byte_test = 2;
constexpr OptionSpec set_options[] = {
    {.name = "match-set", .alias = "set", .value = Value::pair, .meaning = Meaning::lowered, .invertible = true, .required = true},
    {.name = "return-nomatch", .meaning = Meaning::lowered},
    {.name = "update-counters", .meaning = Meaning::harmless, .invertible = true},
    {.name = "update-subcounters", .meaning = Meaning::harmless, .invertible = true},
    {.name = "packets-eq", .value = Value::number, .meaning = Meaning::lowered, .invertible = true, .max = ~0ull, .excludes = one_packet_test},
    {.name = "packets-lt", .value = Value::number, .meaning = Meaning::lowered, .max = ~0ull, .excludes = one_packet_test},
    {.name = "packets-gt", .value = Value::number, .meaning = Meaning::lowered, .max = ~0ull, .excludes = one_packet_test},
    {.name = "bytes-eq", .value = Value::number, .meaning = Meaning::lowered, .invertible = true, .max = ~0ull, .excludes = one_byte_test},
    {.name = "bytes-lt", .value = Value::number, .meaning = Meaning::lowered, .max = ~0ull, .excludes = one_byte_test},
    {.name = "bytes-gt", .value = Value::number, .meaning = Meaning::lowered, .max = ~0ull, .excludes = one_byte_test},
};

/// Remembers the set for people; its meaning is in the conditions.
void name_set(RuleBuilder& rule, const Word& name, const IpSet* set, bool decided) {
  ir::Firewall& firewall = rule.firewall();
  const ir::StringId id = firewall.strings.intern(name.text);
  if (std::ranges::find(firewall.named_sets, id, &ir::NamedSet::name) != firewall.named_sets.end()) return;
  ir::NamedSet named{.name = id, .where = name.where};
  if (set != nullptr) {
    named.knowledge = decided ? ir::Knowledge::known : ir::Knowledge::partly_known;
    named.members = static_cast<std::uint32_t>(set->entries.size());
    named.where = set->where;
  } else {
    named.declared = rule.file().ipsets.empty();
    if (!named.declared)
      rule.file().diagnostics.add({"WC305", Severity::warning,
                                   fmt::format("no file given with --ipset has set {}: who is in it is not known", printable(name.text)), name.where, {}, {}});
  }
  firewall.named_sets.push_back(named);
}

/// Without its members a set is one unknown for each combination of src and dst that is looked up in it.
SetCondition condition(RuleBuilder& rule, const Given& given, const IpSet* set, const SetLookup& lookup, const std::string& text) {
  const auto opaque = [&](std::string_view reason) {
    return lookup.counted ? rule.fresh_opaque(text, reason, given.name.where) : rule.shared_opaque(text, reason, given.name.where);
  };
  if (set == nullptr) return {opaque(fmt::format("depends on the members of set {}", printable(given.first.text))), false};
  Membership members = membership(rule.firewall(), rule.file().ipsets, *set, lookup);
  const bool decided = members.possible.empty();
  if (!decided) {
    const bool anybody = members.possible.size() == 1 && members.possible[0].empty();
    auto& last = members.certain.emplace_back();
    if (!anybody) last.push_back(rule.firewall().any_of_match(members.possible));
    last.push_back(opaque(members.reason));
  }
  // One condition of one case is that condition.
  const auto& cases = members.certain;
  const bool single = cases.size() == 1 && cases[0].size() == 1;
  return {single ? cases[0][0] : rule.firewall().any_of_match(cases), decided};
}

void lower_set(RuleBuilder& rule, const Use& use) {
  const Given& given = *use.find("match-set");
  if (given.first.text.empty() || given.first.text.size() > 31) return rule.bad_value(given, given.first, "the name of a set (1 to 31 characters)");
  std::vector<Side> sides;
  const bool good = split(given.second.text, ',', [&](std::string_view part) {
    sides.push_back(part == "src" ? Side::source : Side::destination);
    return sides.size() <= 6 && (part == "src" || part == "dst");
  });
  if (!good) return rule.bad_value(given, given.second, "src and dst, up to six, with commas between");

  const IpSet* set = rule.file().ipsets.find(given.first.text);
  const bool asks_counters = std::ranges::any_of(use.given, [](const Given& g) { return g.option->excludes != 0; });
  SetLookup lookup{.sides = sides, .family = rule.family()};
  lookup.return_nomatch = use.find("return-nomatch") != nullptr;
  lookup.counted = asks_counters && (set == nullptr || set->counters);  // a set without counters ignores them
  const std::string text = lookup.counted ? rule.text_of(use)
                                          : fmt::format("-m set --match-set {} {}{}", given.first.text, given.second.text,
                                                        lookup.return_nomatch ? " --return-nomatch" : "");
  SetCondition lowered;
  const auto known = rule.file().set_conditions.find(text);
  if (known != rule.file().set_conditions.end() && !lookup.counted) {
    lowered = known->second;
  } else {
    lowered = condition(rule, given, set, lookup, text);
    rule.file().set_conditions.emplace(text, lowered);
    name_set(rule, given.first, set, lowered.decided);
  }
  lowered.plain.negated ^= given.negated;
  rule.match(lowered.plain);
  if (!lowered.decided) rule.cover(ir::Coverage::opaque);
}

constexpr Extension extensions[] = {
    {.name = "set", .options = set_options, .lower = lower_set},
};

}  // namespace

std::span<const Extension> set_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
