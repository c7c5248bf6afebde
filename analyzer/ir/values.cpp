#include "ir/values.h"

#include <algorithm>
#include <functional>

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

std::vector<Range> intersection(std::span<const Range> a, std::span<const Range> b) {
  std::vector<Range> both;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end(); ++(x->last < y->last ? x : y)) {
    const Range common{std::max(x->first, y->first), std::min(x->last, y->last)};
    if (common.first <= common.last) both.push_back(common);
  }
  return both;
}

std::vector<Range> difference(std::span<const Range> a, std::span<const Range> b) {
  std::vector<Range> rest;
  auto hole = b.begin();
  for (const Range& range : a) {
    Uint128 next = range.first;
    bool open = true;  // something of the range is left from `next` on
    while (hole != b.end() && hole->last < next) ++hole;
    for (; open && hole != b.end() && hole->first <= range.last; ++hole) {
      if (hole->first > next) rest.push_back({next, hole->first - 1});
      open = hole->last < range.last;
      if (!open) break;  // it may reach into the next range
      next = hole->last + 1;
    }
    if (open) rest.push_back({next, range.last});
  }
  return rest;
}

bool overlap(std::span<const Range> a, std::span<const Range> b) {
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end(); ++(x->last < y->last ? x : y))
    if (x->first <= y->last && y->first <= x->last) return true;
  return false;
}

bool contains(std::span<const Range> all, std::span<const Range> some) {
  return std::ranges::all_of(some, [&](const Range& range) {
    const auto around = std::ranges::lower_bound(all, range.last, {}, &Range::last);
    return around != all.end() && around->first <= range.first;
  });
}

namespace {

/// The slot of the value with this hash for which `same(id)` holds, or the free one where it belongs. Doubles the table first if it is three quarters full.
template <class Same>
InternSlot& find_slot(std::vector<InternSlot>& table, std::size_t used, std::uint32_t hash, Same&& same) {
  if (used * 4 > table.size() * 3) {
    std::vector<InternSlot> larger(table.size() * 2);
    for (const InternSlot& old : table) {
      if (old.id == 0) continue;
      std::size_t slot = old.hash & (larger.size() - 1);
      while (larger[slot].id != 0) slot = (slot + 1) & (larger.size() - 1);
      larger[slot] = old;
    }
    table = std::move(larger);
  }
  const std::size_t mask = table.size() - 1;
  std::size_t slot = hash & mask;
  while (table[slot].id != 0 && !(table[slot].hash == hash && same(table[slot].id))) slot = (slot + 1) & mask;
  return table[slot];
}

bool is_normal(std::span<const Range> ranges) {
  const auto is_gap = [](const Range& a, const Range& b) { return a.last < b.first && b.first - a.last > 1; };
  return std::ranges::all_of(ranges, [](const Range& range) { return range.first <= range.last; }) &&
         std::ranges::adjacent_find(ranges, std::not_fn(is_gap)) == ranges.end();
}

}  // namespace

StringPool::StringPool() : strings_(1), table_(16) {}

StringId StringPool::intern(std::string_view text) {
  if (text.empty()) return 0;
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
  InternSlot& slot = find_slot(table_, strings_.size(), hash, [&](StringId id) { return strings_[id] == text; });
  if (slot.id == 0) {
    slot = {hash, static_cast<StringId>(strings_.size())};
    strings_.push_back(keep(text));
  }
  return slot.id;
}

std::string_view StringPool::keep(std::string_view text) {
  // Chunks grow: a file of 100,000 rules has one pool, a dump of 10,000 security groups has 10,000.
  constexpr std::size_t first_chunk = 256, doublings = 6;
  if (text.size() > left_) {
    left_ = std::max(first_chunk << std::min(chunks_.size(), doublings), text.size());
    free_ = chunks_.emplace_back(std::make_unique<char[]>(left_)).get();
  }
  char* const kept = free_;
  std::ranges::copy(text, kept);
  free_ += text.size();
  left_ -= text.size();
  return {kept, text.size()};
}

RangePool::RangePool() : lists_(1), table_(64) {}

std::uint32_t RangePool::hash(std::span<const Range> ranges) {
  std::uint64_t h = 0x9e3779b97f4a7c15u;
  const auto mix = [&h](std::uint64_t v) {
    h ^= v;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  };
  for (const Range& r : ranges) {
    mix(low64(r.first)), mix(high64(r.first)), mix(low64(r.last)), mix(high64(r.last));
  }
  return static_cast<std::uint32_t>(h);
}

RangesId RangePool::intern(std::span<const Range> given) {
  std::vector<Range> sorted;
  std::span<const Range> ranges = given;
  if (!is_normal(given)) {
    sorted = normalised({given.begin(), given.end()});
    ranges = sorted;
  }
  if (ranges.empty()) return 0;
  const std::uint32_t own = hash(ranges);
  InternSlot& slot = find_slot(table_, lists_.size(), own, [&](RangesId id) { return std::ranges::equal((*this)[id], ranges); });
  if (slot.id == 0) {
    slot = {own, static_cast<RangesId>(lists_.size())};
    lists_.push_back({static_cast<std::uint32_t>(ranges_.size()), static_cast<std::uint32_t>(ranges.size())});
    ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
  }
  return slot.id;
}

bool RangePool::contains(RangesId id, Uint128 value) const {
  const auto ranges = (*this)[id];
  const auto after = std::ranges::upper_bound(ranges, value, {}, &Range::first);
  return after != ranges.begin() && value <= std::prev(after)->last;
}

}  // namespace wallcheck::ir
