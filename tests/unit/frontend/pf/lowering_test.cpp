// pf's rules as the common IR: lists by direction, conditions, tables, states, translation, what only the machine knows.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "describe.h"
#include "pf_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests::pf;

namespace {

struct Row {
  std::string_view text, expected;
};

/// The rules of one list, joined with "; ".
std::string rules_of(const ir::Firewall& firewall, std::string_view list_name) {
  std::string text;
  for (const ir::RuleList& list : firewall.lists)
    if (firewall.strings[list.name] == list_name)
      for (const ir::RuleId id : firewall.rules_of(list)) text += (text.empty() ? "" : "; ") + tests::describe(firewall, firewall.rules[id]);
  return text;
}
std::string in(std::string_view text, const frontend::Options& options = options_with()) { return rules_of(load(text, options).firewalls.at(0), "in"); }
std::string out(std::string_view text) { return rules_of(load(text).firewalls.at(0), "out"); }

}  // namespace

TEST_CASE("paths: in, out, and both for what goes through") {
  const frontend::Loaded loaded = load("pass\n");
  const ir::Firewall& plain = loaded.firewalls.at(0);
  CHECK(plain.tracking == ir::Tracking::by_state);
  CHECK(tests::describe_path(plain, ir::Path::ingress) == "in");
  CHECK(tests::describe_path(plain, ir::Path::egress) == "out");
  CHECK(tests::describe_path(plain, ir::Path::forward) == "in, out");
  const frontend::Loaded translated = load("nat on em0 inet from any to any -> 192.0.2.1\nrdr on em0 inet proto tcp to port 80 -> 10.0.0.1\npass\n");
  CHECK(tests::describe_path(translated.firewalls.at(0), ir::Path::forward) == "translation in, in, translation out, out");
}

TEST_CASE("a rule without direction is in both lists, with the interface of each") {
  CHECK(in("block on em0") == "in em0 -> drop");
  CHECK(out("block on em0") == "out em0 -> drop");
  CHECK(in("block in\nblock out quick\nblock") == "always -> drop; always -> drop");
  CHECK(out("block in\nblock out quick\nblock") == "always -> drop; always -> drop");
}

TEST_CASE("the opaque conditions of a file are one each, however often they are written") {
  const frontend::Loaded loaded = load("pass in from (em0)\npass in from (em0) to 10.0.0.1\npass out to (em0)\npass in probability 5%\npass in probability 5%\n");
  CHECK(loaded.firewalls[0].opaques.size() == 4);
}

TEST_CASE("tables: the longest prefix decides, negated members are holes") {
  const Row rows[] = {
      {"table <t> const { 10.0.0.0/8 !10.1.0.0/16 10.1.1.0/24 }\nblock in from <t>", "source 10.0.0.0/16,10.1.1.0/24,10.2.0.0-10.255.255.255 -> drop"},
      {"table <t> { }\nblock in from <t>", "source nothing -> drop"},
  };
  for (const Row& row : rows) {
    const frontend::Loaded loaded = load(row.text);
    const ir::Firewall& f = loaded.firewalls.at(0);
    const ir::Match match = f.matches[f.rules.at(0).first_match];
    REQUIRE(match.kind == ir::MatchKind::ranges);
    CHECK(f.ranges.contains(match.value, *parse_address("10.1.1.1")) == (row.expected.find("10.1.1") != std::string_view::npos));
    CHECK_FALSE(f.ranges.contains(match.value, *parse_address("10.1.2.1")));
    CHECK(f.ranges.contains(match.value, *parse_address("10.2.0.1")) == (row.expected.find("10.2.0") != std::string_view::npos));
  }
}

TEST_CASE("tables from files, and tables that are filled while pf runs") {
  const auto options = options_with({{"etc/t", "10.0.0.1 # one\n! 10.0.0.0/8\n192.168/16\n"}, {"etc/bad", "10.0.0.1\n10.0.0.1.1\n"}});
  CHECK(load("table <t> persist file \"t\"\nblock in from <t>", options).firewalls[0].opaques.empty());
  CHECK(load("table <t> persist\nblock in from <t>", options).firewalls[0].opaques.size() == 1);
  CHECK(load("table <t> { 10.0.0.1 www.example.org }\nblock in from <t>", options).firewalls[0].opaques.size() == 1);
  CHECK(load("table <t> { 10.0.0.1 }\nblock in from <t>\npass in proto tcp keep state (max-src-conn 5, overload <t>)", options).firewalls[0].opaques.size() == 2);
  const frontend::Loaded bad = load("table <t> file \"bad\"\nblock in from <t>", options);
  CHECK(bad.diagnostics.at(0).message == "file \"bad\", line 2: this is no address; pf refuses the whole table");
  CHECK(bad.incomplete);
  auto known = options_with();
  known.address_sets.push_back({"t", std::make_shared<SourceFile>("t", "10.0.0.0/8\n")});
  known.address_sets.push_back({"em0", std::make_shared<SourceFile>("e", "192.0.2.1\n")});
  CHECK(load("table <t> persist\nblock in from <t> to (em0)", known).firewalls[0].opaques.empty());
}

TEST_CASE("states and answers") {
  const frontend::Loaded loaded = load("pass in\npass in no state\nblock return in\nblock in\nset block-policy return\nblock in\nmatch in\n");
  const ir::Firewall& f = loaded.firewalls.at(0);
  REQUIRE(f.rules.size() == 6);
  CHECK(f.rules[0].keeps_state);
  CHECK_FALSE(f.rules[1].keeps_state);
  CHECK(f.rules[2].action == ir::ActionKind::reject);
  CHECK(f.rules[3].action == ir::ActionKind::drop);
  CHECK(f.rules[4].action == ir::ActionKind::reject);
  CHECK(f.rules[5].action == ir::ActionKind::continue_);
  CHECK(f.path(ir::Path::ingress)[0].tracker == 0);
  CHECK(f.path(ir::Path::ingress)[0].reply_tracker == 1);
}

TEST_CASE("rules whose verdict does the same have one manner") {
  const auto manners = [](std::string_view text) {
    const frontend::Loaded loaded = load(text);
    std::vector<std::uint16_t> result;
    for (const ir::Rule& rule : loaded.firewalls.at(0).rules) result.push_back(rule.manner);
    return result;
  };
  using Numbers = std::vector<std::uint16_t>;
  CHECK(manners("pass in\npass in no state\npass in proto tcp to port 22 flags any\nblock in\nblock drop in quick\n") == Numbers{0, 0, 0, 0, 0});
  CHECK(manners("pass in log\nblock in log quick\npass in log (all)\npass in\n") == Numbers{1, 1, 2, 0});
  CHECK(manners("block return in\nblock return in proto tcp\nblock return-rst in proto tcp\nblock return-icmp in inet\n") == Numbers{1, 1, 2, 3});
  CHECK(manners("pass in label \"a\"\npass in label \"b\"\npass in set prio 5\npass in allow-opts\npass in keep state (sloppy)\npass in modulate state\n") ==
        Numbers{1, 2, 3, 4, 5, 6});
  CHECK(manners("pass out inet nat-to 192.0.2.1\npass out inet nat-to 192.0.2.1 static-port\n") == Numbers{1, 2});
  CHECK(manners("set skip on lo0\n") == Numbers{ir::manner_of_its_own, ir::manner_of_its_own});
}

TEST_CASE("a line that is not understood stays in its place, and may decide anything") {
  const frontend::Loaded loaded = load("block all\npass in qick\npass out\n");
  const ir::Firewall& f = loaded.firewalls.at(0);
  CHECK(loaded.incomplete);
  REQUIRE(ir::count_coverage(f).unrecognised == 2);  // in and out: nobody knows the direction
  const ir::Rule& unread = f.rules[f.rules_of(f.lists[0])[1]];
  CHECK(unread.action == ir::ActionKind::undecided);
  CHECK(loaded.sources[0]->text(unread.where) == "pass in qick");
}

TEST_CASE("where text is missing, anything may have stood") {
  const auto unread = [](std::string_view text, const frontend::Options& options) {
    const frontend::Loaded loaded = load(text, options);
    CHECK(loaded.incomplete);
    std::size_t count = 0;
    for (const ir::RuleId id : loaded.firewalls[0].rules_of(loaded.firewalls[0].lists[0])) count += loaded.firewalls[0].rules[id].coverage == ir::Coverage::unrecognised;
    return count;
  };
  CHECK(unread("block all\ninclude \"nothing\"\npass out\n", options_with()) == 1);
  CHECK(unread("include \"pf.conf\"\n", options_with()) == 1);
  auto few = options_with();
  few.limits.rules = 2;
  CHECK(unread("block in\nblock in\nblock in\npass in\n", few) == 1);
  auto shallow = options_with();
  shallow.limits.nesting = 2;
  CHECK(unread("block from { { { { 10.0.0.1 } } } }\npass in\n", shallow) == 1);
  auto short_lines = options_with();
  short_lines.limits.macro_expansion = 20;
  CHECK(unread("m = \"10.0.0.1\"\nblock in from { $m $m }\npass in\n", short_lines) >= 1);
}

TEST_CASE("comments to wallcheck are found") {
  const frontend::Loaded loaded = load("# wallcheck: role=cloud position=gateway\nblock all # wallcheck: ignore WC301 kept for later\n");
  REQUIRE(loaded.directives.size() == 2);
  CHECK(loaded.directives[0].text == "role=cloud position=gateway");
  CHECK(loaded.sources[0]->place(loaded.directives[1].where.begin).line == 2);
}

TEST_CASE("content tells a pf.conf") {
  CHECK(frontend::detect("ext_if = \"em0\"\nset skip on lo\n") == ir::Format::pf);
  CHECK(frontend::detect("# x\nblock all\n") == ir::Format::pf);
  CHECK(frontend::detect("table <t> persist\n") == ir::Format::pf);
  CHECK(frontend::detect("table inet filter {\n}\n") == std::nullopt);
  CHECK(frontend::detect("*filter\npass\n") == ir::Format::iptables);
}
