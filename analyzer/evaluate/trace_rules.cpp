// Along the lists of one stage: rules in order, jumps, goto, RETURN, first match and last match. iptables(8), pf.conf(5).
//
// Calls are kept on a stack of our own: how deep they go is the input's choice.

#include "evaluate/trace_walk.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Discipline;

namespace {

/// Rules looked at on all walks together. Lists that call one another twice, thirty deep, would take the kernel hours, too.
constexpr std::size_t rule_budget = std::size_t{1} << 24;

bool decides(ActionKind action) {
  return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject || action == ActionKind::undecided;
}

std::string_view name(ActionKind action) {
  switch (action) {
    case ActionKind::continue_: return "continue";
    case ActionKind::accept: return "accept";
    case ActionKind::drop: return "drop";
    case ActionKind::reject: return "reject";
    case ActionKind::undecided: return "undecided";
    case ActionKind::return_: return "return";
    case ActionKind::jump: return "jump to ";
    case ActionKind::go_to: return "goto ";
  }
  return {};
}

std::string with(std::string words, std::string_view more) {
  if (!words.empty()) words += ", ";
  return words += more;
}

}  // namespace

void Tracer::next_rule(Walk& walk) {
  Frame& frame = walk.frames.back();
  const ir::RuleList& list = firewall_.lists[frame.list];
  if (frame.next == list.count) return leave_list(walk);
  if (++looked_at_ > rule_budget) return give_up(walk, "gave up: too many rules to look at");

  const ir::RuleId id = firewall_.rules_of(list)[frame.next];
  const ir::Rule& rule = firewall_.rules[id];
  const Answers known = [&](ir::OpaqueId condition) { return answer(walk, condition); };
  const Truth truth = all_hold(firewall_, firewall_.matches_of(rule), walk.carried, known);
  const bool does_nothing = rule.action == ActionKind::continue_ && rule.on_match == 0;
  if (!truth.value && !does_nothing) {
    if (truth.pending != ir::none) return ask(walk, truth.pending);
    note(walk, id, frame.list, "undecided: the packet was rewritten to something that is not known");
    return end(walk, Verdict::undecided, id, frame.list);
  }
  ++frame.next;
  if (truth.value == true) held(walk, id);
}

/// All matches hold: the effects, then the action.
void Tracer::held(Walk& walk, ir::RuleId id) {
  const ir::Rule& rule = firewall_.rules[id];
  const bool at_once = rule.quick || firewall_.lists[walk.frames.back().list].discipline == Discipline::first_match;
  const auto on_match = firewall_.effects_of(rule.on_match);
  std::vector<ir::Effect> effects(on_match.begin(), on_match.end());
  if (at_once && decides(rule.action)) {
    const auto on_decide = firewall_.effects_of(rule.on_decide);
    effects.insert(effects.end(), on_decide.begin(), on_decide.end());
  }
  change(walk, effects, [&](Walk& changed, std::string words) { perform(changed, id, std::move(words)); });
}

void Tracer::perform(Walk& walk, ir::RuleId id, std::string words) {
  if (walk.carried.destination_rewritten && !walk.translated_by) walk.translated_by = id;
  const ir::Rule& rule = firewall_.rules[id];
  const ir::ListId list = walk.frames.back().list;
  switch (rule.action) {
    case ActionKind::continue_: return note(walk, id, list, words.empty() ? "continue" : std::move(words));
    case ActionKind::return_: note(walk, id, list, with(std::move(words), "return")); return leave_list(walk);
    case ActionKind::jump:
    case ActionKind::go_to: return enter_list(walk, id, std::move(words));
    default: break;
  }
  const bool may_be_overruled = firewall_.lists[list].discipline == Discipline::last_match && !rule.quick;
  note(walk, id, list, with(std::move(words), name(rule.action)) + (may_be_overruled ? " unless a later rule holds" : ""));
  if (!may_be_overruled) return decide(walk, {id, list});
  walk.decision = Decision{id, list};
  ++walk.decisions;
}

void Tracer::enter_list(Walk& walk, ir::RuleId id, std::string words) {
  const ir::Rule& rule = firewall_.rules[id];
  const ir::ListId from = walk.frames.back().list;
  const bool missing = rule.target == ir::none || !firewall_.lists[rule.target].declared;
  const bool cycle = !missing && walk.entered[rule.target];
  std::string effect = with(std::move(words), name(rule.action));
  if (rule.target != ir::none) effect += firewall_.strings[firewall_.lists[rule.target].name];
  if (missing) effect += ", which the file does not have";
  if (cycle) effect += ", which leads back here";
  note(walk, id, from, std::move(effect));
  // The kernel loads neither, so there is no telling what it would do.
  if (missing || cycle) return end(walk, Verdict::undecided, id, from);
  walk.entered[rule.target] = true;
  walk.frames.push_back({rule.target, 0, rule.action == ActionKind::go_to, rule.quick, walk.decisions});
}

/// Off the end of a list, or RETURN: back behind the jump that led here. Lists that were left by goto are left for good.
void Tracer::leave_list(Walk& walk) {
  for (bool behind_goto = true; behind_goto;) {
    const Frame left = walk.frames.back();
    walk.frames.pop_back();
    walk.entered[left.list] = false;
    const bool final = left.quick && walk.decisions > left.decided_before;
    if (walk.frames.empty() && !walk.decision) return default_of(walk, left.list);
    if (walk.frames.empty() || final) return conclude(walk);
    behind_goto = left.by_goto;
  }
}

/// Last match: the decision so far stands.
void Tracer::conclude(Walk& walk) {
  const Decision decision = *walk.decision;
  change(walk, firewall_.effects_of(firewall_.rules[decision.rule].on_decide), [&](Walk& changed, std::string words) {
    if (changed.carried.destination_rewritten && !changed.translated_by) changed.translated_by = decision.rule;
    if (!words.empty()) note(changed, decision.rule, decision.list, std::move(words));
    decide(changed, decision);
  });
}

void Tracer::decide(Walk& walk, Decision decision) {
  const ir::Rule& rule = firewall_.rules[decision.rule];
  switch (rule.action) {
    case ActionKind::accept:
      for (const ir::Effect& effect : firewall_.effects_of(rule.on_decide)) walk.skips_filter |= effect.skips_filter;
      return accepted(walk, decision.rule, decision.list, rule.keeps_state);
    case ActionKind::drop: return end(walk, Verdict::drop, decision.rule, decision.list);
    case ActionKind::reject: return end(walk, Verdict::reject, decision.rule, decision.list);
    default: return end(walk, Verdict::undecided, decision.rule, decision.list);
  }
}

/// No rule has decided: the policy of the base chain; pf passes.
void Tracer::default_of(Walk& walk, ir::ListId base) {
  const ir::RuleList& list = firewall_.lists[base];
  const bool drops = list.fallthrough == ir::Fallthrough::drop;
  note(walk, std::nullopt, base, drops ? "policy drop" : "policy accept");
  if (drops) return end(walk, Verdict::drop, std::nullopt, base);
  accepted(walk, std::nullopt, base, list.policy_keeps_state);
}

}  // namespace wallcheck::evaluate
