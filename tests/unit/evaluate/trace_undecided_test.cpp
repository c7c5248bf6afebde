// What the file does not decide: both answers are followed.

#include "evaluate/trace.h"

#include <catch2/catch.hpp>

#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::ir;
using namespace wallcheck::test;

TEST_CASE("trace: both answers to an undecided condition are followed, and only those that matter are named") {
  InputFilter f;
  const Match limit = f.unknown("-m limit"), other = f.unknown("-m recent"), log = f.unknown("-m string");
  f.rule(f.input, {log}, ActionKind::continue_);
  f.rule(f.input, {f.dport(22), other}, accept);
  const RuleId limited = f.rule(f.input, {f.dport(80), limit}, accept);
  f.rule(f.input, {f.dport(443), other}, accept);
  f.rule(f.input, {f.dport(443)}, accept);
  f.build();
  const auto at = [&](std::uint16_t port) { return trace(f.fw, packet(Path::ingress, "10.0.0.1", "10.0.0.2", port)); };
  const TraceResult web = at(80);
  CHECK(web.verdict == Verdict::undecided);
  CHECK(web.rule == limited);
  CHECK(web.assumptions == std::vector<OpaqueId>{limit.value});
  CHECK(at(443).verdict == Verdict::accept);  // whatever `other` is
  CHECK(at(443).assumptions.empty());
  CHECK(at(25).verdict == Verdict::drop);
}

TEST_CASE("trace: one condition is one unknown on the whole walk, and answers are taken as given") {
  InputFilter f;
  const Match set = f.unknown("--match-set admins src");
  Match not_set = set;
  not_set.negated = true;
  f.rule(f.input, {set}, accept);
  f.rule(f.input, {not_set}, accept);
  f.rule(f.input, {}, drop);
  CHECK(f.run().verdict == Verdict::accept);

  InputFilter g;
  const Match opaque = g.unknown("-m limit");
  g.rule(g.input, {opaque}, accept);
  g.build();
  for (const bool value : {true, false}) {
    const TraceResult result = trace(g.fw, packet(Path::ingress), [&](OpaqueId) { return std::optional(value); });
    CHECK(result.verdict == (value ? Verdict::accept : Verdict::drop));
    CHECK(result.assumptions == std::vector<OpaqueId>{opaque.value});
  }
}

TEST_CASE("trace: a false match decides a rule whatever its undecided ones are") {
  InputFilter f;
  const Match opaque = f.unknown("-m limit");
  const std::vector<Match> cases[] = {{opaque, f.dport(22)}, {f.dport(80)}};
  const Packet p = packet(Path::ingress);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match(cases), p, {}) == true);
  CHECK(evaluate::holds(f.fw, f.fw.any_of_match(std::span(cases, 1)), p, {}) == false);
  CHECK(evaluate::holds(f.fw, opaque, p, {}) == std::nullopt);
  f.rule(f.input, {opaque, f.dport(22)}, accept);
  CHECK(f.run().verdict == Verdict::drop);
}

TEST_CASE("trace: too many combinations are undecided, and quickly so") {
  InputFilter f;
  for (int i = 0; i < 64; ++i) f.set(f.input, {f.unknown("-m statistic " + std::to_string(i))}, FilterBuilder::mark_effect(1u << i % 32, 1u << i % 32));
  f.rule(f.input, {}, accept);
  const TraceResult result = f.run();
  CHECK(result.verdict == Verdict::undecided);
  CHECK(result.assumptions.size() == 64);
}

TEST_CASE("trace: user space decides what the file does not say") {
  InputFilter f;
  const RuleId queue = f.rule(f.input, {f.dport(80)}, ActionKind::undecided);
  f.rule(f.input, {}, accept);
  const TraceResult result = f.run();
  CHECK(result.verdict == Verdict::undecided);
  CHECK(result.rule == queue);
}

TEST_CASE("trace: a rewriting that is not modelled leaves open what later conditions see") {
  FilterBuilder f;
  const ListId mangle = f.base(Path::egress, "mangle", "OUTPUT", Point::output);
  const ListId filter = f.base(Path::egress, "filter", "OUTPUT", Point::output);
  f.set(mangle, {f.dport(80)}, {.kind = EffectKind::unknown_rewrite});
  f.rule(filter, {f.dport(22)}, drop);
  const auto& fw = f.build();
  CHECK(trace(fw, packet(Path::egress)).verdict == Verdict::undecided);
  CHECK(trace(fw, packet(Path::egress, "10.0.0.1", "10.0.0.2", 81)).verdict == Verdict::accept);
}
