#include "ir/firewall.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::ir;

TEST_CASE("range lists are sorted, disjoint and joined") {
  CHECK(normalised({{5, 9}, {1, 4}, {20, 10}, {30, 40}, {35, 50}}) == std::vector<Range>{{1, 9}, {30, 50}});
  CHECK(normalised({{0, ~Uint128{0}}, {3, 4}}) == std::vector<Range>{{0, ~Uint128{0}}});
}

TEST_CASE("two range lists: in both, in the first alone, in common, the one in the other") {
  // Every pair of sets of six numbers, the last one as large as numbers get.
  const auto number = [](unsigned bit) { return bit < 5 ? Uint128{bit} : ~Uint128{0}; };
  const auto list = [&](unsigned set) {
    std::vector<Range> ranges;
    for (unsigned bit = 0; bit < 6; ++bit)
      if (set >> bit & 1) ranges.push_back({number(bit), number(bit)});
    return normalised(ranges);
  };
  for (unsigned a = 0; a < 64; ++a)
    for (unsigned b = 0; b < 64; ++b) {
      INFO(a << " " << b);
      CHECK(intersection(list(a), list(b)) == list(a & b));
      CHECK(difference(list(a), list(b)) == list(a & ~b));
      CHECK(overlap(list(a), list(b)) == ((a & b) != 0));
      CHECK(contains(list(a), list(b)) == ((b & ~a) == 0));
    }
}

TEST_CASE("equal range lists are one entry") {
  RangePool pool;
  const Range a[] = {{1, 4}, {5, 9}};
  CHECK(pool.intern(Range{1, 9}) == pool.intern(a));
  CHECK(pool.intern(Range{9, 1}) == 0);
  for (unsigned i = 0; i < 1000; ++i) pool.intern(Range{i, i + 100});
  CHECK(pool.intern(Range{500, 600}) == pool.intern(Range{500, 600}));
  CHECK(pool.contains(pool.intern(a), 9));
  CHECK_FALSE(pool.contains(pool.intern(a), 10));
}

TEST_CASE("interface patterns") {
  CHECK(interface_matches("eth+", "eth0"));
  CHECK(interface_matches("eth+", "eth"));
  CHECK(interface_matches("+", ""));
  CHECK_FALSE(interface_matches("eth0", ""));
  CHECK_FALSE(interface_matches("eth1", "eth10"));
  CHECK(interface_matches("eth1+", "eth10"));
}
