#pragma once
// Fixes of random files, judged by what the fix room does not use: the changed text is read and checked afresh, and random packets are
// traced through both texts. A packet that is not of the flow, nor an answer of it, keeps its verdict.
//
// WALLCHECK_SEED and WALLCHECK_CASES choose others than the usual cases.

#include <iostream>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "check/check.h"
#include "evaluate/trace.h"
#include "fix/fix.h"
#include "ir/packet_words.h"
#include "rule_sets.h"

namespace wallcheck {

/// What packets and policies are made of.
struct Material {
  std::vector<std::string> own, others;           ///< addresses; the first ones are the roles' where the policy gives them
  std::vector<std::uint16_t> ports;               ///< the first two are the services'
  std::vector<std::string> interfaces{"eth0", "eth1", "lo", "wan7"};
};

/// What rules of a format cannot tell apart: with a flow all that differs from it in this alone may change.
struct Coarse {
  bool source_ports = false, own_address = false;
  bool paths = false;      ///< what is forwarded is filtered by the same rules
  bool every_path = false; ///< ... and what comes the other way
  bool answers = false;    ///< answers are not told from requests
};

inline policy::Service random_service(Random& random, const Material& material) {
  policy::Service s;
  s.protocol = random.chance(75) ? ir::protocol::tcp : ir::protocol::udp;
  s.protocol_name = s.protocol == ir::protocol::tcp ? "tcp" : "udp";
  s.name = "service";
  const std::uint16_t first = material.ports[0], last = random.chance(40) ? static_cast<std::uint16_t>(first + 1) : first;
  s.ports = {{first, last}};
  s.ports_text = first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
  s.source_ports = {{1024, 65535}};
  s.one_way = s.protocol == ir::protocol::udp && random.chance(40);
  return s;
}

inline policy::Pack random_pack(Random& random, const Material& material) {
  policy::Pack p;
  p.family = Family::ipv4;
  p.roles = {{"cloud", "", std::nullopt}, {"platform", "", std::nullopt}};
  const auto network = [](const std::string& text) { return *parse_prefix(text); };
  if (random.chance(40)) p.roles[0].addresses = std::vector{network(material.own[0] + "/31")};
  if (random.chance(50)) p.roles[1].addresses = std::vector{network(material.others[0] + "/31"), network(material.others[2])};
  policy::Flow out;
  out.id = "out", out.number = 1, out.from = "cloud", out.to = "platform", out.services = {random_service(random, material)};
  if (random.chance(30)) {
    out.services.push_back(random_service(random, material));
    out.services.back().ports = {{material.ports[1], material.ports[1]}};
    if (random.chance(50)) out.require = policy::Require::any;
  }
  policy::Flow in = out;
  in.id = "in", in.number = 2, in.services = {random_service(random, material)}, in.require = policy::Require::all;
  std::swap(in.from, in.to);
  p.flows = {out};
  if (random.chance(50)) p.flows.push_back(in);
  return p;
}

inline bool within(const policy::Pack& pack, const std::string& role, Address a) {
  const auto& addresses = pack.role(role)->addresses;
  return !addresses || std::ranges::any_of(*addresses, [&](const AddressRange& r) { return a >= r.first && a <= r.last; });
}

inline bool within(const std::vector<ir::Range>& ports, std::uint16_t port) {
  return std::ranges::any_of(ports, [&](const ir::Range& r) { return r.contains(port); });
}

/// Is the packet one of a flow that was fixed, or an answer: said from the policy, not from the code under test.
inline bool is_of(const policy::Pack& pack, const policy::Flow& flow, const ir::Packet& p, const Coarse& coarse) {
  const auto end = [&](const std::string& role, Address a) { return (coarse.own_address && role == "cloud") || within(pack, role, a); };
  const auto from_port = [&](const std::vector<ir::Range>& ports) { return coarse.source_ports || within(ports, p.source_port); };
  const auto on = [&](ir::Path path) { return p.path == path || (coarse.paths && p.path == ir::Path::forward) || coarse.every_path; };
  for (const policy::Service& s : flow.services) {
    if (s.protocol != p.protocol) continue;
    const bool egress = flow.from == "cloud";
    if (on(egress ? ir::Path::egress : ir::Path::ingress) && end(flow.from, p.source) && end(flow.to, p.destination) && from_port(s.source_ports) &&
        within(s.ports, p.destination_port))
      return true;
    const bool answers = coarse.answers || p.state == ir::State::established || p.state == ir::State::related ||
                         (p.protocol == ir::protocol::tcp && (p.tcp_flags & 0x17) != ir::tcp_flag::syn);
    // Of connections from any port there are answers to any port, where connections are known; where they are not, from any port.
    const bool to_any_port = coarse.source_ports && !coarse.answers, from_any_port = coarse.source_ports && coarse.answers;
    if (answers && on(egress ? ir::Path::ingress : ir::Path::egress) && end(flow.to, p.source) && end(flow.from, p.destination) &&
        (from_any_port || within(s.ports, p.source_port)) && (to_any_port || within(s.source_ports, p.destination_port)))
      return true;
  }
  return false;
}

inline ir::Packet random_packet(Random& random, const Material& material) {
  std::vector<std::string> addresses = material.own;
  addresses.insert(addresses.end(), material.others.begin(), material.others.end());
  ir::Packet p;
  p.path = random.one_of<ir::Path>({ir::Path::ingress, ir::Path::egress, ir::Path::egress, ir::Path::ingress, ir::Path::forward});
  p.protocol = random.one_of<std::uint8_t>({ir::protocol::tcp, ir::protocol::tcp, ir::protocol::udp, ir::protocol::icmp});
  p.source = *parse_address(random.one_of(addresses)), p.destination = *parse_address(random.one_of(addresses));
  if (ir::protocol::has_ports(p.protocol)) p.source_port = random.one_of(material.ports), p.destination_port = random.one_of(material.ports);
  else p.icmp_type = random.chance(50) ? 8 : 0;
  p.state = random.one_of<ir::State>({ir::State::new_, ir::State::new_, ir::State::established, ir::State::related, ir::State::invalid});
  if (p.state == ir::State::established && random.chance(50)) p.direction = ir::Direction::reply;
  if (p.protocol == ir::protocol::tcp) p.tcp_flags = random.one_of<std::uint8_t>({ir::tcp_flag::syn, ir::tcp_flag::ack, 0x12, 0x18, 0});
  if (p.path != ir::Path::egress) p.in_interface = random.one_of(material.interfaces);
  if (p.path != ir::Path::ingress) p.out_interface = random.one_of(material.interfaces);
  return p;
}

/// Fixes one random file after the other, and counts.
class FixJudge {
 public:
  FixJudge(Material material, Coarse coarse) : material_(std::move(material)), coarse_(coarse) {}

  void file(unsigned seed, Random& random, const std::string& name, const std::string& text, ir::Format format) {
    constexpr unsigned packets = 300;  // a fix
    const policy::Pack policy = random_pack(random, material_);
    frontend::Options options;
    options.format = format;
    const auto load = [&](const std::string& bytes) { return frontend::load(std::make_shared<SourceFile>(name, bytes), options); };
    const frontend::Loaded loaded = load(text);
    if (loaded.failed || loaded.firewalls.size() != 1) return;  // nothing of the intent can be said in this format
    check::Request request;
    request.pack = &policy;
    bool incomplete = false;
    const check::SiteResult before = check::check_flows(loaded.firewalls[0], loaded.sources, request, incomplete);
    const auto wanted = [](std::size_t, const check::FlowResult& flow) { return flow.verdict > check::FlowVerdict::diverted; };
    const fix::Repair repair = fix::repair({loaded, options, request}, {before}, wanted);
    const std::string changed = edited(text, repair.edits);
    INFO("seed " << seed << " " << name << "\n" << text << "---\n" << unified_diff(name, text, repair.edits));
    CHECK(repair.trouble.empty());

    const frontend::Loaded again = load(changed);
    REQUIRE(again.firewalls.size() == 1);
    const check::SiteResult after = check::check_flows(again.firewalls[0], again.sources, request, incomplete);
    std::vector<const policy::Flow*> touched;
    for (const fix::Repaired& done : repair.done) {
      const check::FlowVerdict was = std::ranges::find(before.flows, done.finding.flow, &check::FlowResult::id)->verdict;
      ++failing_[std::string(to_string(was))];
      ++flows;
      if (done.finding.fixes.empty() || !done.finding.no_fix.empty()) {
        std::string why = done.finding.no_fix;  // without what differs from file to file
        if (const std::size_t such = why.find(", such as"); such != std::string::npos) why.resize(such);
        for (std::size_t at; (at = why.find_first_of("0123456789")) != std::string::npos;) why.replace(at, why.find_first_not_of("0123456789", at) - at, "N");
        ++reasons_[why];
        continue;
      }
      ++fixed_[std::string(to_string(was))];
      touched.push_back(policy.flow(done.finding.flow));
      const check::FlowVerdict is = std::ranges::find(after.flows, done.finding.flow, &check::FlowResult::id)->verdict;
      INFO(done.finding.flow << " was " << to_string(was) << ", is " << to_string(is));
      CHECK(is <= check::FlowVerdict::conditional);
      CHECK(is == done.finding.fixes.front().after);
    }
    // Flows that a fix is said not to touch are not asked about again.
    const auto kind = [](check::FlowVerdict verdict) { return verdict == check::FlowVerdict::not_applicable ? check::FlowVerdict::permitted : std::min(verdict, check::FlowVerdict::reply_blocked); };
    for (std::size_t i = 0; i < before.flows.size(); ++i) {
      INFO(before.flows[i].id << " was " << to_string(before.flows[i].verdict) << ", is " << to_string(after.flows.at(i).verdict));
      CHECK(kind(after.flows.at(i).verdict) <= kind(before.flows[i].verdict));
    }
    if (repair.edits.empty()) return;
    const auto fixed_before = [&](std::size_t, const check::FlowResult& flow) {
      return std::ranges::any_of(touched, [&](const policy::Flow* one) { return one->id == flow.id; }) && flow.verdict > check::FlowVerdict::conditional;
    };
    CHECK(fix::repair({again, options, request}, {after}, fixed_before).done.empty());
    for (unsigned i = 0; i < packets; ++i) {
      const ir::Packet p = random_packet(random, material_);
      const auto was = evaluate::trace(loaded.firewalls[0], p).verdict, is = evaluate::trace(again.firewalls[0], p).verdict;
      if (was == is) continue;
      ++changed_packets;
      INFO(ir::to_string(p));
      CHECK((is == evaluate::Verdict::accept || (is == evaluate::Verdict::undecided && was != evaluate::Verdict::accept)));
      CHECK(std::ranges::any_of(touched, [&](const policy::Flow* flow) { return is_of(policy, *flow, p, coarse_); }));
    }
  }

  void print() const {
    std::cout << "packets whose verdict changed: " << changed_packets << "\n";
    for (const auto& [verdict, count] : failing_) {
      const auto fixed = fixed_.find(verdict);
      std::cout << verdict << ": " << (fixed == fixed_.end() ? 0 : fixed->second) << " of " << count << " fixed\n";
    }
    for (const auto& [why, count] : reasons_) std::cout << count << " " << why << "\n";
  }

  unsigned flows = 0, changed_packets = 0;

 private:
  const Material material_;
  const Coarse coarse_;
  std::map<std::string, unsigned> reasons_, fixed_, failing_;
};

}  // namespace wallcheck
