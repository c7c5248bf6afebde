#include "ir/firewall.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::ir;

TEST_CASE("range lists are sorted, disjoint and joined") {
  CHECK(normalised({{5, 9}, {1, 4}, {20, 10}, {30, 40}, {35, 50}}) == std::vector<Range>{{1, 9}, {30, 50}});
  CHECK(normalised({{0, ~Uint128{0}}, {3, 4}}) == std::vector<Range>{{0, ~Uint128{0}}});
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
