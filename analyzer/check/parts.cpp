#include "check/parts.h"

#include <algorithm>
#include <span>

#include "check/legs.h"

namespace wallcheck::check {

using evaluate::Focus;
using evaluate::Outcome;
using packets::Set;

namespace {

/// Later packets of connections are asked about as a whole, which so few rules allow.
constexpr std::size_t few_later = 256;
/// Rules asked about before giving up: others may take all that is theirs.
constexpr std::size_t most_asked = 100;

bool accepted(const Outcome& outcome) { return outcome.verdict == evaluate::Verdict::accept; }
bool refused(const Outcome& outcome) { return !accepted(outcome); }
std::size_t deciding(const Focus& focus) { return focus.accepting.size() + focus.refusing.size(); }

class Parts {
 public:
  Parts(const FlowContext& context, const Conversation& conversation, const Evidence& evidence)
      : context_(context), conversation_(conversation), evidence_(evidence), fixed_(conversation.fixed()), whole_(Set::none(context.diagrams)),
        failing_(Set::none(context.diagrams)) {}

  std::optional<ServiceResult> result() {
    if (context_.firewall.rules.size() <= context_.few_rules || context_.firewall.tracking != ir::Tracking::by_rules) return std::nullopt;
    question_.path = conversation_.path;
    question_.box = conversation_.box(Leg::open);
    box_ = question_.box;
    focus_ = context_.symbolic.focus(question_);
    if (!focus_.plain || deciding(focus_) <= context_.few_rules || !later_packets_pass()) return std::nullopt;

    const bool default_refuses = std::ranges::any_of(context_.firewall.path(conversation_.path), [&](const ir::Stage& stage) {
      return context_.firewall.lists[stage.list].fallthrough == ir::Fallthrough::drop;
    });
    // What defaults decide is everything else: unless there are more rules than are shown, it would have to be described.
    std::vector<DecidedBy> passing = decided_by(focus_.accepting, accepted);
    if (whole_.empty() || (!default_refuses && !more_)) return std::nullopt;
    const bool more_pass = more_;
    std::vector<DecidedBy> stopping = decided_by(focus_.refusing, refused);
    if (failing_.empty() || (default_refuses && !more_)) return std::nullopt;

    ServiceResult result;
    result.verdict = result.open = FlowVerdict::restricted;
    if (!conversation_.service->one_way) result.onward = result.reply = FlowVerdict::permitted;
    result.passes = lines(whole_, more_pass);
    result.fails = lines(failing_, more_);
    for (auto* const some : {&passing, &later_, &stopping}) std::ranges::move(*some, std::back_inserter(result.decided_by));
    result.witness = evidence_.witness(*shown_, whole_, accepted, result.decided_by);
    return result;
  }

 private:
  /// Whatever was opened: they are no question of what opened them, since nothing is sent elsewhere or hidden from connection tracking.
  bool later_packets_pass() {
    if (conversation_.service->one_way) return true;
    for (const Leg leg : {Leg::onward, Leg::reply}) {
      evaluate::Question question;
      question.path = conversation_.path_of(leg);
      question.box = conversation_.box(leg);
      question.is_reply = leg == Leg::reply;
      question.repeat_translation = true;
      const Focus focus = context_.symbolic.focus(question);
      if (!focus.plain || deciding(focus) > few_later) return false;
      const Answer answer = ask_leg(context_.symbolic, leg, question, &focus);
      if (answer.sure != answer.asked) return false;
      std::ranges::move(evidence_.decided_by(answer, answer.asked, accepted), std::back_inserter(later_));
    }
    return true;
  }

  /// The first rules that decide about connections that pass (or do not), each within what it can be asked about. Sets `more_` if
  /// connections of a further one are in no part yet.
  std::vector<DecidedBy> decided_by(std::span<const Focus::Place> rules, bool (*wanted)(const Outcome&)) {
    std::vector<DecidedBy> result;
    std::size_t shown = 0, asked = 0;
    more_ = false;
    for (const auto& [rule, list] : rules) {
      const auto cut = context_.shared.arrivals_of(context_.firewall).cut(box_, list, context_.firewall.rules[rule]);
      if (!cut) continue;
      if (asked++ == most_asked) break;
      Conversation part = conversation_;
      if (!part.client.given) part.client.addresses = (*cut)[ir::Field::source];
      if (!part.server.given) part.server.addresses = (*cut)[ir::Field::destination];
      question_.box = part.box(Leg::open);
      Answer answer = ask_leg(context_.symbolic, Leg::open, question_, &focus_);
      const Set stopped = answer.asked - answer.sure;
      const Set passing = answer.sure - stopped.exists(fixed_);  // for these values of what is left open, everything passes
      const Set rest = answer.asked - passing;
      const Set& region = wanted == accepted ? passing : rest;
      bool takes_part = false;
      for (std::size_t i = 0; i < answer.partition.outcomes().size(); ++i) {
        const Outcome& outcome = answer.partition.outcomes()[i];
        if (outcome.rule != rule || !wanted(outcome)) continue;
        const Set packets = answer.partition.of(i) & region;
        if (packets.empty()) continue;
        takes_part = true;
        if (shown == Evidence::rules_shown) break;
        result.push_back(evidence_.describe(outcome, Leg::open, packets));
      }
      if (!takes_part) continue;
      if (shown++ == Evidence::rules_shown) {
        more_ = !(region - (wanted == accepted ? whole_ : failing_)).empty();
        break;
      }
      whole_ |= passing;
      failing_ |= rest;
      if (!shown_) shown_ = std::move(answer);
    }
    sort_by_place(result);
    return result;
  }

  std::vector<std::string> lines(const Set& connections, bool more) const {
    std::vector<std::string> result = evidence_.describer().lines(connections, context_.limits.regions);
    if (more && !result.back().starts_with("...")) result.emplace_back("... and more");
    return result;
  }

  const FlowContext& context_;
  const Conversation& conversation_;
  const Evidence& evidence_;
  const std::vector<packets::Dimension> fixed_;
  evaluate::Question question_;
  evaluate::Box box_;  ///< of all first packets
  Focus focus_;
  Set whole_, failing_;  ///< connections of the parts: those that pass, the others
  std::vector<DecidedBy> later_;
  std::optional<Answer> shown_;  ///< about a part some of which passes
  bool more_ = false;
};

}  // namespace

std::optional<ServiceResult> restricted_by_parts(const FlowContext& context, const Conversation& conversation, const Evidence& evidence) {
  return Parts(context, conversation, evidence).result();
}

}  // namespace wallcheck::check
