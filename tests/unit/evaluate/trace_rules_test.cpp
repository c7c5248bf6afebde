// One sentence of the manual each: rules, chains, matches. iptables(8), iptables-extensions(8).

#include "evaluate/trace.h"

#include <chrono>

#include <catch2/catch.hpp>

#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::ir;
using namespace wallcheck::test;

TEST_CASE("trace: the first rule that matches decides, and without one the policy does") {
  InputFilter f;
  f.rule(f.input, {f.dport(22)}, drop);
  const RuleId web = f.rule(f.input, {f.protocol(6), f.dport(80)}, accept);
  f.rule(f.input, {f.dport(80)}, drop);
  const TraceResult hit = f.run();
  CHECK(hit.verdict == Verdict::accept);
  CHECK(hit.rule == web);
  CHECK(hit.list == f.input);
  REQUIRE(hit.steps.size() == 1);
  CHECK(hit.steps[0].effect == "accept");

  const TraceResult miss = trace(f.fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", 81));
  CHECK(miss.verdict == Verdict::drop);
  CHECK_FALSE(miss.rule);
  CHECK(miss.list == f.input);
  CHECK(miss.steps.at(0).effect == "policy drop");
}

TEST_CASE("trace: a rule matches if all of its matches hold, and a negated one exactly where the plain one does not") {
  for (const bool negated : {false, true}) {
    InputFilter f;
    f.rule(f.input, {f.source("10.0.0.0/24", negated)}, accept);
    const auto& fw = f.build();
    CHECK((trace(fw, packet(Path::ingress, "10.0.0.255")).verdict == Verdict::accept) != negated);
    CHECK((trace(fw, packet(Path::ingress, "10.0.1.0")).verdict == Verdict::accept) == negated);
  }
  InputFilter both;
  both.rule(both.input, {both.source("10.0.0.0/24"), both.dport(443)}, accept);
  CHECK(both.run(80).verdict == Verdict::drop);
  CHECK(trace(both.fw, packet(Path::ingress, "10.0.0.9", "10.0.0.2", 443)).verdict == Verdict::accept);
}

TEST_CASE("trace: every field is compared") {
  Packet p = packet(Path::ingress);
  p.mark = 0x15, p.connmark = 7, p.tag = 2, p.direction = Direction::reply, p.dnat = true, p.icmp_type = 3, p.icmp_code = 1;
  FilterBuilder f;
  const auto holds = [&](const Match& match) { return evaluate::holds(f.fw, match, p, {}); };
  const std::pair<Field, Uint128> values[] = {
      {Field::source, ipv4(0x0a000001)}, {Field::destination, ipv4(0x0a000002)}, {Field::protocol, 6}, {Field::source_port, 1024},
      {Field::destination_port, 80}, {Field::icmp, 0x301}, {Field::tcp_flags, 2}, {Field::state, 0}, {Field::direction, 1},
      {Field::dnat, 1}, {Field::snat, 0}, {Field::source_type, 0}, {Field::destination_type, 1}, {Field::fragment, 0},
      {Field::mark, 0x15}, {Field::connmark, 7}, {Field::tag, 2}};
  for (const auto& [field, value] : values) {
    INFO("field " << static_cast<int>(field));
    CHECK(holds(f.is(field, value)) == true);
    CHECK(holds(f.is(field, value + 1)) == false);
    CHECK(holds(f.is(field, value, true)) == false);
  }
  CHECK(holds(f.mark(0x5, 0xf)) == true);
  CHECK(holds(f.mark(0x15, 0xf)) == false);  // a value with bits outside its mask never matches
  CHECK(holds(f.fw.masked_match(Field::destination, ipv4(2), ipv4(0xff))) == true);  // non-contiguous mask
  CHECK(holds(f.in("eth0")) == true);
  CHECK(holds(f.in("eth+")) == true);
  CHECK(holds(f.in("eth")) == false);
}

TEST_CASE("trace: any_of holds if one of its conjunctions does; one without cases never holds") {
  InputFilter f;
  const std::vector<Match> cases[] = {{f.dport(22), f.source("192.168.0.0/16")}, {f.dport(80)}};
  const Packet p = packet(Path::ingress);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match(cases), p, {}) == true);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match(cases, true), p, {}) == false);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match(std::span(cases, 1)), p, {}) == false);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match({}), p, {}) == false);
}

TEST_CASE("trace: classes of addresses") {
  using enum AddressType;
  const auto types = [](Path path, std::string_view source, std::string_view destination) {
    const Packet p = packet(path, source, destination);
    return std::pair(evaluate::source_type(p), evaluate::destination_type(p));
  };
  CHECK(types(Path::ingress, "10.0.0.1", "10.0.0.2") == std::pair(unicast, local));
  CHECK(types(Path::egress, "10.0.0.1", "10.0.0.2") == std::pair(local, unicast));
  CHECK(types(Path::forward, "10.0.0.1", "10.0.0.2") == std::pair(unicast, unicast));
  CHECK(types(Path::forward, "127.0.0.1", "127.255.255.255") == std::pair(local, local));
  CHECK(types(Path::ingress, "0.0.0.0", "255.255.255.255") == std::pair(broadcast, broadcast));
  CHECK(types(Path::ingress, "fe80::1", "ff02::1") == std::pair(unicast, multicast));
  CHECK(types(Path::ingress, "10.0.0.1", "224.0.0.251") == std::pair(unicast, multicast));
  CHECK(types(Path::forward, "::1", "2001:db8::1") == std::pair(local, unicast));
}

TEST_CASE("trace: a user chain that falls off its end, or returns, goes on behind the jump") {
  for (const bool returns : {false, true}) {
    InputFilter f;
    const ListId web = f.chain("web");
    f.jump(f.input, {}, web);
    const RuleId later = f.rule(f.input, {}, accept);
    if (returns) f.rule(web, {}, ActionKind::return_);
    f.rule(web, {f.dport(80, 0, !returns)}, drop);
    const TraceResult result = f.run();
    CHECK(result.verdict == Verdict::accept);
    CHECK(result.rule == later);
    CHECK(result.steps.at(0).effect == "jump to web");
  }
}

TEST_CASE("trace: RETURN in a base chain applies the policy") {
  InputFilter f;
  f.rule(f.input, {}, ActionKind::return_);
  f.rule(f.input, {}, accept);
  const TraceResult result = f.run();
  CHECK(result.verdict == Verdict::drop);
  CHECK_FALSE(result.rule);
}

TEST_CASE("trace: what comes back from a goto goes to the caller of the caller") {
  for (const bool returns : {false, true}) {
    InputFilter f;
    const ListId called = f.chain("called"), gone = f.chain("gone"), deeper = f.chain("deeper");
    f.jump(f.input, {}, called);
    const RuleId back = f.rule(f.input, {}, accept);
    f.go_to(called, {}, gone);
    f.rule(called, {}, drop);
    f.go_to(gone, {}, deeper);
    f.rule(gone, {}, drop);
    if (returns) f.rule(deeper, {}, ActionKind::return_);
    const TraceResult result = f.run();
    CHECK(result.verdict == Verdict::accept);
    CHECK(result.rule == back);
  }
}

TEST_CASE("trace: what comes back from a goto in a base chain meets the policy") {
  InputFilter f;
  const ListId gone = f.chain("gone");
  f.go_to(f.input, {}, gone);
  f.rule(f.input, {}, accept);
  CHECK(f.run().verdict == Verdict::drop);
}

TEST_CASE("trace: the same chain is walked again at the next jump") {
  InputFilter f;
  const ListId chain = f.chain("mark");
  f.jump(f.input, {}, chain);
  f.set(f.input, {}, FilterBuilder::mark_effect(1));
  f.jump(f.input, {}, chain);
  f.rule(chain, {f.mark(1)}, accept);
  CHECK(f.run().verdict == Verdict::accept);
}

TEST_CASE("trace: chains 100,000 deep") {
  InputFilter f;
  ListId at = f.input;
  for (int i = 0; i < 100'000; ++i) {
    const ListId next = f.chain("c" + std::to_string(i));
    f.jump(at, {}, next);
    at = next;
  }
  const RuleId last = f.rule(at, {}, accept);
  CHECK(f.run().rule == last);
}

TEST_CASE("trace: a cycle of chains, by jump or goto, and a chain that is not there are undecided") {
  for (const ActionKind call : {ActionKind::jump, ActionKind::go_to}) {
    InputFilter f;
    const ListId a = f.chain("a"), b = f.chain("b");
    f.jump(f.input, {}, a);
    f.rule(a, {}, call, {.target = b});
    const RuleId closes = f.rule(b, {}, call, {.target = a});
    const TraceResult result = f.run();
    CHECK(result.verdict == Verdict::undecided);
    CHECK(result.rule == closes);
  }
  InputFilter f;
  const ListId missing = f.chain("missing");
  f.fw.lists[missing].declared = false;
  f.jump(f.input, {f.dport(80)}, missing);
  CHECK(f.run(80).verdict == Verdict::undecided);
  CHECK(trace(f.fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", 81)).verdict == Verdict::drop);
}

TEST_CASE("trace: chains that call one another twice end in a budget, not in a hang") {
  InputFilter f;
  ListId at = f.input;
  for (int i = 0; i < 40; ++i) {
    const ListId next = f.chain("c" + std::to_string(i));
    f.jump(at, {}, next);
    f.jump(at, {}, next);
    at = next;
  }
  const TraceResult result = f.run();
  CHECK(result.verdict == Verdict::undecided);
}

TEST_CASE("trace: a target that does not end the walk goes on to the next rule") {
  InputFilter f;
  f.rule(f.input, {}, ActionKind::continue_);
  const RuleId next = f.rule(f.input, {}, ActionKind::reject);
  const TraceResult result = f.run();
  CHECK(result.verdict == Verdict::reject);
  CHECK(result.rule == next);
  CHECK(result.steps.at(0).effect == "continue");
}

TEST_CASE("trace: a packet through 100,000 rules takes milliseconds") {
  InputFilter f;
  const Match protocol = f.protocol(6);
  for (std::uint32_t i = 0; i < 100'000; ++i)
    f.rule(f.input, {protocol, f.fw.range_match(Field::source, ipv4(0x0b000000 + i), ipv4(0x0b000000 + i))}, accept);
  f.build();
  std::chrono::duration<double, std::milli> least{1e9};  // a busy machine may stand still for a while
  for (int i = 0; i < 5 && least.count() >= 200; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const TraceResult result = trace(f.fw, packet(Path::ingress));
    least = std::min<std::chrono::duration<double, std::milli>>(least, std::chrono::steady_clock::now() - begin);
    CHECK(result.verdict == Verdict::drop);
  }
  INFO("milliseconds: " << least.count());
  CHECK(least.count() < 200);  // about 5 on a quiet machine
}
