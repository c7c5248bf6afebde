// iptables files to the common IR, and what is said about files that do not fit.

#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "describe.h"
#include "frontend/frontend.h"

namespace wallcheck::tests {
namespace {

using frontend::Loaded;

Loaded load(std::string_view text, std::string path = "test.rules", frontend::Options options = {}) {
  return frontend::load(std::make_shared<SourceFile>(std::move(path), std::string(text)), options);
}

/// "line:column code message", then the line and the caret line under it, as a reader would see it; one after the other.
std::string shown(const Loaded& loaded) {
  std::string text;
  for (const Diagnostic& d : loaded.diagnostics) {
    const Place place = loaded.sources[0]->place(d.where.begin);
    text += fmt::format("{}:{} {} {}\n", place.line, place.column, d.code, d.message);
    if (!d.expected.empty()) text += fmt::format("expected {}\n", d.expected);
    text += fmt::format("{}\n{}{}\n", printable(loaded.sources[0]->line_at(d.where.begin)), std::string(place.column - 1, ' '),
                        std::string(std::max<std::size_t>(1, d.where.end - d.where.begin), '^'));
  }
  return text;
}

/// The rules of filter INPUT of a file with this one line in it.
std::string rule(std::string_view line, frontend::Options options = {}) {
  const Loaded loaded = load(fmt::format("*filter\n:web - [0:0]\n-A INPUT {}\nCOMMIT\n", line), "test.rules", options);
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  std::string text;
  for (const ir::RuleId id : firewall.rules_of(firewall.lists.at(0))) text += (text.empty() ? "" : "; ") + describe(firewall, firewall.rules[id]);
  for (const Diagnostic& d : loaded.diagnostics) text += " !! " + d.message;
  return text;
}

struct Row {
  std::string_view input, expected;
};

}  // namespace

TEST_CASE("conditions and targets come down to the common IR") {
  const Row rows[] = {
      {"-j ACCEPT", "always -> accept"},
      {"", "always -> continue"},
      {"-s 10.1.2.3/8 -j DROP", "source 10.0.0.0/8 -> drop"},
      {"-s 10.0.0.0/255.0.0.0 -d 1.2.3.4 -j DROP", "source 10.0.0.0/8, destination 1.2.3.4 -> drop"},
      {"-s 10/8 -j DROP", "source 10.0.0.0/8 -> drop"},
      {"-s 0.0.0.0/0 -j DROP", "always -> drop"},
      {"! -s 10.0.0.0/8 -j DROP", "not source 10.0.0.0/8 -> drop"},
      {"-s ! 10.0.0.0/8 -j DROP", "not source 10.0.0.0/8 -> drop"},
      {"-s 10.0.0.1,10.0.0.2 -d 1.1.1.1,2.2.2.2 -j DROP",
       "source 10.0.0.1, destination 1.1.1.1 -> drop; source 10.0.0.1, destination 2.2.2.2 -> drop; "
       "source 10.0.0.2, destination 1.1.1.1 -> drop; source 10.0.0.2, destination 2.2.2.2 -> drop"},
      {"-s example.com -j DROP", "opaque<-s example.com> -> drop"},
      {"-i eth+ ! -o lo -f -j DROP", "in eth+, not out lo, fragment 1 -> drop !! -o has no meaning in INPUT"},
      {"-i eth+ -f -j DROP", "in eth+, fragment 1 -> drop"},
      {"-p all -j DROP", "always -> drop"},
      {"! -p tcp -j DROP", "not protocol 6 -> drop"},
      {"-p 112 -j DROP", "protocol 112 -> drop"},
      {"-p TCP --dport ssh -j DROP", "protocol 6, destination_port 22 -> drop"},
      {"-ptcp --dport=80:90 -jDROP", "protocol 6, destination_port 80:90 -> drop"},
      {"-p tcp -m tcp ! --sport :1023 --syn -j web", "protocol 6, not source_port 0:1023, tcp_flags 0x2/0x17 -> jump web"},
      {"-p tcp --tcp-flags SYN,ACK NONE -g web", "protocol 6, tcp_flags 0x0/0x12 -> goto web"},
      {"-p tcp --dest 1.2.3.4 --destination-p 9 -j DROP", "destination 1.2.3.4, protocol 6, destination_port 9 -> drop"},
      {"-p udp -m multiport ! --dports 53,domain,8000:8010 -j DROP", "protocol 17, not destination_port 53,8000:8010 -> drop"},
      {"-p udp -m multiport --ports 53 -j DROP", "protocol 17, (source_port 53 | destination_port 53) -> drop"},
      {"-p icmp --icmp-type echo-request -j DROP", "protocol 1, icmp 8/0:8/255 -> drop"},
      {"-p icmp -m icmp --icmp-type 3/4 -j DROP", "protocol 1, icmp 3/4 -> drop"},
      {"-p icmp -m icmp --icmp-type any -j DROP", "protocol 1 -> drop"},
      {"-m state --state NEW,RELATED -j DROP", "state 0,2 -> drop"},
      {"-m conntrack ! --ctstate ESTABLISHED,DNAT -j DROP", "not (dnat 1 | state 1) -> drop"},
      {"-m conntrack --ctdir REPLY -j DROP", "not state 3:4, direction 1 -> drop"},
      {"-m mark --mark 0x4000/0x4000 -j DROP", "mark 0x4000/0x4000 -> drop"},
      {"-m mark ! --mark 7 -j DROP", "not mark 0x7 -> drop"},
      {"-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP", "source 10.0.0.1-10.0.0.9 -> drop"},
      {"-m addrtype --dst-type LOCAL -j DROP", "destination_type 1 -> drop"},
      {"-m addrtype ! --dst-type LOCAL,BLACKHOLE -j DROP",
       "not (destination_type 1 | opaque<-m addrtype --dst-type LOCAL,BLACKHOLE>) -> drop"},
      {"-m set ! --match-set bad src -j DROP", "not opaque<-m set --match-set bad src> -> drop"},
      {"-m limit --limit 3/min --limit-burst 7 -j DROP", "opaque<-m limit --limit 3/min --limit-burst 7> -> drop"},
      {"-m comment --comment \"a \\\"b\\\" c\" -j DROP", "always -> drop"},
      {"-j LOG --log-prefix \"dropped: \" --log-level 7", "always -> continue"},
      {"-j MARK --set-mark 0x1/0xf", "always -> continue, mark keep 0xfffffff0 other 0x0 flip 0x1"},
      {"-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf", "always -> continue, connmark keep 0xfffffff0 other 0xff flip 0x0"},
      {"-j NFQUEUE --queue-num 1 --queue-bypass", "always -> undecided"},
      {"-j REJECT --reject-with icmp-port-unreachable", "always -> reject"},
      {"-j DROP -s 10.0.0.0/8", "source 10.0.0.0/8 -> drop"},
      {"-c 1 2 -j DROP", "always -> drop"},
      {"-4 -j DROP", "always -> drop"},
      {"-6 -j DROP", ""},
  };
  for (const Row& row : rows) {
    INFO(row.input);
    if (row.expected.find("!!") != std::string_view::npos) CHECK(rule(row.input).find("-> undecided !! ") != std::string::npos);
    else CHECK(rule(row.input) == row.expected);
  }
}

TEST_CASE("what cannot be read is one diagnostic with its place, and one undecided rule in its place") {
  const Row rows[] = {
      {"-A INPUT -p tcp --dprot 80 -j ACCEPT",
       "2:17 WC902 unknown option \"--dprot\"; did you mean \"--dport\"?\n"
       "-A INPUT -p tcp --dprot 80 -j ACCEPT\n"
       "                ^^^^^^^\n"},
      {"-A INPUT -p tcp \"unclosed",
       "2:17 WC901 the quote that opens here is not closed on this line\n"
       "expected a word or the end of the line\n"
       "-A INPUT -p tcp \"unclosed\n"
       "                ^^^^^^^^^\n"},
      {"-A",
       "2:3 WC901 the line ends too early\n"
       "expected the name of a chain\n"
       "-A\n"
       "  ^\n"},
      {"accept everything",
       "2:1 WC901 \"accept\" cannot stand here\n"
       "expected a comment, *table, :chain, COMMIT, -A, -I, -N or -P\n"
       "accept everything\n"
       "^^^^^^\n"},
      {"-A INPUT -s 10.0.0.256 -j ACCEPT",
       "2:13 WC901 -s cannot be \"10.0.0.256\"\n"
       "expected an IPv4 address\n"
       "-A INPUT -s 10.0.0.256 -j ACCEPT\n"
       "            ^^^^^^^^^^\n"},
  };
  for (const Row& row : rows) {
    INFO(row.input);
    const Loaded loaded = load(fmt::format("*filter\n{}\nCOMMIT\n", row.input));
    CHECK(shown(loaded) == row.expected);
    CHECK(loaded.incomplete);
    const ir::Firewall& firewall = loaded.firewalls.at(0);
    CHECK(describe(firewall, firewall.rules.at(0)) == fmt::format("opaque<{}> -> undecided", row.input));
    CHECK(firewall.rules[0].coverage == ir::Coverage::unrecognised);
  }
}

TEST_CASE("tables become stages in hook order") {
  const Loaded loaded = load("*nat\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n*raw\n-A OUTPUT -j NOTRACK\nCOMMIT\n*filter\n:INPUT DROP\nCOMMIT\n");
  REQUIRE(loaded.diagnostics.empty());
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  CHECK(describe_path(firewall, ir::Path::ingress) == "nat PREROUTING, filter INPUT");
  CHECK(describe_path(firewall, ir::Path::egress) == "raw OUTPUT, nat OUTPUT, filter OUTPUT");
  CHECK(describe_path(firewall, ir::Path::forward) == "nat PREROUTING, filter FORWARD");
}

}  // namespace wallcheck::tests
