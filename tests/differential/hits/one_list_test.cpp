// What Hits says of the rules of one list that is long enough to be indexed, against every packet: here nothing is left open that Hits would
// have to take to be possible, so that its answers are exact both ways. Most rules are products of ranges, as Cover decides about them; in some
// worlds a few have conditions that are not decidable, which only BackWalk knows.

#include <algorithm>
#include <array>
#include <functional>
#include <random>

#include <catch2/catch.hpp>

#include "../../unit/evaluate/filter_builder.h"
#include "evaluate/hits.h"

namespace wallcheck::differential {
namespace {

using evaluate::Fate;
using ir::ActionKind;
using ir::Field;
using ir::Range;
using ir::RuleId;

/// Values of a field: those that rules name, and one for all others.
struct Axis {
  Field field;
  Uint128 first;
  unsigned named;
  Uint128 other;
  Uint128 value(unsigned i) const { return i < named ? first + i : other; }
};

std::vector<Axis> axes(bool ipv6) {
  const Uint128 base = ipv6 ? Uint128{0x2001'0db8} << 96 : ipv4(0xc633'6400u), other = ipv6 ? base + (Uint128{1} << 90) : ipv4(0x0a00'0001u);
  return {{Field::source, base, 7, other}, {Field::destination, base + 64, 5, other}, {Field::destination_port, 80, 6, 9999},
          {Field::protocol, 6, 1, 17},     {Field::state, 0, 2, 3}};
}

constexpr unsigned answers = 4;  ///< to two conditions

/// Which packets match a rule, and what it does.
struct Model {
  std::vector<bool> matches;
  ActionKind action = ActionKind::accept;
};

struct OneList {
  test::FilterBuilder builder;
  std::vector<Model> rules;
  std::size_t packets = answers;
  ActionKind policy = ActionKind::drop;
};

OneList random_list(unsigned seed, bool undecided) {
  std::mt19937 random(seed);
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  OneList world;
  test::FilterBuilder& b = world.builder;
  const bool ipv6 = one_in(3);
  (ipv6 ? b.fw.ipv6 : b.fw.ipv4) = true;
  (ipv6 ? b.fw.ipv4 : b.fw.ipv6) = false;
  b.fw.format = ir::Format::nacl;  // of iptables, Hits knows that fragments have no ports
  if (one_in(2)) world.policy = ActionKind::accept;
  const ir::ListId list = b.base(ir::Path::ingress, "filter", "INPUT", ir::Point::input, world.policy == ActionKind::drop ? ir::Fallthrough::drop : ir::Fallthrough::accept);
  const std::vector<Axis> all = axes(ipv6);
  for (const Axis& axis : all) world.packets *= axis.named + 1;
  const std::array conditions{b.unknown("one"), b.unknown("two")};
  for (unsigned r = 0; r < 70; ++r) {
    std::vector<ir::Match> matches;
    std::vector<std::vector<bool>> allowed;
    for (const Axis& axis : all) {
      allowed.emplace_back(axis.named + 1, true);
      if (one_in(axis.named > 3 ? 6 : 2)) continue;
      const bool negated = one_in(8);
      std::vector<Range> ranges;
      allowed.back().assign(axis.named + 1, negated);
      for (unsigned first = 0; first < axis.named && ranges.size() < 2; ++first) {
        if (!one_in(axis.named)) continue;
        const unsigned last = std::min<unsigned>(first + random() % 3, axis.named - 1);
        ranges.push_back({axis.value(first), axis.value(last)});
        for (unsigned i = first; i <= last; ++i) allowed.back()[i] = !negated;
        first = last + 1;
      }
      if (ranges.empty()) allowed.back().assign(axis.named + 1, true);
      else matches.push_back({ir::MatchKind::ranges, axis.field, negated, b.fw.ranges.intern(ranges)});
    }
    Model model;
    const unsigned condition = undecided && one_in(6) ? 1 + random() % 2 : 0;
    const bool negated = one_in(2);
    if (condition != 0) {
      matches.push_back(conditions[condition - 1]);
      matches.back().negated = negated;
    }
    for (std::size_t number = 0; number < world.packets; ++number) {
      std::size_t rest = number / answers;
      bool holds = condition == 0 || ((number >> (condition - 1) & 1) != 0) != negated;
      for (std::size_t i = 0; i < all.size(); ++i) {
        holds = holds && allowed[i][rest % (all[i].named + 1)];
        rest /= all[i].named + 1;
      }
      model.matches.push_back(holds);
    }
    constexpr std::array actions{ActionKind::accept, ActionKind::accept, ActionKind::drop, ActionKind::drop, ActionKind::reject};
    model.action = actions[random() % actions.size()];
    b.rule(list, matches, model.action);
    world.rules.push_back(std::move(model));
  }
  b.build();
  return world;
}

/// Is there a packet of the rule that none of `before` matches, and that satisfies the predicate?
bool some_packet(const OneList& world, RuleId rule, const std::function<bool(RuleId)>& before, const std::function<bool(std::size_t)>& suits = [](std::size_t) { return true; }) {
  for (std::size_t packet = 0; packet < world.packets; ++packet) {
    if (!world.rules[rule].matches[packet]) continue;
    bool comes = true;
    for (RuleId other = 0; other < rule && comes; ++other) comes = !before(other) || !world.rules[other].matches[packet];
    if (comes && suits(packet)) return true;
  }
  return false;
}

struct Counts {
  std::size_t taken_by_one = 0, taken_by_more = 0, needless = 0, needed = 0;
};

void compare(unsigned seed, bool undecided, Counts& counts) {
  OneList world = random_list(seed, undecided);
  evaluate::Hits hits(world.builder.fw, Limits{}.with_nodes(1'000'000));
  const auto count = static_cast<RuleId>(world.rules.size());
  std::vector<bool> dead(count), absent(count);
  for (RuleId rule = 0; rule < count; ++rule) {
    INFO("seed " << seed << " rule " << rule);
    const evaluate::RuleFate fate = hits.fate(rule);
    const bool matches = some_packet(world, rule, [](RuleId) { return false; });
    dead[rule] = !some_packet(world, rule, [](RuleId) { return true; });
    REQUIRE(fate.fate == (!matches ? Fate::impossible : dead[rule] ? Fate::taken : Fate::hit));
    if (fate.fate != Fate::taken) continue;
    (fate.takers.size() == 1 ? counts.taken_by_one : counts.taken_by_more)++;
    const auto is_taker = [&](RuleId id) { return std::ranges::find(fate.takers, id) != fate.takers.end(); };
    REQUIRE(!some_packet(world, rule, is_taker));
    for (const RuleId one : fate.takers) REQUIRE(some_packet(world, rule, [&](RuleId id) { return id != one && is_taker(id); }));
    REQUIRE(hits.example(rule).has_value());
  }
  for (RuleId rule = 0; rule < count; ++rule) {
    if (dead[rule]) continue;
    INFO("seed " << seed << " rule " << rule);
    std::vector<RuleId> instead;
    const bool needed = hits.needed(rule, [&](RuleId id) { return absent[id]; }, [](RuleId, RuleId) { return true; }, instead);
    const ActionKind action = world.rules[rule].action;
    std::vector<bool> takes_over(count);
    const auto differs = [&](std::size_t packet) {
      for (RuleId later = rule + 1; later < count; ++later) {
        if (absent[later] || !world.rules[later].matches[packet]) continue;
        takes_over[later] = world.rules[later].action == action;
        return world.rules[later].action != action;
      }
      return world.policy != action;
    };
    const bool differ = some_packet(world, rule, [&](RuleId id) { return !absent[id]; }, differs);
    REQUIRE(needed == differ);
    (needed ? counts.needed : counts.needless)++;
    if (needed) continue;
    absent[rule] = true;
    for (const RuleId id : instead) {
      REQUIRE(id > rule);
      REQUIRE(world.rules[id].action == action);
    }
    // Where the policy would not decide so, some rule does in its place.
    if (world.policy != action) REQUIRE(!instead.empty());
  }
}

Counts compare_all(unsigned first, bool undecided) {
  Counts counts;
  for (unsigned seed = first; seed < first + 12; ++seed) compare(seed, undecided, counts);
  return counts;
}

TEST_CASE("rules of one list that are products of ranges, every packet") {
  const Counts counts = compare_all(1, false);
  CHECK(counts.taken_by_one >= 25);  // a test that finds nothing proves nothing
  CHECK(counts.taken_by_more >= 25);
  CHECK(counts.needless >= 10);
  CHECK(counts.needed >= 100);
}

TEST_CASE("rules of one list, some with conditions that are not decidable, every packet") {
  const Counts counts = compare_all(1000, true);
  CHECK(counts.taken_by_one >= 25);
  CHECK(counts.taken_by_more >= 25);
  CHECK(counts.needless >= 10);
  CHECK(counts.needed >= 100);
}

}  // namespace
}  // namespace wallcheck::differential
