#include "evaluate/rule_index.h"

#include <algorithm>
#include <optional>

namespace wallcheck::evaluate {

namespace {

constexpr std::uint32_t rules_in_a_leaf = 8;
/// Entries that are looked at to decide where to part the others.
constexpr std::uint32_t looked_at = 64;

/// The lowest and the highest value that the rule's plain matches leave a field; nullopt: it has none on it. An empty one is {1, 0}.
std::optional<ir::Range> hull(const ir::Firewall& firewall, const ir::Rule& rule, ir::Field field) {
  std::optional<ir::Range> result;
  for (const ir::Match& match : firewall.matches_of(rule)) {
    if (match.kind != ir::MatchKind::ranges || match.field != field || match.negated) continue;
    const auto ranges = firewall.ranges[match.value];
    if (ranges.empty()) return ir::Range{1, 0};
    if (!result) result = ir::Range{ranges.front().first, ranges.back().last};
    else result = ir::Range{std::max(result->first, ranges.front().first), std::min(result->last, ranges.back().last)};
    if (result->first > result->last) return ir::Range{1, 0};
  }
  return result;
}

}  // namespace

RuleIndex::RuleIndex(const ir::Firewall& firewall, const ir::RuleList& list) {
  constexpr ir::Range all{0, ~Uint128{0}};
  std::vector<std::array<ir::Range, fields.size()>> hulls;
  std::vector<std::uint32_t> positions;
  const auto rules = firewall.rules_of(list);
  for (std::uint32_t at = 0; at < rules.size(); ++at) {
    std::array<ir::Range, fields.size()> values;
    for (std::size_t i = 0; i < fields.size(); ++i) values[i] = hull(firewall, firewall.rules[rules[at]], fields[i]).value_or(all);
    if (std::ranges::any_of(values, [](const ir::Range& range) { return range.first > range.last; })) continue;  // it touches nothing
    hulls.push_back(values);
    positions.push_back(at);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const auto& values : hulls) {
      cuts_[i].push_back(values[i].first);
      if (values[i].last != all.last) cuts_[i].push_back(values[i].last + 1);
    }
    std::ranges::sort(cuts_[i]);
    cuts_[i].erase(std::unique(cuts_[i].begin(), cuts_[i].end()), cuts_[i].end());
    const std::size_t step = cuts_[i].size() / last_piece + 1;
    for (std::size_t kept = 1; kept * step < cuts_[i].size(); ++kept) cuts_[i][kept] = cuts_[i][kept * step];
    cuts_[i].resize((cuts_[i].size() + step - 1) / step);
    cuts_[i].shrink_to_fit();
  }
  while (rules.size() >> position_shift_ > last_piece) ++position_shift_;
  entries_.resize(hulls.size());
  for (std::size_t e = 0; e < hulls.size(); ++e) {
    Bounds& bounds = entries_[e].bounds;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      bounds.first[i] = piece_of(i, hulls[e][i].first);
      bounds.last[i] = piece_of(i, hulls[e][i].last);
    }
    bounds.first[position] = bounds.last[position] = piece_of(positions[e]);
    entries_[e].at = positions[e];
  }
  if (!entries_.empty()) build(0, static_cast<std::uint32_t>(entries_.size()));
}

RuleIndex::Piece RuleIndex::piece_of(std::size_t axis, Uint128 value) const {
  return static_cast<Piece>(std::ranges::upper_bound(cuts_[axis], value) - cuts_[axis].begin());
}

void RuleIndex::Bounds::include(const Bounds& other) {
  for (std::size_t i = 0; i < axes; ++i) {
    first[i] = std::min(first[i], other.first[i]);
    last[i] = std::max(last[i], other.last[i]);
  }
}

/// The order whose halves would be asked in vain least often. What is asked about is as likely to lie in one place of an axis as in another;
/// of a field it mostly is a value or a few, of the list it is what stands before or behind a rule.
RuleIndex::Cut RuleIndex::best_cut(std::uint32_t begin, std::uint32_t end) const {
  std::array<Entry, looked_at> some;
  const std::uint32_t count = std::min(end - begin, looked_at);
  for (std::uint32_t i = 0; i < count; ++i) some[i] = entries_[begin + static_cast<std::uint64_t>(end - begin) * i / count];
  std::array<double, axes> pieces;
  for (std::size_t i = 0; i < fields.size(); ++i) pieces[i] = static_cast<double>(cuts_[i].size()) + 1;
  pieces[position] = nodes_[0].bounds.last[position] + 1.0;
  /// How often it is asked: as often as something lies in its box.
  const auto size_of = [&](const Bounds& bounds) {
    double size = 1;
    for (std::size_t i = 0; i < axes; ++i) size *= (bounds.last[i] - bounds.first[i] + 1) / pieces[i] + (i == position ? 0.5 : 0.1);
    return size;
  };
  Cut best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    for (const By by : {By::first, By::last, By::width}) {
      const Cut cut{axis, by};
      std::nth_element(some.begin(), some.begin() + count / 2, some.begin() + count, cut);
      Bounds low = some[0].bounds, high = some[count / 2].bounds;
      for (std::uint32_t i = 0; i < count; ++i) (i < count / 2 ? low : high).include(some[i].bounds);
      const double size = size_of(low) + size_of(high);
      if (size < least) least = size, best = cut;
    }
  }
  return best;
}

void RuleIndex::build(std::uint32_t begin, std::uint32_t end) {
  const auto here = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({entries_[begin].bounds, begin, end, 0});
  for (std::uint32_t i = begin + 1; i < end; ++i) nodes_[here].bounds.include(entries_[i].bounds);
  const auto first = entries_.begin() + begin, last = entries_.begin() + end;
  if (end - begin <= rules_in_a_leaf) {
    std::ranges::sort(first, last, {}, &Entry::at);
    nodes_[here].behind = here + 1;
    return;
  }
  const std::uint32_t middle = begin + (end - begin) / 2;
  std::nth_element(first, entries_.begin() + middle, last, best_cut(begin, end));
  build(begin, middle);
  build(middle, end);
  nodes_[here].behind = static_cast<std::uint32_t>(nodes_.size());
}

RuleIndex::Bounds RuleIndex::asked(const Box& box, std::uint32_t from, std::uint32_t to) const {
  Bounds result;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& values = box[fields[i]];
    const bool is_one = !values.empty() && values.front().first == values.back().last;
    result.first[i] = values.empty() ? Piece{0} : piece_of(i, values.front().first);
    result.last[i] = values.empty() ? last_piece : is_one ? result.first[i] : piece_of(i, values.back().last);
  }
  result.first[position] = piece_of(from);
  result.last[position] = piece_of(to - 1);
  return result;
}

std::vector<std::uint32_t> RuleIndex::touching(const Box& box, std::uint32_t from, std::uint32_t to) const {
  std::vector<std::uint32_t> result;
  if (nodes_.empty() || from >= to) return result;
  const Bounds question = asked(box, from, to);
  for (std::uint32_t here = 0; here < nodes_.size();) {
    const Node& node = nodes_[here];
    if (!node.bounds.touches(question)) {
      here = node.behind;
      continue;
    }
    if (node.behind == ++here)
      for (std::uint32_t i = node.begin; i < node.end; ++i)
        if (entries_[i].bounds.touches(question) && entries_[i].at >= from && entries_[i].at < to) result.push_back(entries_[i].at);
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace wallcheck::evaluate
