#pragma once
// Interned values: a rule of a 100,000-rule file is a few numbers, and equal values are one entry.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
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
// Of normalised lists, and giving such: what is in both; what is in the first alone; is anything in both; is everything of the second in the first.
std::vector<Range> intersection(std::span<const Range> a, std::span<const Range> b);
std::vector<Range> difference(std::span<const Range> a, std::span<const Range> b);
bool overlap(std::span<const Range> a, std::span<const Range> b);
bool contains(std::span<const Range> all, std::span<const Range> some);

/// Entry of the look-up tables of both pools: open addressing, a power of two of them, at most three quarters in use.
struct InternSlot {
  std::uint32_t hash = 0;
  std::uint32_t id = 0;  ///< 0 = free: the empty value is never looked up
};

/// Interned strings (names of chains, interfaces, sets). Id 0 is the empty string. Views stay valid for the pool's life, also when it is
/// moved; it cannot be copied, since they point into its memory.
/// A file of 100,000 rules asks for tens of thousands of chains in no order, so the cost of a look-up is memory: one line of a flat table that
/// holds the hashes, then the string itself, packed with its neighbours.
class StringPool {
 public:
  StringPool();
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;
  StringId intern(std::string_view text);
  std::string_view operator[](StringId id) const { return strings_[id]; }
  std::size_t size() const { return strings_.size(); }

 private:
  std::string_view keep(std::string_view text);
  std::vector<std::string_view> strings_;
  std::vector<InternSlot> table_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;     ///< rest of the last chunk
  std::size_t left_ = 0;
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
  static std::uint32_t hash(std::span<const Range> ranges);
  std::vector<Range> ranges_;
  std::vector<List> lists_;
  std::vector<InternSlot> table_;
};

}  // namespace wallcheck::ir
