// What Hits says of rules, against every packet of small worlds: no packet hits a rule that is said to be dead, also with the takers alone;
// without the rules that are said not to be needed, every packet ends as it did, and without one that is needed nearly always some packet
// does not.

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "evaluate/hits.h"
#include "evaluate/trace.h"
#include "world.h"

namespace wallcheck::differential {
namespace {

using evaluate::Fate;
using ir::ActionKind;
using ir::RuleId;

constexpr unsigned conditions = 3;

bool decides(const ir::Rule& rule) {
  return rule.action == ActionKind::accept || rule.action == ActionKind::drop || rule.action == ActionKind::reject;
}
bool leads(const ir::Rule& rule) {
  return rule.action == ActionKind::return_ || rule.action == ActionKind::jump || rule.action == ActionKind::go_to;
}

/// Rules that a packet hits: of a last-match list's decisions only the one that stands.
std::set<RuleId> hit_by(const World& world, const evaluate::TraceResult& traced) {
  std::set<RuleId> hit;
  std::map<std::pair<ir::Path, std::size_t>, RuleId> standing;
  for (const evaluate::Step& step : traced.steps) {
    if (!step.rule || step.effect.starts_with("undecided")) continue;  // looked at, and not known to hold
    const ir::Rule& rule = world.firewall.rules[*step.rule];
    const bool last_match = world.firewall.lists[step.list].discipline == ir::Discipline::last_match;
    if (decides(rule) && last_match && !rule.quick && rule.on_match == 0) standing[{step.path, step.stage}] = *step.rule;
    else hit.insert(*step.rule);
    if (decides(rule) && (rule.on_match != 0 || rule.quick || !last_match)) standing.erase({step.path, step.stage});
  }
  // A walk that ends in the middle of a list: there is no telling what would have decided.
  if (traced.verdict == evaluate::Verdict::undecided) return hit;
  for (const auto& [stage, rule] : standing) hit.insert(rule);
  return hit;
}

template <class Visit>
void each_packet(const World& world, std::mt19937& random, bool large, Visit&& visit) {
  const std::size_t count = large ? 400 : world.packet_count() << conditions;
  for (std::size_t number = 0; number < count; ++number) {
    std::uint32_t answers = 0;
    ir::Packet packet = large ? world.random_packet(random, answers) : world.packet(number >> conditions, answers);
    if (!large) answers = static_cast<std::uint32_t>(number) & ((1u << conditions) - 1);
    const auto answer = [answers](ir::OpaqueId id) -> std::optional<bool> { return (answers >> id & 1) != 0; };
    visit(packet, answers, evaluate::trace(world.firewall, packet, answer));
  }
}

/// The rules stay where they are and do nothing.
void disable(ir::Firewall& firewall, const std::vector<RuleId>& rules) {
  for (const RuleId id : rules) {
    firewall.rules[id].action = ActionKind::continue_;
    firewall.rules[id].on_match = firewall.rules[id].on_decide = 0;
    firewall.rules[id].target = ir::none;
    firewall.rules[id].quick = false;
  }
}

/// What is compared of a packet's end.
auto end_of(const ir::Firewall& firewall, const evaluate::TraceResult& traced) {
  std::vector<RuleId> passing;
  for (const evaluate::Step& step : traced.steps)
    if (step.rule && firewall.rules[*step.rule].action == ActionKind::continue_ && firewall.rules[*step.rule].coverage != ir::Coverage::harmless)
      passing.push_back(*step.rule);
  const ir::Packet& p = traced.packet;
  return std::tuple(traced.verdict, traced.keeps_state, p.source, p.destination, p.source_port, p.destination_port, p.mark, p.connmark, p.tag, p.state, passing);
}

bool alike(const ir::Firewall& f, RuleId a, RuleId b) {
  const ir::Rule &first = f.rules[a], &second = f.rules[b];
  return first.keeps_state == second.keeps_state && first.on_decide == 0 && second.on_decide == 0;
}

struct Tally {
  std::size_t held_back = 0;  ///< dead by what is before their stage
  std::size_t dead = 0, unneeded = 0, unneeded_leads = 0;  ///< ... and of these RETURN, jumps and gotos
  std::size_t needed = 0, missed = 0;  ///< rules that are said to be needed, and those of them without which some packet ends otherwise
};

/// Removes some of the needed rules that packets of the world hit, one at a time.
void compare_needed(World& world, const Shape& shape, unsigned seed, evaluate::Hits& hits, const std::vector<evaluate::RuleFate>& fates, Tally& tally) {
  const std::vector<ir::Rule> whole = world.firewall.rules;
  std::set<RuleId> hit;
  const auto ends = [&] {
    std::vector<decltype(end_of(world.firewall, {}))> result;
    std::mt19937 same(seed);
    each_packet(world, same, shape.large, [&](const ir::Packet&, std::uint32_t, const evaluate::TraceResult& traced) {
      result.push_back(end_of(world.firewall, traced));
      hit.merge(hit_by(world, traced));
    });
    return result;
  };
  const auto before = ends();
  const std::set<RuleId> hit_before = hit;
  unsigned tried = 0;
  for (RuleId rule = 0; rule < whole.size() && tried < 3; ++rule) {
    if ((!decides(whole[rule]) && !leads(whole[rule])) || whole[rule].on_match != 0 || fates[rule].fate != Fate::hit || !hit_before.contains(rule)) continue;
    std::vector<RuleId> instead;
    if (!hits.needed(rule, [](RuleId) { return false; }, [&](RuleId a, RuleId b) { return alike(world.firewall, a, b); }, instead)) continue;
    ++tried;
    disable(world.firewall, {rule});
    world.firewall.rules[rule].coverage = ir::Coverage::harmless;
    ++tally.needed;
    tally.missed += ends() != before;
    world.firewall.rules = whole;
  }
}

void compare(unsigned seed, const Shape& shape, Tally& tally) {
  std::mt19937 random(seed);
  World world = random_world(random, shape);
  INFO("seed " << seed << "\n" << describe(world.firewall));
  evaluate::Hits hits(world.firewall, Limits{}.with_nodes(1'000'000));
  const std::size_t rules = world.firewall.rules.size();
  std::vector<evaluate::RuleFate> fates(rules);
  for (RuleId rule = 0; rule < rules; ++rule) {
    fates[rule] = hits.fate(rule);
    tally.dead += fates[rule].fate == Fate::taken;
    tally.held_back += fates[rule].fate == Fate::held_back;
  }
  each_packet(world, random, shape.large, [&](const ir::Packet& packet, std::uint32_t answers, const evaluate::TraceResult& traced) {
    for (const RuleId rule : hit_by(world, traced)) {
      INFO("rule " << rule << " fate " << static_cast<int>(fates[rule].fate) << " packet " << describe(packet) << " answers " << answers);
      REQUIRE(fates[rule].fate == Fate::hit);
    }
  });

  std::vector<bool> absent(rules);
  std::vector<RuleId> gone;
  for (RuleId rule = 0; rule < rules; ++rule) {
    std::vector<RuleId> instead;
    const auto is_absent = [&](RuleId id) { return absent[id]; };
    const auto says_the_same = [&](RuleId a, RuleId b) { return fates[a].fate == Fate::hit && alike(world.firewall, a, b); };
    if (shape.rewrites_to_unknown) break;  // what trace calls undecided may become decided
    if (fates[rule].fate != Fate::hit || hits.needed(rule, is_absent, says_the_same, instead)) continue;
    absent[rule] = true;
    gone.push_back(rule);
  }
  tally.unneeded += gone.size();
  tally.unneeded_leads += static_cast<std::size_t>(std::ranges::count_if(gone, [&](RuleId id) { return leads(world.firewall.rules[id]); }));

  const std::vector<ir::Rule> whole = world.firewall.rules;
  if (!gone.empty()) {
    std::vector<decltype(end_of(world.firewall, {}))> ends;
    const auto collect = [&](bool second) {
      std::mt19937 same(seed);
      std::size_t at = 0;
      each_packet(world, same, shape.large, [&](const ir::Packet& packet, std::uint32_t answers, const evaluate::TraceResult& traced) {
        if (!second) return ends.push_back(end_of(world.firewall, traced));
        INFO("without rules " << fmt::format("{}", fmt::join(gone, " ")) << "; packet " << describe(packet) << " answers " << answers);
        REQUIRE(end_of(world.firewall, traced) == ends[at++]);
      });
    };
    collect(false);
    disable(world.firewall, gone);
    for (const RuleId rule : gone) world.firewall.rules[rule].coverage = ir::Coverage::harmless;
    collect(true);
    world.firewall.rules = whole;
  }

  if (!shape.cycles && !shape.rewrites_to_unknown) compare_needed(world, shape, seed, hits, fates, tally);

  unsigned shown = 0;
  for (RuleId rule = 0; rule < rules && shown < 3; ++rule) {
    const bool held_back = fates[rule].fate == Fate::held_back;
    if (fates[rule].fate != Fate::taken && !held_back) continue;
    ++shown;
    REQUIRE((held_back || !fates[rule].takers.empty()));
    std::vector<RuleId> others;
    for (RuleId id = 0; id < rules; ++id) {
      const ir::Rule& one = world.firewall.rules[id];
      const bool lets_pass = held_back && one.action == ActionKind::accept && one.on_decide == 0;  // an exception from what takes packets
      const bool takes = (decides(one) && !lets_pass) || one.action == ActionKind::return_;
      if (takes && id != rule && std::ranges::find(fates[rule].takers, id) == fates[rule].takers.end()) others.push_back(id);
    }
    disable(world.firewall, others);
    each_packet(world, random, shape.large, [&](const ir::Packet& packet, std::uint32_t answers, const evaluate::TraceResult& traced) {
      INFO("rule " << rule << " with its takers alone; packet " << describe(packet) << " answers " << answers);
      REQUIRE(hit_by(world, traced).count(rule) == 0);
    });
    world.firewall.rules = whole;
  }
}

/// Fewer where nobody asks for more: WALLCHECK_WORLDS=10 makes ten times as many.
unsigned times() {
  const char* const text = std::getenv("WALLCHECK_WORLDS");
  return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 1;
}

void compare_all(unsigned first, unsigned count, const Shape& shape, std::size_t least_dead, std::size_t least_unneeded, std::size_t least_leads,
                 std::size_t least_held_back = 0) {
  Tally tally;
  for (unsigned seed = first * 1000; seed < first * 1000 + count * times(); ++seed) compare(seed, shape, tally);
  WARN("dead " << tally.dead << ", held back " << tally.held_back << ", not needed " << tally.unneeded << ", of these leading " << tally.unneeded_leads << ", needed " << tally.needed << " and missed " << tally.missed);
  CHECK(tally.dead >= least_dead);  // a test that finds nothing proves nothing
  CHECK(tally.unneeded >= least_unneeded);
  CHECK(tally.unneeded_leads >= least_leads);
  CHECK(tally.held_back >= least_held_back);
  CHECK(tally.missed * 3 >= tally.needed * 2);  // Hits may say "needed" where it cannot rule it out
}

TEST_CASE("dead and needless rules of small iptables worlds, every packet") { compare_all(1, 60, {}, 60, 20, 20, 100); }
TEST_CASE("dead and needless rules of small pf worlds, every packet") { compare_all(1000, 60, {.by_state = true}, 30, 5, 0); }
TEST_CASE("dead and needless rules of small pf worlds that only pass and block, every packet") {
  compare_all(6000, 100, {.by_state = true, .plain = true}, 30, 30, 0);
}
TEST_CASE("dead rules where chains call one another in circles") { compare_all(2000, 30, {.cycles = true}, 10, 5, 5, 20); }
TEST_CASE("dead rules where packets are rewritten to something unknown") { compare_all(3000, 30, {.rewrites_to_unknown = true}, 10, 0, 0); }
TEST_CASE("dead and needless rules of large iptables worlds, many packets") { compare_all(4000, 20, {.large = true}, 10, 5, 5, 50); }
TEST_CASE("dead and needless rules of large pf worlds, many packets") { compare_all(5000, 20, {.by_state = true, .large = true}, 10, 2, 0); }

}  // namespace
}  // namespace wallcheck::differential
