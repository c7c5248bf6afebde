#include "check/legs.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace wallcheck::check {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using packets::Dimension;
using packets::Node;
using packets::Set;

const std::vector<Dimension>& connection_dimensions() {
  static const std::vector<Dimension> dimensions{dimension::protocol,         dimension::in_interface, dimension::out_interface, dimension::destination,
                                                 dimension::destination_port, dimension::source,       dimension::source_port};
  return dimensions;
}

namespace {

Dimension other_way(Dimension d) {
  switch (d) {
    case dimension::source: return dimension::destination;
    case dimension::destination: return dimension::source;
    case dimension::source_port: return dimension::destination_port;
    case dimension::destination_port: return dimension::source_port;
    case dimension::in_interface: return dimension::out_interface;
    case dimension::out_interface: return dimension::in_interface;
    default: return d;
  }
}

Node turn(packets::Diagrams& diagrams, Node node, std::unordered_map<Node, Node>& done) {
  if (packets::is_leaf(node)) return node;
  if (const auto found = done.find(node); found != done.end()) return found->second;
  const auto test = diagrams.test(node);
  const Node low = turn(diagrams, diagrams.low(node), done);
  const Node high = turn(diagrams, diagrams.high(node), done);
  return done[node] = diagrams.ite(diagrams.below(other_way(test.dimension), test.value), low, high);
}

/// How a connection was opened, as far as later packets depend on it.
struct Opening {
  std::uint32_t states = 0;
  bool untracked = false;
  bool diverted = false;
  auto operator<=>(const Opening&) const = default;
};

bool may_pass(const Outcome& outcome) { return outcome.verdict == Verdict::accept || outcome.verdict == Verdict::undecided; }

/// Onward packets of a diverted connection are a question like any other: the evaluator repeats the translation.
Opening opening_of(const Outcome& outcome, Leg leg) {
  return {outcome.states, outcome.untracked, outcome.diverted && leg == Leg::reply};
}

/// Where connections were sent to: every destination that one of them may have got.
struct NewDestination {
  std::vector<ir::Range> addresses, ports;  ///< empty: kept
  bool local = false;                       ///< some address of this host
  bool remote = false;                      ///< some other host's
};

NewDestination destination_after(const ir::Firewall& firewall, std::span<const ir::RuleId> diverting_rules) {
  NewDestination to;
  bool address_kept = false, port_kept = false;
  const auto take = [&](std::vector<ir::Range>& into, ir::RangesId from) {
    const auto ranges = firewall.ranges[from];
    into.insert(into.end(), ranges.begin(), ranges.end());
  };
  for (const ir::RuleId id : diverting_rules)
    for (const ir::EffectsId list : {firewall.rules[id].on_decide, firewall.rules[id].on_match})
      for (const ir::Effect& effect : firewall.effects_of(list)) {
        if (effect.kind != ir::EffectKind::translate_destination) continue;
        take(to.addresses, effect.addresses);
        take(to.ports, effect.ports);
        (effect.to_local ? to.local : to.remote) = true;
        address_kept |= effect.addresses == 0;
        port_kept |= effect.ports == 0;
      }
  if (address_kept) to.addresses.clear();
  if (port_kept) to.ports.clear();
  to.addresses = ir::normalised(std::move(to.addresses));
  to.ports = ir::normalised(std::move(to.ports));
  return to;
}

class Asker {
 public:
  Asker(const ir::Firewall& firewall, evaluate::Symbolic& symbolic, const Conversation& conversation)
      : firewall_(firewall), symbolic_(symbolic), conversation_(conversation), fixed_(conversation.fixed()) {}

  std::vector<LegResult> legs() {
    std::vector<LegResult> results;
    evaluate::Question question;
    question.path = conversation_.path;
    question.box = conversation_.box(Leg::open);
    Answer open = ask_leg(symbolic_, Leg::open, question);
    count_new_destinations(open);
    results.push_back(finished({Leg::open, {open}, {open.asked}, open.asked, open.sure, open.possible, open.diverted}));
    if (conversation_.service->one_way) return results;
    results.push_back(later(open, Leg::onward));
    results.push_back(later(open, Leg::reply));
    return results;
  }

 private:
  LegResult finished(LegResult leg) const {
    leg.verdict = classify(leg.asked, leg.sure, leg.possible, leg.diverted, fixed_);
    return leg;
  }

  /// Everyone is sent to the same few places, and only those who meant them anyway are not: to them it is no other destination, but
  /// where the policy does not say that these are the flow's addresses, the flow as a whole is diverted.
  void count_new_destinations(Answer& open) const {
    if (conversation_.server.given || open.diverted.empty()) return;
    const Set plain = open.possible - open.diverted;
    const NewDestination to = destination_after(firewall_, open.partition.diverting_rules());
    if (to.addresses.empty()) return;
    if ((plain - Set::values(plain.diagrams(), dimension::destination, to.addresses)).empty()) open.diverted |= plain;
  }

  /// Each way of opening gets its question. A connection surely gets through if it does in all the ways in which it may have been
  /// opened, and possibly if it does in one. Connections that are not opened at all are asked about as if they were.
  LegResult later(const Answer& open, Leg leg) {
    std::map<Opening, Set> openings;
    for (const Outcome& outcome : open.partition.outcomes())
      openings.emplace(opening_of(outcome, leg), Set::none(open.asked.diagrams()));
    const Opening plain{};
    Set special = Set::none(open.asked.diagrams());
    for (auto& [opening, packets] : openings) {
      if (opening == plain) continue;
      packets = open.partition.where([&, o = opening](const Outcome& outcome) { return opening_of(outcome, leg) == o; });
      special |= packets;
    }
    openings.insert_or_assign(plain, open.partition.all() - special);

    const Set none = Set::none(open.asked.diagrams());
    LegResult result{leg, {}, {}, open.asked, open.asked, none, none};
    for (const auto& [opening, packets] : openings) {
      if (packets.empty()) continue;
      const Set about = packets.onto(connection_dimensions());
      Answer answer = opened(opening, leg, open);
      result.sure -= about - answer.sure;
      result.possible |= about & answer.possible;
      result.answers.push_back(std::move(answer));
      result.about.push_back(about);
    }
    return finished(std::move(result));
  }

  Answer opened(const Opening& opening, Leg leg, const Answer& open) {
    evaluate::Question question;
    question.path = conversation_.path_of(leg);
    question.box = conversation_.box(leg, opening.untracked);
    question.states = opening.states;
    question.is_reply = leg == Leg::reply;
    question.repeat_translation = !opening.untracked;
    return opening.diverted ? diverted_reply(question, open) : ask_leg(symbolic_, leg, question);
  }

  Answer diverted_reply(const evaluate::Question& question, const Answer& open) {
    const DivertedReplies replies = diverted_replies(firewall_, conversation_, open.partition.diverting_rules(), question);
    std::vector<Answer> answers;
    for (const evaluate::Question& one : replies.questions) answers.push_back(ask_leg(symbolic_, Leg::reply, one));
    FlowVerdict verdict = FlowVerdict::permitted;
    for (const Answer& answer : answers)
      verdict = std::max(verdict, classify(answer.asked, answer.sure, answer.possible, Set::none(answer.asked.diagrams()), fixed_));
    if (replies.undecided) verdict = FlowVerdict::conditional;
    Answer answer = std::move(answers.back());
    const Set none = Set::none(answer.asked.diagrams());
    answer.asked = open.asked;
    answer.sure = verdict <= FlowVerdict::restricted ? open.asked : none;
    answer.possible = verdict <= FlowVerdict::conditional ? open.asked : none;
    answer.diverted = none;
    return answer;
  }

  const ir::Firewall& firewall_;
  evaluate::Symbolic& symbolic_;
  const Conversation& conversation_;
  const std::vector<Dimension> fixed_;
};

}  // namespace

DivertedReplies diverted_replies(const ir::Firewall& firewall, const Conversation& conversation, std::span<const ir::RuleId> diverting_rules,
                                 evaluate::Question question) {
  using ir::Field;
  DivertedReplies replies;
  const NewDestination to = destination_after(firewall, diverting_rules);
  const bool elsewhere = !to.addresses.empty();
  if (elsewhere) question.box[Field::source] = to.addresses;
  if (!to.ports.empty()) question.box[Field::source_port] = to.ports;
  if (elsewhere && conversation.path == ir::Path::ingress) {
    // The host became a gateway for these connections: replies come back through FORWARD, from any interface.
    question.path = ir::Path::forward;
    question.box[Field::in_interface].clear();
    question.box[Field::out_interface] = conversation.in_interfaces;
  }
  question.repeat_translation = false;
  if (to.remote || !to.local || conversation.path != ir::Path::forward) replies.questions.push_back(question);
  if (to.local && conversation.path == ir::Path::forward) {
    // A gateway that takes connections itself (a proxy) answers through OUTPUT, from an address of its own that the file does not name.
    question.path = ir::Path::egress;
    question.box[Field::in_interface] = {{0, 0}};
    question.box[Field::source].clear();
    replies.questions.push_back(question);
  }
  // A redirected packet of this host comes back over loopback, which is no part of the question.
  replies.undecided = to.local && conversation.path == ir::Path::egress;
  replies.new_addresses = to.addresses;
  return replies;
}

Set turned_round(const Set& set) {
  std::unordered_map<Node, Node> done;
  return {set.diagrams(), turn(set.diagrams(), set.node(), done)};
}

Answer ask_leg(evaluate::Symbolic& symbolic, Leg leg, const evaluate::Question& question, const evaluate::Focus* focus) {
  evaluate::Partition partition = symbolic.evaluate(question, focus);
  const auto [first, end] = symbolic.opaque_dimensions();
  const Set all = partition.all();
  const Set accepted = partition.with(Verdict::accept);
  const bool is_decided = std::ranges::none_of(partition.outcomes(), [](const Outcome& o) { return o.verdict == Verdict::undecided; });
  const Set maybe = is_decided ? accepted : partition.where(may_pass);
  const auto connections = [&](const Set& packets) {
    const Set set = packets.onto(connection_dimensions());
    return leg == Leg::reply ? turned_round(set) : set;
  };
  const Set asked = connections(all);
  const Set sure = asked - connections(all - accepted);
  // What earlier packets have made of the connection mark is not followed: an undecided condition like others.
  const Set kindly = maybe.exists_between(first, end).exists_between(dimension::connmark, dimension::connmark + 32);
  const Set possible = kindly == accepted ? sure : asked - connections(all - kindly);
  const Set diverted = connections(partition.where([](const Outcome& o) { return may_pass(o) && o.diverted; }));
  return {leg, question.path, std::move(partition), asked, sure, possible, diverted};
}

FlowVerdict classify(const Set& asked, const Set& sure, const Set& possible, const Set& diverted,
                     const std::vector<Dimension>& fixed) {
  const auto fully_somewhere = [&](const Set& accepted) { return !(asked.exists(fixed) - (asked - accepted).exists(fixed)).empty(); };
  if (possible.empty()) return FlowVerdict::blocked;
  const Set plain_sure = sure - diverted;
  if (plain_sure == asked) return FlowVerdict::permitted;
  if (fully_somewhere(plain_sure)) return FlowVerdict::restricted;
  if (fully_somewhere(possible - diverted)) return FlowVerdict::conditional;
  if (fully_somewhere(possible | (sure & diverted))) return FlowVerdict::diverted;
  return FlowVerdict::partial;
}

std::vector<LegResult> ask(const ir::Firewall& firewall, evaluate::Symbolic& symbolic, const Conversation& conversation) {
  return Asker(firewall, symbolic, conversation).legs();
}

}  // namespace wallcheck::check
