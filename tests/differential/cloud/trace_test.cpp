// Trace against symbolic on generated documents of every provider: new packets, and what comes later of connections that they open; and against
// what evaluate/hits says of their rules.

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <catch2/catch.hpp>

#include "answers.h"
#include "evaluate/hits.h"
#include "evaluate/trace.h"
#include "frontend/frontend.h"
#include "intent.h"
#include "world.h"

using namespace wallcheck;
using namespace wallcheck::differential;
using ir::Path;

namespace {

template <class T, std::size_t n>
T any_of(std::mt19937& random, const T (&values)[n]) {
  return values[random() % n];
}

/// A packet whose addresses and ports lie on both sides of the borders of random_intent.
ir::Packet random_packet(std::mt19937& random, Path path) {
  constexpr std::string_view v4[] = {"10.0.0.1", "10.1.2.3", "192.0.2.1", "192.0.2.2", "54.225.248.130", "200.0.0.1", "255.255.255.255", "168.63.129.16"};
  constexpr std::string_view v6[] = {"2001:db8::1", "2001:db8:1::5", "2001:db9::1", "fe80::1", "::2"};
  constexpr std::uint16_t ports[] = {0, 1, 21, 22, 80, 443, 1023, 1024, 8080, 40000, 65534, 65535};
  constexpr std::uint8_t protocols[] = {6, 6, 17, 1, 58, 47};
  ir::Packet packet;
  packet.path = path;
  const bool ipv6 = random() % 3 == 0;
  packet.source = *parse_address(ipv6 ? any_of(random, v6) : any_of(random, v4));
  packet.destination = *parse_address(ipv6 ? any_of(random, v6) : any_of(random, v4));
  packet.protocol = any_of(random, protocols);
  if (ir::protocol::has_ports(packet.protocol)) packet.source_port = any_of(random, ports), packet.destination_port = any_of(random, ports);
  if (packet.protocol == 1) packet.icmp_type = random() % 2 == 0 ? 8 : 0;
  if (packet.protocol == 58) packet.icmp_type = random() % 2 == 0 ? 128 : 129;
  if (path != Path::egress) packet.in_interface = "eth0";
  if (path != Path::ingress) packet.out_interface = "eth1";
  if (packet.protocol == 6) packet.tcp_flags = ir::tcp_flag::syn;
  return packet;
}

struct Tally {
  std::size_t packets = 0, accepted = 0, known = 0;
};

void compare(const ir::Firewall& firewall, std::mt19937& random, Tally& tally) {
  REQUIRE(firewall.opaques.size() <= 32);
  Partitions partitions(firewall);
  for (int i = 0; i < 60; ++i) {
    ir::Packet packet = random_packet(random, static_cast<Path>(random() % 3));
    const auto answers = static_cast<std::uint32_t>(random());
    std::uint32_t states = 0;
    if (random() % 2 == 0) {
      packet.state = ir::State::established;
      packet.direction = static_cast<ir::Direction>(random() % 2);
      if (packet.protocol == 6) packet.tcp_flags = ir::tcp_flag::ack;
      const evaluate::Outcome* const opened = partitions.at(opening(packet), answers);
      REQUIRE(opened != nullptr);
      if (opened->verdict == evaluate::Verdict::accept) states = opened->states;
    }
    const evaluate::Outcome* const outcome = partitions.at(packet, answers, states);
    const auto traced = evaluate::trace(firewall, packet, [=](ir::OpaqueId id) { return std::optional((answers >> id & 1) != 0); });
    INFO(describe(firewall) << describe(packet) << " answers " << answers << " states " << states);
    REQUIRE(outcome != nullptr);
    // A rule that is itself undecided ends both.
    REQUIRE(outcome->verdict == traced.verdict);
    REQUIRE(outcome->rule == traced.rule);
    REQUIRE(outcome->list == traced.list);
    ++tally.packets;
    tally.accepted += traced.verdict == evaluate::Verdict::accept;
    tally.known += states != 0 && traced.verdict == evaluate::Verdict::accept;
  }
}

struct HygieneTally {
  std::size_t rules = 0, dead = 0, needless = 0;
};

/// No packet hits a dead rule, and without all needless ones every packet has the verdict that it had.
void compare_hygiene(ir::Firewall& firewall, std::mt19937& random, HygieneTally& tally) {
  using evaluate::Fate;
  evaluate::Hits hits(firewall, Limits{}.with_nodes(1'000'000));
  const auto decides = [](const ir::Rule& rule) { return rule.action == ir::ActionKind::accept || rule.action == ir::ActionKind::drop; };
  std::vector<bool> dead(firewall.rules.size()), absent(firewall.rules.size());
  for (ir::RuleId rule = 0; rule < firewall.rules.size(); ++rule) dead[rule] = hits.fate(rule).fate != Fate::hit;
  for (ir::RuleId rule = 0; rule < firewall.rules.size(); ++rule) {
    std::vector<ir::RuleId> instead;
    const auto alike = [&](ir::RuleId a, ir::RuleId b) { return !dead[a] && firewall.rules[a].keeps_state == firewall.rules[b].keeps_state; };
    absent[rule] = !dead[rule] && decides(firewall.rules[rule]) && !hits.needed(rule, [&](ir::RuleId id) { return absent[id]; }, alike, instead);
  }
  std::vector<ir::Rule> other = firewall.rules;  // the same, without the needless ones
  for (ir::RuleId rule = 0; rule < other.size(); ++rule)
    if (absent[rule]) other[rule].action = ir::ActionKind::continue_;
  tally.rules += firewall.rules.size();
  tally.dead += static_cast<std::size_t>(std::ranges::count(dead, true));
  tally.needless += static_cast<std::size_t>(std::ranges::count(absent, true));
  for (int i = 0; i < 150; ++i) {
    const ir::Packet packet = random_packet(random, static_cast<Path>(random() % 3));
    const auto says = static_cast<std::uint32_t>(random());
    const evaluate::Answers answers = [=](ir::OpaqueId id) { return std::optional((says >> id & 1) != 0); };
    const auto traced = evaluate::trace(firewall, packet, answers);
    INFO(describe(firewall) << describe(packet) << " answers " << says);
    for (const evaluate::Step& step : traced.steps) REQUIRE_FALSE((step.rule && dead[*step.rule]));
    std::swap(firewall.rules, other);
    const auto now = evaluate::trace(firewall, packet, answers);
    std::swap(firewall.rules, other);
    REQUIRE(now.verdict == traced.verdict);
    REQUIRE(now.keeps_state == traced.keeps_state);
  }
}

}  // namespace

TEST_CASE("cloud: rules said to be dead or needless in generated documents of every provider") {
  const char* const more = std::getenv("WALLCHECK_WORLDS");
  const unsigned count = more ? static_cast<unsigned>(std::strtoul(more, nullptr, 10)) : 40;
  HygieneTally tally;
  for (const Writer& writer : writers()) {
    if (!writer.file.ends_with(".json")) continue;
    for (unsigned seed = 1; seed <= count; ++seed) {
      std::mt19937 random(seed);
      Intent intent = random_rich_intent(random);
      // Small documents seldom have a rule too many: some rules stand twice.
      for (std::size_t i = intent.size(); i-- > 0;)
        if (random() % 3 == 0) intent.push_back(intent[i]);
      const std::string text = writer.write(intent);
      INFO(writer.file << " seed " << seed << "\n" << text);
      auto loaded = frontend::load(std::make_shared<SourceFile>(std::string(writer.file), text), {});
      for (ir::Firewall& firewall : loaded.firewalls) compare_hygiene(firewall, random, tally);
    }
  }
  WARN("rules " << tally.rules << ", dead " << tally.dead << ", needless " << tally.needless);
  CHECK(tally.dead > tally.rules / 20);
  CHECK(tally.needless > tally.rules / 200);
}

TEST_CASE("cloud: trace and symbolic agree on generated documents of every provider") {
  const char* const more = std::getenv("WALLCHECK_WORLDS");
  const unsigned count = more ? static_cast<unsigned>(std::strtoul(more, nullptr, 10)) : 60;
  for (const Writer& writer : writers()) {
    if (!writer.file.ends_with(".json")) continue;
    Tally tally;
    for (unsigned seed = 1; seed <= count; ++seed) {
      INFO(writer.file << " seed " << seed);
      std::mt19937 random(seed);
      const std::string text = writer.write(random_rich_intent(random));
      frontend::Options options;
      // Every fourth document has a network ACL in front.
      const std::string acl = writers()[5].write(random_rich_intent(random));
      REQUIRE(writers()[5].file == "nacl.json");
      if (seed % 4 == 0) options.network_acl = frontend::SideFile{"acl.json", std::make_shared<SourceFile>("acl.json", acl)};
      const auto loaded = frontend::load(std::make_shared<SourceFile>(std::string(writer.file), text), options);
      INFO(text);
      for (const ir::Firewall& firewall : loaded.firewalls) compare(firewall, random, tally);
    }
    INFO(writer.file << ": packets " << tally.packets << " accepted " << tally.accepted << " of known connections " << tally.known);
    CHECK(tally.packets >= count * 50);
    CHECK(tally.accepted > tally.packets / 40);
    CHECK((writer.file == "nacl.json" || tally.known > tally.packets / 100));
  }
}
