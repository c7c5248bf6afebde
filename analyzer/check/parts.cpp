#include "check/parts.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "check/legs.h"

namespace wallcheck::check {

using evaluate::Focus;
using evaluate::Outcome;
using packets::Set;

namespace {

/// Later packets of connections are asked about as a whole, which so few rules allow.
constexpr std::size_t few_later = 256;
/// Rules in a row that take nothing before giving up: the whole tells at once who does.
constexpr std::size_t most_missed = 8;

bool accepted(const Outcome& outcome) { return outcome.verdict == evaluate::Verdict::accept; }
bool stopped(const Outcome& outcome) { return !accepted(outcome) || outcome.diverted; }

class Parts {
 public:
  Parts(const FlowContext& context, const Conversation& conversation, const Evidence& evidence)
      : context_(context), conversation_(conversation), evidence_(evidence), fixed_(conversation.fixed()), passing_(Set::none(context.diagrams)),
        failing_(Set::none(context.diagrams)) {}

  std::optional<ServiceResult> result() {
    if (context_.firewall.rules.size() <= context_.few_rules || context_.firewall.tracking != ir::Tracking::by_rules) return std::nullopt;
    question_.path = conversation_.path;
    question_.box = box_ = conversation_.box(Leg::open);
    focus_ = context_.symbolic.focus(question_);
    if (focus_.count <= context_.few_rules || focus_.may_untrack) return std::nullopt;
    // What is sent elsewhere does not pass.
    std::erase_if(focus_.accepting, [](const Focus::Place& place) { return place.elsewhere; });
    for (const Focus::Place& place : focus_.accepting) focus_.default_accepts |= is_for_all(place);
    for (const Focus::Place& place : focus_.refusing) focus_.default_refuses |= !place.elsewhere && is_for_all(place);
    if (focus_.default_accepts) ask_the_rest();
    if (!conversation_.service->one_way && !later_packets_pass()) return std::nullopt;
    if (!focus_.diverting.empty()) new_destinations_ = diverted_replies(context_.firewall, conversation_, focus_.diverting, {}).new_addresses;

    std::vector<DecidedBy> accepting, stopping;
    const Shown shown_accepting = decided_by(accepting, focus_.accepting, accepted);
    if (shown_accepting == Shown::unknown || passing_.empty() || only_new_destinations_pass()) return std::nullopt;
    // What defaults decide, too, is among what no part was about.
    if (focus_.default_accepts && shown_accepting == Shown::all && !rest_) return std::nullopt;
    std::vector<Focus::Place> places;
    std::ranges::set_union(focus_.refusing, focus_.diverting.empty() ? std::vector<Focus::Place>{} : focus_.branching, std::back_inserter(places));
    const Shown shown_stopping = decided_by(stopping, places, stopped);
    if (shown_stopping == Shown::unknown || failing_.empty() || (focus_.default_refuses && shown_stopping == Shown::all)) return std::nullopt;

    ServiceResult result;
    result.verdict = result.open = FlowVerdict::restricted;
    if (!conversation_.service->one_way) result.onward = result.reply = FlowVerdict::permitted;
    const std::string_view perhaps = focus_.default_accepts ? "... and perhaps more" : "";
    result.passes = lines(passing_, shown_accepting == Shown::some ? "... and more" : perhaps);
    result.fails = lines(failing_, shown_stopping == Shown::some ? "... and more" : "");
    for (auto* const some : {&accepting, &later_, &stopping}) std::ranges::move(*some, std::back_inserter(result.decided_by));
    result.witness = evidence_.witness(rest_ && !rest_->passing.empty() ? rest_->answer : *first_, passing_, accepted, result.decided_by);
    return result;
  }

 private:
  /// A part of the connections, and its first packets' answer.
  struct Part {
    Conversation conversation;
    Answer answer;
    Set passing, failing;
  };
  enum class Shown : std::uint8_t { all, some, unknown };

  Part part(const evaluate::Box& box) {
    Conversation conversation = conversation_;
    if (!conversation.client.given) conversation.client.addresses = box[ir::Field::source];
    if (!conversation.server.given) conversation.server.addresses = box[ir::Field::destination];
    question_.box = conversation.box(Leg::open);
    Answer answer = ask_leg(context_.symbolic, Leg::open, question_, &focus_);
    const Set not_sure = answer.asked - (answer.sure - answer.diverted);
    const Set passing = answer.asked - not_sure.exists(fixed_);  // for these values of what is left open, everything passes
    const Set failing = answer.asked - passing;
    return {std::move(conversation), std::move(answer), passing, failing};
  }

  std::optional<evaluate::Box> cut_to(const Focus::Place& place) {
    return context_.shared.arrivals_of(context_.firewall).cut(box_, place.list, context_.firewall.rules[place.rule]);
  }

  /// Is what a rule can be asked about no smaller part? It is like a default, then.
  bool is_whole(const evaluate::Box& box) const {
    const auto same = [&](ir::Field field) { return box[field] == box_[field]; };
    return (conversation_.client.given || same(ir::Field::source)) && (conversation_.server.given || same(ir::Field::destination));
  }
  bool is_for_all(const Focus::Place& place) {
    const auto cut = cut_to(place);
    return cut && is_whole(*cut);
  }

  /// The connections to (from) addresses that no rule names.
  void ask_the_rest() {
    const ir::Field field = conversation_.server.given ? ir::Field::source : ir::Field::destination;
    if (conversation_.server.given && conversation_.client.given) return;
    std::vector<ir::Range> named;
    for (const Focus::Place& place : focus_.branching)
      if (const auto cut = cut_to(place); cut && (*cut)[field] != box_[field]) named.insert(named.end(), (*cut)[field].begin(), (*cut)[field].end());
    evaluate::Box box = box_;
    box[field] = ir::difference(box_[field], ir::normalised(std::move(named)));
    if (box[field].empty()) return;
    rest_ = part(box);
    passing_ = rest_->passing;
    failing_ = rest_->failing;
  }

  /// Those of all connections, however they were opened: translated by now, but not hidden from connection tracking.
  bool later_packets_pass() {
    evaluate::Question question;
    question.repeat_translation = true;
    for (const Leg leg : {Leg::onward, Leg::reply}) {
      question.path = conversation_.path_of(leg);
      question.box = conversation_.box(leg);
      question.is_reply = leg == Leg::reply;
      const Focus focus = context_.symbolic.focus(question);
      evaluate::Question shown = question;
      const bool few = focus.count <= few_later;
      if (!few && !(focus.surely_accepts() && rest_)) return false;
      if (!few) shown.box = rest_->conversation.box(leg);
      const Answer answer = ask_leg(context_.symbolic, leg, shown, &focus);
      if (answer.sure != answer.asked) return false;
      std::ranges::move(evidence_.decided_by(answer, answer.asked, accepted), std::back_inserter(later_));
    }
    if (focus_.diverting.empty()) return true;
    const DivertedReplies replies = diverted_replies(context_.firewall, conversation_, focus_.diverting, question);
    return !replies.undecided && std::ranges::all_of(replies.questions, [&](const evaluate::Question& one) { return context_.symbolic.focus(one).surely_accepts(); });
  }

  /// Are those that pass only the connections that meant the address to which all others are sent? The flow is diverted, then.
  bool only_new_destinations_pass() const {
    return !conversation_.server.given && !new_destinations_.empty() &&
           (passing_ - Set::values(context_.diagrams, packets::dimension::destination, new_destinations_)).empty();
  }

  /// The first rules that decide about connections that pass (or do not), each within what it can be asked about, and after them the defaults.
  /// `some`: a further one decides about connections that are in no part.
  Shown decided_by(std::vector<DecidedBy>& result, std::span<const Focus::Place> rules, bool (*wanted)(const Outcome&)) {
    std::size_t shown = 0, missed = 0;
    std::optional<Part> last;
    evaluate::Box last_box;
    bool more = false;
    const Set& known = wanted == accepted ? passing_ : failing_;
    const auto take = [&](const Part& part, const auto& decides) {
      bool takes_part = false;
      for (std::size_t i = 0; i < part.answer.partition.outcomes().size(); ++i) {
        const Outcome& outcome = part.answer.partition.outcomes()[i];
        if (!wanted(outcome) || !decides(outcome)) continue;
        const Set packets = part.answer.partition.of(i) & (wanted == accepted ? part.passing : part.failing);
        if (packets.empty()) continue;
        takes_part = true;
        if (result.size() < Evidence::rules_shown) result.push_back(evidence_.describe(outcome, Leg::open, packets));
      }
      return takes_part;
    };
    for (const Focus::Place& place : rules) {
      const auto cut = cut_to(place);
      if (!cut) continue;
      const auto by_rule = [&](const Outcome& outcome) { return outcome.rule == place.rule; };
      if (is_whole(*cut)) {
        const bool decides = !place.elsewhere && std::ranges::binary_search(wanted == accepted ? focus_.accepting : focus_.refusing, place);
        if (decides && !(rest_ && take(*rest_, by_rule))) return Shown::unknown;
        shown += decides ? 1 : 0;
        continue;
      }
      if (!last || last_box != *cut) {  // rules in a row may be about the same packets
        last = part(*cut);
        last_box = *cut;
      }
      const Part& one = *last;
      // Who sends packets elsewhere may stand in a list that this rule leads to.
      if (!take(one, [&](const Outcome& outcome) { return by_rule(outcome) || (wanted == stopped && outcome.diverted); })) {
        if (++missed == most_missed) return Shown::unknown;
        continue;
      }
      missed = 0;
      if (shown++ >= Evidence::rules_shown) {
        more = !((wanted == accepted ? one.passing : one.failing) - known).empty();
        if (!more) return Shown::unknown;
        break;
      }
      passing_ |= one.passing;
      failing_ |= one.failing;
      if (!first_) first_ = one.answer;
    }
    if (!more && rest_) take(*rest_, [](const Outcome& outcome) { return !outcome.rule.has_value(); });
    sort_by_place(result);
    return more ? Shown::some : Shown::all;
  }

  std::vector<std::string> lines(const Set& connections, std::string_view more) const {
    std::vector<std::string> result = evidence_.describer().lines(connections, context_.limits.regions);
    if (!more.empty() && !result.back().starts_with("...")) result.emplace_back(more);
    return result;
  }

  const FlowContext& context_;
  const Conversation& conversation_;
  const Evidence& evidence_;
  const std::vector<packets::Dimension> fixed_;
  evaluate::Question question_;
  evaluate::Box box_;  ///< of all first packets
  Focus focus_;
  Set passing_, failing_;  ///< connections of the parts
  std::optional<Part> rest_;
  std::optional<Answer> first_;  ///< of the first part that a rule decides about
  std::vector<DecidedBy> later_;
  std::vector<ir::Range> new_destinations_;  ///< of diverted connections
};

}  // namespace

std::optional<ServiceResult> restricted_by_parts(const FlowContext& context, const Conversation& conversation, const Evidence& evidence) {
  return Parts(context, conversation, evidence).result();
}

}  // namespace wallcheck::check
