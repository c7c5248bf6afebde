#include <map>

#include <catch2/catch.hpp>

#include "small_world.h"

using namespace wallcheck;
using namespace wallcheck::packets;

namespace {

bool in_region(const Region& region, const Point& point) {
  for (const Region::Part& part : region.parts)
    if (std::ranges::none_of(part.values, [&](const ir::Range& r) { return r.contains(*point.get(part.dimension)); })) return false;
  return true;
}

}  // namespace

TEST_CASE("the laws of sets hold") {
  SmallWorld world;
  std::mt19937 random(11);
  for (unsigned round = 0; round < 200; ++round) {
    const Set a{world.diagrams, world.random_node(random, 2, 5)};
    const Set b{world.diagrams, world.random_node(random, 2, 5)};
    const Set c{world.diagrams, world.random_node(random, 2, 5)};
    CHECK((a & (b | c)) == ((a & b) | (a & c)));
    CHECK((a - b) == (a & ~b));
    CHECK(~(a | b) == (~a & ~b));
    CHECK(((a - b) | (a & b)) == a);
    CHECK((a & b).subset_of(a));
    CHECK(a.subset_of(a | b));
    CHECK((a.subset_of(b) && b.subset_of(a)) == (a == b));
    CHECK((a - a).empty());
    CHECK((a | ~a).is_all());
  }
}

TEST_CASE("membership, support and projections agree with counting packets") {
  SmallWorld world;
  std::mt19937 random(12);
  for (unsigned round = 0; round < 100; ++round) {
    const Set set{world.diagrams, world.random_node(random, 2, 5)};
    const auto table = world.table(set.node());
    for (unsigned packet = 0; packet < SmallWorld::packet_count; ++packet)
      REQUIRE(set.contains(SmallWorld::point_of(packet)) == (table[packet] == 1));
    for (std::size_t i = 0; i < std::size(SmallWorld::dimensions); ++i) {
      bool matters = false;
      std::vector<bool> occurs(SmallWorld::sizes[i]);
      for (unsigned packet = 0; packet < SmallWorld::packet_count; ++packet) {
        auto values = SmallWorld::values_of(packet);
        if (table[packet] == 1) occurs[values[i]] = true;
        values[i] = 0;
        matters |= table[SmallWorld::packet_of(values)] != table[packet];
      }
      CHECK(set.depends_on(SmallWorld::dimensions[i]) == matters);
      std::vector<ir::Range> values;
      for (unsigned v = 0; v < SmallWorld::sizes[i]; ++v)
        if (occurs[v]) values.push_back({v, v});
      CHECK(set.values_of(SmallWorld::dimensions[i]) == ir::normalised(values));
    }
    const Dimension both[] = {SmallWorld::dimensions[1], SmallWorld::dimensions[3]};
    CHECK(set.exists(both) == set.exists(std::span(both, 1)).exists(std::span(both + 1, 1)));
    CHECK(set.forall(both) == ~(~set).exists(both));
    CHECK(set.forall_in(Set::all(world.diagrams), both) == set.forall(both));
    const Dimension rest[] = {SmallWorld::dimensions[0], SmallWorld::dimensions[2], SmallWorld::dimensions[4]};
    CHECK(set.onto(rest) == set.exists(both));
    CHECK(set.exists_between(dimension::first_free, dimension::first_free + 8) ==
          set.exists(std::span(SmallWorld::dimensions).subspan(3)));
  }
}

TEST_CASE("forall_in asks about the values that the universe has") {
  Diagrams diagrams;
  const Dimension port[] = {dimension::destination_port};
  const ir::Range low[] = {{0, 99}}, some[] = {{0, 499}};
  const Set universe = Set::values(diagrams, dimension::destination_port, low) & Set::value(diagrams, dimension::protocol, 6);
  const Set set = Set::values(diagrams, dimension::destination_port, some);
  CHECK(set.forall(port).empty());
  CHECK(set.forall_in(universe, port) == Set::value(diagrams, dimension::protocol, 6));
}

TEST_CASE("regions are disjoint and cover exactly") {
  SmallWorld world;
  std::mt19937 random(13);
  for (unsigned round = 0; round < 100; ++round) {
    const Set set{world.diagrams, world.random_node(random, 2, 1 + random() % 5)};
    const Regions regions = set.regions(1000);
    REQUIRE(regions.complete);
    for (unsigned packet = 0; packet < SmallWorld::packet_count; ++packet) {
      const Point point = SmallWorld::point_of(packet);
      const auto count = std::ranges::count_if(regions.list, [&](const Region& r) { return in_region(r, point); });
      REQUIRE(count == (set.contains(point) ? 1 : 0));
    }
  }
}

TEST_CASE("regions read well") {
  Diagrams diagrams;
  const auto ports = [&](Uint128 first, Uint128 last) {
    const ir::Range range[] = {{first, last}};
    return Set::values(diagrams, dimension::destination_port, range);
  };
  const Set tcp = Set::value(diagrams, dimension::protocol, 6), udp = Set::value(diagrams, dimension::protocol, 17);
  CHECK(Set::none(diagrams).regions(8).list.empty());
  CHECK(Set::all(diagrams).regions(8).list == std::vector<Region>{Region{}});
  // One region although the diagram has two ways: the protocols lead to the same ports.
  const Regions web = ((tcp | udp) & (ports(80, 80) | ports(443, 443))).regions(8);
  REQUIRE(web.list.size() == 1);
  CHECK(*web.list[0].values_of(dimension::protocol) == std::vector<ir::Range>{{6, 6}, {17, 17}});
  CHECK(*web.list[0].values_of(dimension::destination_port) == std::vector<ir::Range>{{80, 80}, {443, 443}});
  CHECK(web.list[0].values_of(dimension::source) == nullptr);
  const Regions two = ((tcp & ports(80, 80)) | (udp & ports(53, 53))).regions(8);
  CHECK(two.complete);
  CHECK(two.list.size() == 2);
  const Regions cut = ((tcp & ports(80, 80)) | (udp & ports(53, 53))).regions(1);
  CHECK_FALSE(cut.complete);
  CHECK(cut.list.size() == 1);
}

TEST_CASE("witnesses lie in the set and follow preferences where they can") {
  SmallWorld world;
  std::mt19937 random(14);
  for (unsigned round = 0; round < 200; ++round) {
    const Set set{world.diagrams, world.random_node(random, 2, 4)};
    const Preference preferences[] = {{dimension::destination_port, {random() % 16, random() % 16}}, {dimension::state, {3}}};
    const auto point = set.witness(preferences);
    REQUIRE(point.has_value() == !set.empty());
    if (!point) continue;
    CHECK(set.contains(*point));
    if (!set.restricted(dimension::state, 3).empty()) CHECK(*point->get(dimension::state) == 3);
  }
  Diagrams& diagrams = world.diagrams;
  const ir::Range high[] = {{7, 15}};
  const Set set = Set::values(diagrams, dimension::destination_port, high);
  const Preference preference[] = {{dimension::destination_port, {3, 9, 8}}, {dimension::source_port, {1024}}};
  CHECK(*set.witness(preference)->get(dimension::destination_port) == 9);
  CHECK(*set.witness(preference)->get(dimension::source_port) == 1024);
  CHECK(*set.witness()->get(dimension::destination_port) == 7);
  CHECK_FALSE(set.witness()->get(dimension::source_port).has_value());
}

TEST_CASE("IPv4 and IPv6 addresses share a dimension") {
  Diagrams diagrams;
  const auto range = [&](const char* text) {
    const AddressRange r = *parse_prefix(text);
    const ir::Range one[] = {{r.first, r.last}};
    return Set::values(diagrams, dimension::destination, one);
  };
  const Set set = range("10.0.0.0/8") | range("2001:db8::/32");
  CHECK(range("10.1.0.0/16").subset_of(set));
  CHECK(range("2001:db8:1::/48").subset_of(set));
  CHECK((range("11.0.0.0/8") & set).empty());
  CHECK(set.regions(4).list.size() == 1);
}
