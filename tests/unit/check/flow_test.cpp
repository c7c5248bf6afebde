// Verdicts on flows, one table row a situation. The rules are real iptables-save text: what a reader can check by hand.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../policy/small_pack.h"
#include "check/check.h"
#include "check/flow.h"
#include "frontend/frontend.h"

using namespace wallcheck;
using check::FlowVerdict;

namespace {

policy::Service service(std::string name, std::uint8_t protocol, unsigned port, bool one_way = false) {
  policy::Service s;
  s.name = std::move(name);
  s.protocol = protocol;
  s.protocol_name = protocol == ir::protocol::udp ? "udp" : "tcp";
  s.ports_text = std::to_string(port);
  s.ports = {{port, port}};
  s.source_ports = {{1024, 65535}};
  s.one_way = one_way;
  return s;
}

using policy::flow;
using policy::pack;

check::SiteResult run(const std::string& rules, const policy::Pack& p, policy::Site site = {}, bool steps = false) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  const frontend::Loaded loaded = frontend::load(std::make_shared<SourceFile>("test.rules", rules), options);
  INFO(rules);
  for (const Diagnostic& d : loaded.diagnostics) INFO(d.code << " " << d.message);
  REQUIRE(loaded.firewalls.size() == 1);
  check::Request request;
  request.pack = &p;
  request.site = std::move(site);
  request.steps = steps;
  bool incomplete = false;
  check::SiteResult result = check::check_flows(loaded.firewalls[0], loaded.sources, request, incomplete);
  CHECK_FALSE(incomplete);
  return result;
}

std::string filter(std::string_view input, std::string_view output, std::string_view rules) {
  return "*filter\n:INPUT " + std::string(input) + " [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT " + std::string(output) + " [0:0]\n" + std::string(rules) + "COMMIT\n";
}

policy::Pack monitoring() { return pack({flow("monitoring", "cloud", "platform", {service("collectd", 17, 3011, true)})}); }
policy::Pack https() { return pack({flow("https", "cloud", "platform", {service("https", 6, 443)})}); }
policy::Pack with_addresses(policy::Pack p, std::string_view range) {
  p.roles[1].addresses = std::vector<AddressRange>{*parse_prefix(range)};
  return p;
}

}  // namespace

TEST_CASE("each verdict, on the smallest rules that give it") {
  const std::string stateful = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  const std::string stateful_out = "-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n";
  struct Row {
    std::string what, rules;
    policy::Pack pack;
    FlowVerdict expected;
  };
  const std::vector<Row> rows = {
      {"everything open", filter("ACCEPT", "ACCEPT", ""), https(), FlowVerdict::permitted},
      {"stateful host, egress free", filter("DROP", "ACCEPT", stateful), https(), FlowVerdict::permitted},
      {"stateful host, egress by port", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -p tcp --dport 443 -j ACCEPT\n"), https(),
       FlowVerdict::permitted},
      {"every way closed", filter("DROP", "DROP", ""), https(), FlowVerdict::blocked},
      {"another port open", filter("DROP", "DROP", stateful + "-A OUTPUT -p tcp --dport 80 -j ACCEPT\n"), https(), FlowVerdict::blocked},
      {"udp rule does not open tcp", filter("DROP", "DROP", stateful + "-A OUTPUT -p udp --dport 443 -j ACCEPT\n"), https(), FlowVerdict::blocked},
      {"replies dropped", filter("DROP", "ACCEPT", ""), https(), FlowVerdict::reply_blocked},
      {"only the first packet leaves", filter("DROP", "DROP", stateful + "-A OUTPUT -p tcp --dport 443 -m state --state NEW -j ACCEPT\n"), https(),
       FlowVerdict::reply_blocked},
      {"one-way service needs no reply", filter("DROP", "DROP", "-A OUTPUT -p udp --dport 3011 -j ACCEPT\n"), monitoring(), FlowVerdict::permitted},
      {"wrong way round", filter("DROP", "DROP", stateful + "-A INPUT -p udp --dport 3011 -j ACCEPT\n"), monitoring(), FlowVerdict::reversed},
      {"wrong way round, the port named at the jump",
       filter("DROP", "DROP", ":MON - [0:0]\n-A INPUT -p udp -m udp --dport 3011 -j MON\n-A MON -s 192.0.2.0/24 -j ACCEPT\n"), monitoring(), FlowVerdict::reversed},
      {"a rule for everything names no service", filter("ACCEPT", "DROP", ""), monitoring(), FlowVerdict::blocked},
      {"nor does one for all high ports", filter("DROP", "DROP", "-A INPUT -p udp --dport 1024:65535 -j ACCEPT\n"), monitoring(), FlowVerdict::blocked},
      {"a documented flow accounts for the other way",
       filter("DROP", "DROP", "-A INPUT -p udp --dport 3011 -j ACCEPT\n"),
       pack({flow("monitoring", "cloud", "platform", {service("collectd", 17, 3011, true)}),
             flow("back", "platform", "cloud", {service("collectd", 17, 3011, true)})}),
       FlowVerdict::blocked},
      {"some addresses of an open role", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -d 192.0.2.0/24 -p tcp --dport 443 -j ACCEPT\n"), https(),
       FlowVerdict::restricted},
      {"one interface", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -o eth0 -p tcp --dport 443 -j ACCEPT\n"), https(), FlowVerdict::restricted},
      {"some addresses of a given role", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -d 192.0.2.0/25 -p tcp --dport 443 -j ACCEPT\n"),
       with_addresses(https(), "192.0.2.0/24"), FlowVerdict::partial},
      {"all addresses of a given role", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -d 192.0.2.0/24 -p tcp --dport 443 -j ACCEPT\n"),
       with_addresses(https(), "192.0.2.0/24"), FlowVerdict::permitted},
      {"a union covers the role",
       filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -d 192.0.2.0/25 -p tcp --dport 443 -j ACCEPT\n-A OUTPUT -d 192.0.2.128/25 -p tcp --dport 443 -j ACCEPT\n"),
       with_addresses(https(), "192.0.2.0/24"), FlowVerdict::permitted},
      {"some source ports", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -p tcp --sport 32768:65535 --dport 443 -j ACCEPT\n"), https(),
       FlowVerdict::partial},
      {"rate limit decides", filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -p tcp --dport 443 -m limit --limit 5/min -j ACCEPT\n"), https(),
       FlowVerdict::conditional},
      {"rate limit decides nothing: both ways are accepted",
       filter("DROP", "DROP", stateful + stateful_out + "-A OUTPUT -p tcp --dport 443 -m limit --limit 5/min -j ACCEPT\n-A OUTPUT -p tcp --dport 443 -j ACCEPT\n"),
       https(), FlowVerdict::permitted},
      {"reply turns on a limit", filter("DROP", "ACCEPT", "-A INPUT -m state --state ESTABLISHED -m limit --limit 5/min -j ACCEPT\n"), https(),
       FlowVerdict::conditional},
      {"user space decides", filter("DROP", "DROP", stateful + "-A OUTPUT -p tcp --dport 443 -j NFQUEUE --queue-num 1\n" + stateful_out), https(),
       FlowVerdict::conditional},
      {"opened for one net, answered from another",
       filter("DROP", "DROP", "-A OUTPUT -d 192.0.2.0/24 -p tcp --dport 443 -j ACCEPT\n-A INPUT -s 198.51.100.0/24 -p tcp --sport 443 -j ACCEPT\n"), https(),
       FlowVerdict::reply_blocked},
      {"stateless rules, both ways", filter("DROP", "DROP", "-A OUTPUT -p tcp --dport 443 -j ACCEPT\n-A INPUT -p tcp --sport 443 ! --syn -j ACCEPT\n"), https(),
       FlowVerdict::permitted},
      {"redirected into a proxy", "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 443 -j REDIRECT --to-ports 3129\nCOMMIT\n" + filter("DROP", "ACCEPT", stateful), https(),
       FlowVerdict::diverted},
      {"sent to another server",
       "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 443 -j DNAT --to-destination 192.0.2.9:8443\nCOMMIT\n" + filter("DROP", "ACCEPT", stateful), https(),
       FlowVerdict::diverted},
      {"sent to another server, also whoever meant it anyway",
       "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp --dport 3011 -j DNAT --to-destination 192.0.2.9\nCOMMIT\n" + filter("DROP", "ACCEPT", ""), monitoring(),
       FlowVerdict::diverted},
      {"sent to where the policy wants it",
       "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp --dport 3011 -j DNAT --to-destination 192.0.2.9\nCOMMIT\n" + filter("DROP", "ACCEPT", ""),
       with_addresses(monitoring(), "192.0.2.9/32"), FlowVerdict::permitted},
      {"one service address is sent elsewhere",
       "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 192.0.2.1 -p udp --dport 3011 -j DNAT --to-destination 10.0.0.9:3012\nCOMMIT\n" + filter("DROP", "ACCEPT", ""),
       monitoring(), FlowVerdict::restricted},
      {"multicast and broadcast lead to no other end", filter("DROP", "DROP", "-A OUTPUT -d 224.0.0.0/4 -j ACCEPT\n-A OUTPUT -d 255.255.255.255 -j ACCEPT\n"),
       monitoring(), FlowVerdict::blocked},
      {"to refuse multicast refuses no other end", filter("DROP", "ACCEPT", "-A OUTPUT -d 224.0.0.0/4 -j DROP\n-A OUTPUT -m addrtype --dst-type BROADCAST -j DROP\n"),
       monitoring(), FlowVerdict::permitted},
      {"loopback interfaces by pattern", filter("DROP", "DROP", "-A OUTPUT -o lo+ -j ACCEPT\n"), monitoring(), FlowVerdict::blocked},
      {"a connection mark decides about replies",
       filter("DROP", "ACCEPT", "-A OUTPUT -p tcp --dport 443 -j CONNMARK --set-mark 7\n-A INPUT -m connmark --mark 7 -j ACCEPT\n"), https(),
       FlowVerdict::conditional},
      {"untracked, and replies need tracking",
       "*raw\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 443 -j NOTRACK\nCOMMIT\n" + filter("DROP", "ACCEPT", stateful), https(), FlowVerdict::reply_blocked},
      {"untracked both ways, and let through",
       "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p tcp --sport 443 -j NOTRACK\n-A OUTPUT -p tcp --dport 443 -j NOTRACK\nCOMMIT\n" +
           filter("DROP", "ACCEPT", stateful + "-A INPUT -m state --state UNTRACKED -j ACCEPT\n"),
       https(), FlowVerdict::permitted},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const check::SiteResult result = run(row.rules, row.pack);
    REQUIRE(result.flows.size() == row.pack.flows.size());
    CHECK(to_string(result.flows[0].verdict) == to_string(row.expected));
    const bool silent = row.expected == FlowVerdict::permitted;
    CHECK(result.findings.empty() == (silent && row.pack.flows.size() == 1));
    if (!silent) {
      const check::ServiceResult& worst = result.flows[0].services[0];
      CHECK(worst.witness);
      CHECK_FALSE(worst.decided_by.empty());
    }
  }
}

TEST_CASE("a finding says where, why, and with which packet") {
  const check::SiteResult result =
      run(filter("DROP", "ACCEPT", "-A INPUT -p udp -m udp --dport 3011 -j ACCEPT\n-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -j DROP\n"), monitoring());
  REQUIRE(result.findings.size() == 1);
  const check::Finding& finding = result.findings[0];
  CHECK(finding.diagnostic.code == "WC102");
  CHECK(finding.diagnostic.message ==
        "monitoring (collectd udp/3011, cloud to platform) is open the wrong way round: \"-A INPUT -p udp -m udp --dport 3011 -j ACCEPT\" "
        "(line 5) accepts it inbound, while outbound it is dropped by \"-A OUTPUT -j DROP\" (line 7)");
  const check::ServiceResult& service = result.flows[0].services[0];
  REQUIRE(service.decided_by.size() == 1);
  CHECK(service.decided_by[0].text == "-A OUTPUT -j DROP");
  CHECK(service.decided_by[0].effect == "drop");
  CHECK(service.decided_by[0].packets == "udp any:1024-65535 > any:3011");
  CHECK(service.decided_by[0].list == "filter OUTPUT");
  REQUIRE(service.witness);
  CHECK(service.witness->packet.destination_port == 3011);
  CHECK(service.witness->packet.source_port == 1024);
  CHECK(service.witness->packet.out_interface == "eth0");
  CHECK(to_string(service.witness->packet.source) == "10.0.0.1");
}

TEST_CASE("services of a flow are required all or any") {
  const std::string only_https = filter("DROP", "DROP",
                                        "-A INPUT -m state --state ESTABLISHED -j ACCEPT\n-A OUTPUT -m state --state ESTABLISHED -j ACCEPT\n"
                                        "-A OUTPUT -p tcp --dport 443 -j ACCEPT\n");
  const auto services = [] { return std::vector<policy::Service>{service("http", 6, 80), service("https", 6, 443)}; };
  CHECK(run(only_https, pack({flow("mirror", "cloud", "platform", services())})).flows[0].verdict == FlowVerdict::partial);
  CHECK(run(only_https, pack({flow("mirror", "cloud", "platform", services(), policy::Require::any)})).flows[0].verdict == FlowVerdict::permitted);
}

TEST_CASE("a gateway is asked about what it forwards, from inside to outside") {
  policy::Site gateway;
  gateway.position = policy::Position::gateway;
  const std::string rules =
      "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
      "-A FORWARD -i em1 -o em0 -p tcp --dport 443 -j ACCEPT\nCOMMIT\n";
  CHECK(run(rules, https(), gateway).flows[0].verdict == FlowVerdict::restricted);
  gateway.inside = {"em1"};
  gateway.outside = {"em0"};
  CHECK(run(rules, https(), gateway).flows[0].verdict == FlowVerdict::permitted);
  std::swap(gateway.inside, gateway.outside);
  CHECK(run(rules, https(), gateway).flows[0].verdict == FlowVerdict::reversed);
}

TEST_CASE("published ports of containers: a host passes connections on, through whichever interface") {
  const std::string published =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ! -i docker0 -p tcp --dport 443 -j DNAT --to-destination 172.17.0.2:443\nCOMMIT\n"
      "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  const policy::Pack in = pack({flow("api", "platform", "cloud", {service("https", 6, 443)})});
  const auto open = run(published + "-A FORWARD -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp --dport 443 -j ACCEPT\nCOMMIT\n", in);
  CHECK(open.flows[0].verdict == FlowVerdict::diverted);
  REQUIRE(open.flows[0].services[0].witness);
  CHECK(open.flows[0].services[0].witness->packet.out_interface == "docker0");
  CHECK(run(published + "COMMIT\n", in).flows[0].verdict == FlowVerdict::blocked);
  const auto plain = run(filter("ACCEPT", "ACCEPT", ""), in);
  REQUIRE(plain.flows[0].services[0].witness);
  CHECK(plain.flows[0].services[0].witness->packet.out_interface.empty());
}

TEST_CASE("a gateway with a proxy of its own answers through OUTPUT") {
  policy::Site gateway;
  gateway.position = policy::Position::gateway;
  gateway.inside = {"em1"};
  gateway.outside = {"em0"};
  const std::string redirected =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i em1 -p tcp --dport 443 -j REDIRECT --to-ports 3129\nCOMMIT\n"
      "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -i em1 -p tcp --dport 3129 -j ACCEPT\n";
  const auto open = run(redirected + "-A OUTPUT -o em1 -p tcp --sport 3129 -j ACCEPT\nCOMMIT\n", https(), gateway);
  CHECK(open.flows[0].verdict == FlowVerdict::diverted);
  CHECK(to_string(open.flows[0].services[0].witness->packet.source) == "10.0.0.1");
  CHECK(run(redirected + "COMMIT\n", https(), gateway).flows[0].verdict == FlowVerdict::reply_blocked);
  CHECK(run("*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i em1 -p tcp --dport 443 -j REDIRECT --to-ports 3129\nCOMMIT\n"
            "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n", https(), gateway)
            .flows[0].verdict == FlowVerdict::blocked);
}

TEST_CASE("a default that the file does not set is the kernel's") {
  const auto result = run("*filter\n-A INPUT -j DROP\nCOMMIT\n", monitoring());
  CHECK(result.flows[0].verdict == FlowVerdict::permitted);
  CHECK(result.flows[0].services[0].decided_by[0].text == "policy ACCEPT of filter OUTPUT (not in the file)");
}

TEST_CASE("what is not the site's business is not applicable, and says why") {
  policy::Site site;
  site.role = "user";
  const check::SiteResult other_role = run(filter("DROP", "DROP", ""), https(), site);
  CHECK(other_role.flows[0].verdict == FlowVerdict::not_applicable);
  CHECK(other_role.flows[0].note == "cloud to platform; this is the firewall of user");
  policy::Pack six = https();
  six.family = Family::ipv6;
  CHECK(run(filter("DROP", "DROP", ""), six).flows[0].note == "the policy is about IPv6 only, and the file filters IPv4");
}

TEST_CASE("assumptions name the condition, its line and why it is undecided") {
  const check::SiteResult result = run(
      filter("ACCEPT", "DROP", "-A OUTPUT -p udp --dport 3011 -m recent --rcheck --name a -j ACCEPT\n-A OUTPUT -p udp --dport 9 -m recent --rcheck --name b -j ACCEPT\n"),
      monitoring());
  REQUIRE(result.flows[0].services[0].assumptions.size() == 1);
  CHECK(result.flows[0].services[0].assumptions[0].text.find("--name a") != std::string::npos);
  CHECK_FALSE(result.flows[0].services[0].assumptions[0].why.empty());
}

TEST_CASE("a witness shows its way where someone asks, and only where its own walk was compared") {
  const std::string rules = filter("DROP", "ACCEPT", ":out - [0:0]\n-A OUTPUT -p udp -j out\n-A out -p udp --dport 3011 -j DROP\n");
  const auto witness_of = [](const check::SiteResult& site) { return site.flows.at(0).services.at(0).witness.value(); };
  CHECK(witness_of(run(rules, monitoring())).steps.empty());
  const auto steps = witness_of(run(rules, monitoring(), {}, true)).steps;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].stage == "filter OUTPUT");
  CHECK(steps[0].list.empty());
  CHECK(steps[0].text == "-A OUTPUT -p udp -j out");
  CHECK(steps[0].effect == "jump to out");
  CHECK(steps[1].list == "filter out");
  CHECK(steps[1].effect == "drop");
  const auto replied = witness_of(run(filter("DROP", "ACCEPT", ""), https(), {}, true));  // its reply is refused, by the rules for replies
  REQUIRE_FALSE(replied.steps.empty());
  CHECK(replied.steps.back().is_default);
  CHECK(replied.steps.back().text == "policy DROP of filter INPUT");
}
