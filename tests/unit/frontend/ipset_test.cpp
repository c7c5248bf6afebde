// Side files with the members of sets, and what rules that ask them come to. That the kernel agrees is asked in tests/extensions.

#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "describe.h"
#include "frontend/frontend.h"

namespace wallcheck::tests {
namespace {

frontend::Loaded load(std::string_view sets, std::string_view rules, bool v6 = false) {
  frontend::Options options;
  options.format = v6 ? ir::Format::ip6tables : ir::Format::iptables;
  if (!sets.empty()) options.ipsets.push_back({"sets.save", std::make_shared<SourceFile>("sets.save", std::string(sets))});
  return frontend::load(std::make_shared<SourceFile>("test.rules", fmt::format("*filter\n{}COMMIT\n", rules)), options);
}

/// The rules of INPUT, and what is said.
std::string told(const frontend::Loaded& loaded) {
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  std::string text;
  for (const ir::RuleId id : firewall.rules_of(firewall.lists.at(0))) text += (text.empty() ? "" : "; ") + describe(firewall, firewall.rules[id]);
  for (const Diagnostic& d : loaded.diagnostics) {
    const Place place = loaded.sources[d.where.file]->place(d.where.begin);
    text += fmt::format(" !! {}:{}:{} {} {}", loaded.sources[d.where.file]->path(), place.line, place.column, d.code, d.message);
  }
  return text;
}

std::string rule(std::string_view sets, std::string_view conditions, bool v6 = false) {
  return told(load(sets, fmt::format("-A INPUT {} -j DROP\n", conditions), v6));
}

struct Row {
  std::string_view sets, conditions, expected;
};

}  // namespace

TEST_CASE("members of a set become conditions") {
  const Row rows[] = {
      {"", "-m set --match-set a src",
       "opaque<-m set --match-set a src> -> drop"},
      {"create a hash:ip\nadd a 10.0.0.1\nadd a 10.0.0.2\n", "-m set --match-set a src",
       "source 10.0.0.1-10.0.0.2 -> drop"},
      {"create a hash:ip\nadd a 10.0.0.1\n", "-m set ! --match-set a dst",
       "not destination 10.0.0.1 -> drop"},
      {"create a hash:ip\n", "-m set --match-set a src",
       "(never) -> drop"},
      {"create b hash:ip\n", "-m set --match-set a src",
       "opaque<-m set --match-set a src> -> drop !! test.rules:2:29 WC305 no file given with --ipset has set a: who is in it is not known"},
      {"create a hash:net\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16 nomatch\n", "-m set --match-set a src",
       "source 10.0.0.0/16,10.2.0.0-10.255.255.255 -> drop"},
      {"create a hash:net\nadd a 10.0.0.0/8\nadd a 10.1.0.0/16 nomatch\n", "-m set --match-set a src --return-nomatch",
       "source 10.1.0.0/16 -> drop"},
      {"create a hash:ip,port\nadd a 10.0.0.1,80\nadd a 10.0.0.1,81\nadd a 10.0.0.2,80\nadd a 10.0.0.2,81\n", "-m set --match-set a src,dst",
       "(fragment 0 & source 10.0.0.1-10.0.0.2 & protocol 6 & destination_port 80:81) -> drop"},
      {"create a hash:ip,port\nadd a 10.0.0.1,80\n", "-m set --match-set a src",
       "(never) -> drop"},
      {"create a hash:ip timeout 60\nadd a 10.0.0.1\nadd a 10.0.0.2 timeout 0\n", "-m set --match-set a src",
       "(source 10.0.0.2 | (source 10.0.0.1) & opaque<-m set --match-set a src>) -> drop"},
      {"create a hash:net,iface\nadd a 10.0.0.0/8,eth0\nadd a 10.1.0.0/16,eth1\n", "-m set --match-set a src,src",
       "(source 10.0.0.0/16,10.2.0.0-10.255.255.255 & in eth0 | source 10.1.0.0/16 & in eth1) -> drop"},
      {"create a hash:mac\nadd a 02:00:00:00:00:01\n", "-m set --match-set a src",
       "opaque<-m set --match-set a src> -> drop"},
      {"create a hash:ip,mark markmask 0xff\nadd a 10.0.0.1,0x1ff\n", "-m set --match-set a src,src",
       "(source 10.0.0.1 & mark 0xff/0xff) -> drop"},
      {"create a hash:net,net\nadd a 10.0.0.0/8,10.0.0.0/8\nadd a 10.1.0.0/16,10.0.0.0/8 nomatch\n", "-m set --match-set a src,dst",
       "(source 10.0.0.0/8 & destination 10.0.0.0/8 & not (source 10.1.0.0/16 & destination 10.0.0.0/8)) -> drop"},
      {"create a hash:ip counters\nadd a 10.0.0.1\n", "-m set ! --match-set a src --packets-gt 5",
       "not ((source 10.0.0.1) & opaque<-m set ! --match-set a src --packets-gt 5>) -> drop"},
      {"create a hash:ip\nadd a 10.0.0.1\n", "-m set --match-set a src --packets-gt 5",
       "source 10.0.0.1 -> drop"},
      {"create a hash:ip\nadd a 10.0.0.1\nadd a example.org\n", "-m set --match-set a src",
       "(source 10.0.0.1 | (source 0.0.0.0/0) & opaque<-m set --match-set a src>) -> drop"},
      {"create a list:set\ncreate b hash:ip\nadd b 10.0.0.1\nadd a b\n", "-m set --match-set a src",
       "source 10.0.0.1 -> drop"},
      {"create a hash:ip\nadd a 10.0.0.1\ncreate b hash:ip\nadd b 10.0.0.2\nswap a b\nadd a 10.0.0.3\ndel a 10.0.0.2\n", "-m set --match-set a src",
       "source 10.0.0.3 -> drop"},
  };
  for (const Row& row : rows) {
    INFO(row.sets);
    CHECK(rule(row.sets, row.conditions) == row.expected);
  }
}

TEST_CASE("rules that change a set make its members undecided") {
  constexpr std::string_view sets = "create a hash:ip\nadd a 10.0.0.1\n";
  CHECK(told(load(sets, "-A INPUT -m set --match-set a src -j DROP\n-A FORWARD -j SET --add-set a src\n")) ==
        "(source 10.0.0.1 | opaque<-m set --match-set a src>) -> drop");
  CHECK(told(load(sets, "-A INPUT -m set --match-set a src -j DROP\n-A FORWARD -j SET --del-set a src\n")) ==
        "((source 10.0.0.1) & opaque<-m set --match-set a src>) -> drop");
}

TEST_CASE("a set is lowered once, however many rules ask it") {
  const auto loaded = load("create a hash:ip\nadd a 10.0.0.1\nadd a 10.0.0.9\n",
                           "-A INPUT -m set --match-set a src -j DROP\n-A INPUT -m set ! --match-set a src -j ACCEPT\n");
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  CHECK(firewall.rules.at(0).match_count == 1);
  CHECK(firewall.matches_of(firewall.rules[0])[0].value == firewall.matches_of(firewall.rules[1])[0].value);
  REQUIRE(firewall.named_sets.size() == 1);
  CHECK(firewall.named_sets[0].members == 2);
  CHECK(firewall.named_sets[0].knowledge == ir::Knowledge::known);
}

TEST_CASE("IPv6 sets match IPv6 rules only") {
  constexpr std::string_view sets = "create a hash:net family inet6\nadd a 2001:db8::/32\ncreate b hash:ip\nadd b 10.0.0.1\n";
  CHECK(rule(sets, "-m set --match-set a src", true) == "source 2001:db8::/32 -> drop");
  CHECK(rule(sets, "-m set --match-set b src", true) == "(never) -> drop");
  CHECK(rule(sets, "-m set ! --match-set a src") == "not (never) -> drop");
}

TEST_CASE("entries that ipset refuses: IPv6 has no ranges, and a place for one address takes one") {
  CHECK(rule("create a hash:net family inet6\nadd a fd00::1-fd00::5\n", "-m set --match-set a src", true) ==
        "opaque<-m set --match-set a src> -> drop !! sets.save:2:7 WC901 \"fd00::1-fd00::5\" cannot stand here: hash:net takes an IPv6 address or network");
  CHECK(rule("create a hash:ip family inet6\nadd a fd00::/64\n", "-m set --match-set a src", true) ==
        "opaque<-m set --match-set a src> -> drop !! sets.save:2:7 WC901 \"fd00::/64\" cannot stand here: hash:ip takes a single IPv6 address");
  CHECK(rule("create a hash:ip family inet6\nadd a fd00::5/128\n", "-m set --match-set a src", true) == "source fd00::5 -> drop");
  for (const std::string_view second : {"10.0.0.0/24", "10.0.0.1/32", "10.0.0.1-10.0.0.5"})
    CHECK(rule(fmt::format("create a hash:ip,port,ip\nadd a 10.0.0.1,tcp:1,{}\n", second), "-m set --match-set a src,dst,dst") ==
          fmt::format("opaque<-m set --match-set a src,dst,dst> -> drop !! sets.save:2:22 WC901 \"{}\" cannot stand here: hash:ip,port,ip takes one address in the second place",
                      second));
}

TEST_CASE("what cannot be read of a side file is said, and its set is undecided") {
  const Row rows[] = {
      {"create a hash:ip\nadd a 10.0.0.300\n", "", "sets.save:2:7 WC901 \"10.0.0.300\" cannot stand here: hash:ip takes an IPv4 address, network or range"},
      {"create a hash:ip,port\nadd a 10.0.0.1,tcp:nosuch\n", "",
       "sets.save:2:16 WC901 \"tcp:nosuch\" cannot stand here: hash:ip,port takes a port, a range of ports or the name of a service"},
      {"create a hash:ip,port\nadd a 10.0.0.1,gre:5\n", "",
       "sets.save:2:16 WC901 \"gre:5\" cannot stand here: hash:ip,port takes port 0: ipset knows no ports of this protocol"},
      {"create a hash:ip,port\nadd a 10.0.0.1\n", "", "sets.save:2:7 WC901 an entry of hash:ip,port has 2 parts"},
      {"create a hash:net\nadd a 0.0.0.0/0\n", "",
       "sets.save:2:7 WC901 \"0.0.0.0/0\" cannot stand here: hash:net takes a network with a prefix length of 1 or more"},
      {"create a hash:ip\nadd a\n", "", "sets.save:2:6 WC901 the entry is missing"},
      {"create a hash:ip\nadd a 10.0.0.1 tiemout 5\n", "", "sets.save:2:16 WC901 \"tiemout\" is no option of an entry"},
      {"create a hash:ip\nadd a 10.0.0.1 timeout\n", "", "sets.save:2:23 WC901 timeout needs a value"},
      {"create a hash:thing\n", "", "sets.save:1:10 WC902 \"hash:thing\" is no type of set that is known here"},
      {"create a hash:ip family inet7\n", "", "sets.save:1:25 WC901 a set is of family inet or inet6"},
      {"create a hash:ip\r\nfrobnicate a\r\n", "", "sets.save:2:1 WC901 \"frobnicate\" is no command of a saved ipset"},
  };
  for (const Row& row : rows) {
    INFO(row.sets);
    const auto loaded = load(row.sets, "-A INPUT -m set --match-set a src,dst -j DROP\n");
    CHECK(told(loaded) == fmt::format("opaque<-m set --match-set a src,dst> -> drop !! {}", row.expected));
    CHECK(loaded.incomplete);
  }
  CHECK(rule("create a hash:ip\ncreate a hash:ip\nadd b 10.0.0.1\n", "-m set --match-set a src") ==
        "(never) -> drop !! sets.save:2:8 WC901 set a has been created before !! sets.save:3:5 WC305 there is no set b here");
}

}  // namespace wallcheck::tests
