#pragma once
// Interned values: a rule of a 100,000-rule file is a few numbers, and equal values are one entry.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/uint128.h"

namespace wallcheck::ir {

/// Inclusive range of a numeric field: addresses (base/address.h), ports, protocol numbers, states...
struct Range {
  Uint128 first = 0;
  Uint128 last = 0;
  bool operator==(const Range&) const = default;
  bool contains(Uint128 value) const { return value >= first && value <= last; }
};

using StringId = std::uint32_t;
using RangesId = std::uint32_t;

/// Sorts, and joins what overlaps or touches: the form that all range lists are kept in. Ranges with first > last vanish.
std::vector<Range> normalised(std::vector<Range> ranges);

/// Interned strings (names of chains, interfaces, sets). Id 0 is the empty string. Views stay valid for the pool's life, also when it is
/// moved; it cannot be copied, since the look-up table points into the strings.
class StringPool {
 public:
  StringPool();
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;
  StringId intern(std::string_view text);
  std::string_view operator[](StringId id) const { return strings_[id]; }
  std::size_t size() const { return strings_.size(); }

 private:
  std::deque<std::string> strings_;
  std::unordered_map<std::string_view, StringId> ids_;
};

/// Interned sets of values: sorted, disjoint, non-touching ranges. Id 0 is the empty set.
class RangePool {
 public:
  RangePool();
  /// `ranges` need not be normalised. Equal sets get equal ids.
  RangesId intern(std::span<const Range> ranges);
  RangesId intern(Range range) { return intern(std::span<const Range>(&range, 1)); }
  std::span<const Range> operator[](RangesId id) const {
    return std::span(ranges_).subspan(lists_[id].first, lists_[id].count);
  }
  bool contains(RangesId id, Uint128 value) const;
  std::size_t size() const { return lists_.size(); }

 private:
  struct List {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::uint64_t hash(std::span<const Range> ranges) const;
  void grow();
  std::vector<Range> ranges_;
  std::vector<List> lists_;
  std::vector<RangesId> table_;  ///< open addressing, power of two, 0 = free (the empty set is never looked up here)
};

}  // namespace wallcheck::ir
