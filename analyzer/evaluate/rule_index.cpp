#include "evaluate/rule_index.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace wallcheck::evaluate {

namespace {

/// The lowest and the highest value that the rule's plain matches leave a field; nullopt: it has none on it. An empty one is {1, 0}.
std::optional<ir::Range> hull(const ir::Firewall& firewall, const ir::Rule& rule, ir::Field field) {
  std::optional<ir::Range> result;
  for (const ir::Match& match : firewall.matches_of(rule)) {
    if (match.kind != ir::MatchKind::ranges || match.field != field || match.negated) continue;
    const auto ranges = firewall.ranges[match.value];
    if (ranges.empty()) return ir::Range{1, 0};
    if (!result) result = ir::Range{ranges.front().first, ranges.back().last};
    else result = ir::Range{std::max(result->first, ranges.front().first), std::min(result->last, ranges.back().last)};
  }
  return result;
}

}  // namespace

RuleIndex::RuleIndex(const ir::Firewall& firewall, const ir::RuleList& list) {
  std::map<std::tuple<std::uint32_t, Uint128, Uint128>, std::size_t> known;
  const auto rules = firewall.rules_of(list);
  for (std::uint32_t position = 0; position < rules.size(); ++position) {
    const ir::Rule& rule = firewall.rules[rules[position]];
    const ir::Range protocol = hull(firewall, rule, ir::Field::protocol).value_or(ir::Range{0, 255});
    std::array<std::optional<ir::Range>, 4> values;
    std::uint32_t constrains = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      values[i] = hull(firewall, rule, fields[i]);
      if (values[i]) constrains |= 1u << i;
    }
    const auto [entry, is_new] = known.try_emplace({constrains, protocol.first, protocol.last}, groups_.size());
    if (is_new) {
      groups_.emplace_back();
      groups_.back().constrains = constrains;
      groups_.back().protocol = protocol;
    }
    Group& group = groups_[entry->second];
    if (constrains == 0) group.positions.push_back(position);
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (values[i]) group.axes[i].entries.push_back({values[i]->first, values[i]->last, position});
  }
  for (Group& group : groups_)
    for (Axis& axis : group.axes) axis.build();
}

void RuleIndex::Axis::build() {
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::tuple(e.first, e.position); });
  for (const Entry& entry : entries) lasts.push_back(entry.last);
  std::ranges::sort(lasts);
  highest.resize(entries.size());
  // The tree's root is the middle entry, and so on in both halves. Halves are done before their roots.
  struct Part {
    std::size_t begin, end;
    bool halves_done;
  };
  std::vector<Part> parts;
  if (!entries.empty()) parts.push_back({0, entries.size(), false});
  while (!parts.empty()) {
    Part& part = parts.back();
    const auto [begin, end, done] = part;
    const std::size_t middle = begin + (end - begin) / 2;
    if (!done) {
      part.halves_done = true;
      if (begin < middle) parts.push_back({begin, middle, false});
      if (middle + 1 < end) parts.push_back({middle + 1, end, false});
      continue;
    }
    Uint128 most = entries[middle].last;
    if (begin < middle) most = std::max(most, highest[begin + (middle - begin) / 2]);
    if (middle + 1 < end) most = std::max(most, highest[middle + 1 + (end - middle - 1) / 2]);
    highest[middle] = most;
    parts.pop_back();
  }
}

std::size_t RuleIndex::Axis::count(ir::Range range) const {
  const auto begin_in_time = std::ranges::upper_bound(entries, range.last, {}, &Entry::first) - entries.begin();
  const auto end_too_early = std::ranges::lower_bound(lasts, range.first) - lasts.begin();
  return begin_in_time > end_too_early ? static_cast<std::size_t>(begin_in_time - end_too_early) : 0;
}

void RuleIndex::Axis::collect(ir::Range range, std::vector<std::uint32_t>& to) const {
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, entries.size()}};
  while (!parts.empty()) {
    const auto [begin, end] = parts.back();
    parts.pop_back();
    if (begin >= end) continue;
    const std::size_t middle = begin + (end - begin) / 2;
    if (highest[middle] < range.first) continue;
    parts.emplace_back(begin, middle);
    if (entries[middle].first > range.last) continue;
    if (entries[middle].last >= range.first) to.push_back(entries[middle].position);
    parts.emplace_back(middle + 1, end);
  }
}

std::vector<std::uint32_t> RuleIndex::touching(const Box& box) const {
  const auto asked = [&](ir::Field field) {
    const auto& values = box[field];
    return values.empty() ? ir::Range{0, ~Uint128{0}} : ir::Range{values.front().first, values.back().last};
  };
  std::array<ir::Range, 4> ranges;
  for (std::size_t i = 0; i < fields.size(); ++i) ranges[i] = asked(fields[i]);
  const ir::Range protocol = asked(ir::Field::protocol);
  std::vector<std::uint32_t> result;
  for (const Group& group : groups_) {
    if (group.protocol.first > protocol.last || group.protocol.last < protocol.first) continue;
    if (group.constrains == 0) {
      result.insert(result.end(), group.positions.begin(), group.positions.end());
      continue;
    }
    std::size_t best = fields.size(), fewest = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if ((group.constrains >> i & 1) == 0) continue;
      const std::size_t count = group.axes[i].count(ranges[i]);
      if (best == fields.size() || count < fewest) best = i, fewest = count;
    }
    if (fewest != 0) group.axes[best].collect(ranges[best], result);
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace wallcheck::evaluate
