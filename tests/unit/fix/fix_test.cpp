// Fixes of iptables files: the whole file that comes out, and what the proof says of it.

#include "fixing.h"

using namespace wallcheck;
using namespace wallcheck::fix;

namespace {

std::string filter(const std::string& rules, const std::string& policies = ":INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n") {
  return "*filter\n" + policies + rules + "COMMIT\n";
}

const std::string known_in = "-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT\n";
const std::string known_out = "-A OUTPUT -m state --state ESTABLISHED,RELATED -j ACCEPT\n";
const std::string udp_3011 = "-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n";
const std::string monitoring_passes = "+udp any:1024-65535 > any:3011 out, nothing else";

}  // namespace

TEST_CASE("a fix is the rule that is missing, where it takes effect") {
  const Row rows[] = {
      {"the policy decides: after the chain's rules", filter(known_in + known_out), monitoring(), filter(known_in + known_out + udp_3011), monitoring_passes},
      {"a rule decides: before it", filter(known_out + "-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -j REJECT\n"), monitoring(),
       filter(known_out + "-A OUTPUT -p tcp -j ACCEPT\n" + udp_3011 + "-A OUTPUT -j REJECT\n"), monitoring_passes},
      {"comments stay with the rule that they are about", filter(known_out + "# the rest\n# goes nowhere\n-A OUTPUT -j DROP\n"), monitoring(),
       filter(known_out + udp_3011 + "# the rest\n# goes nowhere\n-A OUTPUT -j DROP\n"), monitoring_passes},
      {"what is let through is not logged as refused", filter("-A OUTPUT -j LOG\n-A OUTPUT -j DROP\n"), monitoring(),
       filter(udp_3011 + "-A OUTPUT -j LOG\n-A OUTPUT -j DROP\n"), monitoring_passes},
      {"... nor before the policy refuses it", filter(known_out + "-A OUTPUT -j LOG\n"), monitoring(), filter(known_out + udp_3011 + "-A OUTPUT -j LOG\n"),
       monitoring_passes},
      {"a chain without rules, among others", filter(known_in + "-A FORWARD -j DROP\n"), monitoring(), filter(known_in + "-A FORWARD -j DROP\n" + udp_3011),
       monitoring_passes},
      {"... before those of chains that come later", "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:web - [0:0]\n-A INPUT -j web\n-A web -p tcp --dport 80 -j ACCEPT\nCOMMIT\n",
       monitoring(), "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:web - [0:0]\n-A INPUT -j web\n" + udp_3011 + "-A web -p tcp --dport 80 -j ACCEPT\nCOMMIT\n",
       monitoring_passes},
      {"in the user chain where it is decided", filter("-A OUTPUT -j out\n-A out -p tcp -j ACCEPT\n-A out -j DROP\n", ":OUTPUT DROP [0:0]\n:out - [0:0]\n"), monitoring(),
       filter("-A OUTPUT -j out\n-A out -p tcp -j ACCEPT\n-A out -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n-A out -j DROP\n", ":OUTPUT DROP [0:0]\n:out - [0:0]\n"),
       monitoring_passes},
      {"a chain that only refuses is no place for it", filter("-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -j refuse\n-A refuse -j LOG\n-A refuse -j DROP\n", ":OUTPUT DROP [0:0]\n:refuse - [0:0]\n"),
       monitoring(), filter("-A OUTPUT -p tcp -j ACCEPT\n" + udp_3011 + "-A OUTPUT -j refuse\n-A refuse -j LOG\n-A refuse -j DROP\n", ":OUTPUT DROP [0:0]\n:refuse - [0:0]\n"),
       monitoring_passes},
      {"a chain that several paths share opens only one", filter("-A INPUT -j both\n-A OUTPUT -j both\n-A both -p tcp -j ACCEPT\n-A both -j DROP\n", ":INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:both - [0:0]\n"),
       monitoring(), filter("-A INPUT -j both\n" + udp_3011 + "-A OUTPUT -j both\n-A both -p tcp -j ACCEPT\n-A both -j DROP\n", ":INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:both - [0:0]\n"),
       monitoring_passes},
      {"an inserted rule: inserted before it", filter(known_out + "-I OUTPUT 2 -p udp -j DROP\n"), monitoring(),
       filter(known_out + "-I OUTPUT 2 -p udp -j DROP\n-I OUTPUT 2 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"), monitoring_passes},
      {"a RETURN leaves it to the policy", filter("-A OUTPUT -p udp -j RETURN\n-A OUTPUT -p tcp -j ACCEPT\n"), monitoring(),
       filter(udp_3011 + "-A OUTPUT -p udp -j RETURN\n-A OUTPUT -p tcp -j ACCEPT\n"), monitoring_passes},
      {"addresses that are refused on purpose stay refused", filter("-A OUTPUT -d 10.0.0.0/8 -j DROP\n"), monitoring(), filter("-A OUTPUT -d 10.0.0.0/8 -j DROP\n" + udp_3011),
       "+udp any:1024-65535 > any except 10.0.0.0/8:3011 out (and loopback, multicast or reserved addresses), nothing else"},
      {"... unless the policy names them", filter("-A OUTPUT -d 10.0.0.0/8 -j DROP\n-A OUTPUT -p tcp -j ACCEPT\n"), with_addresses(monitoring(), {"10.1.0.0/16"}),
       filter("-A OUTPUT -d 10.1.0.0/16 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n-A OUTPUT -d 10.0.0.0/8 -j DROP\n-A OUTPUT -p tcp -j ACCEPT\n"),
       "+udp any:1024-65535 > 10.1.0.0/16:3011 out, nothing else"},
      {"two tables refuse it", "*mangle\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp -j DROP\nCOMMIT\n" + filter(""), monitoring(),
       "*mangle\n:OUTPUT ACCEPT [0:0]\n" + udp_3011 + "-A OUTPUT -p udp -j DROP\nCOMMIT\n" + filter(udp_3011), monitoring_passes},
  };
  check_rows(rows);
}

TEST_CASE("a fix is written as the file writes its rules") {
  const auto web = [] { return pack({flow("web", "cloud", "platform", {tcp(80), tcp(443)})}); };
  const auto dns = [] { return pack({flow("dns", "cloud", "platform", {tcp(53), udp(53)})}); };
  const std::string web_passes = "+tcp any:1024-65535 > any:80 out, +tcp any:1024-65535 > any:443 out";
  const std::string habit = "-A OUTPUT -p tcp -m tcp --dport 22 -m state --state NEW -j ACCEPT\n";
  policy::Site gateway;
  gateway.position = policy::Position::gateway, gateway.inside = {"eth1"}, gateway.outside = {"eth0"};
  policy::Pack ping = pack({flow("ping", "platform", "cloud", {service(ir::protocol::icmp, {}, "")})});
  policy::Pack v6 = with_addresses(monitoring(), {"2001:db8::/32"});
  v6.family.reset();
  const Row rows[] = {
      {"one rule for two ports", filter(known_in + known_out), web(), filter(known_in + known_out + "-A OUTPUT -p tcp -m tcp --sport 1024:65535 -m multiport --dports 80,443 -j ACCEPT\n"),
       web_passes + ", nothing else"},
      {"a rule for each protocol", filter(known_in + known_out), dns(),
       filter(known_in + known_out + "-A OUTPUT -p tcp -m tcp --sport 1024:65535 --dport 53 -j ACCEPT\n-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 53 -j ACCEPT\n"),
       "+tcp any:1024-65535 > any:53 out, +udp any:1024-65535 > any:53 out, nothing else"},
      {"NEW where the others say NEW", filter(known_in + known_out + habit), web(),
       filter(known_in + known_out + habit + "-A OUTPUT -p tcp -m tcp --sport 1024:65535 -m multiport --dports 80,443 -m state --state NEW -j ACCEPT\n"), web_passes + ", nothing else"},
      {"later packets and answers, where no rule lets known connections pass", filter(""), web(),
       filter("-A INPUT -p tcp -m tcp --dport 1024:65535 -m multiport --sports 80,443 -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
              "-A OUTPUT -p tcp -m tcp --sport 1024:65535 -m multiport --dports 80,443 -j ACCEPT\n"),
       web_passes + ", +tcp any:80 > any:1024-65535 in (established), +tcp any:443 > any:1024-65535 in (established), connection tracking begins with it, which puts fragments together before rules see them, nothing else"},
      {"a gateway: by its interfaces, both ways", filter(""), monitoring(), filter("-A FORWARD -i eth1 -o eth0 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"),
       "+udp any:1024-65535 > any:3011 in eth1 out eth0 through, nothing else", gateway},
      {"counters", filter("[3:200] " + known_out), monitoring(), filter("[3:200] " + known_out + "[0:0] " + udp_3011), monitoring_passes},
      {"blanks before the rule", filter("  " + known_out), monitoring(), filter("  " + known_out + "  " + udp_3011), monitoring_passes},
      {"DOS line ends", "*filter\r\n:OUTPUT DROP [0:0]\r\nCOMMIT\r\n", monitoring(),
       "*filter\r\n:OUTPUT DROP [0:0]\r\n-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\r\nCOMMIT\r\n", monitoring_passes},
      {"a message without ports", filter(known_in + known_out), ping, filter(known_in + "-A INPUT -p icmp -m icmp --icmp-type 8/0 -j ACCEPT\n" + known_out),
       "+icmp any > any in, nothing else"},
      {"IPv6", filter(""), v6, filter("-A OUTPUT -d 2001:db8::/32 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"),
       "+udp any:1024-65535 > [2001:db8::/32]:3011 out, nothing else", {}, ir::Format::ip6tables},
      {"several networks, a rule each", filter(""), with_addresses(monitoring(), {"192.0.2.0/24", "198.51.100.7"}),
       filter("-A OUTPUT -d 192.0.2.0/24 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n-A OUTPUT -d 198.51.100.7/32 -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"),
       "+udp any:1024-65535 > 192.0.2.0/24,198.51.100.7:3011 out, nothing else"},
      {"what is no network is a range", filter(""), with_addresses(monitoring(), {"192.0.2.1", "192.0.2.2", "192.0.2.3"}),
       filter("-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -m iprange --dst-range 192.0.2.1-192.0.2.3 -j ACCEPT\n"),
       "+udp any:1024-65535 > 192.0.2.1-192.0.2.3:3011 out, nothing else"},
      {"answers that connection tracking does not see, by their flags",
       "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p tcp -j NOTRACK\n-A OUTPUT -p tcp -j NOTRACK\nCOMMIT\n" + filter("-A OUTPUT -p tcp -j ACCEPT\n"), web(),
       "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p tcp -j NOTRACK\n-A OUTPUT -p tcp -j NOTRACK\nCOMMIT\n" +
           filter("-A INPUT -p tcp -m tcp --dport 1024:65535 -m multiport --sports 80,443 -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\n-A OUTPUT -p tcp -j ACCEPT\n"),
       "+tcp any:80 > any:1024-65535 in, +tcp any:443 > any:1024-65535 in, nothing else"},
  };
  check_rows(rows);
}

TEST_CASE("where no fix can be proved, the reason is said") {
  const Row rows[] = {
      {"limited to some addresses", filter("-A OUTPUT -d 192.0.2.0/24 -j ACCEPT\n"), monitoring(), "", "--role-address platform=CIDR"},
      {"under a condition", filter("-A OUTPUT -m limit --limit 5/min -j ACCEPT\n"), monitoring(), "", "--verdict conditional"},
      {"sent elsewhere", "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp -j DNAT --to-destination 192.0.2.1\nCOMMIT\n" + filter("-A OUTPUT -j ACCEPT\n"), monitoring(), "",
       "line 3 sends it to another destination"},
      {"a list of banned addresses, all of them", filter("-A OUTPUT -m set --match-set banned dst -p udp -j DROP\n-A OUTPUT -p udp -j NFQUEUE\n"), monitoring(), "", "--verdict conditional"},
      {"the table has no end", "*filter\n:OUTPUT DROP [0:0]\n", monitoring(), "", "COMMIT"},
  };
  check_rows(rows);
  policy::Pack many = monitoring();
  many.roles[0].addresses.emplace();
  many.roles[1].addresses.emplace();
  for (unsigned i = 0; i < 9; ++i) {
    many.roles[0].addresses->push_back(prefix(ipv4(0x0a000000u + (i << 9)), 24));
    many.roles[1].addresses->push_back(prefix(ipv4(0xc0a80000u + (i << 9)), 24));
  }
  const Row crowded[] = {{"more rules than a person reads", filter(""), many, "", "81 rules"}};
  check_rows(crowded);
}

TEST_CASE("bans and rates that stand before are not bypassed") {
  const std::string ban = "-A OUTPUT -m set --match-set banned dst -j DROP\n";
  Case test(filter(ban), monitoring());
  find_fixes(test.subject(), 0, test.sites[0]);
  const check::Finding& finding = test.sites[0].findings.at(0);
  REQUIRE(finding.fixes.size() == 1);
  CHECK(edited(filter(ban), finding.fixes[0].edits) == filter(ban + udp_3011));
  CHECK(finding.fixes[0].after == check::FlowVerdict::conditional);
  CHECK_THAT(finding.fixes[0].explanation, Catch::Contains("The flow is then conditional"));
}

TEST_CASE("the rule that is the wrong way round is offered beside the fix") {
  const std::string wrong = "-A INPUT -p udp --dport 3000:3100 -j ACCEPT\n";
  const std::string file = filter(wrong + known_out);
  Case test(file, monitoring());
  find_fixes(test.subject(), 0, test.sites[0]);
  const check::Finding& finding = test.sites[0].findings.at(0);
  REQUIRE(test.sites[0].flows[0].verdict == check::FlowVerdict::reversed);
  REQUIRE(finding.fixes.size() == 2);
  CHECK(edited(file, finding.fixes[0].edits) == filter(wrong + known_out + udp_3011));
  CHECK(edited(file, finding.fixes[1].edits) == filter(known_out));
  CHECK(finding.fixes[1].changes == "-udp any > any:3000-3100 in, nothing else");

  Case narrow(file, with_addresses(monitoring(), {"192.0.2.0/24"}));  // the rule is wider than the policy: all of it is told
  find_fixes(narrow.subject(), 0, narrow.sites[0]);
  REQUIRE(narrow.sites[0].findings.at(0).fixes.size() == 2);
  CHECK(narrow.sites[0].findings[0].fixes[1].changes == "-udp any > any:3000-3100 in, nothing else");
}

TEST_CASE("fixes of several flows are one change, proved as a whole") {
  const std::string file = filter(known_in + known_out);
  policy::Pack policy = pack({flow("monitoring", "cloud", "platform", {one_way(3011)}), flow("api", "platform", "cloud", {tcp(443)}),
                              flow("again", "cloud", "platform", {one_way(3011)})});
  Case test(file, policy);
  const Repair all = repair(test.subject(), test.sites);
  CHECK(all.trouble.empty());
  CHECK(all.done.size() == 2);  // the second one of the same kind has nothing left to fix
  CHECK(edited(file, all.edits) == filter(known_in + "-A INPUT -p tcp -m tcp --sport 1024:65535 --dport 443 -j ACCEPT\n" + known_out + udp_3011));
  const Repair one = repair(test.subject(), test.sites, [](std::size_t, const check::FlowResult& result) { return result.id == "api"; });
  CHECK(one.done.size() == 1);
  const Repair none = repair(test.subject(), test.sites, {}, [](const check::Finding&, const check::Fix&, std::string_view) { return false; });
  CHECK(none.edits.empty());
  CHECK(none.done.size() == 3);
  for (const Repaired& repaired : none.done) CHECK(repaired.declined);
}
