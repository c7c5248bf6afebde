// What `pfctl -nf` refuses is refused, with the place and a sentence; what it takes is taken without a word.

#include <catch2/catch.hpp>

#include "pf_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests::pf;

namespace {
struct Row {
  std::string_view text, expected;
};
}  // namespace

TEST_CASE("lines that do not fit the grammar") {
  const Row rows[] = {
      {"pas in\n", "1:1 a line cannot begin with \"pas\"; did you mean \"pass\"?"},
      {"pass in qick on em0\n", "1:9 \"qick\" has no meaning here; did you mean \"quick\"?"},
      {"pass in on\n", "1:11 the line ends too early"},
      {"pass in on { em0 em1\nblock all\n", "1:12 the list that begins here is not closed before \"block\""},
      {"pass in on { em0 em1", "1:12 the list that begins here is never closed"},
      {"pass in on { }\n", "1:14 a list cannot be empty, or end in the middle of a member"},
      {"pass proto tcp to port { 80,\n 443 }\n", "1:28 a list goes on in the next line without a comma (or with \\ behind it)"},
      {"pass proto tcp to port { 80, 443, }\n", "1:33 a comma before the end of a list has nothing to separate"},
      {"pass in ; block\n", "1:9 \";\" is no part of a rule"},
      {"}\n", "1:1 this \"}\" closes nothing"},
      {"anchor x {\npass\n", "1:1 this anchor is never closed; its \"}\" is missing"},
      {"anchor x { pass }\n", "1:12 \"pass\" cannot stand here"},
      {"table t { }\n", "1:7 \"t\" cannot stand here"},
      {"table <t> persit\n", "1:11 \"persit\" is no option of a table (const, persist, counters, file \"...\", { ... }); did you mean \"persist\"?"},
      {"set skip lo\n", "1:5 set skip takes \"on\" and an interface or a list of them"},
      {"set blok-policy drop\n", "1:5 there is no option \"blok-policy\"; did you mean \"block-policy\"?"},
      {"set block-policy reject\n", "1:18 set block-policy takes one of: drop return"},
      {"set limit { states 100, frogs 2 }\n", "1:25 there is no limit \"frogs\""},
      {"set timeout tcp.firsd 5\n", "1:13 there is no timeout \"tcp.firsd\""},
      {"set skip on ! lo\n", "1:13 \"!\" cannot stand here"},
      {"set state-defaults pflow\nset state-defaults pflow\n", "2:5 state-defaults are set twice"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(said(row.text) == row.expected);
  }
}

TEST_CASE("a file may end anywhere: places stay in it") {
  for (const std::string_view text : {"block in proto tcp to port ", "pass to $", "pass on {", "x = \"", "pass in on", "anchor x {\npass to $"}) {
    INFO(text);
    const frontend::Loaded loaded = load(text);
    REQUIRE(!loaded.diagnostics.empty());
    for (const Diagnostic& diagnostic : loaded.diagnostics) CHECK(diagnostic.where.end <= text.size());
  }
}

TEST_CASE("a negation inside a list is told; alone, or in a table, it is not") {
  const std::string trap = "\"!\" in a list takes nothing away: each member is a rule of its own, and together they match nearly everything";
  const Row rows[] = {
      {"pass in from { !10.0.0.1, !10.0.0.2 } to any\n", "1:9"},
      {"pass in from any to { 10.0.0.0/8 ! 10.1.0.0/16 }\n", "1:18"},
      {"pass in on { em0 !em1 }\n", "1:9"},
      {"pass in from ! 10.0.0.1 to any\n", ""},
      {"pass in from { ! 10.0.0.1 } to any\n", ""},
      {"pass in from { 10.0.0.1 10.0.0.2 } to any\n", ""},
      {"table <t> { 10.0.0.0/8 ! 10.1.0.0/16 }\npass in from <t> to any\n", ""},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(said(row.text) == (row.expected.empty() ? "" : std::string(row.expected) + " " + trap));
  }
}

TEST_CASE("parts out of order or given twice") {
  const Row rows[] = {
      {"pass quick in\n", "1:12 in has to stand before quick"},
      {"pass on em0 in\n", "1:13 in has to stand before on"},
      {"pass proto tcp inet\n", "1:16 inet has to stand before proto"},
      {"pass to any from any\n", "1:13 from has to stand before to"},
      {"pass in in\n", "1:9 in is given twice"},
      {"pass keep state keep state\n", "1:17 keep is given twice"},
      {"pass proto tcp flags S/SA flags any\n", "1:27 flags is given twice"},
      {"pass label a label b\n", "1:14 label is given twice"},
      {"pass out nat-to 10.0.0.1 nat-to 10.0.0.2\n", "1:26 nat-to is given twice"},
      {"pass keep state (max 1, max 2)\n", "1:25 max is given twice"},
      {"antispoof for em0 keep state\n", "1:19 an antispoof rule has no keep"},
      {"match drop in\n", "1:7 a match rule has no drop"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(said(row.text).substr(0, row.expected.size()) == row.expected);
  }
}

TEST_CASE("rules that pfctl refuses for what they mean") {
  const Row rows[] = {
      {"pass in to port 22\n", "1:1 a port needs a protocol that has ports: proto tcp or udp"},
      {"pass in proto icmp to port 22\n", "1:1 a port needs a protocol that has ports: proto tcp or udp"},
      {"pass in from 10.0.0.1 to 2001:db8::1\n", "1:1 the lists of this rule have no combination that pf could use: its addresses are of different families"},
      {"pass in inet6 from 10.0.0.1\n", "1:1 the lists of this rule have no combination that pf could use: its addresses are of different families"},
      {"pass in to em0:netwrk\n", "1:12 interface em0 has no \":netwrk\"; pf knows :network, :broadcast, :peer and :0; did you mean \"network\"?"},
      {"pass in to (em0:foo)\n", "1:13 interface em0 has no \":foo\"; pf knows :network, :broadcast, :peer and :0"},
      {"pass in to (em0:network:broadcast)\n", "1:13 only one of :network, :broadcast and :peer can be asked of an interface"},
      {"pass proto tcp to port 90:80\n", "1:24 the range of ports ends before it begins"},
      {"pass proto tcp to port 80 >< 80\n", "1:24 the range of ports ends before it begins"},
      {"pass proto tcp to port > 80:90\n", "1:26 a range of ports cannot be compared; it stands alone"},
      {"pass proto tcp to port 70000\n", "1:24 70000 is no port; the largest is 65535"},
      {"pass proto tpc\n", "1:12 no protocol is called \"tpc\"; did you mean \"tcp\"?"},
      {"pass proto 0\n", "1:12 protocol 0 cannot be used"},
      {"pass from 10.0.0.300\n", "1:11 \"10.0.0.300\" is no address"},
      {"pass from 10.0.0.1/33\n", "1:11 /33 is too long for an IPv4 address"},
      {"pass from 10\n", "1:11 \"10\" is no address"},
      {"pass from 10.0.0.9 - 10.0.0.1\n", "1:11 the range of addresses ends before it begins"},
      {"pass from ! any\n", "1:13 \"! any\" would hold for nothing; pf does not take it"},
      {"pass to urpf-failed\n", "1:9 urpf-failed is a property of the source; it cannot stand behind to"},
      {"pass inet proto icmp icmp-type echorq\n", "1:32 no icmp-type is called \"echorq\"; did you mean \"echoreq\"?"},
      {"pass proto icmp icmp-type echoreq\n", "1:1 icmp-type needs a family: inet for icmp, inet6 for icmp6"},
      {"pass inet6 proto icmp\n", "1:1 proto icmp is of inet; inet6 has icmp6"},
      {"pass inet proto icmp icmp6-type echoreq\n", "1:1 icmp-type goes with proto icmp, icmp6-type with proto icmp6"},
      {"pass inet proto tcp icmp-type echoreq\n", "1:1 icmp-type needs proto icmp (icmp6-type: proto icmp6)"},
      {"pass proto udp flags S/SA\n", "1:1 flags only apply to tcp"},
      {"pass proto tcp flags SA/S\n", "1:16 these flags can never hold: a flag is wanted that is not looked at"},
      {"pass proto tcp flags X/S\n", "1:22 \"X\" are no TCP flags; pf writes them F, S, R, P, A, U, E and W"},
      {"block keep state\n", "1:1 only a pass rule keeps state"},
      {"match keep state\n", "1:1 only a pass rule keeps state"},
      {"block allow-opts\n", "1:1 only a pass rule has allow-opts"},
      {"block return-rst\n", "1:1 return-rst needs proto tcp"},
      {"match once\n", "1:1 once is for pass and block rules"},
      {"block proto tcp to port 80 fragment\n", "1:1 a rule for fragments can only look at the IP header: no ports, flags or ICMP types"},
      {"pass nat-to 10.0.0.1\n", "1:1 nat-to and rdr-to need a direction (in or out)"},
      {"pass out nat-to 10.0.0.1 no state\n", "1:1 translation needs keep state"},
      {"pass out inet6 nat-to 10.0.0.1\n", "1:1 the addresses of this translation are of another family than the rule"},
      {"pass out nat-to { 10.0.0.1 2001:db8::1 }\n", "1:1 the addresses of this translation are of two families; the rule has to name one (inet or inet6)"},
      {"pass in on em0 from 10.0.0.1 binat-to 192.0.2.1\n", "1:1 binat-to works in both directions; the rule has none of its own"},
      {"pass in rdr-to 10.0.0.1 static-port\n", "1:25 static-port keeps the source port; only nat has it"},
      {"pass out inet6 af-to inet from 10.0.0.1\n", "1:1 af-to can only be used on an in rule"},
      {"pass in inet af-to inet from 10.0.0.1\n", "1:1 af-to needs another family than the rule's own"},
      {"block in route-to 10.0.0.1\n", "1:1 route-to is only for pass rules"},
      {"pass route-to 10.0.0.1\n", "1:1 a rule with route-to needs a direction (in or out)"},
      {"pass keep state (overload <t>)\n", "1:17 overload needs max-src-conn or max-src-conn-rate, which say when"},
      {"pass keep state (source-track global, max-src-nodes 5)\n", "1:17 max-src-nodes counts by rule and does not go with source-track global"},
      {"pass keep state (maxx 5)\n", "1:18 \"maxx\" is no option of a state; did you mean \"max\"?"},
      {"pass probability 120%\n", "1:18 \"120%\" is no probability"},
      {"pass prio 9\n", "1:11 9 is too large; prio is at most 7"},
      {"pass out queue fast\n", "1:1 queue \"fast\" is not defined"},
      {"pass in divert-packet\n", "1:1 divert-packet needs a port"},
      {"pass out proto tcp divert-to 127.0.0.1 port 80\n", "1:1 divert-to is for in rules"},
      {"anchor \"_x\"\n", "1:1 names of anchors that begin with \"_\" are pf's own"},
      {"anchor\n", "1:1 an anchor without rules in braces needs a name"},
      {"anchor \"a/b\" {\n}\n", "1:1 the name of an anchor with its rules in braces has no \"/\""},
      {"anchor a {\n}\nanchor a {\n}\n", "3:1 anchor \"a\" already has rules in braces"},
      {"table <t> { <u> }\n", "1:13 a table cannot contain another one"},
      {"table <t> { 10.0.0.1 - 10.0.0.2 }\n", "1:13 a table has no ranges of addresses, only prefixes"},
      {"table <t> { (em0) }\n", "1:13 a table cannot follow an interface's addresses; without parentheses it has those of the time of loading"},
      {"table <t> file \"nothing\"\n", "1:16 table <t>: cannot read \"nothing\": No such file or directory; its members are not known"},
      {"block from <nosuch>\n", "1:12 table <nosuch> is not defined in this file; which addresses it has is not known"},
      {"table <this_name_is_much_too_long_for_pf>\n", "1:8 the name of a table has at most 31 characters"},
      {"load anchor x from \"nothing\"\n", "1:20 anchor \"x\" cannot be loaded from \"nothing\": No such file or directory; its rules are not known"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(said(row.text) == row.expected);
  }
}

TEST_CASE("FreeBSD's statements have an order, unless it is turned off") {
  CHECK(said("pass all\nnat on em0 from any to any -> (em0)\n") ==
        "2:1 translation have to stand before filter rules (options, ether, scrub, queues, translation, dummynet, filter)");
  CHECK(said("set require-order no\npass all\nnat on em0 from any to any -> (em0)\n") == "");
  CHECK(said("pass all\nset skip on lo\nblock\n") == "");
  CHECK(said("nat on em0 inet from any to any\n") == "1:1 a translation rule needs \"->\" and an address");
  CHECK(said("no rdr on em0 inet from any to any -> 10.0.0.1\n") == "1:36 a translation rule with \"no\" leads nowhere; it has no \"->\"");
  CHECK(said("rdr on em0 inet proto tcp to port > 80 -> 10.0.0.1\n") == "1:1 rdr takes one port or a range a:b");
  CHECK(said("scrub in quick all\n") == "1:10 a scrub rule has no quick");
  CHECK(said("binat on em0 from { 10.0.0.1 10.0.0.2 } to any -> 192.0.2.1\n") == "1:1 binat translates one address or network, and no table");
}

TEST_CASE("budgets have names") {
  std::string list;
  for (int i = 0; i < 10000; ++i) list += "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + " ";
  CHECK(said("block from { " + list + "} to { " + list + "}\n") ==
        "1:1 the lists of this rule multiply into more than 1048576 rules (limit list_product; --limit list_product=N raises it); it is not expanded");
  CHECK(said("block from " + std::string(100000, '{') + "\n") == "1:1012 brackets are nested more than 1000 deep (limit nesting; --limit nesting=N raises it); the rest of the file is not read");
  auto options = options_with();
  options.limits.rules = 100;
  CHECK(said("block proto tcp to port { 1 2 3 4 5 6 7 8 9 10 }\n" + [] {
          std::string more;
          for (int i = 0; i < 10; ++i) more += "block proto tcp to port { 1 2 3 4 5 6 7 8 9 10 }\n";
          return more;
        }(), options) == "11:1 the file has more than 100 rules (limit rules; --limit rules=N raises it); the rest is not read");
  std::string anchors;
  for (int i = 0; i < 3000; ++i) anchors += "anchor {\n";
  CHECK(said(anchors).find("(limit nesting; --limit nesting=N raises it)") != std::string::npos);
}
