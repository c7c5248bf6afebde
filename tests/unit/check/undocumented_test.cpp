// WC120 against trace: of random rules, what is permitted and not documented is exactly what is said, packet by packet.

#include <random>
#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "check/audit/exposure.h"
#include "frontend/frontend.h"

using namespace wallcheck;

namespace {

/// One documented flow: UDP port 2 from 192.0.2.0/31 to whatever this host's address is.
policy::Pack pack() {
  policy::Service service;
  service.name = service.protocol_name = "udp";
  service.protocol = ir::protocol::udp;
  service.ports = {{2, 2}};
  service.source_ports = {{0, 65535}};
  policy::Flow flow;
  flow.id = flow.traffic = "documented";
  flow.from = "client";
  flow.to = "cloud";
  flow.services = {service};
  policy::Pack p;
  p.id = "test";
  p.roles = {{"cloud", "Cloud", std::nullopt}, {"client", "Client", std::vector{*parse_prefix("192.0.2.0/31")}}};
  p.flows = {flow};
  return p;
}

std::string random_rules(std::mt19937& random) {
  const auto below = [&](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
  std::string text = fmt::format("*filter\n:INPUT {} [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n:a - [0:0]\n", below(4) == 0 ? "ACCEPT" : "DROP");
  for (unsigned i = 0, count = 1 + below(7); i < count; ++i) {
    text += below(4) == 0 ? "-A a" : "-A INPUT";
    const bool in_a = text.ends_with("-A a");
    if (below(2) == 0) text += fmt::format(" {}-s 192.0.2.{}/{}", below(4) == 0 ? "! " : "", below(4), 30 + below(3));
    if (below(4) == 0) text += fmt::format(" -i eth{}", below(2));
    text += " -p udp";
    if (below(2) == 0) text += fmt::format(" --dport {}:{}", below(2), 1 + below(3));
    if (below(6) == 0) text += " -m limit --limit 1/s";
    constexpr const char* targets[] = {"ACCEPT", "ACCEPT", "DROP", "RETURN", "a"};
    text += fmt::format(" -j {}\n", targets[below(in_a ? 4 : 5)]);
  }
  return text + "COMMIT\n";
}

}  // namespace

TEST_CASE("undocumented packets are exactly those that trace may accept and no flow explains") {
  std::mt19937 random(20261126);
  const policy::Pack documented = pack();
  std::size_t inside = 0, outside = 0;
  for (int round = 0; round < 150; ++round) {
    const std::string rules = random_rules(random);
    INFO(rules);
    frontend::Options options;
    options.format = ir::Format::iptables;
    const frontend::Loaded loaded = frontend::load(std::make_shared<SourceFile>("test.rules", rules), options);
    REQUIRE(loaded.firewalls.size() == 1);
    const ir::Firewall& firewall = loaded.firewalls.front();
    check::Request request;
    request.pack = &documented;
    request.closed = true;
    packets::Diagrams diagrams(request.limits.graph_nodes);
    evaluate::Symbolic symbolic(firewall, diagrams);
    check::SiteResult site;
    bool incomplete = false;
    const check::AuditContext context{firewall, loaded.sources, request, symbolic, diagrams, site, incomplete};
    const packets::Set said = check::audit::undocumented_packets(context, ir::Path::ingress, ir::protocol::udp, check::audit::Ask::together);
    REQUIRE(said == check::audit::undocumented_packets(context, ir::Path::ingress, ir::protocol::udp, check::audit::Ask::one_by_one));
    for (unsigned client = 0; client < 5; ++client)
      for (std::uint16_t port = 0; port < 5; ++port)
        for (const char* const interface : {"eth0", "eth1", "eth2"}) {
          ir::Packet packet;
          packet.protocol = ir::protocol::udp;
          packet.source = ipv4(0xc0000200) + client;
          packet.destination = ipv4(0x0a000001);
          packet.source_port = 40000;
          packet.destination_port = port;
          packet.in_interface = interface;
          const auto verdict = evaluate::trace(firewall, packet).verdict;
          const bool may_pass = verdict == evaluate::Verdict::accept || verdict == evaluate::Verdict::undecided;
          const bool expected = may_pass && !(client < 2 && port == 2);
          packets::Point point;
          namespace dimension = packets::dimension;
          point.set(dimension::protocol, packet.protocol);
          point.set(dimension::in_interface, symbolic.interface_value(interface));
          point.set(dimension::out_interface, 0);
          point.set(dimension::source, packet.source);
          point.set(dimension::destination, packet.destination);
          point.set(dimension::source_port, packet.source_port);
          point.set(dimension::destination_port, port);
          INFO("192.0.2." << client << " port " << port << " in " << interface);
          REQUIRE(said.contains(point) == expected);
          ++(expected ? inside : outside);
        }
  }
  CHECK(inside > 1000);
  CHECK(outside > 1000);
}
