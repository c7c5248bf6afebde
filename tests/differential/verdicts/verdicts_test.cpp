// A flow's verdict, computed from its definition: every connection of a small world, every packet of every leg, one after the other
// through trace, every answer of every undecided condition. Slow, and obvious. The check room has to say the same.
//
// WALLCHECK_SEED and WALLCHECK_CASES choose others than the usual cases.

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "check/check.h"
#include "evaluate/trace.h"
#include "dns_flow.h"
#include "rule_sets.h"

using namespace wallcheck;
using check::FlowVerdict;
using evaluate::Verdict;

namespace {

/// A world small enough to walk through, with a value on each side of whatever the rules can tell apart.
struct World {
  std::vector<Address> clients, servers;
  std::vector<std::uint16_t> client_ports, server_ports;
  std::vector<std::string> interfaces{"eth0", "eth1", "wan7"};
  bool clients_given = false, servers_given = false;
};

Address address(const char* text) { return *parse_address(text); }

struct Connection {
  Address client, server;
  std::uint16_t client_port, server_port;
  std::string interface;
};

enum class Fate { refused, conditional, accepted };

/// What becomes of a packet, over all answers to what the file does not decide.
Fate fate(const ir::Firewall& firewall, const ir::Packet& packet, bool* untracked) {
  const evaluate::TraceResult plain = evaluate::trace(firewall, packet);
  if (untracked != nullptr) *untracked = plain.packet.state == ir::State::untracked;
  if (plain.verdict == Verdict::accept) return Fate::accepted;
  if (plain.verdict != Verdict::undecided) return Fate::refused;
  const std::vector<ir::OpaqueId>& open = plain.assumptions;
  for (unsigned answers = 0; answers < 1u << open.size(); ++answers) {
    const auto result = evaluate::trace(firewall, packet, [&](ir::OpaqueId id) -> std::optional<bool> {
      for (std::size_t i = 0; i < open.size(); ++i)
        if (open[i] == id) return (answers >> i & 1) != 0;
      return std::nullopt;
    });
    if (result.verdict == Verdict::accept || result.verdict == Verdict::undecided) return Fate::conditional;
  }
  return Fate::refused;
}

struct ConnectionFate {
  Fate open = Fate::refused, onward = Fate::refused, reply = Fate::refused;
};

ConnectionFate follow(const ir::Firewall& firewall, const Connection& c) {
  using namespace ir::tcp_flag;
  ir::Packet packet;
  packet.path = ir::Path::egress;
  packet.protocol = ir::protocol::tcp;
  packet.source = c.client, packet.destination = c.server;
  packet.source_port = c.client_port, packet.destination_port = c.server_port;
  packet.out_interface = c.interface;
  packet.tcp_flags = syn;
  ConnectionFate result;
  bool untracked = false;
  result.open = fate(firewall, packet, &untracked);
  const auto worst = [&](ir::Packet later, std::initializer_list<int> flags) {
    Fate worst_fate = Fate::accepted;
    for (const ir::State state : untracked ? std::vector{ir::State::new_, ir::State::invalid} : std::vector{ir::State::established})
      for (const int f : flags) {
        later.state = state;
        later.tcp_flags = static_cast<std::uint8_t>(f);
        worst_fate = std::min(worst_fate, fate(firewall, later, nullptr));
      }
    return worst_fate;
  };
  result.onward = worst(packet, {ack, ack | psh, ack | fin, ack | psh | fin});
  ir::Packet back = packet;
  back.path = ir::Path::ingress;
  std::swap(back.source, back.destination);
  std::swap(back.source_port, back.destination_port);
  back.in_interface = c.interface;
  back.out_interface.clear();
  back.direction = untracked ? ir::Direction::original : ir::Direction::reply;
  result.reply = worst(back, {syn | ack, ack, ack | psh, ack | fin, ack | psh | fin});
  return result;
}

using Fates = std::vector<std::pair<Connection, Fate>>;

/// The contract's words, over a list of connections: `permitted`, `restricted`, `conditional`, `partial` or `blocked`.
FlowVerdict classify(const World& world, const Fates& fates) {
  struct Group {
    bool all_sure = true, all_possible = true;
  };
  std::map<std::tuple<Address, Address, std::string>, Group> by_what_is_open;
  bool some = false, all = true;
  for (const auto& [c, f] : fates) {
    Group& group = by_what_is_open[{world.clients_given ? 0 : c.client, world.servers_given ? 0 : c.server, c.interface}];
    group.all_sure &= f == Fate::accepted;
    group.all_possible &= f != Fate::refused;
    some |= f != Fate::refused;
    all &= f == Fate::accepted;
  }
  if (!some) return FlowVerdict::blocked;
  if (all) return FlowVerdict::permitted;
  for (const auto& [key, group] : by_what_is_open)
    if (group.all_sure) return FlowVerdict::restricted;
  for (const auto& [key, group] : by_what_is_open)
    if (group.all_possible) return FlowVerdict::conditional;
  return FlowVerdict::partial;
}

struct Expected {
  FlowVerdict verdict, open, onward, reply;
};

Expected by_definition(const ir::Firewall& firewall, const World& world) {
  Fates open, onward, reply, whole;
  for (const Address client : world.clients)
    for (const Address server : world.servers)
      for (const std::uint16_t client_port : world.client_ports)
        for (const std::uint16_t server_port : world.server_ports)
          for (const std::string& interface : world.interfaces) {
            const Connection c{client, server, client_port, server_port, interface};
            const ConnectionFate f = follow(firewall, c);
            open.emplace_back(c, f.open), onward.emplace_back(c, f.onward), reply.emplace_back(c, f.reply);
            whole.emplace_back(c, std::min({f.open, f.onward, f.reply}));
          }
  Expected e{FlowVerdict::blocked, classify(world, open), classify(world, onward), classify(world, reply)};
  if (e.open == FlowVerdict::blocked || e.open == FlowVerdict::partial) e.verdict = e.open;
  else if (const FlowVerdict joint = classify(world, whole); joint <= FlowVerdict::conditional) e.verdict = joint;
  else e.verdict = joint == FlowVerdict::blocked ? FlowVerdict::reply_blocked : joint;
  return e;
}

}  // namespace

TEST_CASE("verdicts are what their definition says, in small worlds") {
  const unsigned first_seed = setting("WALLCHECK_SEED", 1), cases = setting("WALLCHECK_CASES", 400);
  std::map<std::string, unsigned> seen;
  for (unsigned seed = first_seed; seed < first_seed + cases; ++seed) {
    Random random(seed);
    const std::string rules = rule_set(random);
    World world;
    world.client_ports = {1024, 1025, 40000};
    world.server_ports = random.chance(50) ? std::vector<std::uint16_t>{53} : std::vector<std::uint16_t>{53, 54};
    world.clients = {address("10.0.0.0"), address("10.0.0.1")};
    world.servers = {address("192.0.2.0"), address("192.0.2.1")};
    world.clients_given = random.chance(50);
    world.servers_given = random.chance(50);

    policy::Pack pack = dns_pack(world.server_ports.back());
    if (world.clients_given) pack.roles[0].addresses = std::vector{*parse_prefix("10.0.0.0/31")};
    else for (const char* const other : {"10.0.0.7", "192.0.2.0", "192.0.2.1", "192.0.2.9", "198.51.100.1"}) world.clients.push_back(address(other));
    if (world.servers_given) pack.roles[1].addresses = std::vector{*parse_prefix("192.0.2.0/31")};
    else for (const char* const other : {"192.0.2.9", "10.0.0.0", "10.0.0.1", "10.0.0.7", "198.51.100.1"}) world.servers.push_back(address(other));
    const frontend::Loaded loaded = load_iptables(rules);
    INFO("seed " << seed << "\n" << rules);
    REQUIRE(loaded.firewalls.size() == 1);
    for (const Diagnostic& d : loaded.diagnostics) FAIL(d.message);
    check::Request request;
    request.pack = &pack;
    bool incomplete = false;
    const check::SiteResult result = check::check_flows(loaded.firewalls[0], loaded.sources, request, incomplete);
    for (const check::Finding& finding : result.findings) INFO(finding.diagnostic.message);
    REQUIRE_FALSE(incomplete);
    REQUIRE(result.flows[0].services.size() == 1);
    const check::ServiceResult& said = result.flows[0].services[0];
    const Expected expected = by_definition(loaded.firewalls[0], world);
    // `reversed` is `blocked` with a reason; the reason is not this test's business.
    const FlowVerdict verdict = said.verdict == FlowVerdict::reversed ? FlowVerdict::blocked : said.verdict;
    CHECK(to_string(said.open) == to_string(expected.open));
    CHECK(to_string(said.onward) == to_string(expected.onward));
    CHECK(to_string(said.reply) == to_string(expected.reply));
    CHECK(to_string(verdict) == to_string(expected.verdict));
    ++seen[std::string(to_string(verdict))];
  }
  // The generator has to reach every verdict, or the test tests less than it says.
  if (cases >= 400)
    for (const FlowVerdict v : {FlowVerdict::permitted, FlowVerdict::restricted, FlowVerdict::conditional, FlowVerdict::reply_blocked, FlowVerdict::partial, FlowVerdict::blocked})
      CHECK(seen[std::string(to_string(v))] > 0);
}
