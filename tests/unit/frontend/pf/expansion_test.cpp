// Lists multiplied out, in pfctl's order and words.

#include <catch2/catch.hpp>

#include "pf_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests::pf;

namespace {
struct Row {
  std::string_view text, expected;
};
void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(expanded(row.text) == row.expected);
  }
}
}  // namespace

TEST_CASE("one rule in canonical words") {
  check({
      {"pass", "pass all flags S/SA"},
      {"pass all no state", "pass all no state"},
      {"pass out inet proto tcp to port 443", "pass out inet proto tcp from any to any port = 443 flags S/SA"},
      {"pass in quick log on em0 inet proto udp from 10/8 port > 1023 to any port domain", "pass in log quick on em0 inet proto udp from 10.0.0.0/8 port > 1023 to any port = 53"},
      {"pass proto tcp flags any", "pass proto tcp all flags any"},
      {"pass flags S/SFRA", "pass all flags S/FSRA"},
      {"pass proto tcp flags /SA modulate state", "pass proto tcp all flags /SA modulate state"},
      {"pass proto { tcp, udp } modulate state", "pass proto tcp all flags S/SA modulate state\npass proto udp all"},
      {"block", "block drop all"},
      {"block return", "block return all"},
      {"block return-rst proto tcp", "block return-rst proto tcp all"},
      {"block return-rst(ttl 5) proto tcp", "block return-rst(ttl 5) proto tcp all"},
      {"block return-icmp inet", "block return-icmp(port-unr) inet all"},
      {"block return-icmp(host-unr)", "block return-icmp(host-unr, port-unr) all"},
      {"block return-icmp6(admin-unr) inet6", "block return-icmp6(admin-unr) inet6 all"},
      {"set block-policy return\nblock in", "block return in all"},
      {"pass in inet proto icmp icmp-type 8 code 0", "pass in inet proto icmp all icmp-type echoreq code 0"},
      {"pass inet proto icmp icmp-type { echoreq unreach code needfrag, 99 }",
       "pass inet proto icmp all icmp-type echoreq\npass inet proto icmp all icmp-type unreach code needfrag\npass inet proto icmp all icmp-type 99"},
      {"pass inet6 proto icmp6 icmp6-type { neighbrsol, toobig }", "pass inet6 proto ipv6-icmp all icmp6-type neighbrsol\npass inet6 proto ipv6-icmp all icmp6-type toobig"},
      {"pass in proto tcp to port 22 keep state (max 100)",
       "pass in proto tcp from any to any port = 22 flags S/SA keep state (max 100, adaptive.start 60, adaptive.end 120)"},
      {"pass in proto tcp to port 22 keep state (max-src-conn-rate 15/5, overload <b> flush global, if-bound)",
       "pass in proto tcp from any to any port = 22 flags S/SA keep state (source-track rule, max-src-conn-rate 15/5, overload <b> flush global, if-bound, src.track 5)"},
      {"pass in synproxy state (tcp.established 60, no-sync)", "pass in all flags S/SA synproxy state (no-sync, tcp.established 60)"},
      {"set state-policy if-bound\npass in", "pass in all flags S/SA keep state (if-bound)"},
      {"set state-defaults pflow\npass in", "pass in all flags S/SA keep state (pflow)"},
      {"pass tos lowdelay probability 20% once", "pass all flags S/SA tos 0x10 probability 20% once"},
      {"pass tag A tagged B rtable 1 allow-opts label x", "pass all flags S/SA allow-opts label \"x\" tag A tagged B rtable 1"},
      {"block in ! tagged SSH", "block drop in all ! tagged SSH"},
      {"pass out proto tcp user { root, > 999 } group wheel",
       "pass out proto tcp all user = root group = wheel flags S/SA\npass out proto tcp all user > 999 group = wheel flags S/SA"},
      {"block in from no-route\nblock in from urpf-failed to any\npass from route \"dns\" to self no state",
       "block drop in from no-route to any\nblock drop in from urpf-failed to any\npass from route \"dns\" to self no state"},
      {"pass in on rdomain 3\npass on ! em0", "pass in on rdomain 3 all flags S/SA\npass on ! em0 all flags S/SA"},
      {"pass out received-on em1\npass out ! received-on em1", "pass out all received-on em1 flags S/SA\npass out all !received-on em1 flags S/SA"},
      {"block fragment", "block drop all fragment"},
      {"pass fragment", "pass all fragment"},
      {"match in scrub (no-df random-id min-ttl 64 max-mss 1440 reassemble tcp)", "match in all scrub (no-df random-id min-ttl 64 reassemble tcp max-mss 1440)"},
      {"match set prio 5\nmatch set (prio (2, 6), tos ef)", "match all set (prio 5)\nmatch all set (prio(2, 6), tos 0xb8)"},
      {"pass in from 10.0.0.1 - 10.0.0.9", "pass in inet from 10.0.0.1 - 10.0.0.9 to any flags S/SA"},
      {"pass in from 2001:db8::/32 to fe80::1%em0", "pass in on em0 inet6 from 2001:db8::/32 to fe80::1 flags S/SA"},
      {"pass in from 192.168/16 to 172.16/12", "pass in inet from 192.168.0.0/16 to 172.16.0.0/12 flags S/SA"},
      {"pass in from ! (em0:network) to (em0:0)/24", "pass in from ! (em0:network) to (em0:0)/24 flags S/SA"},
      {"pass in proto tcp from any os { Linux \"Windows 95\" } to port 25",
       "pass in proto tcp from any os \"Linux\" to any port = 25 flags S/SA\npass in proto tcp from any os \"Windows 95\" to any port = 25 flags S/SA"},
      {"pass in proto 112 keep state\npass proto esp", "pass in proto carp all\npass proto esp all"},
      {"pass in inet proto tcp to port 80 divert-to 127.0.0.1 port 8080\npass out divert-reply", "pass in inet proto tcp from any to any port = 80 flags S/SA divert-to 127.0.0.1 port 8080\npass out all flags S/SA divert-reply"},
  });
}

TEST_CASE("ports compare in every way that pf has") {
  check({
      {"block proto tcp to port { 80, != 81 < 82 <= 83 > 84 >= 85 86:87 88 >< 90 91 <> 92 }",
       "block drop proto tcp from any to any port = 80\nblock drop proto tcp from any to any port != 81\nblock drop proto tcp from any to any port < 82\n"
       "block drop proto tcp from any to any port <= 83\nblock drop proto tcp from any to any port > 84\nblock drop proto tcp from any to any port >= 85\n"
       "block drop proto tcp from any to any port 86:87\nblock drop proto tcp from any to any port 88 >< 90\nblock drop proto tcp from any to any port 91 <> 92"},
      {"block proto tcp to port 80:80", "block drop proto tcp from any to any port = 80"},
      {"block proto udp from port 53", "block drop proto udp from any port = 53 to any"},
  });
}

TEST_CASE("lists multiply: interfaces, protocols, hosts, ports, in OpenBSD's order") {
  check({
      {"block in on { em0, em1 } proto { tcp udp } to port 53",
       "block drop in on em0 proto tcp from any to any port = 53\nblock drop in on em0 proto udp from any to any port = 53\n"
       "block drop in on em1 proto tcp from any to any port = 53\nblock drop in on em1 proto udp from any to any port = 53"},
      {"block proto tcp from { 10.0.0.1 10.0.0.2 } port { 1 2 } to { 10.0.0.3 10.0.0.4 }",
       "block drop inet proto tcp from 10.0.0.1 port = 1 to 10.0.0.3\nblock drop inet proto tcp from 10.0.0.1 port = 2 to 10.0.0.3\n"
       "block drop inet proto tcp from 10.0.0.1 port = 1 to 10.0.0.4\nblock drop inet proto tcp from 10.0.0.1 port = 2 to 10.0.0.4\n"
       "block drop inet proto tcp from 10.0.0.2 port = 1 to 10.0.0.3\nblock drop inet proto tcp from 10.0.0.2 port = 2 to 10.0.0.3\n"
       "block drop inet proto tcp from 10.0.0.2 port = 1 to 10.0.0.4\nblock drop inet proto tcp from 10.0.0.2 port = 2 to 10.0.0.4"},
      {"block from { 10.0.0.1 2001:db8::1 } to { 10.0.0.2, 2001:db8::2 }", "block drop inet from 10.0.0.1 to 10.0.0.2\nblock drop inet6 from 2001:db8::1 to 2001:db8::2"},
      {"block from { 10.0.0.1 { 10.0.0.2, { 10.0.0.3 } } <t> }\ntable <t> const { 1.2.3.4 }",
       "block drop inet from 10.0.0.1 to any\nblock drop inet from 10.0.0.2 to any\nblock drop inet from 10.0.0.3 to any\nblock drop from <t> to any"},
      {"block from { 10.0.0.1 any }", "block drop all"},
      {"block from {\n 10.0.0.1\n 10.0.0.2 }", "block drop inet from 10.0.0.1 to any\nblock drop inet from 10.0.0.2 to any"},
      {"pass proto tcp to 10.0.0.1 port { 1, 2 } label \"$dstaddr:$dstport $proto $if $nr\"",
       "pass inet proto tcp from any to 10.0.0.1 port = 1 flags S/SA label \"10.0.0.1:1 tcp any 0\"\n"
       "pass inet proto tcp from any to 10.0.0.1 port = 2 flags S/SA label \"10.0.0.1:2 tcp any 1\""},
  });
}

TEST_CASE("FreeBSD multiplies source ports before destinations, and says keep state") {
  check({
      {"nat on em0 from 10/8 to any -> (em0)\npass proto tcp from { 10.0.0.1 10.0.0.2 } port { 1 2 } to { 10.0.0.3 10.0.0.4 }",
       "nat on em0 inet from 10.0.0.0/8 to any -> (em0) round-robin\n"
       "pass inet proto tcp from 10.0.0.1 port = 1 to 10.0.0.3 flags S/SA keep state\npass inet proto tcp from 10.0.0.1 port = 1 to 10.0.0.4 flags S/SA keep state\n"
       "pass inet proto tcp from 10.0.0.1 port = 2 to 10.0.0.3 flags S/SA keep state\npass inet proto tcp from 10.0.0.1 port = 2 to 10.0.0.4 flags S/SA keep state\n"
       "pass inet proto tcp from 10.0.0.2 port = 1 to 10.0.0.3 flags S/SA keep state\npass inet proto tcp from 10.0.0.2 port = 1 to 10.0.0.4 flags S/SA keep state\n"
       "pass inet proto tcp from 10.0.0.2 port = 2 to 10.0.0.3 flags S/SA keep state\npass inet proto tcp from 10.0.0.2 port = 2 to 10.0.0.4 flags S/SA keep state"},
      {"scrub in on em0 all fragment reassemble no-df max-mss 1440\nscrub out all", "scrub in on em0 all no-df max-mss 1440 fragment reassemble\nscrub out all fragment reassemble"},
      {"rdr pass on em0 proto tcp from any to 192.0.2.1 port 2000:2999 -> 10.0.0.5 port 4000:*",
       "rdr pass on em0 inet proto tcp from any to 192.0.2.1 port 2000:2999 -> 10.0.0.5 port 4000:4999"},
      {"rdr on em0 inet proto tcp to port 80 -> { 10.0.0.5, 10.0.0.6 } port 8080 sticky-address",
       "rdr on em0 inet proto tcp from any to any port = 80 -> { 10.0.0.5, 10.0.0.6 } port 8080 round-robin sticky-address"},
      {"no nat on em0 from 10.0.0.1 to any\nnat pass on em0 inet from any to any -> 192.0.2.1 port 1024:2000", "no nat on em0 inet from 10.0.0.1 to any\nnat pass on em0 inet all -> 192.0.2.1 port 1024:2000"},
      {"nat on em0 inet from 10/8 -> 192.0.2.1 static-port\nbinat on em0 from 10.0.0.7 to any -> 192.0.2.7", "nat on em0 inet from 10.0.0.0/8 to any -> 192.0.2.1 static-port\nbinat on em0 inet from 10.0.0.7 to any -> 192.0.2.7"},
      {"rdr-anchor \"ftp-proxy/*\"\nanchor \"ftp-proxy/*\"", "rdr-anchor \"ftp-proxy/*\" all\nanchor \"ftp-proxy/*\" all"},
      {"scrub-anchor \"com.apple/*\"\nnat-anchor \"com.apple/*\"\nrdr-anchor \"com.apple/*\"\ndummynet-anchor \"com.apple/*\"\nanchor \"com.apple/*\"",
       "scrub-anchor \"com.apple/*\" all\nnat-anchor \"com.apple/*\" all\nrdr-anchor \"com.apple/*\" all\ndummynet-anchor \"com.apple/*\" all\nanchor \"com.apple/*\" all"},
      {"scrub in\npass in on em0 reply-to (em0 192.0.2.254) inet proto tcp to port 22 flags S/SA keep state",
       "scrub in all fragment reassemble\npass in on em0 reply-to (em0 192.0.2.254) inet proto tcp from any to any port = 22 flags S/SA keep state"},
  });
}

TEST_CASE("translation in OpenBSD's rules") {
  check({
      {"match out on egress inet nat-to (egress:0)", "match out on egress inet all nat-to (egress:0)"},
      {"pass out on em0 from 10/8 nat-to 192.0.2.16/28 source-hash sticky-address", "pass out on em0 inet from 10.0.0.0/8 to any flags S/SA nat-to 192.0.2.16/28 source-hash sticky-address"},
      {"match in proto tcp to port 80 rdr-to { 10.0.0.5 10.0.0.6 } port 8080 round-robin", "match in inet proto tcp from any to any port = 80 rdr-to { 10.0.0.5, 10.0.0.6 } port 8080 round-robin"},
      {"pass on em0 from 10.1.2.120 to any binat-to 192.0.2.17",
       "pass out on em0 inet from 10.1.2.120 to any flags S/SA nat-to 192.0.2.17 static-port\npass in on em0 inet from any to 192.0.2.17 flags S/SA rdr-to 10.1.2.120"},
      {"pass in on em1 inet6 to 64:ff9b::/96 af-to inet from (em0)", "pass in on em1 inet6 from any to 64:ff9b::/96 flags S/SA af-to inet from (em0) round-robin"},
      {"pass in on em1 inet af-to inet6 from 2001:db8::1 to 64:ff9b::/96", "pass in on em1 inet all flags S/SA af-to inet6 from 2001:db8::1 to 64:ff9b::/96"},
      {"pass in on em1 route-to 192.0.2.1@em2", "pass in on em1 inet all flags S/SA route-to 192.0.2.1@em2"},
  });
}

TEST_CASE("antispoof is two blocks an interface; the loopback interface needs one") {
  check({
      {"antispoof for lo0", "block drop in on ! lo0 inet from 127.0.0.0/8 to any\nblock drop in on ! lo0 inet6 from ::1 to any"},
      {"antispoof log quick for { em0 (em1) } inet label x",
       "block drop in log quick on ! em0 inet from em0:network to any label \"x\"\nblock drop in log quick inet from em0 to any label \"x\"\n"
       "block drop in log quick on ! em1 inet from (em1:network) to any label \"x\"\nblock drop in log quick inet from (em1) to any label \"x\""},
  });
  auto options = options_with();
  options.address_sets.push_back({"em0", std::make_shared<SourceFile>("em0", "192.0.2.1 2001:db8::1\n")});
  options.address_sets.push_back({"em0:network", std::make_shared<SourceFile>("net", "192.0.2.0/24\n")});
  CHECK(expanded("antispoof for em0\npass in to em0", options) ==
        "block drop in on ! em0 inet from 192.0.2.0/24 to any\nblock drop in inet from 192.0.2.1 to any\nblock drop in inet6 from 2001:db8::1 to any\n"
        "pass in inet from any to 192.0.2.1 flags S/SA\npass in inet6 from any to 2001:db8::1 flags S/SA");
}

TEST_CASE("anchors: inline, nested, called, with conditions") {
  check({
      {"anchor spam", "anchor \"spam\" all"},
      {"anchor in on em0 {\npass in\n}", "anchor in on em0 all {\n  pass in all flags S/SA\n}"},
      {"anchor \"in\" {\n anchor \"b\" quick proto tcp to port 22 {\n  block\n }\n pass\n}\nblock",
       "anchor \"in\" all {\n  anchor \"b\" quick proto tcp from any to any port = 22 {\n    block drop all\n  }\n  pass all flags S/SA\n}\nblock drop all"},
      {"anchor \"x\" {\n}", "anchor \"x\" all {\n}"},
  });
}

TEST_CASE("names may be words of pf") {
  check({
      {"table <in> const { 10/8 }\ntable <queue> { }\nblock from <in> to <queue>\npass no state label pass tag block", "block drop from <in> to <queue>\npass all no state label \"pass\" tag block"},
      {"anchor \"queue\"", "anchor \"queue\" all"},
  });
}
