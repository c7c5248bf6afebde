#include "evaluate/summaries.h"

#include <algorithm>
#include <span>

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Discipline;
using packets::leaf;
using packets::Node;

namespace {

constexpr Node nothing = leaf(Leaves::nothing);
static_assert(Leaves::nothing == 0);  // what Diagrams::first_of passes over

bool decides(ActionKind action) {
  return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject || action == ActionKind::undecided;
}

}  // namespace

Node Summaries::stage(Lists& lists, const View& view, const Passed& passed) {
  view_ = &view;
  lists_ = &lists;
  passed_ = &passed;
  find_bounds(lists, view);
  for (const std::uint32_t index : lists.callees_first) {
    Lists::Walk& walk = lists.walks[index];
    walk.summary = summarise(walk);
    const auto ways_out = diagrams_.leaves(walk.summary);
    walk.comes_back = std::ranges::any_of(ways_out, [&](std::uint32_t id) {
      return leaves_[id].kind == Leaf::Kind::back || leaves_[id].kind == Leaf::Kind::tentative;
    });
  }
  const Lists::Walk& base = lists.walks.front();
  const ir::ListId id = base.list;
  Leaf by_default;
  const bool drops = firewall_.lists[id].fallthrough == ir::Fallthrough::drop;
  by_default.kind = drops ? Leaf::Kind::final : Leaf::Kind::pass;
  by_default.blame = drops ? Blame::ended : Blame::nobody;
  by_default.outcome.verdict = drops ? Verdict::drop : Verdict::accept;
  by_default.outcome.list = id;
  by_default.keeps_state = !drops && firewall_.lists[id].policy_keeps_state;
  const Node undecided = drops ? constant(by_default) : passed(by_default);
  return diagrams_.replace_leaves(base.summary, [&](std::uint32_t way_out) {
    const Leaf left = leaves_[way_out];
    if (left.kind == Leaf::Kind::tentative) return concluded(left);
    return left.kind == Leaf::Kind::back ? after(left.change, undecided) : leaf(way_out);
  });
}

Node Summaries::summarise(const Lists::Walk& walk) {
  const ir::ListId list = walk.list;
  const bool last_match = firewall_.lists[list].discipline == Discipline::last_match;
  const auto goes_on = [&](const Lists::Candidate& candidate) {
    const ir::Rule& rule = firewall_.rules[candidate.rule];
    const bool comes_back = rule.action == ActionKind::jump && candidate.callee != ir::none && lists_->walks[candidate.callee].comes_back;
    return candidate.always || rule.action == ActionKind::continue_ || comes_back || (last_match && decides(rule.action));
  };
  const std::span<const Lists::Candidate> candidates = lists_->of(walk);
  Node rest = back({});
  for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
    if (!goes_on(*candidate)) {
      const auto run_end = candidate;
      while (candidate + 1 != candidates.rend() && !goes_on(*(candidate + 1))) ++candidate;
      rest = diagrams_.first_of(block(std::span(&*candidate, static_cast<std::size_t>(candidate - run_end) + 1), walk), rest);
      continue;
    }
    if (candidate->always) {
      rest = outcome(*candidate, walk, rest);
      continue;
    }
    const ir::Rule& rule = firewall_.rules[candidate->rule];
    const Truth truth = condition(rule);
    const Node behind = diagrams_.ite(lasting(truth.holds), rest, nothing);
    rest = diagrams_.ite(truth.holds, outcome(*candidate, walk, behind), rest);
    if (truth.unknown != leaf(0)) rest = diagrams_.ite(truth.unknown, lost(candidate->rule, list), rest);
  }
  return rest;
}

/// Rules in a row of which each ends the walk, without what is behind them (leaf: nothing, where none holds). Halves are put together, so that
/// the work goes with the size of the result: one rule after the other would walk over all that is there already, each time.
Node Summaries::block(std::span<const Lists::Candidate> rules, const Lists::Walk& walk) {
  if (rules.size() > 1) {
    const std::size_t half = rules.size() / 2;
    const Node second = block(rules.subspan(half), walk);
    return diagrams_.first_of(block(rules.first(half), walk), second);
  }
  const Lists::Candidate& candidate = rules.front();
  const Truth truth = condition(firewall_.rules[candidate.rule]);
  const Node holds = diagrams_.ite(truth.holds, outcome(candidate, walk, nothing), nothing);
  return truth.unknown == leaf(0) ? holds : diagrams_.ite(truth.unknown, lost(candidate.rule, walk.list), holds);
}

/// What is left of a rule's condition inside the view's box: what all packets of the question have need not be tested.
Truth Summaries::condition(const ir::Rule& rule) {
  std::vector<ir::Match> open;
  for (const ir::Match& match : firewall_.matches_of(rule))
    if (sets_.overlap(match, *view_) != Overlap::always) open.push_back(match);
  return sets_.conjunction(open, *view_);
}

/// A condition as far as it is still true of packets that rules of this stage have changed: the rules behind, which such packets meet,
/// need not be known for any others. (Without this cut, each rule that sets a mark would walk over all rules behind it.)
Node Summaries::lasting(Node holds) {
  return diagrams_.exists(holds, [addresses = view_->translates_at_once](packets::Dimension d) {
    namespace dimension = packets::dimension;
    if (d >= dimension::mark) return d < history::end;
    return d == dimension::tag || (addresses && d >= dimension::destination && d <= dimension::source_port);
  });
}

/// What becomes of packets for which the rule holds; `rest` is what the rules behind it do.
Node Summaries::outcome(const Lists::Candidate& candidate, const Lists::Walk& walk, Node rest) {
  const ir::Rule& rule = firewall_.rules[candidate.rule];
  if (rule.on_match == 0 && rule.on_decide == 0) return outcome(candidate, walk, rest, Transform{});
  const bool at_once = decides(rule.action) && (rule.quick || firewall_.lists[walk.list].discipline == Discipline::first_match);
  const auto change = [&](bool connection) {
    const Transform t = transform_of(firewall_, rule.on_match, view_->point, view_->path, connection);
    return at_once ? t.then(transform_of(firewall_, rule.on_decide, view_->point, view_->path, connection && !t.untracks)) : t;
  };
  const Transform with = change(true), without = change(false);
  if (with == without) return outcome(candidate, walk, rest, with);
  constexpr unsigned connected = 1u << static_cast<unsigned>(ir::State::new_) | 1u << static_cast<unsigned>(ir::State::established) |
                                 1u << static_cast<unsigned>(ir::State::related);
  return diagrams_.ite(sets_.state(connected, *view_), outcome(candidate, walk, rest, with), outcome(candidate, walk, rest, without));
}

Node Summaries::outcome(const Lists::Candidate& candidate, const Lists::Walk& walk, Node rest, const Transform& change) {
  const ir::Rule& rule = firewall_.rules[candidate.rule];
  const ir::ListId list = walk.list;
  Bounds bounds = bounds_of(walk);
  if (!change.translations.empty() && !view_->translates_at_once) {
    for (const ir::Match& match : firewall_.matches_of(rule))
      if (match.kind == ir::MatchKind::ranges && !match.negated) bounds.meet(match.field, firewall_.ranges[match.value]);
  }
  switch (rule.action) {
    case ActionKind::continue_: return after(change, rest, bounds);
    case ActionKind::return_: return back(change);
    case ActionKind::jump:
    case ActionKind::go_to: {
      if (candidate.callee == ir::none) return after(change, lost(candidate.rule, list), bounds);
      // What comes back from a goto comes back from this list.
      const Node behind = rule.action == ActionKind::go_to ? back({}) : rest;
      const Lists::Walk& callee = lists_->walks[candidate.callee];
      return after(change, callee.comes_back ? returned(callee.summary, behind, rule.quick) : callee.summary, bounds);
    }
    default: break;
  }
  if (rule.quick || firewall_.lists[list].discipline == Discipline::first_match) return verdict(candidate.rule, list, change, bounds);
  Leaf decision;
  decision.kind = Leaf::Kind::tentative;
  decision.outcome.rule = candidate.rule;
  decision.outcome.list = list;
  return after(change, overruled(rest, decision), bounds);
}

/// A call that leads to no list, or back into one that is not left yet, or a condition on something that is not known: there is no telling.
Node Summaries::lost(ir::RuleId rule, ir::ListId list) {
  Leaf leaf;
  leaf.kind = Leaf::Kind::final;
  leaf.blame = Blame::ended;
  leaf.outcome.rule = rule;
  leaf.outcome.list = list;
  return constant(leaf);
}

Node Summaries::back(const Transform& change) {
  Leaf leaf;
  leaf.kind = Leaf::Kind::back;
  leaf.change = change;
  return constant(leaf);
}

/// A verdict that stands, of packets that are changed before.
Node Summaries::verdict(ir::RuleId id, ir::ListId list, const Transform& change, const Bounds& bounds) {
  const ir::Rule& rule = firewall_.rules[id];
  Leaf leaf;
  leaf.outcome.rule = id;
  leaf.outcome.list = list;
  if (rule.action == ActionKind::accept) {
    leaf.kind = Leaf::Kind::pass;
    leaf.outcome.verdict = Verdict::accept;
    leaf.keeps_state = rule.keeps_state;
    for (const ir::Effect& effect : firewall_.effects_of(rule.on_decide)) leaf.skips_filter |= effect.skips_filter;
    return after(change, (*passed_)(leaf), bounds);
  }
  leaf.kind = Leaf::Kind::final;
  leaf.blame = Blame::ended;
  leaf.outcome.verdict = rule.action == ActionKind::drop     ? Verdict::drop
                         : rule.action == ActionKind::reject ? Verdict::reject
                                                             : Verdict::undecided;
  return after(change, constant(leaf), bounds);
}

/// Last match: no later rule has overruled the decision.
Node Summaries::concluded(const Leaf& tentative) {
  const ir::RuleId rule = *tentative.outcome.rule;
  const Transform in_the_end = transform_of(firewall_, firewall_.rules[rule].on_decide, view_->point, view_->path, true);
  return verdict(rule, *tentative.outcome.list, tentative.change.then(in_the_end), {});
}

/// Last match: the decision of a rule, unless the rules behind it (`rest`) decide otherwise.
Node Summaries::overruled(Node rest, const Leaf& decision) {
  return diagrams_.map_leaves(rest, [&](std::uint32_t id) {
    if (leaves_[id].kind != Leaf::Kind::back) return id;
    Leaf kept = decision;
    kept.change = leaves_[id].change;
    return leaves_.intern(kept);
  });
}

/// A called list's summary with the caller's remaining rules put in where it comes back.
Node Summaries::returned(Node called, Node rest, bool quick) {
  return diagrams_.replace_leaves(called, [&](std::uint32_t id) {
    const Leaf left = leaves_[id];
    if (left.kind == Leaf::Kind::back) return after(left.change, rest);
    if (left.kind != Leaf::Kind::tentative) return leaf(id);
    return quick ? concluded(left) : after(left.change, overruled(rest, left));
  });
}

/// `rest` for packets that are changed first: its decisions and how the list is left, with the change before whatever they do.
Node Summaries::after(const Transform& change, Node rest, const Bounds& bounds) {
  if (change.identity()) return rest;
  return diagrams_.map_leaves(substitution_.before(rest, change, bounds), [&](std::uint32_t id) {
    const Leaf::Kind kind = leaves_[id].kind;
    if (kind == Leaf::Kind::nothing || kind == Leaf::Kind::final) return id;
    Leaf changed = leaves_[id];
    changed.change = change.then(changed.change);
    return leaves_.intern(changed);
  });
}

}  // namespace wallcheck::evaluate
