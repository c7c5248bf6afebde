// What compare calls changed, against every packet of small worlds: two versions of a random firewall, each packet traced through
// both. Undecided conditions are part of the world: each answer is tried.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "check/compare.h"
#include "evaluate/trace.h"
#include "world.h"

using namespace wallcheck;
using namespace wallcheck::differential;
using check::Differences;

namespace {

/// More worlds on demand: WALLCHECK_WORLDS=5000.
unsigned worlds(unsigned usual) {
  const char* const text = std::getenv("WALLCHECK_WORLDS");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : usual;
}

/// Changes one thing that a person might change; what it was, for a failing test.
std::string change_something(ir::Firewall& firewall, std::mt19937& random) {
  const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
  if (firewall.rules.empty()) return "nothing";
  const ir::RuleId id = static_cast<ir::RuleId>(pick(firewall.rules.size()));
  ir::Rule& rule = firewall.rules[id];
  switch (pick(5)) {
    case 0:
      rule.action = ir::ActionKind::continue_;
      rule.target = ir::none;
      rule.on_match = rule.on_decide = 0;
      return "rule " + std::to_string(id) + " is gone";
    case 1:
      if (rule.action == ir::ActionKind::accept) rule.action = ir::ActionKind::drop, rule.on_decide = 0;
      else if (rule.action == ir::ActionKind::drop || rule.action == ir::ActionKind::reject) rule.action = ir::ActionKind::accept;
      return "rule " + std::to_string(id) + " decides otherwise";
    case 2:
      if (rule.match_count == 0) return "nothing";
      firewall.matches[rule.first_match + pick(rule.match_count)].negated ^= true;
      return "a condition of rule " + std::to_string(id) + " is negated";
    case 3: {
      const ir::RuleList& list = firewall.lists[pick(firewall.lists.size())];
      if (list.count < 2) return "nothing";
      const std::size_t at = list.first + pick(list.count - 1);
      std::swap(firewall.order[at], firewall.order[at + 1]);
      return "two rules are exchanged";
    }
    default: {
      ir::RuleList& list = firewall.lists[pick(firewall.lists.size())];
      if (list.fallthrough == ir::Fallthrough::accept) list.fallthrough = ir::Fallthrough::drop;
      else if (list.fallthrough == ir::Fallthrough::drop) list.fallthrough = ir::Fallthrough::accept;
      return "a default";
    }
  }
}

struct Tally {
  std::size_t packets = 0, changed = 0, equal_worlds = 0, undecided_worlds = 0;
};

void try_world(const Shape& shape, unsigned seed, Tally& tally, std::size_t sample) {
  std::mt19937 random(seed);
  std::mt19937 again = random;
  World before = random_world(random, shape);
  World after = random_world(again, shape);
  if (before.repeat_translation) return;
  std::string what;
  for (unsigned count = std::uniform_int_distribution<unsigned>(1, 3)(random); count > 0; --count) what += change_something(after.firewall, random) + "; ";

  const check::Alignment alignment = check::align(before.firewall, after.firewall);
  packets::Diagrams diagrams;
  Differences differences(before.firewall, after.firewall, alignment, diagrams);
  packets::Set changed = packets::Set::none(diagrams);
  try {
    for (const check::Concern& concern : differences.concerns())
      if (concern.on(before.path)) changed |= differences.on(before.path, concern.box).changed;
  } catch (const packets::BudgetExceeded&) {  // said to be undecided, and nothing else
    ++tally.undecided_worlds;
    return;
  }
  const auto conditions = static_cast<unsigned>(before.firewall.opaques.size());
  const bool by_state = before.firewall.tracking == ir::Tracking::by_state;
  tally.equal_worlds += changed.empty();
  const std::size_t count = sample ? sample : before.packet_count();
  for (std::size_t n = 0; n < count; ++n) {
    std::uint32_t answers = 0;
    ir::Packet packet = sample ? before.random_packet(random, answers) : before.packet(n, answers);
    // Packets come in without marks and tags, and what is asked about connections is what they are without translation.
    packet.mark = packet.connmark = packet.tag = 0;
    packet.dnat = packet.snat = false;
    if (by_state && packet.state != ir::State::new_) continue;
    const evaluate::Answers answer = [answers](ir::OpaqueId id) { return std::optional((answers >> id & 1) != 0); };
    const auto fate = [&](const ir::Firewall& firewall) {
      const evaluate::TraceResult traced = evaluate::trace(firewall, packet, answer);
      evaluate::Outcome outcome;
      outcome.verdict = traced.verdict;
      outcome.diverted = traced.translated_destination;
      outcome.states = traced.keeps_state ? ~0u : 0;
      return differences.fate(firewall, outcome, before.path);
    };
    const std::string was = fate(before.firewall), is = fate(after.firewall);
    const packets::Point point = point_of(differences.before(), packet, answers, conditions);
    const bool elsewhere = was.starts_with("diverted") && alignment.translations;  // may count as changed or not
    ++tally.packets;
    tally.changed += was != is;
    // Outside of the rules that are not in both nothing is asked, and nothing may have changed.
    const bool said = changed.contains(point);
    // Trace tells whether a forwarded packet has states on both sides, not which one is missing: a change from one to none is said too.
    const auto one_side = [&](const std::string& word) { return before.path == ir::Path::forward && word.ends_with(" without state"); };
    if (said && was == is && one_side(was)) continue;
    if (said == (was != is) || (said && elsewhere && was == is)) continue;
    INFO("seed " << seed << ": " << what << "\n" << describe(before.firewall) << "\n" << describe(after.firewall) << "packet " << describe(packet) << " answers " << answers
                 << ": " << was << " -> " << is << ", said to be " << (said ? "changed" : "the same"));
    REQUIRE(said == (was != is));
  }
}

Tally try_worlds(const Shape& shape, unsigned count, unsigned first_seed, std::size_t sample = 0) {
  Tally tally;
  for (unsigned i = 0; i < count; ++i) try_world(shape, first_seed + i, tally, sample);
  WARN("packets " << tally.packets << ", changed " << tally.changed << ", equal worlds " << tally.equal_worlds << ", undecided worlds " << tally.undecided_worlds);
  CHECK(tally.changed > tally.packets / 100);
  CHECK(tally.equal_worlds > 0);
  CHECK(tally.undecided_worlds <= count / 50);
  return tally;
}

}  // namespace

TEST_CASE("iptables: every packet of two versions") { try_worlds({}, worlds(300), 1'000); }
TEST_CASE("pf: every packet of two versions") { try_worlds({.by_state = true}, worlds(300), 101'000); }
TEST_CASE("iptables: what changed in large worlds") { try_worlds({.large = true}, worlds(60), 201'000, 1000); }
TEST_CASE("pf: what changed in large worlds") { try_worlds({.by_state = true, .large = true}, worlds(60), 301'000, 1000); }
