// One sentence of the manual each: last match, tags, states. pf.conf(5); security groups and network ACLs.

#include "evaluate/trace.h"

#include <catch2/catch.hpp>

#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::ir;
using namespace wallcheck::test;

namespace {

/// pf: one ruleset for packets in, with states at tracker 0.
struct Pf : FilterBuilder {
  ListId in = chain("in", Fallthrough::accept, "", Discipline::last_match);
  ListId out = chain("out", Fallthrough::accept, "", Discipline::last_match);
  Pf() {
    fw.format = Format::pf;
    fw.tracking = Tracking::by_state;
    for (const auto& [path, list, point] : {std::tuple{Path::ingress, in, Point::input}, {Path::egress, out, Point::output}}) {
      Stage& added = stage(path, "", list, point);
      added.filter = true;
      added.tracker = added.reply_tracker = 0;
    }
  }
  TraceResult run(std::uint16_t port = 80) { return trace(build(), packet(Path::ingress, "10.0.0.1", "10.0.0.2", port)); }
};

}  // namespace

TEST_CASE("trace: the last matching rule decides, unless one says quick; without one the packet passes") {
  Pf f;
  const RuleId block = f.rule(f.in, {}, drop);
  const RuleId quick = f.rule(f.in, {f.dport(22)}, drop, {.quick = true});
  const RuleId pass = f.rule(f.in, {f.dport(20, 100)}, accept);
  CHECK(f.run(80).rule == pass);
  const auto at = [&](std::uint16_t port) { return trace(f.fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", port)); };
  CHECK(at(22).rule == quick);
  CHECK(at(443).rule == block);
  CHECK(at(443).verdict == Verdict::drop);
  const TraceResult out = trace(f.fw, packet(Path::egress));
  CHECK(out.verdict == Verdict::accept);
  CHECK_FALSE(out.rule);
}

TEST_CASE("trace: a tag is set when its rule matches, and stays") {
  Pf f;
  f.fw.tags = {0, f.fw.strings.intern("WEB")};
  f.set(f.in, {f.dport(80)}, {.kind = EffectKind::set_tag, .value = 1});
  f.rule(f.in, {f.is(Field::tag, 1, true)}, drop);
  const RuleId tagged = f.rule(f.in, {f.is(Field::tag, 1)}, accept);
  const TraceResult result = f.run();
  CHECK(result.rule == tagged);
  CHECK(result.packet.tag == 1);
  CHECK(result.steps.at(0).effect == "tag WEB");
}

TEST_CASE("trace: an anchor's decision may be overruled behind it, unless the anchor or a rule in it is quick") {
  for (const int variant : {0, 1, 2}) {
    Pf f;
    const ListId anchor = f.chain("web", Fallthrough::return_, "", Discipline::last_match);
    const RuleId inside = f.rule(anchor, {f.dport(80)}, accept, {.quick = variant == 2});
    f.jump(f.in, {}, anchor, variant == 1);
    const RuleId behind = f.rule(f.in, {}, drop);
    CHECK(f.run(80).rule == (variant == 0 ? behind : inside));
    CHECK(trace(f.fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", 81)).rule == behind);
  }
}

TEST_CASE("trace: what a rule does when it decides is done only if its verdict stands") {
  for (const bool overruled : {false, true}) {
    Pf f;
    const Effect rdr = f.dnat("10.0.0.9", {}, 8080);
    f.rule(f.in, {}, accept, {.on_decide = f.fw.add_effects({&rdr, 1})});
    if (overruled) f.rule(f.in, {}, accept);
    CHECK(f.run().translated_destination != overruled);
  }
}

TEST_CASE("trace: a rule that keeps state lets later packets pass both ways; one that does not leaves them to the rules") {
  for (const bool keeps : {true, false}) {
    Pf f;
    f.rule(f.in, {}, drop);
    f.rule(f.out, {}, drop);
    f.rule(f.in, {f.dport(80), f.is(Field::tcp_flags, tcp_flag::syn)}, accept, {.keeps_state = keeps});
    const auto& fw = f.build();
    CHECK(trace(fw, packet(Path::ingress)).keeps_state == keeps);
    Packet onward = packet(Path::ingress);
    onward.state = State::established;
    onward.tcp_flags = tcp_flag::ack;
    Packet reply = packet(Path::egress, "10.0.0.2", "10.0.0.1", 1024);
    reply.source_port = 80;
    reply.state = State::established;
    reply.direction = Direction::reply;
    reply.tcp_flags = tcp_flag::syn | tcp_flag::ack;
    CHECK(trace(fw, onward).verdict == (keeps ? Verdict::accept : Verdict::drop));
    CHECK(trace(fw, reply).verdict == (keeps ? Verdict::accept : Verdict::drop));
    reply.source_port = 81;  // the reply of a connection that never was
    CHECK(trace(fw, reply).verdict == Verdict::drop);
  }
}

TEST_CASE("trace: a connection whose first packet turns on an undecided condition is undecided later, too") {
  Pf f;
  f.rule(f.in, {}, drop);
  const Match probability = f.unknown("probability 50%");
  f.rule(f.in, {f.is(Field::tcp_flags, tcp_flag::syn), probability}, accept, {.keeps_state = true});
  Packet onward = packet(Path::ingress);
  onward.state = State::established;
  onward.tcp_flags = tcp_flag::ack;
  const TraceResult result = trace(f.build(), onward);
  CHECK(result.verdict == Verdict::undecided);
  CHECK(result.assumptions == std::vector<OpaqueId>{probability.value});
  CHECK(result.steps.at(0).effect == "opening packet: drop unless a later rule holds");
}

TEST_CASE("trace: a network ACL keeps no state in front of a security group that does") {
  FilterBuilder f;
  f.fw.tracking = Tracking::by_state;
  const ListId acl_in = f.chain("acl in", policy_drop), group_in = f.chain("sg in", policy_drop);
  const ListId acl_out = f.chain("acl out", policy_drop), group_out = f.chain("sg out", policy_drop);
  f.stage(Path::ingress, "acl", acl_in, Point::input);
  Stage& in = f.stage(Path::ingress, "filter", group_in, Point::input);
  in.tracker = in.reply_tracker = 0;
  Stage& out = f.stage(Path::egress, "filter", group_out, Point::output);
  out.tracker = out.reply_tracker = 0;
  f.stage(Path::egress, "acl", acl_out, Point::output);
  f.rule(acl_in, {}, accept);
  f.rule(group_in, {f.dport(80)}, accept, {.keeps_state = true});
  f.rule(acl_out, {f.dport(1024)}, accept);
  const auto& fw = f.build();
  Packet reply = packet(Path::egress, "10.0.0.2", "10.0.0.1", 1024);
  reply.source_port = 80;
  reply.state = State::established;
  reply.direction = Direction::reply;
  CHECK(trace(fw, reply).verdict == Verdict::accept);
  reply.destination_port = 1025;
  CHECK(trace(fw, reply).verdict == Verdict::drop);
}
