#include "evaluate/rule_index.h"

#include <algorithm>
#include <optional>

namespace wallcheck::evaluate {

namespace {

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
      if (values[i].first != all.first) cuts_[i].push_back(values[i].first);
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
  if (!positions.empty()) last_position_ = piece_of(positions.back());
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
  blocks_.reserve(entries_.size() / (width - 1) + axes);
  if (!entries_.empty()) build(0, static_cast<std::uint32_t>(entries_.size()));
  entries_ = {};
}

RuleIndex::Block::Block() {
  for (auto& lanes : first) lanes.fill(last_piece);
  for (auto& lanes : last) lanes.fill(-1);
}

void RuleIndex::Block::set(std::size_t lane, const Bounds& bounds, std::uint32_t what) {
  for (std::size_t i = 0; i < axes; ++i) {
    first[i][lane] = bounds.first[i];
    last[i][lane] = bounds.last[i];
  }
  below[lane] = what;
}

RuleIndex::Piece RuleIndex::piece_of(std::size_t axis, Uint128 value) const {
  return static_cast<Piece>(std::ranges::upper_bound(cuts_[axis], value) - cuts_[axis].begin());
}

void RuleIndex::Bounds::include(const Bounds& other) {
  Bounds both;  // the compiler knows that nothing else lies there
  for (std::size_t i = 0; i < axes; ++i) both.first[i] = std::min(first[i], other.first[i]);
  for (std::size_t i = 0; i < axes; ++i) both.last[i] = std::max(last[i], other.last[i]);
  *this = both;
}

/// The order whose halves would be asked in vain least often. What is asked about is as likely to lie in one place of an axis as in another;
/// of a field it mostly is a value or a few, of the list it is what stands before or behind a rule.
RuleIndex::Cut RuleIndex::best_cut(std::uint32_t begin, std::uint32_t end) const {
  std::array<Bounds, looked_at> some;
  std::array<std::pair<int, std::uint32_t>, looked_at> order;
  const std::uint32_t count = std::min(end - begin, looked_at);
  for (std::uint32_t i = 0; i < count; ++i) some[i] = entries_[begin + static_cast<std::uint64_t>(end - begin) * i / count].bounds;
  std::array<double, axes> pieces;
  for (std::size_t i = 0; i < fields.size(); ++i) pieces[i] = static_cast<double>(cuts_[i].size()) + 1;
  pieces[position] = last_position_ + 1.0;
  /// How often it is asked: as often as something lies in its box.
  const auto size_of = [&](const Bounds& bounds) {
    double size = 1;
    for (std::size_t i = 0; i < axes; ++i) size *= (bounds.last[i] - bounds.first[i] + 1) / pieces[i] + (i == position ? 0.7 : 0.03);
    return size;
  };
  Cut best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    for (const By by : {By::first, By::last, By::width}) {
      const Cut cut{axis, by};
      for (std::uint32_t i = 0; i < count; ++i) order[i] = {cut.key(some[i]), i};
      std::nth_element(order.begin(), order.begin() + count / 2, order.begin() + count);
      Bounds low = some[order[0].second], high = some[order[count / 2].second];
      for (std::uint32_t i = 0; i < count; ++i) (i < count / 2 ? low : high).include(some[order[i].second]);
      const double size = size_of(low) + size_of(high);
      if (size < least) least = size, best = cut;
    }
  }
  return best;
}

/// Parts entries into runs of `each`, all but the last one full; entries with much in common stay together.
void RuleIndex::part(std::uint32_t begin, std::uint32_t end, std::uint32_t each, std::vector<std::uint32_t>& ends) {
  if (end - begin <= each) return ends.push_back(end);
  const std::uint32_t middle = begin + ((end - begin - 1) / each + 1) / 2 * each;
  std::nth_element(entries_.begin() + begin, entries_.begin() + middle, entries_.begin() + end, best_cut(begin, end));
  part(begin, middle, each, ends);
  part(middle, end, each, ends);
}

/// The number of the block.
std::uint32_t RuleIndex::build(std::uint32_t begin, std::uint32_t end) {
  struct Below {
    Bounds bounds;
    std::uint32_t what;
  };
  std::vector<Below> all;
  const bool is_leaf = end - begin <= width;
  if (is_leaf) {
    for (std::uint32_t i = begin; i < end; ++i) all.push_back({entries_[i].bounds, entries_[i].at});
    std::ranges::sort(all, {}, &Below::what);
  } else {
    std::uint32_t each = width;
    while (each < (end - begin - 1) / width + 1) each *= width;
    std::vector<std::uint32_t> ends;
    part(begin, end, each, ends);
    for (std::uint32_t from = begin; const std::uint32_t to : ends) {
      Bounds bounds = entries_[from].bounds;
      for (std::uint32_t i = from + 1; i < to; ++i) bounds.include(entries_[i].bounds);
      all.push_back({bounds, build(from, to)});
      from = to;
    }
    std::ranges::stable_sort(all, {}, [](const Below& one) { return one.bounds.first[position]; });
  }
  Block& block = blocks_.emplace_back();
  block.is_leaf = is_leaf;
  for (std::size_t lane = 0; lane < all.size(); ++lane) block.set(lane, all[lane].bounds, all[lane].what);
  return static_cast<std::uint32_t>(blocks_.size() - 1);
}

RuleIndex::Question RuleIndex::asked(const Box& box, std::uint32_t from, std::uint32_t to) const {
  Question result;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& values = box[fields[i]];
    const bool is_one = !values.empty() && values.front().first == values.back().last;
    const Piece first = values.empty() ? Piece{0} : piece_of(i, values.front().first);
    result.first[i].fill(first);
    result.last[i].fill(values.empty() ? last_piece : is_one ? first : piece_of(i, values.back().last));
  }
  result.first[position].fill(piece_of(from));
  result.last[position].fill(piece_of(to - 1));
  return result;
}

std::vector<std::uint32_t> RuleIndex::touching(const Box& box, std::uint32_t from, std::uint32_t to) const {
  std::vector<std::uint32_t> result;
  if (blocks_.empty() || from >= to) return result;
  const Question question = asked(box, from, to);
  std::array<std::uint32_t, most_waiting> waiting;
  std::size_t count = 0;
  waiting[count++] = static_cast<std::uint32_t>(blocks_.size() - 1);
  while (count > 0) {
    const Block& block = blocks_[waiting[--count]];
    for (unsigned lanes = block.touching(question); lanes != 0; lanes &= lanes - 1) {
      const std::uint32_t below = block.below[static_cast<std::size_t>(std::countr_zero(lanes))];
      if (!block.is_leaf) waiting[count++] = below;
      else if (below >= from && below < to) result.push_back(below);
    }
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace wallcheck::evaluate
