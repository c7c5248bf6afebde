#include "evaluate/choices.h"

#include <algorithm>
#include <set>

#include "evaluate/match_sets.h"

namespace wallcheck::evaluate {

using ir::Field;
using ir::Range;

namespace {

constexpr std::size_t most_ways = 64;

/// Where inside the range a match on the field begins or ceases to hold. False: too often.
bool add_turns(const ir::Firewall& firewall, Field field, const Range& range, std::set<Uint128>& turns) {
  const auto add = [&](std::span<const Range> held) {
    for (const Range& one : held) {
      if (one.first > range.first && one.first < range.last) turns.insert(one.first);
      if (one.last >= range.first && one.last < range.last - 1) turns.insert(one.last + 1);
      if (turns.size() > most_ways) return false;
    }
    return true;
  };
  if (field == Field::source || field == Field::destination)
    for (unsigned type = 0; type < 4; ++type)
      if (!add(addresses_of_types(1u << type, false))) return false;
  for (const ir::Match& match : firewall.matches) {
    if (match.field != field) continue;
    if (match.kind == ir::MatchKind::ranges && !add(firewall.ranges[match.value])) return false;
    if (match.kind != ir::MatchKind::masked) continue;
    const ir::Masked& masked = firewall.masked[match.value];
    try {
      if (!add(masked_ranges(masked.value, masked.mask, range))) return false;
    } catch (const packets::BudgetExceeded&) {
      return false;
    }
  }
  return true;
}

bool add_values(const ir::Firewall& firewall, Field field, std::span<const Range> ranges, std::vector<Uint128>& values) {
  for (const Range& range : ranges) {
    values.push_back(range.first);
    if (range.first == range.last) continue;
    values.push_back(range.last);
    std::set<Uint128> turns;
    if (!add_turns(firewall, field, range, turns)) return false;
    values.insert(values.end(), turns.begin(), turns.end());
  }
  return values.size() <= most_ways;
}

bool has_several(std::span<const Range> ranges) {
  return std::ranges::any_of(ranges, [](const Range& r) { return r.first != r.last; });
}

}  // namespace

std::optional<Choices> choices_of(const ir::Firewall& firewall, bool destination, ir::RangesId addresses, ir::RangesId ports) {
  Choices choices;
  const auto address_ranges = firewall.ranges[addresses], port_ranges = firewall.ranges[ports];
  if (!add_values(firewall, destination ? Field::destination : Field::source, address_ranges, choices.addresses)) return std::nullopt;
  if (!add_values(firewall, destination ? Field::destination_port : Field::source_port, port_ranges, choices.ports)) return std::nullopt;
  if (choices.addresses.size() * choices.ports.size() > most_ways) return std::nullopt;
  choices.may_keep_address = has_several(address_ranges);
  choices.may_keep_port = has_several(port_ranges);
  return choices;
}

}  // namespace wallcheck::evaluate
