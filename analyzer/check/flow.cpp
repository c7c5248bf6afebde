#include "check/flow.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "check/evidence.h"
#include "check/parts.h"

namespace wallcheck::check {

void confirm(const evaluate::TraceResult& replay, const evaluate::Outcome& claimed) {
  if (replay.gave_up) throw packets::BudgetExceeded("a packet that shows it meets too many rules to follow it");
  if (replay.verdict != claimed.verdict || replay.rule != claimed.rule)
    throw Contradiction(fmt::format("the packet of a claim does not replay: {} instead of {}", to_string(replay.verdict), to_string(claimed.verdict)));
}

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using packets::Set;

namespace {

/// Sets of packets that one question leaves to the next one; a larger store is emptied.
constexpr std::size_t nodes_kept = 100'000;
/// A rule names a service if it opens fewer ports than this; what opens more is not about the service.
constexpr unsigned naming_ports = 1024;

bool accepted(const Outcome& o) { return o.verdict == Verdict::accept; }
bool may_pass(const Outcome& o) { return o.verdict == Verdict::accept || o.verdict == Verdict::undecided; }
bool refused(const Outcome& o) { return o.verdict != Verdict::accept; }
bool rewritten(const Outcome& o) { return may_pass(o) && o.diverted; }
bool any_outcome(const Outcome&) { return true; }

/// How many values are in them.
Uint128 count(std::span<const ir::Range> ranges) {
  Uint128 values = 0;
  for (const ir::Range& range : ranges) values += range.last - range.first + 1;
  return values;
}

/// Does it count as permitted for `require: all`?
bool passes(FlowVerdict verdict) { return verdict <= FlowVerdict::diverted; }

/// One service of a flow, from its legs to its evidence.
class ServiceCheck {
 public:
  ServiceCheck(const FlowContext& context, const policy::Flow& flow, policy::FlowDirection direction, const Conversation& conversation)
      : context_(context), flow_(flow), direction_(direction), conversation_(conversation),
        evidence_(context, conversation, context.symbolic.asked(first_packets(conversation)).onto(connection_dimensions())), sure_(Set::none(context.diagrams)),
        possible_(sure_), diverted_(sure_) {}

  ServiceResult run() {
    if (auto by_parts = restricted_by_parts(context_, conversation_, evidence_)) result_ = std::move(*by_parts);
    else ask_all();
    result_.has_onward_and_reply = !conversation_.service->one_way;
    if (passes(result_.verdict) && !context_.verdict_only) result_.also_open = wrong_way();
    return std::move(result_);
  }

 private:
  static evaluate::Question first_packets(const Conversation& conversation) {
    evaluate::Question question;
    question.path = conversation.path;
    question.box = conversation.box(Leg::open);
    return question;
  }

  const LegResult& open() const { return legs_[0]; }

  void ask_all() {
    legs_ = ask(context_.firewall, context_.symbolic, conversation_);
    sure_ = open().sure, possible_ = open().possible, diverted_ = open().diverted;
    for (const LegResult& leg : legs_) sure_ &= leg.sure, possible_ &= leg.possible;
    result_.open = open().verdict;
    if (!conversation_.service->one_way) result_.onward = legs_[1].verdict, result_.reply = legs_[2].verdict;
    judge();
    if (!context_.verdict_only) prove();
  }

  void judge() {
    if (open().verdict == FlowVerdict::blocked) {
      result_.wrong_way = wrong_way();
      result_.verdict = result_.wrong_way.empty() ? FlowVerdict::blocked : FlowVerdict::reversed;
      return;
    }
    if (open().verdict == FlowVerdict::partial) {
      result_.verdict = FlowVerdict::partial;
      return;
    }
    result_.verdict = classify(open().asked, sure_, possible_, diverted_, conversation_.fixed());
    if (passes(result_.verdict)) return;
    // Not every connection that can be opened gets through. The reply is to blame before what goes onward.
    for (std::size_t i = 1; i < legs_.size(); ++i)
      if (!(open().possible - legs_[i].possible).empty()) decisive_ = i;
    if (result_.verdict == FlowVerdict::blocked) result_.verdict = FlowVerdict::reply_blocked;
  }

  void prove() {
    const LegResult& leg = legs_[decisive_];
    const Set all = open().asked;
    switch (result_.verdict) {
      case FlowVerdict::permitted:
        for (const LegResult& each : legs_) decide(each, all, accepted);
        see(open(), all, accepted);
        break;
      case FlowVerdict::restricted: {
        const Set fine = sure_ - diverted_;
        const Set whole = fine - ((all - fine).exists(conversation_.fixed()));  // for these values of what is left open, everything passes
        result_.passes = evidence_.describer().lines(whole, context_.limits.regions);
        result_.fails = evidence_.describer().lines(all - whole, context_.limits.regions);
        for (const LegResult& each : legs_) decide(each, each.verdict == FlowVerdict::permitted ? all : whole, accepted);
        for (const LegResult& each : legs_)
          if (each.verdict != FlowVerdict::permitted) decide(each, all - whole, refused);
        see(open(), whole, accepted);
        break;
      }
      case FlowVerdict::conditional: {
        const Set turns = possible_ - sure_;
        for (const LegResult& each : legs_) assume(each, turns);
        const auto first = std::ranges::find_if(legs_, [&](const LegResult& each) { return !((each.possible - each.sure) & turns).empty(); });
        const LegResult& shown = first == legs_.end() ? open() : *first;
        decide(shown, turns, any_outcome);
        see(shown, turns, may_pass);
        break;
      }
      case FlowVerdict::diverted:
        decide(open(), diverted_, rewritten);
        see(open(), diverted_, rewritten);
        break;
      case FlowVerdict::partial:
        result_.passes = evidence_.describer().lines(possible_, context_.limits.regions);
        result_.fails = evidence_.describer().lines(all - possible_, context_.limits.regions);
        decide(leg, all, any_outcome);
        assume(leg, all);
        see(leg, all - leg.possible, refused);
        break;
      case FlowVerdict::reply_blocked: {
        const Set stopped = open().possible - leg.possible;
        decide(leg, stopped, refused);
        see(leg, stopped, refused);
        break;
      }
      case FlowVerdict::reversed:
      case FlowVerdict::blocked:
        decide(open(), all, refused);
        see(open(), all, refused);
        break;
      case FlowVerdict::not_applicable: break;
    }
  }

  void decide(const LegResult& leg, const Set& connections, bool (*wanted)(const Outcome&)) {
    for (std::size_t i = 0; i < leg.answers.size(); ++i)
      for (DecidedBy& by : evidence_.decided_by(leg.answers[i], connections & leg.about[i], wanted)) {
        const auto same = [&](const DecidedBy& d) { return d.where == by.where && d.effect == by.effect && d.text == by.text && d.packets == by.packets; };
        if (std::ranges::none_of(result_.decided_by, same)) result_.decided_by.push_back(std::move(by));
      }
  }
  void see(const LegResult& leg, const Set& connections, bool (*wanted)(const Outcome&)) {
    for (std::size_t i = 0; i < leg.answers.size() && !result_.witness; ++i)
      result_.witness = evidence_.witness(leg.answers[i], connections & leg.about[i], wanted, result_.decided_by);
  }
  void assume(const LegResult& leg, const Set& connections) {
    for (std::size_t i = 0; i < leg.answers.size(); ++i)
      for (Assumption& assumption : evidence_.assumptions(leg.answers[i], connections & leg.about[i])) {
        const auto same = [&](const Assumption& a) { return a.where == assumption.where && a.text == assumption.text; };
        if (std::ranges::none_of(result_.assumptions, same)) result_.assumptions.push_back(std::move(assumption));
      }
  }

  /// Is it documented that this service is opened the other way at this site?
  bool other_way_is_documented() const {
    const auto opposite = direction_ == policy::FlowDirection::egress ? policy::FlowDirection::ingress : policy::FlowDirection::egress;
    const policy::Service& service = *conversation_.service;
    return std::ranges::any_of(context_.pack.flows, [&](const policy::Flow& other) {
      if (&other == &flow_ || !policy::applies(other, context_.environments) || policy::direction_of(other, context_.site) != opposite) return false;
      return std::ranges::any_of(other.services, [&](const policy::Service& theirs) {
        return theirs.protocol == service.protocol && ir::overlap(theirs.ports, service.ports);
      });
    });
  }

  /// The rules that name the service and accept that it is opened from the other end. Whether a rule names it is seen from what it
  /// accepts, not from its words: a port may be given where the chain is entered. Where these words settle it, nothing more is asked.
  std::vector<DecidedBy> wrong_way() const {
    if (conversation_.service->ports.empty() || other_way_is_documented()) return {};
    const Conversation opposite = conversation_.opposite();
    evaluate::Question question = first_packets(opposite);
    const evaluate::Focus focus = context_.symbolic.focus(question);
    const evaluate::Box at_service = question.box;
    evaluate::Box at_every_port = at_service;
    at_every_port[ir::Field::destination_port] = {{0, 0xffff}};
    const Evidence evidence(context_, opposite, context_.symbolic.asked(question).onto(connection_dimensions()));
    std::vector<DecidedBy> result;
    std::vector<evaluate::Focus::Place> places = focus.accepting;
    evaluate::Partition partition;  // of the box that was asked about last: rules in a row may be about the same packets
    constexpr std::size_t most_missed = 8;  // then the whole tells which rules take anything
    std::size_t missed = 0;
    for (std::size_t at = 0; at < places.size() && result.size() < Evidence::rules_shown; ++at) {
      if (missed == most_missed) {
        const evaluate::Partition whole = context_.symbolic.evaluate(first_packets(opposite), &focus);
        std::vector<ir::RuleId> deciding;
        for (const Outcome& outcome : whole.outcomes())
          if (accepted(outcome) && outcome.rule) deciding.push_back(*outcome.rule);
        const auto takes_nothing = [&](const evaluate::Focus::Place& one) { return !std::ranges::binary_search(deciding, one.rule); };
        places.erase(std::remove_if(places.begin() + static_cast<std::ptrdiff_t>(at), places.end(), takes_nothing), places.end());
        ++missed;
        if (at == places.size()) break;
      }
      const evaluate::Focus::Place place = places[at];
      const auto cut = [&](const evaluate::Box& box) { return context_.shared.arrivals_of(context_.firewall).cut(box, place.list, context_.firewall.rules[place.rule]); };
      const auto by_rule = [&](const Outcome& outcome) { return accepted(outcome) && outcome.rule == place.rule; };
      const std::optional<evaluate::Box> box = cut(at_service);
      if (!box) continue;
      if (question.box != *box || at == 0) {
        question.box = *box;
        partition = context_.symbolic.evaluate(question, &focus);
      }
      if (std::ranges::none_of(partition.outcomes(), by_rule)) {
        if (missed < most_missed) ++missed;
        continue;
      }
      evaluate::Question every = question;
      every.box = cut(at_every_port).value_or(at_every_port);
      if (count(every.box[ir::Field::destination_port]) >= naming_ports &&
          count(context_.symbolic.evaluate(every).where(by_rule).values_of(dimension::destination_port)) >= naming_ports)
        continue;
      for (std::size_t i = 0; i < partition.outcomes().size(); ++i)
        if (by_rule(partition.outcomes()[i])) result.push_back(evidence.describe(partition.outcomes()[i], Leg::open, partition.of(i)));
    }
    sort_by_place(result);
    return result;
  }

  const FlowContext& context_;
  const policy::Flow& flow_;
  const policy::FlowDirection direction_;
  const Conversation& conversation_;
  std::vector<LegResult> legs_;
  const Evidence evidence_;
  Set sure_, possible_, diverted_;  ///< of connections that all legs let through
  std::size_t decisive_ = 0;        ///< the leg that the verdict is about
  ServiceResult result_;
};

/// Services with the same text are the same question at one site.
std::string question_of(const policy::Flow& flow, const policy::Service& service) {
  std::string text = fmt::format("{}\n{}\n{} {}", flow.from, flow.to, service.protocol, service.one_way);
  for (const auto& ranges : {service.ports, service.source_ports}) {
    text += '\n';
    for (const ir::Range& range : ranges) text += fmt::format("{}-{} ", low64(range.first), low64(range.last));
  }
  return text;
}

Asked asked_about(const FlowContext& context, const policy::Flow& flow, const policy::Service& service, policy::FlowDirection direction) {
  Asked asked;
  asked.conversation = conversation(context.firewall, context.symbolic, context.pack, flow, service, context.site, direction, asked.why_not);
  if (asked.conversation) asked.question = question_of(flow, service);
  return asked;
}

ServiceResult check_service(const FlowContext& context, const policy::Flow& flow, const policy::Service& service, policy::FlowDirection direction, const Asked& asked) {
  const auto ask = [&] {
    ServiceResult result = ServiceCheck(context, flow, direction, *asked.conversation).run();
    if (context.diagrams.node_count() > nodes_kept) context.symbolic.forget();  // results hold no sets
    return result;
  };
  const auto ask_once = [&] {
    const auto known = context.shared.known.find(asked.question);
    return known != context.shared.known.end() ? known->second : context.shared.known.emplace(asked.question, ask()).first->second;
  };
  ServiceResult result = context.alike ? context.alike->answer(context.firewall, context.sources, service, ask) : ask_once();
  result.name = service.name;
  result.protocol = service.protocol_name;
  result.ports = service.ports_text;
  return result;
}

}  // namespace

FlowVerdict verdict_of(policy::Require require, const std::vector<ServiceResult>& services) {
  FlowVerdict best = FlowVerdict::blocked, worst = FlowVerdict::permitted;
  for (const ServiceResult& service : services) best = std::min(best, service.verdict), worst = std::max(worst, service.verdict);
  if (require == policy::Require::any) return best;
  return passes(best) && !passes(worst) ? FlowVerdict::partial : worst;
}

FlowResult check_flow(const FlowContext& context, const policy::Flow& flow) {
  FlowResult result;
  result.id = flow.id;
  result.number = flow.number;
  result.traffic = flow.traffic;
  if (!policy::applies(flow, context.environments)) {
    result.note = "only in environment " + fmt::format("{}", fmt::join(flow.environments, ", "));
    return result;
  }
  const policy::FlowDirection direction = policy::direction_of(flow, context.site);
  if (direction == policy::FlowDirection::not_applicable) {
    result.note = fmt::format("{} to {}; this is the firewall of {}", flow.from, flow.to, context.site.role);
    return result;
  }
  result.services.reserve(flow.services.size());
  for (const policy::Service& service : flow.services) {
    const auto make = [&] { return asked_about(context, flow, service, direction); };
    std::optional<Asked> own;
    const Asked& asked = context.alike ? context.alike->asked(service, make) : own.emplace(make());
    if (asked.conversation) result.services.push_back(check_service(context, flow, service, direction, asked));
    else result.note = asked.why_not;
  }
  if (result.services.empty()) return result;
  result.direction = direction;
  result.note.clear();
  result.verdict = verdict_of(flow.require, result.services);
  return result;
}

}  // namespace wallcheck::check
