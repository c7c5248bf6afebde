// Questions about sets of packets: what the partition says, what it depends on, and that its witnesses replay.
// That it agrees with trace everywhere is tests/differential/symbolic.

#include <catch2/catch.hpp>

#include "evaluate/symbolic.h"
#include "filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::test;
using evaluate::Outcome;
using evaluate::Partition;
using evaluate::Question;
using evaluate::Verdict;
using packets::Set;
namespace dimension = packets::dimension;

namespace {

/// A firewall with its evaluator.
struct Asked {
  explicit Asked(const Firewall& built) : firewall(built), symbolic(firewall, diagrams) {}

  Partition open(Path path, std::uint8_t protocol = protocol::tcp) {
    Question question;
    question.path = path;
    question.box[Field::protocol] = {{protocol, protocol}};
    question.box[Field::state] = {{0, 0}};
    return symbolic.evaluate(question);
  }
  Set values(packets::Dimension d, Uint128 first, Uint128 last) {
    const Range range{first, last};
    return Set::values(diagrams, d, std::span(&range, 1));
  }
  Set addresses(packets::Dimension d, std::string_view prefix) {
    const AddressRange range = *parse_prefix(prefix);
    return values(d, range.first, range.last);
  }
  /// Each outcome has a packet, and trace says of it what the partition says.
  void check_witnesses(Path path, const Partition& partition) {
    for (std::size_t i = 0; i < partition.outcomes().size(); ++i) {
      const auto point = partition.of(i).witness();
      REQUIRE(point);
      const evaluate::TraceResult replay = evaluate::trace(firewall, symbolic.to_packet(path, *point), symbolic.answers(*point));
      const Outcome& outcome = partition.outcomes()[i];
      CHECK(replay.verdict == outcome.verdict);
      CHECK(replay.rule == outcome.rule);
      CHECK(replay.list == outcome.list);
      CHECK(replay.translated_destination == outcome.diverted);
    }
  }

  const Firewall& firewall;
  packets::Diagrams diagrams;
  evaluate::Symbolic symbolic;
};

}  // namespace

TEST_CASE("the partition is exact, disjoint and blames the rule that decides") {
  FilterBuilder b;
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  const RuleId ssh = b.rule(input, {b.protocol(6), b.dport(22), b.source("10.0.0.0/8")}, accept);
  const RuleId web = b.rule(input, {b.protocol(6), b.dport(1, 443)}, accept);
  const RuleId bad = b.rule(input, {b.source("10.9.0.0/16")}, ActionKind::reject);
  Asked a(b.build());
  const Partition partition = a.open(Path::ingress);
  REQUIRE(partition.outcomes().size() == 4);
  Set rest = a.symbolic.universe(Path::ingress) & a.values(dimension::protocol, 6, 6) & a.values(dimension::state, 0, 0);
  CHECK(partition.all() == rest);
  const Set ports22 = a.values(dimension::destination_port, 22, 22), low = a.values(dimension::destination_port, 1, 443);
  const Set expected_ssh = rest & ports22 & a.addresses(dimension::source, "10.0.0.0/8");
  CHECK(partition.of(0) == expected_ssh);
  CHECK(partition.outcomes()[0].rule == ssh);
  CHECK(partition.of(1) == (rest & low) - expected_ssh);
  CHECK(partition.outcomes()[1].rule == web);
  CHECK(partition.of(2) == (rest & a.addresses(dimension::source, "10.9.0.0/16")) - low);
  CHECK(partition.outcomes()[2].rule == bad);
  CHECK(partition.outcomes()[2].verdict == Verdict::reject);
  CHECK_FALSE(partition.outcomes()[3].rule);
  CHECK(partition.outcomes()[3].list == input);
  CHECK(partition.with(Verdict::accept) == (partition.of(0) | partition.of(1)));
  CHECK(partition.outcomes_in(ports22) == std::vector<std::size_t>{0, 1});
  CHECK(partition.classes().size() == 4);
  a.check_witnesses(Path::ingress, partition);
}

TEST_CASE("an undecided condition is a variable: it matters only where the verdict turns on it") {
  FilterBuilder b;
  const ListId output = b.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  const Match opaque = b.fw.opaque_match("-m recent --rcheck", "depends on traffic seen before", {});
  b.rule(output, {b.protocol(6), b.dport(80), opaque}, accept);
  b.rule(output, {b.protocol(6), b.dport(80)}, accept);
  b.rule(output, {b.protocol(6), b.dport(81), opaque}, accept);
  Asked a(b.build());
  const Partition partition = a.open(Path::egress);
  const Set accepted = partition.with(Verdict::accept);
  const auto [first, end] = a.symbolic.opaque_dimensions();
  CHECK(end == first + 1);
  const Set port80 = a.values(dimension::destination_port, 80, 80), port81 = a.values(dimension::destination_port, 81, 81);
  CHECK_FALSE((accepted & port80).depends_on(first));
  CHECK((accepted & port81).depends_on(first));
  CHECK(accepted.forall_between(first, end) == (partition.all() & port80));
  CHECK(accepted.exists_between(first, end) == (partition.all() & (port80 | port81)));
  CHECK(a.symbolic.opaque_of(first) == OpaqueId{0});
  CHECK_FALSE(a.symbolic.opaque_of(first - 1));
  CHECK_FALSE(a.symbolic.opaque_of(end));
  a.check_witnesses(Path::egress, partition);
}

TEST_CASE("filters see the destination after translation; the partition speaks of the packet as it came") {
  FilterBuilder b;
  const ListId nat = b.base(Path::ingress, "nat", "PREROUTING", Point::prerouting);
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  Effect redirect{.kind = EffectKind::translate_destination, .to_local = true};
  redirect.ports = b.fw.ranges.intern(Range{8080, 8080});
  const RuleId diverts = b.translate(nat, {b.protocol(6), b.dport(80)}, redirect);
  b.rule(input, {b.protocol(6), b.dport(8080)}, accept);
  Asked a(b.build());
  const Partition partition = a.open(Path::ingress);
  const Set accepted = partition.with(Verdict::accept);
  CHECK(accepted.values_of(dimension::destination_port) == std::vector<Range>{{80, 80}, {8080, 8080}});
  const Set diverted = partition.where([](const Outcome& o) { return o.diverted; });
  CHECK(diverted == (partition.all() & a.values(dimension::destination_port, 80, 80)));
  CHECK(partition.diverting_rules() == std::vector<RuleId>{diverts});
  a.check_witnesses(Path::ingress, partition);
}

TEST_CASE("a packet that is sent on elsewhere meets FORWARD, and its way out matters") {
  FilterBuilder b;
  const ListId nat = b.base(Path::ingress, "nat", "PREROUTING", Point::prerouting);
  b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  const ListId forward = b.base(Path::forward, "filter", "FORWARD", Point::forward, policy_drop);
  Effect dnat{.kind = EffectKind::translate_destination};
  dnat.addresses = b.fw.ranges.intern(Range{ipv4(0xac110002), ipv4(0xac110002)});
  b.translate(nat, {b.protocol(6), b.dport(80)}, dnat);
  b.rule(forward, {b.destination("172.17.0.2/32"), b.out("docker0")}, accept);
  Asked a(b.build());
  const Partition partition = a.open(Path::ingress);
  const Set accepted = partition.with(Verdict::accept) & a.values(dimension::destination, ipv4(0x01020304), ipv4(0x01020304));
  const Uint128 docker = a.symbolic.interface_value("docker0");
  CHECK(accepted.values_of(dimension::out_interface) == std::vector<Range>{{docker, docker}});
  a.check_witnesses(Path::ingress, partition);
}

TEST_CASE("repeated translations: later packets go where the first one went") {
  FilterBuilder b;
  const ListId nat = b.base(Path::egress, "nat", "OUTPUT", Point::output);
  const ListId output = b.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  Effect dnat{.kind = EffectKind::translate_destination};
  dnat.ports = b.fw.ranges.intern(Range{8443, 8443});
  b.translate(nat, {b.protocol(6), b.dport(443)}, dnat);
  b.rule(output, {b.protocol(6), b.dport(8443)}, accept);
  Asked a(b.build());
  Question question;
  question.path = Path::egress;
  question.box[Field::protocol] = {{6, 6}};
  question.box[Field::state] = {{1, 1}};
  CHECK(a.symbolic.evaluate(question).with(Verdict::accept).values_of(dimension::destination_port) == std::vector<Range>{{8443, 8443}});
  question.repeat_translation = true;
  question.box[Field::direction] = {{0, 0}};
  CHECK(a.symbolic.evaluate(question).with(Verdict::accept).values_of(dimension::destination_port) == std::vector<Range>{{443, 443}, {8443, 8443}});
  question.box[Field::direction] = {{1, 1}};
  CHECK(a.symbolic.evaluate(question).with(Verdict::accept).values_of(dimension::destination_port) == std::vector<Range>{{8443, 8443}});
}

TEST_CASE("marks start at 0; connection marks of later packets are open if a rule sets any") {
  FilterBuilder b;
  const ListId mangle = b.base(Path::ingress, "mangle", "PREROUTING", Point::prerouting);
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  b.set(mangle, {b.source("10.0.0.0/8")}, {.kind = EffectKind::set_mark, .keep = ~0u, .flip = 4});
  b.set(mangle, {b.state(State::new_)}, {.kind = EffectKind::set_connmark, .flip = 1});
  b.rule(input, {b.mark(4, 4)}, accept);
  b.rule(input, {b.fw.masked_match(Field::connmark, 2, ~0u)}, accept);
  Asked a(b.build());
  const Partition first = a.open(Path::ingress);
  CHECK(first.with(Verdict::accept) == (first.all() & a.addresses(dimension::source, "10.0.0.0/8")));
  Question question;
  question.box[Field::state] = {{1, 1}};
  const Partition later = a.symbolic.evaluate(question);
  CHECK(later.with(Verdict::accept).depends_on(dimension::connmark + 1));
  CHECK_FALSE(later.with(Verdict::accept).depends_on(dimension::mark + 2));
  a.check_witnesses(Path::ingress, later);
}

TEST_CASE("states of stateful formats: which trackers know the connection, and who passes without rules") {
  FilterBuilder b;
  b.fw.tracking = Tracking::by_state;
  const ListId in = b.chain("in", Fallthrough::drop, "", Discipline::last_match);
  const ListId out = b.chain("out", Fallthrough::drop, "", Discipline::last_match);
  Stage& ingress = b.stage(Path::ingress, "filter", in, Point::input);
  ingress.tracker = 0, ingress.reply_tracker = 1;
  Stage& egress = b.stage(Path::egress, "filter", out, Point::output);
  egress.tracker = 1, egress.reply_tracker = 0;
  b.rule(in, {b.protocol(6), b.dport(22)}, accept, {.keeps_state = true});
  b.rule(in, {b.protocol(6), b.dport(23)}, accept);
  Asked a(b.build());
  const Partition open = a.open(Path::ingress);
  const Set known = open.where([](const Outcome& o) { return o.states == 1; });
  CHECK(known.values_of(dimension::destination_port) == std::vector<Range>{{22, 22}});
  CHECK(open.with(Verdict::accept).values_of(dimension::destination_port) == std::vector<Range>{{22, 23}});
  Question reply;
  reply.path = Path::egress;
  reply.is_reply = true;
  CHECK(a.symbolic.evaluate(reply).with(Verdict::accept).empty());
  reply.states = 1;
  const Partition passes = a.symbolic.evaluate(reply);
  CHECK(passes.with(Verdict::accept) == passes.all());
}

TEST_CASE("both families in one firewall do not mix") {
  FilterBuilder b;
  b.fw.ipv6 = true;
  const ListId output = b.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  b.rule(output, {b.destination("2001:db8::/32")}, accept);
  Asked a(b.build());
  const Partition partition = a.open(Path::egress);
  const Set accepted = partition.with(Verdict::accept);
  CHECK((accepted & a.addresses(dimension::source, "0.0.0.0/0")).empty());
  CHECK_FALSE(accepted.empty());
  a.check_witnesses(Path::egress, partition);
}

TEST_CASE("masks with gaps are exact, and too many gaps are a budget, not a guess") {
  FilterBuilder b;
  const ListId output = b.base(Path::egress, "filter", "OUTPUT", Point::output, policy_drop);
  const Uint128 family_bits = ~Uint128{0xffffffffu};
  const Match third_byte = b.fw.masked_match(Field::destination, ipv4(0x0a000500), family_bits | 0xff00ff00u);
  b.rule(output, {third_byte}, accept);
  Asked a(b.build());
  const Set accepted = a.open(Path::egress).with(Verdict::accept);
  CHECK((accepted & a.addresses(dimension::destination, "10.77.5.0/24")) ==
        (a.open(Path::egress).all() & a.addresses(dimension::destination, "10.77.5.0/24")));
  CHECK((accepted & a.addresses(dimension::destination, "10.77.4.0/24")).empty());

  FilterBuilder gaps;
  gaps.rule(gaps.base(Path::egress, "filter", "OUTPUT", Point::output), {gaps.fw.masked_match(Field::destination, ipv4(1), family_bits | 1u)}, drop);
  Asked wide(gaps.build());
  CHECK_THROWS_AS(wide.open(Path::egress), packets::BudgetExceeded);
}

TEST_CASE("a hundred thousand chains deep, and a circle, are no trouble") {
  FilterBuilder b;
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  ListId caller = input;
  for (unsigned i = 0; i < 100'000; ++i) {
    const ListId next = b.chain("c" + std::to_string(i));
    b.jump(caller, {}, next);
    caller = next;
  }
  const RuleId last = b.rule(caller, {b.dport(22)}, accept);
  Asked deep(b.build());
  const Partition partition = deep.open(Path::ingress);
  CHECK(partition.outcomes().front().rule == last);

  FilterBuilder circle;
  const ListId base = circle.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  const ListId one = circle.chain("one"), two = circle.chain("two");
  circle.jump(base, {}, one);
  circle.jump(one, {circle.dport(1)}, two);
  const RuleId back = circle.jump(two, {circle.source("10.0.0.0/8")}, one);
  Asked round(circle.build());
  const Partition lost = round.open(Path::ingress);
  CHECK(lost.where([&](const Outcome& o) { return o.verdict == Verdict::undecided && o.rule == back; }) ==
        (lost.all() & round.values(dimension::destination_port, 1, 1) & round.addresses(dimension::source, "10.0.0.0/8")));
  round.check_witnesses(Path::ingress, lost);
}

TEST_CASE("forget gives the memory back and changes no answer") {
  FilterBuilder b;
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  b.rule(input, {b.protocol(6), b.dport(22)}, accept);
  Asked a(b.build());
  const auto before = a.open(Path::ingress).with(Verdict::accept).regions(8).list;
  a.symbolic.forget();
  CHECK(a.diagrams.node_count() == 0);
  CHECK(a.open(Path::ingress).with(Verdict::accept).regions(8).list == before);
}

TEST_CASE("interfaces: names that no rule tells apart are one value") {
  FilterBuilder b;
  const ListId input = b.base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  b.rule(input, {b.in("eth+")}, accept);
  b.rule(input, {b.in("eth7")}, drop);
  Asked a(b.build());
  const auto value = [&](const char* name) { return a.symbolic.interface_value(name); };
  CHECK(value("") == 0);
  CHECK(value("eth1") == value("eth22"));
  CHECK(value("eth7") != value("eth1"));
  CHECK(value("wlan0") == value("ppp3"));
  CHECK(value("wlan0") == a.symbolic.last_interface());
  for (std::uint32_t v = 0; v <= a.symbolic.last_interface(); ++v) CHECK(value(a.symbolic.interface_name(v).c_str()) == v);
  CHECK(a.symbolic.interface_label(value("eth1")) == "eth+ (others)");
  CHECK(a.symbolic.interface_label(value("wlan0")) == "any other");
  CHECK(a.symbolic.loopback_interfaces().size() == 1);
  const Set accepted = a.open(Path::ingress).with(Verdict::accept);
  CHECK(accepted.values_of(dimension::in_interface).size() >= 1);
  CHECK((accepted & Set::value(a.diagrams, dimension::in_interface, value("wlan0"))).empty());
}
