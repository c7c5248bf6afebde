#include "ir/values.h"

#include <algorithm>

namespace wallcheck::ir {

std::vector<Range> normalised(std::vector<Range> ranges) {
  std::erase_if(ranges, [](const Range& r) { return r.first > r.last; });
  std::ranges::sort(ranges, {}, &Range::first);
  std::size_t kept = 0;
  for (const Range& range : ranges) {
    const bool touches = kept > 0 && (ranges[kept - 1].last == ~Uint128{0} || range.first <= ranges[kept - 1].last + 1);
    if (touches) ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    else ranges[kept++] = range;
  }
  ranges.resize(kept);
  return ranges;
}

StringPool::StringPool() { intern(""); }

StringId StringPool::intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const auto id = static_cast<StringId>(strings_.size());
  ids_.emplace(strings_.emplace_back(text), id);
  return id;
}

RangePool::RangePool() : lists_(1), table_(64, 0) {}

std::uint64_t RangePool::hash(std::span<const Range> ranges) const {
  std::uint64_t h = 0x9e3779b97f4a7c15u;
  const auto mix = [&h](std::uint64_t v) {
    h ^= v;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  };
  for (const Range& r : ranges) {
    mix(low64(r.first)), mix(high64(r.first)), mix(low64(r.last)), mix(high64(r.last));
  }
  return h;
}

RangesId RangePool::intern(std::span<const Range> given) {
  std::vector<Range> sorted;
  std::span<const Range> ranges = given;
  const bool already_normal = given.size() == 1 && given[0].first <= given[0].last;
  if (!already_normal) {
    sorted = normalised({given.begin(), given.end()});
    ranges = sorted;
  }
  if (ranges.empty()) return 0;
  if (lists_.size() * 2 > table_.size()) grow();
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = hash(ranges) & mask;; slot = (slot + 1) & mask) {
    if (table_[slot] == 0) {
      const auto id = static_cast<RangesId>(lists_.size());
      lists_.push_back({static_cast<std::uint32_t>(ranges_.size()), static_cast<std::uint32_t>(ranges.size())});
      ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
      return table_[slot] = id;
    }
    if (std::ranges::equal((*this)[table_[slot]], ranges)) return table_[slot];
  }
}

void RangePool::grow() {
  std::vector<RangesId> larger(table_.size() * 2, 0);
  const std::size_t mask = larger.size() - 1;
  for (RangesId id = 1; id < lists_.size(); ++id) {
    std::size_t slot = hash((*this)[id]) & mask;
    while (larger[slot] != 0) slot = (slot + 1) & mask;
    larger[slot] = id;
  }
  table_ = std::move(larger);
}

bool RangePool::contains(RangesId id, Uint128 value) const {
  const auto ranges = (*this)[id];
  const auto after = std::ranges::upper_bound(ranges, value, {}, &Range::first);
  return after != ranges.begin() && value <= std::prev(after)->last;
}

}  // namespace wallcheck::ir
