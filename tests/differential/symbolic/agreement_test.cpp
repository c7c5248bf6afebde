// The two evaluators against one another: the manual line by line (trace), and sets of packets (symbolic). Verdict, deciding rule and
// list, translation, tracking and states have to agree, packet by packet. Seeds are printed where they do not.

#include <cstdlib>

#include <catch2/catch.hpp>

#include "evaluate/trace.h"
#include "world.h"

using namespace wallcheck;
using namespace wallcheck::differential;
using evaluate::Outcome;
using evaluate::TraceResult;

namespace {

/// More worlds on demand: WALLCHECK_WORLDS=20000, and others: WALLCHECK_SEED=7.
unsigned from_environment(const char* name, unsigned otherwise) {
  const char* const text = std::getenv(name);
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}
unsigned worlds(unsigned usual) { return from_environment("WALLCHECK_WORLDS", usual); }
unsigned first_seed() { return from_environment("WALLCHECK_SEED", 1) * 1'000'000; }

struct Tally {
  std::size_t packets = 0, accepted = 0, stopped = 0, undecided = 0, diverted = 0;
};

std::string words(const std::optional<std::uint32_t>& id) { return id ? std::to_string(*id) : "none"; }

/// What the two say, as text: equal, or the difference.
std::string difference(const Outcome* symbolic, const TraceResult& traced, const ir::Packet& packet) {
  if (symbolic == nullptr) return "the packet is not in the partition";
  std::string text;
  if (symbolic->verdict != traced.verdict)
    text += "verdict: " + std::string(to_string(symbolic->verdict)) + " / " + std::string(to_string(traced.verdict)) + "; ";
  if (symbolic->rule != traced.rule) text += "rule: " + words(symbolic->rule) + " / " + words(traced.rule) + "; ";
  if (symbolic->list != traced.list) text += "list: " + words(symbolic->list) + " / " + words(traced.list) + "; ";
  if (symbolic->diverted != traced.translated_destination) text += "diverted differs; ";
  if (symbolic->diverted != symbolic->translated_by.has_value()) text += "translated_by differs; ";
  const bool untracked = traced.packet.state == ir::State::untracked && packet.state != ir::State::untracked;
  if (packet.state != ir::State::untracked && symbolic->untracked != untracked) text += "untracked differs; ";
  return text;
}

void compare(World& world, const evaluate::Partition& partition, const evaluate::Symbolic& symbolic, const ir::Packet& packet,
             std::uint32_t answers, Tally& tally) {
  const Outcome* const outcome = partition.at(point_of(symbolic, packet, answers));
  const TraceResult traced =
      evaluate::trace(world.firewall, packet, [=](ir::OpaqueId id) { return std::optional((answers >> id & 1) != 0); }, world.repeat_translation);
  ++tally.packets;
  tally.accepted += traced.verdict == evaluate::Verdict::accept;
  tally.undecided += traced.verdict == evaluate::Verdict::undecided;
  tally.stopped += traced.verdict == evaluate::Verdict::drop || traced.verdict == evaluate::Verdict::reject;
  tally.diverted += traced.translated_destination;
  if (const std::string text = difference(outcome, traced, packet); !text.empty()) {
    std::string steps;
    for (const evaluate::Step& step : traced.steps)
      steps += "  list " + std::to_string(step.list) + " rule " + words(step.rule) + ": " + step.effect + "\n";
    INFO(describe(world.firewall) << "packet: " << describe(packet) << " answers " << answers << "\nsymbolic / trace: " << text << "\n" << steps);
    REQUIRE(text.empty());
  }
}

/// Every packet of small worlds; a random sample of large ones.
Tally agree(const Shape& shape, unsigned count, unsigned seed_offset, std::size_t sample = 0) {
  Tally tally;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned seed = first_seed() + seed_offset + i;
    INFO("seed " << seed);
    std::mt19937 random(seed);
    World world = random_world(random, shape);
    packets::Diagrams diagrams;
    evaluate::Symbolic symbolic(world.firewall, diagrams);
    const evaluate::Partition partition = symbolic.evaluate(question_of(world, symbolic));
    const std::size_t packets = sample ? sample : world.packet_count();
    for (std::size_t n = 0; n < packets; ++n) {
      std::uint32_t answers = 0;
      const ir::Packet packet = sample ? world.random_packet(random, answers) : world.packet(n, answers);
      if (shape.by_state && packet.state == ir::State::established) continue;  // depends on a packet before: see below
      compare(world, partition, symbolic, packet, answers, tally);
    }
  }
  return tally;
}

void is_worth_something(const Tally& tally) {
  INFO("packets " << tally.packets << " accepted " << tally.accepted << " stopped " << tally.stopped << " undecided " << tally.undecided
                  << " diverted " << tally.diverted);
  CHECK(tally.accepted > tally.packets / 20);
  CHECK(tally.stopped > tally.packets / 20);
  CHECK(tally.undecided > tally.packets / 100);
  CHECK(tally.diverted > tally.packets / 200);
}

}  // namespace

TEST_CASE("iptables: every packet of small worlds") { is_worth_something(agree({}, worlds(400), 0)); }
TEST_CASE("iptables: rewriting in ways that are not modelled") { agree({.rewrites_to_unknown = true}, worlds(150), 100'000); }
TEST_CASE("iptables: chains that call one another in circles") { agree({.cycles = true}, worlds(150), 200'000); }
TEST_CASE("pf: every packet of small worlds") { is_worth_something(agree({.by_state = true}, worlds(400), 300'000)); }
TEST_CASE("pf: anchors that call one another in circles") { agree({.by_state = true, .cycles = true}, worlds(100), 400'000); }
TEST_CASE("iptables: random packets of large worlds") { is_worth_something(agree({.large = true}, worlds(60), 500'000, 1000)); }
TEST_CASE("pf: random packets of large worlds") { agree({.by_state = true, .large = true}, worlds(40), 600'000, 1000); }
