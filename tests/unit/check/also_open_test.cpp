// WC110: services that pass as documented and are open the wrong way, too.

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../policy/small_pack.h"
#include "check/check.h"
#include "evaluate/trace.h"
#include "frontend/frontend.h"

using namespace wallcheck;

namespace {

policy::Service service(std::string name, std::uint8_t protocol, std::string ports) {
  policy::Service s;
  s.name = std::move(name);
  s.protocol = protocol;
  s.protocol_name = protocol == ir::protocol::udp ? "udp" : "tcp";
  s.ports_text = std::move(ports);
  const auto port = static_cast<std::uint32_t>(std::stoul(s.ports_text));
  s.ports = {{port, port}};
  s.source_ports = {{1024, 65535}};
  s.one_way = protocol == ir::protocol::udp;
  return s;
}

frontend::Loaded load(const std::string& input, const std::string& output, const std::string& rules) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  const std::string text = "*filter\n:INPUT " + input + " [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT " + output + " [0:0]\n" + rules + "COMMIT\n";
  return frontend::load(std::make_shared<SourceFile>("test.rules", text), options);
}

/// "WC110:6:warning", one a finding.
std::vector<std::string> wc110(const frontend::Loaded& loaded, const policy::Pack& pack) {
  check::Request request;
  request.pack = &pack;
  bool incomplete = false;
  const check::SiteResult result = check::check_flows(loaded.firewalls.at(0), loaded.sources, request, incomplete);
  CHECK_FALSE(incomplete);
  std::vector<std::string> found;
  for (const check::Finding& finding : result.findings) {
    const Diagnostic& d = finding.diagnostic;
    if (d.code == "WC110") found.push_back(std::to_string(loaded.sources[0]->place(d.where.begin).line) + " " + std::string(to_string(d.severity)));
  }
  return found;
}

const auto collectd = [] { return service("collectd", ir::protocol::udp, "3011"); };

}  // namespace

TEST_CASE("a rule that names a service which passes as documented, and opens it the other way") {
  const auto out = policy::flow("monitoring", "cloud", "platform", {collectd()});
  const auto back = policy::flow("poll", "platform", "cloud", {collectd()});
  const auto again = policy::flow("more", "cloud", "platform", {collectd()});
  const auto web = policy::flow("https", "cloud", "platform", {service("https", ir::protocol::tcp, "443")});
  const std::string open = "-A INPUT -p udp --dport 3011 -j ACCEPT\n";
  struct Row {
    std::string what, input, output, rules;
    policy::Pack pack;
    std::vector<std::string> expected;
  };
  const std::vector<Row> rows = {
      {"both ways", "DROP", "ACCEPT", open, policy::pack({out}), {"5 warning"}},
      {"from some only", "DROP", "ACCEPT", "-A INPUT -s 10.0.0.0/8 -p udp --dport 3011 -j ACCEPT\n", policy::pack({out}), {"5 warning"}},
      {"a small range names it", "DROP", "ACCEPT", "-A INPUT -p udp --dport 3000:3020 -j ACCEPT\n", policy::pack({out}), {"5 warning"}},
      {"the port is given where the chain is entered", "DROP", "ACCEPT", ":c - [0:0]\n-A INPUT -p udp --dport 3011 -j c\n-A c -j ACCEPT\n", policy::pack({out}), {"7 warning"}},
      {"two flows, one rule: told once", "DROP", "ACCEPT", open, policy::pack({out, again}), {"5 warning"}},
      {"what hosts offer", "DROP", "ACCEPT", "-A INPUT -m state --state ESTABLISHED -j ACCEPT\n-A INPUT -p tcp --dport 443 -j ACCEPT\n", policy::pack({web}), {"6 note"}},
      {"a rule about everything does not name it", "DROP", "ACCEPT", "-A INPUT -p udp -j ACCEPT\n", policy::pack({out}), {}},
      {"nor does a large range", "DROP", "ACCEPT", "-A INPUT -p udp --dport 1024:65535 -j ACCEPT\n", policy::pack({out}), {}},
      {"nor a default", "ACCEPT", "ACCEPT", "", policy::pack({out}), {}},
      {"refused before", "DROP", "ACCEPT", "-A INPUT -p udp -j DROP\n" + open, policy::pack({out}), {}},
      {"another protocol", "DROP", "ACCEPT", "-A INPUT -p tcp --dport 3011 -j ACCEPT\n", policy::pack({out}), {}},
      {"answers are no opening", "DROP", "ACCEPT", "-A INPUT -p udp --dport 3011 -m state --state ESTABLISHED -j ACCEPT\n", policy::pack({out}), {}},
      {"from the service's port is not to it", "DROP", "ACCEPT", "-A INPUT -p udp --sport 3011 -j ACCEPT\n", policy::pack({out}), {}},
      {"documented, too", "DROP", "ACCEPT", open, policy::pack({out, back}), {}},
      {"blocked as documented: that is `reversed`", "DROP", "DROP", open, policy::pack({out}), {}},
      {"loopback", "DROP", "ACCEPT", "-A INPUT -i lo -p udp --dport 3011 -j ACCEPT\n", policy::pack({out}), {}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(wc110(load(row.input, row.output, row.rules), row.pack) == row.expected);
  }
}

TEST_CASE("WC110 is what the plain evaluator finds packet by packet") {
  const policy::Pack pack = policy::pack({policy::flow("monitoring", "cloud", "platform", {collectd()})});
  std::mt19937 random(20261126);
  const auto pick = [&](std::initializer_list<const char*> list) { return std::string(*(list.begin() + random() % list.size())); };
  std::size_t told = 0;
  for (int round = 0; round < 20; ++round) {
    std::string rules;
    for (int i = 0; i < 5; ++i)
      rules += "-A INPUT" + pick({"", "", " -s 10.0.0.0/8", " ! -s 10.0.0.0/8"}) + " -p udp" +
               pick({"", " --dport 3011", " --dport 3011", " --dport 3000:3020", " --dport 2000:3022", " --dport 2000:3024", " --dport 3012", " -m multiport --dports 53,3011"}) +
               pick({"", "", " -m state --state NEW", " -m state --state ESTABLISHED"}) + " -j " + pick({"ACCEPT", "ACCEPT", "DROP"}) + "\n";
    const frontend::Loaded loaded = load("DROP", "ACCEPT", rules);
    const ir::Firewall& firewall = loaded.firewalls.at(0);
    // By rule: the ports of new packets that it accepts, of the two kinds of sources that the rules tell apart.
    std::map<ir::RuleId, std::set<unsigned>> ports;
    for (const std::string_view source : {"10.1.2.3", "192.0.2.1"})
      for (unsigned port = 1999; port <= 3026; ++port) {
        ir::Packet packet;
        packet.path = ir::Path::ingress;
        packet.protocol = ir::protocol::udp;
        packet.source = *parse_address(source);
        packet.destination = *parse_address("203.0.113.1");
        packet.source_port = 40000;
        packet.destination_port = static_cast<std::uint16_t>(port);
        packet.state = ir::State::new_;
        packet.in_interface = "eth0";
        const auto result = evaluate::trace(firewall, packet, {});
        if (result.verdict == evaluate::Verdict::accept && result.rule) ports[*result.rule].insert(port);
      }
    std::vector<std::string> expected;
    for (const auto& [rule, some] : ports) {
      const bool beyond = some.contains(1999) || some.contains(3026);  // no port is given: all of them
      if (some.contains(3011) && !beyond && some.size() < 1024 && expected.empty())
        expected.push_back(std::to_string(loaded.sources[0]->place(firewall.rules[rule].where.begin).line) + " warning");
    }
    INFO(rules);
    const auto found = wc110(loaded, pack);
    CHECK(found.empty() == expected.empty());
    if (!found.empty() && !expected.empty()) CHECK(found[0] == expected[0]);
    told += found.size();
  }
  CHECK(told > 3);
}
