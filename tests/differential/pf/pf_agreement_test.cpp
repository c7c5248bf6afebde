// Random pf.conf texts through the front-end, then the two evaluators against one another on every packet of a small world: quick, last
// match, anchors, tags, tables, lists, negation, translation and states, in both dialects. Seeds are printed where they differ.

#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "answers.h"
#include "evaluate/trace.h"
#include "frontend/frontend.h"
#include "pf_texts.h"
#include "world.h"

using namespace wallcheck;
using namespace wallcheck::differential;

namespace {

struct Tally {
  std::size_t files = 0, packets = 0, accepted = 0, stopped = 0, undecided = 0, diverted = 0, later = 0, later_accepted = 0;
};

packets::Point point(const evaluate::Symbolic& symbolic, const ir::Packet& packet, std::uint32_t answers, std::size_t opaques) {
  packets::Point result = point_of(symbolic, packet, answers);
  for (unsigned bit = 3; bit < opaques; ++bit) result.set(symbolic.dimension_of(bit), answers >> bit & 1);
  return result;
}

void set_world(World& world, ir::Path path) {
  const auto in = [](std::initializer_list<const char*> names) { return std::vector<std::string>(names.begin(), names.end()); };
  world.path = path;
  world.in_interfaces = path == ir::Path::egress ? in({""}) : in({"em0", "em1", "lo0"});
  world.out_interfaces = path == ir::Path::ingress ? in({""}) : in({"em0", "em1"});
  const auto address = [](const char* text) { return Uint128{*parse_address(text)}; };
  world.axes = {{ir::Field::source, {address("10.0.0.1"), address("10.0.0.2"), address("192.0.2.1")}},
                {ir::Field::destination, {address("10.0.0.1"), address("10.0.0.2"), address("192.0.2.1")}},
                {ir::Field::protocol, {6, 17}},
                {ir::Field::source_port, {22, 40000}},
                {ir::Field::destination_port, {22, 80}},
                {ir::Field::tcp_flags, {ir::tcp_flag::syn, ir::tcp_flag::ack}}};
}

void compare(const std::string& text, World& world, std::mt19937& random, Tally& tally) {
  packets::Diagrams diagrams;
  evaluate::Symbolic symbolic(world.firewall, diagrams);
  const std::size_t opaques = world.firewall.opaques.size();
  std::map<ir::Path, evaluate::Partition> open;
  for (const ir::Path path : {ir::Path::ingress, ir::Path::egress, ir::Path::forward}) {
    set_world(world, path);
    open.emplace(path, symbolic.evaluate(question_of(world, symbolic)));
  }
  std::map<std::tuple<ir::Path, std::uint32_t, bool>, evaluate::Partition> later;
  for (const ir::Path path : {ir::Path::ingress, ir::Path::egress, ir::Path::forward}) {
    set_world(world, path);
    for (int n = 0; n < 500; ++n) {
      std::uint32_t answers = 0;
      ir::Packet packet = world.random_packet(random, answers);
      const auto known = [=](ir::OpaqueId id) { return std::optional((answers >> id & 1) != 0); };
      const auto traced = evaluate::trace(world.firewall, packet, known);
      const auto* outcome = open.at(path).at(point(symbolic, packet, answers, opaques));
      INFO(text << differential::describe(world.firewall) << "packet: " << differential::describe(packet) << " answers " << answers);
      REQUIRE(outcome != nullptr);
      REQUIRE(to_string(outcome->verdict) == to_string(traced.verdict));
      REQUIRE(outcome->rule == traced.rule);
      REQUIRE(outcome->diverted == traced.translated_destination);
      ++tally.packets;
      tally.accepted += traced.verdict == evaluate::Verdict::accept;
      tally.stopped += traced.verdict == evaluate::Verdict::drop || traced.verdict == evaluate::Verdict::reject;
      tally.undecided += traced.verdict == evaluate::Verdict::undecided;
      tally.diverted += traced.translated_destination;

      // The same packet later in its connection, one way or the other.
      packet.state = ir::State::established;
      packet.direction = n % 2 == 0 ? ir::Direction::original : ir::Direction::reply;
      if (packet.protocol == ir::protocol::tcp) packet.tcp_flags = ir::tcp_flag::ack;
      const ir::Packet first = opening(packet);
      if (first.in_interface == "lo0" || first.out_interface == "lo0") continue;  // not among the interfaces of every path
      const auto* began = open.at(first.path).at(point(symbolic, first, answers, opaques));
      if (began == nullptr) continue;  // an opening packet outside the world
      const std::uint32_t states = began->verdict == evaluate::Verdict::accept ? began->states : 0;
      if (began->verdict == evaluate::Verdict::undecided) continue;
      const auto key = std::tuple(path, states, packet.direction == ir::Direction::reply);
      if (!later.contains(key)) {
        evaluate::Question question = question_of(world, symbolic);
        const Uint128 established = static_cast<unsigned>(ir::State::established);
        const Uint128 direction = static_cast<unsigned>(packet.direction);
        question.box[ir::Field::state] = {{established, established}};
        question.box[ir::Field::direction] = {{direction, direction}};
        question.states = states;
        question.is_reply = packet.direction == ir::Direction::reply;
        later.emplace(key, symbolic.evaluate(question));
      }
      const auto* then = later.at(key).at(point(symbolic, packet, answers, opaques));
      const auto traced_later = evaluate::trace(world.firewall, packet, known);
      // Translated to one of several addresses, a connection may have made one state or another: symbolic counts on those that it made
      // in any case, trace follows each.
      if (traced_later.verdict == evaluate::Verdict::undecided && text.find("/31") != std::string::npos) continue;
      INFO("later: " << differential::describe(packet) << " states " << states);
      REQUIRE(then != nullptr);
      REQUIRE(to_string(then->verdict) == to_string(traced_later.verdict));
      ++tally.later;
      tally.later_accepted += traced_later.verdict == evaluate::Verdict::accept;
    }
  }
}

void run(bool freebsd, unsigned files, unsigned offset) {
  const char* const seed_text = std::getenv("WALLCHECK_SEED");
  const unsigned base = (seed_text ? static_cast<unsigned>(std::strtoul(seed_text, nullptr, 10)) : 1) * 1'000'000 + offset;
  Tally tally;
  for (unsigned i = 0; tally.files < files && i < files * 4; ++i) {
    std::mt19937 random(base + i);
    const std::string text = PfWriter(random, freebsd).file();
    INFO("seed " << base + i << "\n" << text);
    frontend::Loaded loaded = frontend::load_pf(std::make_shared<SourceFile>("pf.conf", text), {});
    for (const Diagnostic& diagnostic : loaded.diagnostics)
      if (diagnostic.code != "WC403") FAIL(diagnostic.message << " at " << loaded.sources[0]->text(diagnostic.where));
    if (loaded.firewalls[0].opaques.size() > 6) continue;
    ++tally.files;
    World world;
    world.firewall = std::move(loaded.firewalls[0]);
    compare(text, world, random, tally);
  }
  const std::string figures = fmt::format("{} files, {} packets: {} accepted, {} stopped, {} undecided, {} diverted; {} later packets, {} accepted", tally.files,
                                          tally.packets, tally.accepted, tally.stopped, tally.undecided, tally.diverted, tally.later, tally.later_accepted);
  if (std::getenv("WALLCHECK_FIGURES") != nullptr) WARN(figures);
  INFO(figures);
  CHECK(tally.files == files);
  CHECK(tally.accepted > tally.packets / 10);
  CHECK(tally.stopped > tally.packets / 10);
  CHECK(tally.diverted > tally.packets / 400);
  CHECK(tally.later > tally.packets / 4);
}

}  // namespace

TEST_CASE("OpenBSD's pf.conf: trace and symbolic agree on 150 generated files") { run(false, 150, 0); }
TEST_CASE("FreeBSD's pf.conf: trace and symbolic agree on 150 generated files") { run(true, 150, 500'000); }
