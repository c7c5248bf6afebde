// iptables files to the common IR, and what is said about files that do not fit.

#include <ctime>
#include <memory>
#include <set>

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
      {"-p TCP --dport ssh -j DROP", "protocol 6, destination_port 22, fragment 0 -> drop"},
      {"-ptcp --dport=80:90 -jDROP", "protocol 6, destination_port 80:90, fragment 0 -> drop"},
      {"-p tcp -m tcp ! --sport :1023 --syn -j web", "protocol 6, not source_port 0:1023, tcp_flags 0x2/0x17, fragment 0 -> jump web"},
      {"-p tcp --tcp-flags SYN,ACK NONE -g web", "protocol 6, tcp_flags 0x0/0x12, fragment 0 -> goto web"},
      {"-p tcp --dest 1.2.3.4 --destination-p 9 -j DROP", "destination 1.2.3.4, protocol 6, destination_port 9, fragment 0 -> drop"},
      {"-p udp -m multiport ! --dports 53,domain,8000:8010 -j DROP", "protocol 17, not destination_port 53,8000:8010, fragment 0 -> drop"},
      {"-p udp -m multiport --ports 53 -j DROP", "protocol 17, (source_port 53 | destination_port 53), fragment 0 -> drop"},
      {"-p icmp --icmp-type echo-request -j DROP", "protocol 1, icmp 8/0:8/255, fragment 0 -> drop"},
      {"-p icmp -m icmp --icmp-type 3/4 -j DROP", "protocol 1, icmp 3/4, fragment 0 -> drop"},
      {"-p icmp -m icmp --icmp-type any -j DROP", "protocol 1, fragment 0 -> drop"},
      {"-p tcp -j DROP", "protocol 6 -> drop"},
      {"-p tcp -m tcp -j DROP", "protocol 6, fragment 0 -> drop"},
      {"-p udp -m udp --dport 0:65535 -m multiport --ports 53 -j DROP", "protocol 17, (source_port 53 | destination_port 53), fragment 0 -> drop"},
      {"-p esp -m esp -j DROP", "protocol 50, fragment 0 -> drop"},
      {"-p tcp ! -f --dport 9 -j DROP", "protocol 6, not fragment 1, destination_port 9, fragment 0 -> drop"},
      {"-m state --state NEW,RELATED -j DROP", "state 0,2 -> drop"},
      {"-m conntrack ! --ctstate ESTABLISHED,DNAT -j DROP", "not (dnat 1 | state 1) -> drop"},
      {"-m conntrack --ctdir REPLY -j DROP", "not state 3:4, direction 1 -> drop"},
      {"-m mark --mark 0x4000/0x4000 -j DROP", "mark 0x4000/0x4000 -> drop"},
      {"-m mark ! --mark 7 -j DROP", "not mark 0x7 -> drop"},
      {"-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP", "source 10.0.0.1-10.0.0.9 -> drop"},
      {"-m addrtype --dst-type LOCAL -j DROP", "destination_type 1 -> drop"},
      {"-m addrtype ! --dst-type LOCAL,BLACKHOLE -j DROP",
       "not (destination_type 1 | opaque<-m addrtype --dst-type LOCAL,BLACKHOLE>) -> drop"},
      {"-m string --algo bm --string x -j DROP", "opaque<-m string --algo bm --string x> -> drop"},
      {"-m string --algo bm ! --string x -j DROP", "not opaque<-m string --algo bm --string x> -> drop"},
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

TEST_CASE("fragments are put together before INPUT of IPv4, and before all tables where a rule asks connection tracking") {
  struct Case {
    std::string_view format, rules, expected;
  };
  const Case cases[] = {
      {"iptables", "*mangle\n-A PREROUTING -f\nCOMMIT\n*filter\n-A FORWARD -p tcp --dport 80 -j ACCEPT\nCOMMIT\n", "mangle PREROUTING 0, filter INPUT 1, filter FORWARD 0"},
      {"ip6tables", "*filter\n-A FORWARD -p tcp --dport 80 -j ACCEPT\nCOMMIT\n", "filter INPUT 0, filter FORWARD 0"},
      {"ip6tables", "*filter\n-A OUTPUT -m conntrack --ctstate NEW,DNAT -j ACCEPT\nCOMMIT\n", "filter INPUT 1, filter FORWARD 1"},
      {"iptables", "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n*raw\n-A PREROUTING\nCOMMIT\n", "raw PREROUTING 1, filter INPUT 1, filter FORWARD 1"},
      {"iptables", "*raw\n-A PREROUTING -j CT --notrack\nCOMMIT\n", "raw PREROUTING 0, filter INPUT 1, filter FORWARD 0"},
  };
  for (const Case& one : cases) {
    INFO(one.rules);
    frontend::Options options;
    options.format = one.format == "iptables" ? ir::Format::iptables : ir::Format::ip6tables;
    const Loaded loaded = load(one.rules, "test.rules", options);
    std::set<std::string> seen;
    std::string text;
    for (const ir::Path path : {ir::Path::ingress, ir::Path::forward})
      for (const ir::Stage& stage : loaded.firewalls.at(0).path(path)) {
        const std::string said = fmt::format("{} {:d}", loaded.firewalls[0].strings[stage.name], stage.reassembled);
        if (seen.insert(said).second) text += (text.empty() ? "" : ", ") + said;
      }
    CHECK(text.substr(0, one.expected.size()) == one.expected);
  }
}

TEST_CASE("what cannot be read is one diagnostic with its place, and one undecided rule in its place") {
  const Row rows[] = {
      {"-A INPUT -p tcp --dprot 80 -j ACCEPT",
       "2:17 WC902 unknown option \"--dprot\"; did you mean \"--dport\"?\n"
       "-A INPUT -p tcp --dprot 80 -j ACCEPT\n"
       "                ^^^^^^^\n"},
      {"-A INPUT --dport 80 -j ACCEPT",
       "2:10 WC902 \"--dport\" is an option of ..., which is not named here\n"
       "-A INPUT --dport 80 -j ACCEPT\n"
       "         ^^^^^^^\n"},
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
       "expected a comment, *table, :chain, COMMIT, -4 or -6, -A, -I, -N or -P\n"
       "accept everything\n"
       "^^^^^^\n"},
      {"-4 accept",
       "2:4 WC901 \"accept\" cannot stand here\n"
       "expected -A, -I, -N or -P\n"
       "-4 accept\n"
       "   ^^^^^^\n"},
      {"-A INPUT -s 10.0.0.256 -j ACCEPT",
       "2:13 WC901 -s cannot be \"10.0.0.256\"\n"
       "expected an IPv4 address\n"
       "-A INPUT -s 10.0.0.256 -j ACCEPT\n"
       "            ^^^^^^^^^^\n"},
      {"-A INPUT -s 10.0.0.1,10.0.0.0/33 -j ACCEPT",
       "2:22 WC901 -s cannot be \"10.0.0.0/33\"\n"
       "expected a prefix length from 0 to 32 or a mask\n"
       "-A INPUT -s 10.0.0.1,10.0.0.0/33 -j ACCEPT\n"
       "                     ^^^^^^^^^^^\n"},
      {"-A INPUT -m state --state NEW,ESTABLISED -j ACCEPT",
       "2:31 WC901 --state cannot be \"ESTABLISED\"\n"
       "expected a comma list of NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED\n"
       "-A INPUT -m state --state NEW,ESTABLISED -j ACCEPT\n"
       "                              ^^^^^^^^^^\n"},
      {"-A INPUT -p tcp -m multiport --dports 80,port -j ACCEPT",
       "2:42 WC901 --dports cannot be \"port\"\n"
       "expected a port from 0 to 65535 or the name of a service\n"
       "-A INPUT -p tcp -m multiport --dports 80,port -j ACCEPT\n"
       "                                         ^^^^\n"},
      {"-A INPUT -p tcp ! -j ACCEPT",
       "2:17 WC901 --jump cannot be negated\n"
       "-A INPUT -p tcp ! -j ACCEPT\n"
       "                ^\n"},
      {"-A INPUT -p tcp --dport 80 --dport 81 -j ACCEPT",
       "2:28 WC901 --destination-port is given twice\n"
       "-A INPUT -p tcp --dport 80 --dport 81 -j ACCEPT\n"
       "                           ^^^^^^^\n"},
      {"-A INPUT -m tcp --dport 80 -j ACCEPT",
       "2:13 WC901 tcp needs -p tcp\n"
       "expected -p tcp\n"
       "-A INPUT -m tcp --dport 80 -j ACCEPT\n"
       "            ^^^\n"},
      {"-A INPUT -j DNAT --to-destination 1.2.3.4",
       "2:13 WC901 DNAT can only stand in table nat\n"
       "expected another target\n"
       "-A INPUT -j DNAT --to-destination 1.2.3.4\n"
       "            ^^^^\n"},
      {"-A INPUT -j ACCEPT DROP",
       "2:20 WC901 \"DROP\" is not an option\n"
       "expected an option\n"
       "-A INPUT -j ACCEPT DROP\n"
       "                   ^^^^\n"},
      {"-A INPUT -p",
       "2:10 WC901 -p has no argument\n"
       "expected an argument\n"
       "-A INPUT -p\n"
       "         ^^\n"},
  };
  for (const Row& row : rows) {
    INFO(row.input);
    const Loaded loaded = load(fmt::format("*filter\n{}\nCOMMIT\n", row.input));
    const std::size_t open = row.expected.find("...");  // a list of modules that grows
    if (open == std::string_view::npos) CHECK(shown(loaded) == row.expected);
    else CHECK((shown(loaded).starts_with(row.expected.substr(0, open)) && shown(loaded).ends_with(row.expected.substr(open + 3))));
    CHECK(loaded.incomplete);
    const ir::Firewall& firewall = loaded.firewalls.at(0);
    CHECK(describe(firewall, firewall.rules.at(0)) == fmt::format("opaque<{}> -> undecided", row.input));
    CHECK(firewall.rules[0].coverage == ir::Coverage::unrecognised);
  }
}

TEST_CASE("an unknown match is a condition that cannot be decided; an unknown target an action that cannot") {
  const Row rows[] = {
      {"-p tcp -m frob --level 9 ! --set x y -j ACCEPT",
       "protocol 6, opaque<-m frob --level 9 ! --set x y> -> accept !! unknown match \"frob\""},
      {"-p tcp -m conntrak --ctstate NEW -j ACCEPT",
       "protocol 6, opaque<-m conntrak --ctstate NEW> -> accept !! unknown match \"conntrak\"; did you mean \"conntrack\"?"},
      {"-p tcp -j FROB --level 9", "protocol 6 -> undecided !! unknown target \"FROB\""},
      {"-p tcp -j ACEPT",
       "protocol 6 -> undecided !! table filter has no chain \"ACEPT\", and no target has that name; did you mean \"ACCEPT\"?"},
      {"-p tcp -g wbe", "protocol 6 -> undecided !! table filter has no chain \"wbe\", and no target has that name; did you mean \"web\"?"},
      {"-p tcp -j OUTPUT", "protocol 6 -> undecided !! OUTPUT is a base chain: no rule can jump to it"},
      {"-p tcp -j web --level 9", "opaque<-A INPUT -p tcp -j web --level 9> -> undecided !! unknown option \"--level\""},
  };
  for (const Row& row : rows) {
    INFO(row.input);
    CHECK(rule(row.input) == row.expected);
  }
}

TEST_CASE("a line that names no chain stands in every base chain; a policy that cannot be read comes after all rules") {
  const Loaded loaded = load("*filter\n:INPUT DORP [0:0]\n:web - [0:0]\n-A INPUT -j ACCEPT\nallow all\nCOMMIT\n");
  CHECK(loaded.incomplete);
  CHECK(describe(loaded.firewalls.at(0)) ==
        "filter INPUT (accept)\n"
        "  always -> accept\n"
        "  opaque<allow all> -> undecided\n"
        "  opaque<DORP> -> undecided\n"
        "filter OUTPUT (accept, undeclared)\n"
        "  opaque<allow all> -> undecided\n"
        "filter FORWARD (accept, undeclared)\n"
        "  opaque<allow all> -> undecided\n"
        "filter web (return)\n");
}

TEST_CASE("the line that begins a table may be damaged: what follows is its, and not the last table's") {
  const Loaded loaded = load("*filter\n:INPUT DROP [0:0]\n-A INPUT -p 1 -j DROP\n*security - [0:0]\n:INPUT ACCEPT [0:0]\n-A INPUT -p 2 -j ACCEPT\nCOMMIT\n");
  CHECK(loaded.incomplete);
  CHECK(describe(loaded.firewalls.at(0)).starts_with("filter INPUT (drop)\n"
                                                     "  protocol 1 -> drop\n"
                                                     "filter OUTPUT"));
  CHECK(describe(loaded.firewalls[0]).find("security INPUT (accept)\n  protocol 2 -> accept\n") != std::string::npos);
}

TEST_CASE("commands build chains as iptables does") {
  const Loaded loaded = load(
      "*filter\n-P INPUT DROP\n-N web\n-N gone\n-A INPUT -p 1 -j DROP\n-A INPUT -p 2 -j DROP\n-I INPUT -p 3 -j DROP\n-I INPUT 2 -p 4 -j DROP\n"
      "-R INPUT 1 -p 5 -j DROP\n-D INPUT 3\n-A web -p 6 -j DROP\n-A web -s 1.1.1.1,2.2.2.2 -j DROP\n-A web  -p 8  -j DROP\n"
      "-D web -s 1.1.1.1,2.2.2.2 -j DROP\n-D web -p 8 -j DROP\n-X gone\n-E web net\n-A OUTPUT -j net\n-A FORWARD -j DROP\n-F FORWARD\n-Z\nCOMMIT\n");
  CHECK(shown(loaded) == "");
  CHECK(describe(loaded.firewalls.at(0)) ==
        "filter INPUT (drop)\n"
        "  protocol 5 -> drop\n"
        "  protocol 4 -> drop\n"
        "  protocol 2 -> drop\n"
        "filter OUTPUT (accept, undeclared)\n"
        "  always -> jump net\n"
        "filter FORWARD (accept, undeclared)\n"
        "filter net (return)\n"
        "  protocol 6 -> drop\n");
  CHECK(loaded.firewalls[0].rules.size() == 5);  // what was taken away is not counted
}

TEST_CASE("an insertion that cannot be read stands where it would have been inserted") {
  for (const std::string_view line : {"-I INPUT -j web --level 9", "-I INPUT 1 -p nothing", "-I INPUT 9 -j DROP", "-I INPUT \"", "-R INPUT 7 -j DROP"}) {
    INFO(line);
    const Loaded loaded = load(fmt::format("*filter\n:web -\n-A INPUT -j ACCEPT\n{}\nCOMMIT\n", line));
    CHECK(loaded.diagnostics.size() == 1);
    CHECK(describe(loaded.firewalls.at(0)).starts_with(fmt::format("filter INPUT (accept, undeclared)\n  opaque<{}> -> undecided\n  always -> accept\n", line)));
  }
}

TEST_CASE("a table that comes again replaces the earlier one") {
  const Loaded loaded = load("*filter\n:a - [0:0]\n-A a -j DROP\n-A INPUT -j a\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n");
  CHECK(shown(loaded) == "");
  CHECK(describe(loaded.firewalls.at(0)) ==
        "filter INPUT (accept, undeclared)\n  always -> accept\nfilter OUTPUT (accept, undeclared)\nfilter FORWARD (accept, undeclared)\n");
  CHECK(loaded.firewalls[0].rules.size() == 1);
}

TEST_CASE("tables that would not load say so and are read all the same") {
  const Row rows[] = {
      {"*filter\n-A INPUT -j DROP\n", "3:1 WC901 table filter has no COMMIT: iptables-restore would not load it\nexpected COMMIT\n\n^\n"},
      {"*filter\n*nat\nCOMMIT\n", "2:2 WC901 table nat begins before table filter has its COMMIT\nexpected COMMIT\n*nat\n ^^^\n"},
      {"*filter\nCOMMIT\nCOMMIT\n", "3:1 WC901 COMMIT without a table before it\nexpected *table\nCOMMIT\n^^^^^^\n"},
      {"-A INPUT -j DROP\nCOMMIT\n", "1:1 WC901 no table is open here: *filter is assumed\nexpected *table\n-A INPUT -j DROP\n^^^^^^^^^^^^^^^^\n"},
      {"*fliter\nCOMMIT\n",
       "1:2 WC305 there is no table \"fliter\"; did you mean \"filter\"?\nexpected filter, nat, mangle, raw or security\n*fliter\n ^^^^^^\n"},
      {"*filter\nCOMMIT\n*\nCOMMIT\n", "3:2 WC901 the line ends too early\nexpected the name of a table\n*\n ^\n"},
      {"*filter\n:INPUT\nCOMMIT\n",
       "2:7 WC901 the line ends too early\nexpected a policy: ACCEPT, DROP, or - for a user chain\n:INPUT\n      ^\n"},
      {"*filter\n:web DROP\nCOMMIT\n", "2:6 WC901 web is not a base chain: it cannot have a policy\nexpected -\n:web DROP\n     ^^^^\n"},
      {"*filter\n:web -\n:web -\nCOMMIT\n", "3:2 WC901 chain web is declared twice\n:web -\n ^^^\n"},
      {"*filter\n:LOG -\nCOMMIT\n", "2:2 WC901 a chain cannot be called LOG: that is a target\n:LOG -\n ^^^\n"},
      {"*filter\n-A web -j DROP\nCOMMIT\n",
       "2:4 WC305 chain web is used before it is declared\nexpected :web - before this line\n-A web -j DROP\n   ^^^\n"},
      {"*filter\n-A INPUT -j web\n:web -\nCOMMIT\n",
       "2:13 WC305 chain web is declared only after this line\nexpected :web - before this line\n-A INPUT -j web\n            ^^^\n"},
      {"*filter\n:a -\n:b -\n-A a -j b\n-A b -g a\nCOMMIT\n",
       "5:1 WC306 the chains go round in a circle: a > b > a\n-A b -g a\n^^^^^^^^^\n"},
      {"*filter\n-A INPUT -j web\nCOMMIT\n*filter\n:INPUT DROP\nCOMMIT\n",  // loaded before it is replaced
       "2:13 WC305 table filter has no chain \"web\", and no target has that name\nexpected a chain of this table or a target\n-A INPUT -j web\n            ^^^\n"},
      {"*filter\n-I INPUT 2 -j DROP\nCOMMIT\n",
       "2:10 WC901 chain INPUT has no rule number 2\nexpected a number from 1 to 0\n-I INPUT 2 -j DROP\n         ^\n"},
  };
  for (const Row& row : rows) {
    INFO(row.input);
    const Loaded loaded = load(row.input);
    CHECK(shown(loaded) == row.expected);
    CHECK(loaded.incomplete);
    CHECK(!loaded.failed);
  }
}

TEST_CASE("bytes and line ends that files have in the wild") {
  const std::string expected =
      "filter INPUT (drop)\n  protocol 6 -> accept\nfilter OUTPUT (accept, undeclared)\nfilter FORWARD (accept, undeclared)\n";
  const std::string_view same[] = {
      "*filter\n:INPUT DROP [0:0]\n[1:2] -A INPUT -p tcp -j ACCEPT\nCOMMIT\n",
      "*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -p tcp -j ACCEPT\r\nCOMMIT\r\n",
      "*filter  \n:INPUT DROP [0:0]\t\n-A INPUT  -p\ttcp -j ACCEPT  \n\n\nCOMMIT \n",
      "*filter\n:INPUT DROP\n-A INPUT -p tcp -j ACCEPT\nCOMMIT",
      "# caf\xe9 \"\n*filter\n:INPUT DROP\n-A INPUT -p tcp -m comment --comment \"caf\xe9 \xff\" -j ACCEPT\nCOMMIT\n",
      "*filter\n:INPUT DROP\n-A INPUT -p \"tcp\" -j AC\"CEPT\"\nCOMMIT\n",
  };
  for (const std::string_view text : same) {
    INFO(text);
    const Loaded loaded = load(text);
    CHECK(shown(loaded) == "");
    CHECK(describe(loaded.firewalls.at(0)) == expected);
  }
  const Loaded nul = load(std::string_view("*filter\n-A INPUT -p t\0cp -j ACCEPT\nCOMMIT\n", 41));
  CHECK(shown(nul) ==
        "2:14 WC901 a NUL byte cannot stand here\nexpected a word or the end of the line\n"
        "-A INPUT -p t\\x00cp -j ACCEPT\n             ^\n");
}

TEST_CASE("budgets end in a diagnostic, never in silence") {
  frontend::Options options;
  options.limits.line_bytes = 100;
  options.limits.rules = 10;
  const Loaded line = load("*filter\n-A INPUT -j DROP\n-A INPUT -m comment --comment \"" + std::string(100, 'x') + "\" -j ACCEPT\nCOMMIT\n", "t", options);
  REQUIRE(line.diagnostics.size() == 1);
  CHECK(line.diagnostics[0].code == "WC904");
  CHECK(line.incomplete);
  CHECK(describe(line.firewalls.at(0), line.firewalls[0].rules.at(1)) == "opaque<> -> undecided");

  std::string many = "*filter\n";
  for (int i = 0; i < 20; ++i) many += "-A INPUT -j DROP\n";
  const Loaded rules = load(many + "COMMIT\n", "t", options);
  REQUIRE(rules.diagnostics.size() == 1);
  CHECK(rules.diagnostics[0].code == "WC904");
  CHECK(rules.incomplete);
  CHECK(rules.firewalls.at(0).rules.size() == 14);  // eleven, and one undecided in each of the three chains
  CHECK(describe(rules.firewalls[0]).starts_with("filter INPUT (accept, undeclared)\n  opaque<-A INPUT -j DROP> -> undecided\n  always -> drop\n"));

  options.limits.rules = 100;
  options.limits.tokens = 30;
  CHECK(load(many + "COMMIT\n", "t", options).diagnostics.at(0).message == "the file has more than 30 words (limit tokens; --limit tokens=N raises it): the rest was not read");
  options.limits = {};
  options.limits.chains = 5;
  const Loaded chains = load("*filter\n:a -\n:b -\n:c -\n:d -\n-A INPUT -j a\nCOMMIT\n", "t", options);
  CHECK(chains.diagnostics.at(0).message == "the file has more than 5 chains (limit chains; --limit chains=N raises it): the rest was not read");
  CHECK(chains.incomplete);

  options.limits = {};
  Stop stop;
  options.limits.stop = &stop;
  CHECK(load(many + "COMMIT\n", "t", options).diagnostics.empty());
  stop.ask(Stop::Why::wall_time);
  const Loaded late = load(many + "COMMIT\n", "t", options);
  REQUIRE(late.diagnostics.size() == 1);
  CHECK(late.diagnostics[0].message == "no time is left (limit wall_time; --limit wall_time=N raises it): the rest was not read");
  CHECK(late.incomplete);
  CHECK(late.firewalls.at(0).rules.size() == 3);  // one undecided in each of the three chains

  options.limits = {};
  options.limits.diagnostics = 3;
  std::string bad = "*filter\n";
  for (int i = 0; i < 20; ++i) bad += "-A INPUT -p nothing\n";
  const Loaded capped = load(bad + "COMMIT\n", "t", options);
  REQUIRE(capped.diagnostics.size() == 4);
  CHECK(capped.diagnostics.back().message == "17 more problems are not shown (limit diagnostics; --limit diagnostics=N raises it)");
  CHECK(capped.firewalls.at(0).rules.size() == 20);

  options.limits.input_bytes = 10;
  const Loaded large = load("*filter\nCOMMIT\n", "t", options);
  CHECK(large.failed);
  CHECK(large.diagnostics.at(0).code == "WC904");
}

TEST_CASE("no file makes reading it quadratic") {
  const auto repeated = [](int count, auto&& line) {
    std::string text;
    for (int i = 0; i < count; ++i) text += line(i);
    return text;
  };
  struct Shape {
    std::string_view what;
    std::string text;
  };
  const auto one = [](std::string_view line) { return [line](int) { return std::string(line); }; };
  const Shape shapes[] = {
      {"insertions at the front", "*filter\n" + repeated(50'000, one("-I INPUT -j DROP\n")) + "COMMIT\n"},
      {"deletions by words",
       "*filter\n" + repeated(10'000, [](int i) { return fmt::format("-A INPUT -p {}\n", i % 250 + 1); }) + repeated(10'000, one("-D INPUT -j DROP\n")) + "COMMIT\n"},
      {"the same table again and again", repeated(100'000, one("*filter\nCOMMIT\n"))},
      {"tables that do not exist", repeated(100'000, [](int i) { return fmt::format("*t{}\nCOMMIT\n", i); })},
      {"unknown chains among many", "*filter\n" + repeated(30'000, [](int i) { return fmt::format(":chain-{} -\n", i); }) +
                                        repeated(30'000, [](int i) { return fmt::format("-A INPUT -j chian-{}\n", i); }) + "COMMIT\n"},
      {"unknown words", "*filter\n" + repeated(50'000, [](int i) { return fmt::format("-A INPUT -m frob{} -j FROB{} --frob\n", i, i); }) + "COMMIT\n"},
      {"chains in a long line that jump back", "*filter\n" + repeated(30'000, [](int i) { return fmt::format(":c{} -\n", i); }) +
                                                   repeated(29'999, [](int i) { return fmt::format("-A c{} -j c{}\n-A c{} -j c{}\n", i, i + 1, i + 1, i / 2); }) +
                                                   "COMMIT\n"},
      {"flushes of many chains", "*filter\n" + repeated(20'000, [](int i) { return fmt::format(":c{} -\n", i); }) + repeated(20'000, one("-F\n")) + "COMMIT\n"},
      {"a rule of many matches", "*filter\n-A INPUT" + repeated(100'000, one(" -m mark --mark 1")) + "\nCOMMIT\n"},
      {"lists of addresses multiplied",
       "*filter\n-A INPUT -s 1.1.1.1" + repeated(5'000, one(",1.1.1.1")) + " -d 1.1.1.1" + repeated(5'000, one(",1.1.1.1")) + "\nCOMMIT\n"},
      {"errors on every line", "*filter\n" + repeated(50'000, one("-A INPUT \"\n")) + "COMMIT\n"},
  };
#ifdef WALLCHECK_SANITIZED
  constexpr double seconds = 100;
#else
  constexpr double seconds = 5;
#endif
  for (const Shape& shape : shapes) {
    INFO(shape.what);
    const std::clock_t start = std::clock();
    const Loaded loaded = load(shape.text);
    CHECK(loaded.firewalls.size() == 1);
    CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < seconds);
  }
}

TEST_CASE("ten megabytes on one line") {
  std::string text = "*filter\n:INPUT DROP\n-A INPUT -m comment --comment \"";
  text.append(10'000'000, 'x');
  const Loaded loaded = load(text + "\" -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n");
  REQUIRE(loaded.diagnostics.size() == 1);  // longer than a comment may be
  CHECK(loaded.diagnostics[0].code == "WC901");
  CHECK(loaded.diagnostics[0].message.size() < 200);
  CHECK(loaded.firewalls.at(0).rules.size() == 2);
}

TEST_CASE("the family is that of the file's own words, else of its name") {
  struct FamilyRow {
    std::string_view text, path;
    bool v6;
  };
  const FamilyRow rows[] = {
      {"*filter\n-A INPUT -j DROP\nCOMMIT\n", "rules.v4", false},
      {"*filter\n-A INPUT -j DROP\nCOMMIT\n", "rules.v6", true},
      {"*filter\n-A INPUT -j DROP\nCOMMIT\n", "dir6/rules", false},
      {"*filter\n-A INPUT -j DROP\nCOMMIT\n", "web-2016.rules", false},
      {"*filter\n-A INPUT -j DROP\nCOMMIT\n", "/etc/ufw/user6.rules", true},
      {"*filter\n-A INPUT -j REJECT --reject-with icmp6-adm-prohibited\nCOMMIT\n", "x", true},
      {"*filter\n-6 -A INPUT -s fe80::/10 -j DROP\n-4 -A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n", "x", false},
      {"# Generated by ip6tables-save v1.8.9\n*filter\nCOMMIT\n", "rules.v4", true},
      {"# Generated by iptables-save v1.8.9\n*filter\nCOMMIT\n", "rules.v6", false},
      {"# Generated by ip6tables-nft-save\n*filter\nCOMMIT\n", "x", true},
      {"*filter\n-A INPUT -s 2001:db8::/32 -j DROP\nCOMMIT\n", "x", true},
      {"*filter\n-A INPUT ! -s 10.0.0.0/8 -j DROP\nCOMMIT\n", "rules6", false},
      {"*filter\n-A INPUT -p ipv6-icmp -j ACCEPT\nCOMMIT\n", "x", true},
      {"*filter\n-A INPUT -m comment --comment \"fe80::1\" -j ACCEPT\nCOMMIT\n", "x", false},
  };
  for (const FamilyRow& row : rows) {
    INFO(row.path << "\n" << row.text);
    const Loaded loaded = load(row.text, std::string(row.path));
    CHECK(loaded.firewalls.at(0).ipv6 == row.v6);
    CHECK(loaded.firewalls[0].ipv4 != row.v6);
    CHECK(loaded.format == (row.v6 ? ir::Format::ip6tables : ir::Format::iptables));
  }
  frontend::Options options;
  options.format = ir::Format::ip6tables;
  CHECK(load("*filter\n-A INPUT -j DROP\nCOMMIT\n", "rules.v4", options).firewalls.at(0).ipv6);
}

TEST_CASE("lines of the other family are not there") {
  const std::string_view text = "*filter\n-4 -A INPUT -s 10.0.0.0/8 -j DROP\n-6 -A INPUT -s fe80::/10 -j DROP\n-A INPUT -6 -s fe80::1 -j DROP\nCOMMIT\n";
  const Loaded v4 = load(text, "rules");
  CHECK(shown(v4) == "");
  REQUIRE(v4.firewalls.at(0).rules.size() == 1);
  CHECK(describe(v4.firewalls[0], v4.firewalls[0].rules[0]) == "source 10.0.0.0/8 -> drop");
  const Loaded v6 = load(text, "rules.v6");
  CHECK(shown(v6) == "");
  CHECK(v6.firewalls.at(0).rules.size() == 2);
}

TEST_CASE("comments to wallcheck are found") {
  const Loaded loaded = load(
      "# wallcheck: role=cloud position=gateway \n#wallcheck:ignore WC301 x\n# see wallcheck: no\n*filter\n"
      "-A INPUT -m comment --comment \"old; wallcheck: ignore WC301 because\" -j DROP\n# wallcheck: at the end\r\nCOMMIT\n");
  REQUIRE(loaded.directives.size() == 4);
  CHECK(loaded.directives[0].text == "role=cloud position=gateway");
  CHECK(loaded.directives[1].text == "ignore WC301 x");
  CHECK(loaded.directives[2].text == "ignore WC301 because");
  CHECK(loaded.sources[0]->place(loaded.directives[2].where.begin).line == 5);
  CHECK(loaded.directives[3].text == "at the end");
}

TEST_CASE("what is an iptables file is seen by its content") {
  const std::string_view yes[] = {"*filter\nCOMMIT\n", "\n# x\n\n*nat\n", ":INPUT DROP [0:0]\n", "-A INPUT -j DROP\n", "-P INPUT DROP\n",
                                  "[0:0] -A INPUT\n", "garbage\n*filter\n"};
  const std::string_view no[] = {"", "\n\n", "# only comments\n", "{\"a\": 1}\n", "[1, 2]\n", "pass in all\n", "* a list\n", "- an item\n"};
  for (const std::string_view text : yes) {
    INFO(text);
    CHECK(frontend::detect(text) == ir::Format::iptables);
  }
  for (const std::string_view text : no) {
    INFO(text);
    CHECK(frontend::detect(text) != ir::Format::iptables);
  }
  const Loaded unknown = load("hello\n");
  CHECK(unknown.failed);
  CHECK(unknown.diagnostics.at(0).code == "WC905");
  frontend::Options options;
  options.format = ir::Format::iptables;
  const Loaded empty = load("# nothing\n", "t", options);
  CHECK(empty.failed);
  CHECK(empty.diagnostics.at(0).message == "the file has no table");
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
