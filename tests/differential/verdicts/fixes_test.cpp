// Fixes of random rule sets, judged by what the fix room does not use: the changed text is read and checked afresh, and random packets
// are traced through both texts. A packet that is not of the flow, nor an answer of it, keeps its verdict.
//
// WALLCHECK_SEED and WALLCHECK_CASES choose others than the usual cases.

#include <iostream>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "check/check.h"
#include "evaluate/trace.h"
#include "fix/fix.h"
#include "rule_sets.h"

using namespace wallcheck;
using check::FlowVerdict;

namespace {

constexpr unsigned packets = 300;  // a fix

struct Ends {
  std::vector<Address> clients, servers;
};

Address address(const char* text) { return *parse_address(text); }

policy::Service service(Random& random) {
  policy::Service s;
  s.protocol = random.chance(75) ? ir::protocol::tcp : ir::protocol::udp;
  s.protocol_name = s.protocol == ir::protocol::tcp ? "tcp" : "udp";
  s.name = "dns";
  const bool two = random.chance(40);
  s.ports = {{53, two ? 54u : 53u}};
  s.ports_text = two ? "53-54" : "53";
  s.source_ports = {{1024, 65535}};
  s.one_way = s.protocol == ir::protocol::udp && random.chance(40);
  return s;
}

policy::Pack pack(Random& random) {
  policy::Pack p;
  p.family = Family::ipv4;
  p.roles = {{"cloud", "", std::nullopt}, {"platform", "", std::nullopt}};
  if (random.chance(40)) p.roles[0].addresses = std::vector{*parse_prefix("10.0.0.0/31")};
  if (random.chance(50)) p.roles[1].addresses = std::vector{*parse_prefix("192.0.2.0/31"), *parse_prefix("192.0.2.9")};
  policy::Flow out;
  out.id = "out", out.number = 1, out.from = "cloud", out.to = "platform", out.services = {service(random)};
  if (random.chance(30)) {
    out.services.push_back(service(random));
    out.services.back().ports = {{1053, 1053}};
    if (random.chance(50)) out.require = policy::Require::any;
  }
  policy::Flow in = out;
  in.id = "in", in.number = 2, in.services = {service(random)}, in.require = policy::Require::all;
  std::swap(in.from, in.to);
  p.flows = {out};
  if (random.chance(50)) p.flows.push_back(in);
  return p;
}

bool within(const policy::Pack& pack, const std::string& role, Address a) {
  const auto& addresses = pack.role(role)->addresses;
  return !addresses || std::ranges::any_of(*addresses, [&](const AddressRange& r) { return a >= r.first && a <= r.last; });
}

bool within(const std::vector<ir::Range>& ports, std::uint16_t port) {
  return std::ranges::any_of(ports, [&](const ir::Range& r) { return r.contains(port); });
}

/// Is the packet one of a flow that was fixed, or an answer: said from the policy, not from the code under test.
bool is_of(const policy::Pack& pack, const policy::Flow& flow, const ir::Packet& p) {
  for (const policy::Service& s : flow.services) {
    if (s.protocol != p.protocol) continue;
    const bool egress = flow.from == "cloud";
    if (p.path == (egress ? ir::Path::egress : ir::Path::ingress) && within(pack, flow.from, p.source) && within(pack, flow.to, p.destination) &&
        within(s.source_ports, p.source_port) && within(s.ports, p.destination_port))
      return true;
    const bool answers = p.state == ir::State::established || p.state == ir::State::related || (p.protocol == ir::protocol::tcp && (p.tcp_flags & 0x17) != ir::tcp_flag::syn);
    if (answers && p.path == (egress ? ir::Path::ingress : ir::Path::egress) && within(pack, flow.to, p.source) && within(pack, flow.from, p.destination) &&
        within(s.ports, p.source_port) && within(s.source_ports, p.destination_port))
      return true;
  }
  return false;
}

ir::Packet packet(Random& random) {
  static const std::vector<Address> addresses{address("10.0.0.0"), address("10.0.0.1"), address("10.0.0.7"), address("192.0.2.0"),
                                              address("192.0.2.1"), address("192.0.2.9"), address("198.51.100.1"), address("224.0.0.5")};
  static const std::vector<std::uint16_t> ports{22, 53, 54, 80, 1023, 1024, 1025, 1053, 40000};
  ir::Packet p;
  p.path = random.one_of<ir::Path>({ir::Path::ingress, ir::Path::egress, ir::Path::egress, ir::Path::ingress, ir::Path::forward});
  p.protocol = random.one_of<std::uint8_t>({ir::protocol::tcp, ir::protocol::tcp, ir::protocol::udp, ir::protocol::icmp});
  p.source = random.one_of(addresses), p.destination = random.one_of(addresses);
  if (ir::protocol::has_ports(p.protocol)) p.source_port = random.one_of(ports), p.destination_port = random.one_of(ports);
  else p.icmp_type = random.chance(50) ? 8 : 0;
  p.state = random.one_of<ir::State>({ir::State::new_, ir::State::new_, ir::State::established, ir::State::related, ir::State::invalid});
  if (p.state == ir::State::established && random.chance(50)) p.direction = ir::Direction::reply;
  if (p.protocol == ir::protocol::tcp) p.tcp_flags = random.one_of<std::uint8_t>({ir::tcp_flag::syn, ir::tcp_flag::ack, 0x12, 0x18, 0});
  const std::vector<std::string> names{"eth0", "eth1", "lo", "wan7"};
  if (p.path != ir::Path::egress) p.in_interface = random.one_of(names);
  if (p.path != ir::Path::ingress) p.out_interface = random.one_of(names);
  return p;
}

frontend::Loaded load(const std::string& text, const frontend::Options& options) {
  return frontend::load(std::make_shared<SourceFile>("random.rules", text), options);
}

}  // namespace

TEST_CASE("a fix lets the flow through, and no packet that is not of it has another verdict") {
  const unsigned first = setting("WALLCHECK_SEED", 1), cases = setting("WALLCHECK_CASES", 600);
  std::map<std::string, unsigned> reasons, fixed, failing;
  unsigned changed_packets = 0;
  for (unsigned seed = first; seed < first + cases; ++seed) {
    Random random(seed);
    const std::string rules = rule_set(random);
    const policy::Pack policy = pack(random);
    frontend::Options options;
    options.format = ir::Format::iptables;
    const frontend::Loaded loaded = load(rules, options);
    REQUIRE(loaded.firewalls.size() == 1);
    check::Request request;
    request.pack = &policy;
    bool incomplete = false;
    const check::SiteResult before = check::check_flows(loaded.firewalls[0], loaded.sources, request, incomplete);
    const auto wanted = [](std::size_t, const check::FlowResult& flow) { return flow.verdict > FlowVerdict::diverted; };
    const fix::Repair repair = fix::repair({loaded, options, request}, {before}, wanted);
    const std::string text = edited(rules, repair.edits);
    INFO("seed " << seed << "\n" << rules << "---\n" << unified_diff("random.rules", rules, repair.edits));
    CHECK(repair.trouble.empty());

    const frontend::Loaded again = load(text, options);
    REQUIRE(again.firewalls.size() == 1);
    const check::SiteResult after = check::check_flows(again.firewalls[0], again.sources, request, incomplete);
    std::vector<const policy::Flow*> touched;
    for (const fix::Repaired& done : repair.done) {
      const check::FlowVerdict was = std::ranges::find(before.flows, done.finding.flow, &check::FlowResult::id)->verdict;
      ++failing[std::string(to_string(was))];
      if (done.finding.fixes.empty() || !done.finding.no_fix.empty()) {
        std::string why = done.finding.no_fix;  // without what differs from file to file
        if (const std::size_t such = why.find(", such as"); such != std::string::npos) why.resize(such);
        for (std::size_t at; (at = why.find_first_of("0123456789")) != std::string::npos;) why.replace(at, why.find_first_not_of("0123456789", at) - at, "N");
        ++reasons[why];
        continue;
      }
      ++fixed[std::string(to_string(was))];
      touched.push_back(policy.flow(done.finding.flow));
      const check::FlowVerdict is = std::ranges::find(after.flows, done.finding.flow, &check::FlowResult::id)->verdict;
      INFO(done.finding.flow << " was " << to_string(was) << ", is " << to_string(is));
      CHECK(is <= FlowVerdict::conditional);
      CHECK(is == done.finding.fixes.front().after);
    }
    if (repair.edits.empty()) continue;
    for (unsigned i = 0; i < packets; ++i) {
      const ir::Packet p = packet(random);
      const auto was = evaluate::trace(loaded.firewalls[0], p).verdict, is = evaluate::trace(again.firewalls[0], p).verdict;
      if (was == is) continue;
      ++changed_packets;
      CHECK((is == evaluate::Verdict::accept || (is == evaluate::Verdict::undecided && was != evaluate::Verdict::accept)));
      CHECK(std::ranges::any_of(touched, [&](const policy::Flow* flow) { return is_of(policy, *flow, p); }));
    }
  }
  std::cout << "packets whose verdict changed: " << changed_packets << "\n";
  for (const auto& [verdict, count] : failing) std::cout << verdict << ": " << fixed[verdict] << " of " << count << " fixed\n";
  for (const auto& [why, count] : reasons) std::cout << count << " " << why << "\n";
  CHECK(changed_packets > 0);
}
