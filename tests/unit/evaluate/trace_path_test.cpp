// One sentence of the manual each: tables and hooks, marks, translation. iptables(8), the netfilter packet-flow diagram.

#include "evaluate/trace.h"

#include <catch2/catch.hpp>

#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::ir;
using namespace wallcheck::test;

TEST_CASE("trace: ACCEPT ends this table's hook, not the packet's way; the filter's rule is blamed") {
  FilterBuilder f;
  const ListId mangle = f.base(Path::ingress, "mangle", "INPUT", Point::input);
  const ListId filter = f.base(Path::ingress, "filter", "INPUT", Point::input);
  const ListId security = f.base(Path::ingress, "security", "INPUT", Point::input);
  f.rule(mangle, {}, accept);
  const RuleId web = f.rule(filter, {f.dport(80)}, accept);
  f.rule(filter, {}, drop);
  const RuleId veto = f.rule(security, {f.source("10.9.0.0/16")}, drop);
  const auto& fw = f.build();
  CHECK(trace(fw, packet(Path::ingress)).rule == web);
  CHECK(trace(fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", 22)).verdict == Verdict::drop);
  const TraceResult vetoed = trace(fw, packet(Path::ingress, "10.9.0.1"));
  CHECK(vetoed.verdict == Verdict::drop);
  CHECK(vetoed.rule == veto);
}

TEST_CASE("trace: marks are (mark & keep) ^ flip, and stay when the chain is left") {
  FilterBuilder f;
  const ListId mangle = f.base(Path::ingress, "mangle", "PREROUTING", Point::prerouting);
  const ListId filter = f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  const ListId user = f.chain("user", Fallthrough::return_, "mangle");
  f.jump(mangle, {}, user);
  f.set(user, {}, FilterBuilder::mark_effect(0x30, 0xf0));
  f.rule(filter, {f.mark(0x35)}, accept);
  Packet p = packet(Path::ingress);
  p.mark = 0x55;
  const TraceResult result = trace(f.build(), p);
  CHECK(result.verdict == Verdict::accept);
  CHECK(result.packet.mark == 0x35);
  CHECK(result.steps.at(1).effect == "mark 0x35");
}

TEST_CASE("trace: the connection mark is saved and restored, if there is a connection") {
  for (const State state : {State::new_, State::established, State::invalid, State::untracked}) {
    FilterBuilder f;
    const ListId filter = f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
    f.set(filter, {}, {.kind = EffectKind::set_connmark, .keep = 0, .other = ~0u});  // --save-mark
    f.set(filter, {}, FilterBuilder::mark_effect(0));
    f.set(filter, {}, {.kind = EffectKind::set_mark, .keep = 0, .other = ~0u});  // --restore-mark
    Packet p = packet(Path::ingress);
    p.state = state;
    p.mark = 9;
    const TraceResult result = trace(f.build(), p);
    const bool connection = state == State::new_ || state == State::established;
    CHECK(result.packet.mark == (connection ? 9u : 0u));
    CHECK(result.packet.connmark == (connection ? 9u : 0u));
  }
}

TEST_CASE("trace: where fragments were put together rules see none, and behind it the packet is what it was") {
  FilterBuilder f;
  const ListId mangle = f.base(Path::ingress, "mangle", "PREROUTING", Point::prerouting);
  const ListId filter = f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  f.fw.paths[static_cast<std::size_t>(Path::ingress)].back().reassembled = true;
  const RuleId early = f.rule(mangle, {f.is(Field::fragment, 1), f.dport(22)}, drop);
  f.rule(filter, {f.is(Field::fragment, 1)}, drop);
  const RuleId whole = f.rule(filter, {f.is(Field::fragment, 0), f.dport(80)}, accept);
  const auto& fw = f.build();
  Packet web = packet(Path::ingress), ssh = packet(Path::ingress, "10.0.0.1", "10.0.0.2", 22);
  web.fragment = ssh.fragment = true;
  CHECK(trace(fw, ssh).rule == early);
  CHECK(trace(fw, web).rule == whole);
  CHECK(trace(fw, web).packet.fragment);
}

TEST_CASE("trace: before connection tracking every packet is invalid; NOTRACK makes it untracked") {
  FilterBuilder f;
  const ListId raw = f.base(Path::egress, "raw", "OUTPUT", Point::output);
  const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
  const ListId filter = f.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  f.rule(raw, {f.state(State::new_)}, drop);
  f.set(raw, {f.state(State::invalid), f.dport(53)}, {.kind = EffectKind::untrack});
  f.rule(raw, {f.state(State::invalid), f.dport(53)}, drop);
  f.translate(nat, {}, f.dnat("10.9.9.9"));
  const RuleId untracked = f.rule(filter, {f.state(State::untracked)}, accept);
  const RuleId fresh = f.rule(filter, {f.state(State::new_), f.destination("10.9.9.9")}, accept);
  const auto& fw = f.build();
  const TraceResult dns = trace(fw, packet(Path::egress, "10.0.0.1", "10.0.0.2", 53));
  CHECK(dns.rule == untracked);
  CHECK(dns.packet.destination == ipv4(0x0a000002));  // nat never sees it
  CHECK(trace(fw, packet(Path::egress)).rule == fresh);
}

TEST_CASE("trace: nat is shown the first packet of a connection only") {
  struct Case {
    State state;
    std::uint8_t protocol;
    bool translated;
  };
  for (const Case& c : {Case{State::new_, 6, true}, {State::established, 6, false}, {State::related, 6, true}, {State::related, 1, false},
                        {State::invalid, 6, false}, {State::untracked, 6, false}}) {
    FilterBuilder f;
    const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
    f.translate(nat, {}, f.dnat("10.9.9.9"));
    Packet p = packet(Path::egress);
    p.state = c.state;
    p.protocol = c.protocol;
    const TraceResult result = trace(f.build(), p);
    INFO(static_cast<int>(c.state) << " protocol " << int{c.protocol});
    CHECK(result.translated_destination == c.translated);
    CHECK(result.packet.dnat == c.translated);
    CHECK(trace(f.fw, p, {}, true).translated_destination == (c.translated || c.state == State::established));
  }
}

TEST_CASE("trace: the filter sees the address after DNAT and before SNAT") {
  FilterBuilder f;
  const ListId nat_in = f.base(Path::forward, "nat", "PREROUTING", Point::prerouting);
  const ListId filter = f.base(Path::forward, "filter", "FORWARD", Point::forward, policy_drop);
  const ListId nat_out = f.base(Path::forward, "nat", "POSTROUTING", Point::postrouting);
  f.translate(nat_in, {f.destination("10.0.0.2/32")}, f.dnat("192.168.0.9", {}, 8080));
  f.rule(filter, {f.destination("192.168.0.9/32"), f.dport(8080), f.source("10.0.0.1/32"), f.is(Field::dnat, 1)}, accept);
  Effect snat{.kind = EffectKind::translate_source, .addresses = f.fw.ranges.intern(Range{ipv4(1), ipv4(1)})};
  f.translate(nat_out, {}, snat);
  const TraceResult result = trace(f.build(), packet(Path::forward));
  CHECK(result.verdict == Verdict::accept);
  CHECK(result.translated_destination);
  CHECK(result.packet.source == ipv4(1));
  CHECK(result.packet.snat);
  CHECK(result.steps.at(0).effect == "destination becomes 192.168.0.9:8080, accept");
}

TEST_CASE("trace: a packet to this host that is sent elsewhere goes on through FORWARD and POSTROUTING, and the other way about") {
  for (const bool away : {true, false}) {
    FilterBuilder f;
    const ListId nat = f.chain("PREROUTING", Fallthrough::accept, "nat");
    f.stage(Path::ingress, "nat", nat, Point::prerouting);
    f.stage(Path::forward, "nat", nat, Point::prerouting);
    const ListId input = f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
    const ListId forward = f.base(Path::forward, "filter", "FORWARD", Point::forward, policy_drop);
    const ListId post = f.base(Path::forward, "mangle", "POSTROUTING", Point::postrouting);
    f.translate(nat, {}, away ? f.dnat("192.168.0.9") : f.redirect(3128));
    const RuleId through = f.rule(forward, {f.in("eth0"), f.out("eth1")}, accept);
    const RuleId to_host = f.rule(input, {f.in("eth0"), f.out(""), f.dport(3128), f.is(Field::destination_type, 1)}, accept);
    f.rule(post, {f.out("eth0")}, drop);
    const TraceResult result = trace(f.build(), packet(away ? Path::ingress : Path::forward));
    CHECK(result.verdict == Verdict::accept);
    CHECK(result.rule == (away ? through : to_host));
    CHECK(result.packet.path == (away ? Path::forward : Path::ingress));
  }
}

TEST_CASE("trace: REDIRECT goes to the loopback address in OUTPUT, and keeps the one address that the host is known to have in PREROUTING") {
  FilterBuilder f;
  const ListId out = f.base(Path::egress, "nat", "OUTPUT", Point::output);
  const ListId in = f.base(Path::ingress, "nat", "PREROUTING", Point::prerouting);
  f.translate(out, {}, f.redirect(3128));
  f.translate(in, {}, f.redirect(3128));
  const auto& fw = f.build();
  const TraceResult from = trace(fw, packet(Path::egress));
  CHECK(from.packet.destination == ipv4(0x7f000001));
  CHECK(from.packet.destination_port == 3128);
  CHECK(trace(fw, packet(Path::egress, "2001:db8::1", "2001:db8::2")).packet.destination == Address{1});
  const TraceResult to = trace(fw, packet(Path::ingress));
  CHECK(to.packet.destination == ipv4(0x0a000002));
  CHECK(to.packet.destination_port == 3128);
  CHECK(to.packet.path == Path::ingress);
}

TEST_CASE("trace: a forwarded packet that is redirected goes to an address of the host that is not known") {
  FilterBuilder f;
  const ListId nat = f.base(Path::forward, "nat", "PREROUTING", Point::prerouting);
  const ListId input = f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  f.translate(nat, {}, f.redirect(3128));
  const RuleId v4 = f.rule(input, {f.fw.range_match(Field::destination, ipv4_first, ipv4_last), f.source("10.0.0.0/8")}, accept);
  const RuleId named = f.rule(input, {f.destination("10.0.0.2/32")}, accept);
  const auto& fw = f.build();
  CHECK(trace(fw, packet(Path::forward)).rule == v4);
  const TraceResult result = trace(fw, packet(Path::forward, "11.0.0.1"));
  CHECK(result.verdict == Verdict::undecided);
  CHECK(result.rule == named);
}

TEST_CASE("trace: translation that changes nothing is none; ports of a protocol without ports are kept") {
  FilterBuilder f;
  const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
  f.translate(nat, {}, f.dnat("10.0.0.2", {}, 80));
  const auto& fw = f.build();
  CHECK_FALSE(trace(fw, packet(Path::egress)).packet.dnat);
  Packet gre = packet(Path::egress);
  gre.protocol = protocol::gre;
  gre.destination_port = 0;
  CHECK(trace(fw, gre).packet.destination_port == 0);
  CHECK(trace(fw, packet(Path::egress, "2001:db8::1", "2001:db8::2", 81)).packet.destination == *parse_address("2001:db8::2"));
}

TEST_CASE("trace: translation to one of several addresses is undecided where rules can tell them apart") {
  FilterBuilder f;
  const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
  const ListId filter = f.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  f.translate(nat, {}, f.dnat("10.9.0.1", "10.9.0.9"));
  f.rule(filter, {f.destination("10.9.0.9/32"), f.dport(80)}, drop);
  f.rule(filter, {}, accept);
  const auto& fw = f.build();
  const TraceResult differs = trace(fw, packet(Path::egress));
  CHECK(differs.verdict == Verdict::undecided);
  CHECK(differs.assumptions.empty());
  CHECK(trace(fw, packet(Path::egress, "10.0.0.1", "10.0.0.2", 443)).verdict == Verdict::accept);
}

TEST_CASE("trace: an address in the middle of those that a translation may give counts too") {
  for (const auto& [dropped, verdict] : {std::pair{"10.9.0.5/32", Verdict::undecided}, {"10.9.0.0/30", Verdict::undecided}, {"10.9.1.5/32", Verdict::accept}, {"10.9.0.0/16", Verdict::drop}}) {
    FilterBuilder f;
    const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
    const ListId filter = f.base(Path::egress, "filter", "OUTPUT", Point::output);
    f.translate(nat, {}, f.dnat("10.9.0.1", "10.9.0.9"));
    f.rule(filter, {f.destination(dropped)}, drop);
    CHECK(trace(f.build(), packet(Path::egress)).verdict == verdict);
  }
}

TEST_CASE("trace: more translations than are followed lead nowhere known") {
  FilterBuilder f;
  const ListId nat = f.base(Path::egress, "nat", "OUTPUT", Point::output);
  const ListId filter = f.base(Path::egress, "filter", "OUTPUT", Point::output);
  f.translate(nat, {}, f.dnat("10.9.0.0", "10.9.255.255"));
  for (int n = 0; n < 100; ++n) f.rule(filter, {f.destination("10.9." + std::to_string(n) + ".1/32")}, n < 99 ? accept : drop);
  CHECK(trace(f.build(), packet(Path::egress)).verdict == Verdict::undecided);
}

TEST_CASE("trace: a packet that is translated to one of several addresses may keep its own") {
  FilterBuilder f;
  const ListId nat = f.base(Path::ingress, "nat", "PREROUTING", Point::prerouting);
  f.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  f.base(Path::forward, "filter", "FORWARD", Point::forward);
  f.translate(nat, {}, f.dnat("10.0.0.0", "10.0.0.9"));
  const auto& fw = f.build();
  CHECK(trace(fw, packet(Path::ingress)).verdict == Verdict::undecided);                         // 10.0.0.2 may stay, and goes to INPUT
  CHECK(trace(fw, packet(Path::ingress, "10.0.0.1", "10.0.1.2")).verdict == Verdict::accept);  // sent on
}

TEST_CASE("trace: interfaces that are not known at a hook have the empty name") {
  struct Case {
    Path path;
    Point point;
    std::string_view in, out;
  };
  for (const Case& c : {Case{Path::ingress, Point::prerouting, "eth0", ""}, {Path::ingress, Point::input, "eth0", ""},
                        {Path::forward, Point::prerouting, "eth0", ""}, {Path::forward, Point::forward, "eth0", "eth1"},
                        {Path::egress, Point::output, "", "eth1"}, {Path::egress, Point::postrouting, "", "eth1"}}) {
    FilterBuilder f;
    const ListId list = f.base(c.path, "filter", "chain", c.point, policy_drop);
    f.rule(list, {f.in(c.in), f.out(c.out), f.in("+"), f.out("+"), f.in("wlan0", true), f.out("wlan+", true)}, accept);
    CHECK(trace(f.build(), packet(c.path)).verdict == Verdict::accept);
  }
}
