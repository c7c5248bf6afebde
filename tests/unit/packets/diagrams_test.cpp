// Every operation on diagrams against the same operation on written-down tables, and canonical form: equal tables, equal nodes.

#include <map>

#include <catch2/catch.hpp>

#include "small_world.h"

using namespace wallcheck;
using namespace wallcheck::packets;
using Table = SmallWorld::Table;

namespace {

constexpr unsigned rounds = 300;

template <class Function>
Table by_packet(Function&& function) {
  Table table;
  for (unsigned packet = 0; packet < SmallWorld::packet_count; ++packet) table.push_back(function(packet));
  return table;
}

}  // namespace

TEST_CASE("each function of packets has one diagram, however it came about") {
  SmallWorld world;
  std::mt19937 random(1);
  std::map<Table, Node> known;
  const auto check = [&](Node node) {
    const auto [entry, is_new] = known.emplace(world.table(node), node);
    REQUIRE(entry->second == node);
  };
  for (unsigned round = 0; round < rounds; ++round) {
    const Node a = world.random_node(random, 2, 1 + random() % 6);
    const Node b = world.random_node(random, 2, 1 + random() % 6);
    const Node c = world.random_node(random, 3, 1 + random() % 6);
    for (const Node node : {a, b, c, world.diagrams.intersection(a, b), world.diagrams.unite(a, b), world.diagrams.difference(a, b),
                            world.diagrams.ite(a, c, b), world.diagrams.complement(a)})
      check(node);
    check(world.diagrams.restrict(c, dimension::destination_port, random() % 16));
    check(world.diagrams.exists(a, [](Dimension d) { return d == dimension::destination_port; }));
    check(world.diagrams.branch(dimension::destination_port, 1 + random() % 15, c, b));
  }
}

TEST_CASE("set operations and ite do what they say") {
  SmallWorld world;
  std::mt19937 random(2);
  for (unsigned round = 0; round < rounds; ++round) {
    const Node a = world.random_node(random, 2, 5), b = world.random_node(random, 2, 5), c = world.random_node(random, 4, 5);
    const Table x = world.table(a), y = world.table(b), z = world.table(c);
    CHECK(world.table(world.diagrams.intersection(a, b)) == by_packet([&](unsigned p) { return x[p] & y[p]; }));
    CHECK(world.table(world.diagrams.unite(a, b)) == by_packet([&](unsigned p) { return x[p] | y[p]; }));
    CHECK(world.table(world.diagrams.difference(a, b)) == by_packet([&](unsigned p) { return x[p] & ~y[p]; }));
    CHECK(world.table(world.diagrams.ite(a, b, c)) == by_packet([&](unsigned p) { return x[p] ? y[p] : z[p]; }));
  }
}

TEST_CASE("leaf by leaf: combine, map, where, replace") {
  SmallWorld world;
  std::mt19937 random(3);
  const auto sum = [](std::uint32_t a, std::uint32_t b) { return (a + b) % 5; };
  for (unsigned round = 0; round < rounds; ++round) {
    const Node a = world.random_node(random, 5, 6), b = world.random_node(random, 5, 6);
    const Node by_leaf[] = {a, b, world.random_node(random, 5, 6), leaf(9), world.random_node(random, 2, 3)};
    const Table x = world.table(a), y = world.table(b);
    CHECK(world.table(world.diagrams.combine(a, b, sum)) == by_packet([&](unsigned p) { return sum(x[p], y[p]); }));
    CHECK(world.table(world.diagrams.map_leaves(a, [](std::uint32_t n) { return n / 2; })) == by_packet([&](unsigned p) { return x[p] / 2; }));
    CHECK(world.table(world.diagrams.where(a, [](std::uint32_t n) { return n > 2; })) == by_packet([&](unsigned p) { return x[p] > 2u; }));
    CHECK(world.table(world.diagrams.replace_leaves(a, [&](std::uint32_t n) { return by_leaf[n]; })) ==
          by_packet([&](unsigned p) { return world.look_up(by_leaf[x[p]], p); }));
  }
}

TEST_CASE("replace_leaves may start walks of its own") {
  SmallWorld world;
  std::mt19937 random(4);
  const Node a = world.random_node(random, 5, 8), b = world.random_node(random, 5, 8);
  const Table x = world.table(a), y = world.table(b);
  const Node result = world.diagrams.replace_leaves(
      a, [&](std::uint32_t n) { return world.diagrams.map_leaves(b, [&](std::uint32_t m) { return n * 10 + m; }); });
  CHECK(world.table(result) == by_packet([&](unsigned p) { return x[p] * 10 + y[p]; }));
}

TEST_CASE("one dimension fixed, freed or quantified") {
  SmallWorld world;
  std::mt19937 random(5);
  const auto larger = [](std::uint32_t a, std::uint32_t b) { return std::max(a, b); };
  for (unsigned round = 0; round < rounds; ++round) {
    const std::size_t which = random() % std::size(SmallWorld::dimensions);
    const Dimension dimension = SmallWorld::dimensions[which];
    const unsigned size = SmallWorld::sizes[which];
    const Node a = world.random_node(random, 4, 6), set = world.random_node(random, 2, 6);
    const Table x = world.table(a), s = world.table(set);
    const auto with = [&](unsigned packet, unsigned value) {
      auto values = SmallWorld::values_of(packet);
      values[which] = value;
      return SmallWorld::packet_of(values);
    };
    const unsigned value = random() % size;
    CHECK(world.table(world.diagrams.restrict(a, dimension, value)) == by_packet([&](unsigned p) { return x[with(p, value)]; }));

    std::vector<ir::Range> ranges;
    for (unsigned i = 0; i < 2; ++i) {
      const unsigned first = random() % size;
      ranges.push_back({first, first + random() % (size - first)});
    }
    ranges = ir::normalised(std::move(ranges));
    CHECK(world.table(world.diagrams.over_values(a, dimension, ranges, larger)) == by_packet([&](unsigned p) {
            std::uint32_t most = 0;
            for (unsigned v = 0; v < size; ++v)
              if (std::ranges::any_of(ranges, [&](const ir::Range& r) { return r.contains(v); })) most = std::max(most, x[with(p, v)]);
            return most;
          }));

    const auto count = [&](unsigned p) {
      unsigned inside = 0;
      for (unsigned v = 0; v < size; ++v) inside += s[with(p, v)];
      return inside;
    };
    const auto chosen = [&](Dimension d) { return d == dimension; };
    CHECK(world.table(world.diagrams.exists(set, chosen)) == by_packet([&](unsigned p) { return count(p) > 0 ? 1u : 0u; }));
    CHECK(world.table(world.diagrams.forall(set, chosen)) == by_packet([&](unsigned p) { return count(p) == size ? 1u : 0u; }));
  }
}

TEST_CASE("before a change: the function of the changed packet") {
  SmallWorld world;
  std::mt19937 random(7);
  constexpr Dimension first_bit = SmallWorld::dimensions[3], second_bit = SmallWorld::dimensions[4];
  for (unsigned round = 0; round < rounds; ++round) {
    const Node a = world.random_node(random, 4, 6), port_set = world.random_box(random);
    const Table x = world.table(a), becomes = world.table(port_set);
    const unsigned state = random() % 5;
    // The bits change places, the first one is also turned over; and independently: a field gets a value, a bit follows a set.
    const Node not_second = world.diagrams.complement(world.diagrams.bit(second_bit));
    const Node swapped = world.diagrams.before(a, {{}, {{first_bit, not_second}, {second_bit, world.diagrams.bit(first_bit)}}},
                                               [](std::uint32_t n) { return n + 1; });
    CHECK(world.table(swapped) == by_packet([&](unsigned p) {
            auto values = SmallWorld::values_of(p);
            std::swap(values[3], values[4]);
            values[3] = 1 - values[3];
            return x[SmallWorld::packet_of(values)] + 1;
          }));
    const Node set = world.diagrams.before(a, {{{dimension::state, state}}, {{first_bit, port_set}}}, [](std::uint32_t n) { return n; });
    CHECK(world.table(set) == by_packet([&](unsigned p) {
            auto values = SmallWorld::values_of(p);
            values[0] = state;
            values[3] = becomes[p];
            return x[SmallWorld::packet_of(values)];
          }));
  }
}

TEST_CASE("examples: a packet for each leaf") {
  SmallWorld world;
  std::mt19937 random(8);
  for (unsigned round = 0; round < rounds; ++round) {
    const Node a = world.random_node(random, 6, 6);
    const auto examples = world.diagrams.examples(a);
    std::vector<std::uint32_t> leaves;
    for (const auto& [number, values] : examples) {
      leaves.push_back(number);
      Node node = a;
      for (const auto& [dimension, value] : values) {
        REQUIRE(world.diagrams.top_dimension(node) == dimension);
        node = world.diagrams.piece(node, dimension, value);
      }
      CHECK(node == leaf(number));
    }
    CHECK(leaves == world.diagrams.leaves(a));
  }
}

TEST_CASE("a list of values is the union of its ranges, to the ends of the dimension") {
  Diagrams diagrams;
  const Uint128 last = ~Uint128{0};
  const std::vector<std::vector<ir::Range>> lists = {
      {}, {{0, last}}, {{0, 0}}, {{last, last}}, {{5, 5}, {7, 9}}, {{0, 3}, {8, 8}, {last - 1, last}}};
  for (const auto& list : lists) {
    Node sum = leaf(0);
    for (const ir::Range& range : list) sum = diagrams.unite(sum, diagrams.values(dimension::source, std::span(&range, 1)));
    CHECK(diagrams.values(dimension::source, list) == sum);
    for (const Uint128 value : {Uint128{0}, Uint128{3}, Uint128{5}, Uint128{6}, Uint128{8}, last - 1, last}) {
      const bool expected = std::ranges::any_of(list, [&](const ir::Range& r) { return r.contains(value); });
      CHECK(diagrams.piece(sum, dimension::source, value) == leaf(expected ? 1 : 0));
    }
  }
}

TEST_CASE("a long list of values costs a node for each border, and a short way down") {
  Diagrams diagrams;
  std::vector<ir::Range> ranges;
  for (unsigned i = 0; i < 50'000; ++i) ranges.push_back({ipv4(i * 16 + 5), ipv4(i * 16 + 6)});
  const Node set = diagrams.values(dimension::source, ranges);
  CHECK(diagrams.node_count() == 100'000);
  CHECK(diagrams.size(set) == 100'000);
  unsigned deepest = 0;
  for (unsigned i = 0; i < 50'000; i += 7) {
    unsigned depth = 0;
    for (Node node = set; !is_leaf(node); ++depth) node = ipv4(i * 16) < diagrams.test(node).value ? diagrams.low(node) : diagrams.high(node);
    deepest = std::max(deepest, depth);
  }
  CHECK(deepest < 60);
}

TEST_CASE("budgets: nodes and depth are errors, and the store is usable afterwards") {
  Diagrams diagrams(20'000);
  Node all = leaf(1);
  const auto build = [&](unsigned conditions) {
    for (unsigned i = conditions; i-- > 0;) all = diagrams.intersection(diagrams.bit(dimension::first_free + i), all);
  };
  build(9'000);
  CHECK_THROWS_AS(diagrams.map_leaves(diagrams.branch(dimension::state, 1, all, diagrams.branch(dimension::protocol, 5, leaf(3), all)),
                                      [](std::uint32_t n) { return n + 4; }),
                  BudgetExceeded);
  diagrams.begin_question();
  CHECK(diagrams.map_leaves(diagrams.bit(dimension::tag), [](std::uint32_t n) { return n; }) == diagrams.bit(dimension::tag));

  Diagrams deep;
  all = leaf(1);
  for (unsigned i = 30'000; i-- > 0;) all = deep.intersection(deep.bit(dimension::first_free + i), all);
  CHECK_THROWS_AS(deep.complement(all), BudgetExceeded);
  CHECK(deep.complement(deep.complement(deep.bit(dimension::tag))) == deep.bit(dimension::tag));
}

TEST_CASE("clear gives an empty store that works like a new one") {
  SmallWorld world;
  std::mt19937 a(6), b(6);
  const Table before = world.table(world.random_node(a, 3, 10));
  world.diagrams.clear();
  CHECK(world.diagrams.node_count() == 0);
  CHECK(world.table(world.random_node(b, 3, 10)) == before);
}
