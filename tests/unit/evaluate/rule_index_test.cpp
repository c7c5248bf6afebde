#include "evaluate/rule_index.h"

#include <algorithm>
#include <array>
#include <random>

#include <catch2/catch.hpp>

#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::test;
using evaluate::Box, evaluate::RuleIndex;

namespace {

constexpr std::array indexed{Field::source, Field::destination, Field::source_port, Field::destination_port, Field::protocol};

/// Rules like those of long lists: prefixes and single addresses, ports by range and by list, some that say little, some that match nothing.
class Rules : public InputFilter {
 public:
  explicit Rules(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<Match> matches;
      for (const Field field : indexed) {
        if (below(10) < 5) continue;
        std::vector<Range> values(1 + (below(6) == 0 ? 3 : 0));
        for (Range& range : values) range = some(field);
        matches.push_back({.kind = MatchKind::ranges, .field = field, .negated = below(12) == 0, .value = fw.ranges.intern(values)});
      }
      if (below(50) == 0) matches.push_back({.kind = MatchKind::ranges, .field = Field::protocol, .value = fw.ranges.intern(std::span<const Range>{})});
      rule(input, matches, below(2) == 0 ? accept : drop);
    }
    build();
  }
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(dice_() % end); }
  Range some(Field field) {
    if (field == Field::protocol) return below(2) == 0 ? Range{6, 6} : Range{17, 17};
    if (field == Field::source || field == Field::destination) {
      const std::uint32_t bits = below(4) * 8, address = 10u << 24 | below(1u << 12) << 8 | below(256);
      const std::uint32_t mask = bits == 0 ? ~0u : ~0u << bits;
      return {ipv4(address & mask), ipv4((address & mask) | ~mask)};
    }
    const std::uint32_t port = below(65'000);
    return {port, port + (below(3) == 0 ? below(500) : 0)};
  }
  bool matches(std::uint32_t position, const Box& point) const {
    return std::ranges::all_of(fw.matches_of(fw.rules[fw.rules_of(fw.lists[input])[position]]), [&](const Match& match) {
      return fw.ranges.contains(match.value, point[match.field].front().first) != match.negated;
    });
  }
  /// Of the box's values some may match, as far as plain matches say.
  bool touches(std::uint32_t position, const Box& box) const {
    return std::ranges::all_of(fw.matches_of(fw.rules[fw.rules_of(fw.lists[input])[position]]), [&](const Match& match) {
      if (fw.ranges[match.value].empty()) return false;
      return match.negated || box[match.field].empty() || std::ranges::any_of(fw.ranges[match.value], [&](const Range& range) {
               return std::ranges::any_of(box[match.field], [&](const Range& asked) { return range.first <= asked.last && asked.first <= range.last; });
             });
    });
  }

 private:
  std::mt19937 dice_{1};
};

}  // namespace

TEST_CASE("the index finds the first rule that a look at each finds") {
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 64u, 65u, 700u, 9000u}) {
    Rules rules(count);
    const RuleIndex index(rules.fw, rules.fw.lists[rules.input]);
    std::size_t found = 0;
    for (int i = 0; i < 400; ++i) {
      Box point;
      for (const Field field : indexed) {
        const Uint128 value = rules.some(field).first;
        point[field] = {{value, value}};
      }
      const auto all = static_cast<std::uint32_t>(count);
      const std::uint32_t from = i % 4 == 0 ? rules.below(all + 1) : 0, to = i % 3 == 0 ? from + rules.below(all - from + 1) : all;
      const auto wanted = [&](std::uint32_t at) { return rules.matches(at, point); };
      std::uint32_t expected = from;
      while (expected < to && !wanted(expected)) ++expected;
      REQUIRE(index.first(point, from, to, wanted) == expected);
      found += expected < to;
    }
    if (count >= 700) CHECK(found > 40);
  }
}

TEST_CASE("the index leaves out no rule that touches a box, and most others") {
  Rules rules(3000);
  const RuleIndex index(rules.fw, rules.fw.lists[rules.input]);
  std::size_t told = 0, touching = 0;
  for (int i = 0; i < 400; ++i) {
    Box box;
    for (const Field field : indexed)
      if (rules.below(5) != 0) box[field] = {rules.some(field)};
    const std::uint32_t from = rules.below(1000), to = from + rules.below(2001);
    const auto positions = index.touching(box, from, to);
    REQUIRE(std::ranges::is_sorted(positions));
    REQUIRE(std::ranges::adjacent_find(positions) == positions.end());
    for (const std::uint32_t at : positions) REQUIRE((from <= at && at < to));
    for (std::uint32_t at = from; at < to; ++at) {
      if (!rules.touches(at, box)) continue;
      ++touching;
      REQUIRE(std::ranges::binary_search(positions, at));
    }
    told += positions.size();
  }
  CHECK(touching > 1000);
  CHECK(told < 2 * touching);
}
