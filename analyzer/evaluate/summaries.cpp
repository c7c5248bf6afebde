#include "evaluate/summaries.h"

#include <algorithm>

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Discipline;
using packets::leaf;
using packets::Node;

namespace {

constexpr Node nothing = leaf(Leaves::nothing);
/// Ways into the lists of a cycle that are told apart. A loadable file has no cycle at all.
constexpr std::size_t most_instances_in_cycles = 4096;

bool decides(ActionKind action) {
  return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject || action == ActionKind::undecided;
}
bool calls(ActionKind action) { return action == ActionKind::jump || action == ActionKind::go_to; }

}  // namespace

Node Summaries::stage(ir::ListId base, const View& view) {
  view_ = &view;
  for (const std::uint32_t index : collect(base)) walks_[index].summary = summarise(walks_[index]);
  const ir::RuleList& list = firewall_.lists[base];
  return diagrams_.replace_leaves(walks_.front().summary, [&](std::uint32_t id) {
    if (leaves_[id].kind == Leaf::Kind::tentative) return concluded(Leaf(leaves_[id]));
    if (leaves_[id].kind != Leaf::Kind::back) return leaf(id);
    Leaf by_default = leaves_[id];
    const bool drops = list.fallthrough == ir::Fallthrough::drop;
    by_default.kind = drops ? Leaf::Kind::final : Leaf::Kind::pass;
    by_default.blame = drops ? Blame::ended : Blame::nobody;
    by_default.outcome.verdict = drops ? Verdict::drop : Verdict::accept;
    by_default.outcome.list = base;
    by_default.keeps_state = !drops && list.policy_keeps_state;
    return stands(by_default);
  });
}

void Summaries::find_candidates(Walk& walk) {
  const ir::RuleList& list = firewall_.lists[walk.instance.first];
  for (const ir::RuleId id : firewall_.rules_of(list)) {
    const ir::Rule& rule = firewall_.rules[id];
    if (rule.action == ActionKind::continue_ && rule.on_match == 0) continue;
    Overlap overlap = Overlap::always;
    for (const ir::Match& match : firewall_.matches_of(rule)) {
      overlap = std::min(overlap, sets_.overlap(match, *view_));
      if (overlap == Overlap::never) break;
    }
    if (overlap == Overlap::never) continue;
    walk.candidates.push_back({id, overlap == Overlap::always, ir::none});
    const bool ends = rule.action == ActionKind::return_ || rule.action == ActionKind::go_to || decides(rule.action);
    if (overlap == Overlap::always && ends && (list.discipline == Discipline::first_match || rule.quick)) return;
  }
}

std::vector<std::uint32_t> Summaries::collect(ir::ListId base) {
  walks_.clear();
  std::unordered_map<ir::ListId, std::uint32_t> plain;
  std::map<Instance, std::uint32_t> in_cycles;
  std::vector<std::uint32_t> callees_first;
  struct Frame {
    std::uint32_t walk;
    std::size_t next = 0;
  };
  std::vector<Frame> frames;
  const auto enter = [&](Instance instance) {
    frames.push_back({static_cast<std::uint32_t>(walks_.size())});
    walks_.push_back({std::move(instance), {}, nothing});
    find_candidates(walks_.back());
    return static_cast<std::uint32_t>(walks_.size() - 1);
  };
  enter({base, {}});
  while (!frames.empty()) {
    Frame& frame = frames.back();
    const std::uint32_t index = frame.walk;
    if (frame.next == walks_[index].candidates.size()) {
      callees_first.push_back(index);
      frames.pop_back();
      continue;
    }
    const std::size_t at = frame.next++;
    const ir::Rule& rule = firewall_.rules[walks_[index].candidates[at].rule];
    if (!calls(rule.action) || rule.target == ir::none || !firewall_.lists[rule.target].declared) continue;
    const std::uint32_t cycle = calls_.cycle_of(rule.target);
    if (cycle == 0) {
      const auto known = plain.find(rule.target);
      const std::uint32_t callee = known != plain.end() ? known->second : enter({rule.target, {}});
      plain.emplace(rule.target, callee);
      walks_[index].candidates[at].callee = callee;
      continue;
    }
    std::vector<ir::ListId> entered;
    const ir::ListId caller = walks_[index].instance.first;
    if (calls_.cycle_of(caller) == cycle) {
      entered = walks_[index].instance.second;
      entered.insert(std::ranges::lower_bound(entered, caller), caller);
    }
    if (std::ranges::binary_search(entered, rule.target)) continue;  // a second entry
    if (in_cycles.size() == most_instances_in_cycles) throw packets::BudgetExceeded("chains call one another in too many circles");
    const auto [known, is_new] = in_cycles.try_emplace({rule.target, std::move(entered)});
    if (is_new) known->second = enter(known->first);
    walks_[index].candidates[at].callee = known->second;
  }
  return callees_first;
}

Node Summaries::summarise(const Walk& walk) {
  Leaf back;
  back.kind = Leaf::Kind::back;
  Node rest = constant(back);
  for (auto candidate = walk.candidates.rbegin(); candidate != walk.candidates.rend(); ++candidate) {
    if (candidate->always) {
      rest = outcome(*candidate, walk.instance.first, rest);
      continue;
    }
    const Truth truth = sets_.conjunction(firewall_.matches_of(firewall_.rules[candidate->rule]), *view_);
    const ActionKind action = firewall_.rules[candidate->rule].action;
    const bool needs_rest = !decides(action) && action != ActionKind::return_;
    const bool overruled_later = firewall_.lists[walk.instance.first].discipline == Discipline::last_match;
    const Node behind = needs_rest || overruled_later ? diagrams_.ite(lasting(truth.holds), rest, nothing) : nothing;
    rest = diagrams_.ite(truth.holds, outcome(*candidate, walk.instance.first, behind), rest);
    if (truth.unknown != leaf(0)) {
      Leaf lost;
      lost.kind = Leaf::Kind::final;
      lost.blame = Blame::ended;
      lost.outcome.rule = candidate->rule;
      lost.outcome.list = walk.instance.first;
      rest = diagrams_.ite(truth.unknown, constant(lost), rest);
    }
  }
  return rest;
}

/// A condition as far as it is still true of packets that rules of this stage have changed: the rules behind, which such packets meet,
/// need not be known for any others. (Without this cut, each rule that sets a mark would walk over all rules behind it.)
Node Summaries::lasting(Node holds) {
  const bool addresses = view_->reach.may(history::destination_rewritten) || view_->reach.may(history::source_rewritten);
  return diagrams_.exists(holds, [addresses](packets::Dimension d) {
    namespace dimension = packets::dimension;
    if (d >= dimension::mark) return d < history::end;
    return d == dimension::tag || (addresses && d >= dimension::destination && d <= dimension::source_port);
  });
}

/// What becomes of packets for which the rule holds; `rest` is what the rules behind it do.
Node Summaries::outcome(const Candidate& candidate, ir::ListId list, Node rest) {
  const ir::Rule& rule = firewall_.rules[candidate.rule];
  const bool at_once = decides(rule.action) && (rule.quick || firewall_.lists[list].discipline == Discipline::first_match);
  const auto change = [&](bool connection) {
    Transform t = transform_of(firewall_, candidate.rule, rule.on_match, view_->point, view_->path, connection);
    if (at_once) t = t.then(transform_of(firewall_, candidate.rule, rule.on_decide, view_->point, view_->path, connection && !t.untracks));
    return t;
  };
  if (rule.on_match == 0 && rule.on_decide == 0) return outcome(candidate, list, rest, Transform{});
  const Transform with = change(true), without = change(false);
  if (with == without) return outcome(candidate, list, rest, with);
  constexpr unsigned connected = 1u << static_cast<unsigned>(ir::State::new_) | 1u << static_cast<unsigned>(ir::State::established) |
                                 1u << static_cast<unsigned>(ir::State::related);
  return diagrams_.ite(sets_.state(connected, *view_), outcome(candidate, list, rest, with), outcome(candidate, list, rest, without));
}

Node Summaries::outcome(const Candidate& candidate, ir::ListId list, Node rest, const Transform& change) {
  const ir::Rule& rule = firewall_.rules[candidate.rule];
  switch (rule.action) {
    case ActionKind::continue_: return after(change, rest);
    case ActionKind::return_: {
      Leaf back;
      back.kind = Leaf::Kind::back;
      back.change = change;
      return constant(back);
    }
    case ActionKind::jump:
    case ActionKind::go_to: {
      if (candidate.callee == ir::none) {  // an undeclared list or a second entry: the kernel loads neither
        Leaf lost;
        lost.kind = Leaf::Kind::final;
        lost.blame = Blame::ended;
        lost.outcome.rule = candidate.rule;
        lost.outcome.list = list;
        return after(change, constant(lost));
      }
      Leaf back;
      back.kind = Leaf::Kind::back;
      // What comes back from a goto comes back from this list.
      return after(change, returned(walks_[candidate.callee].summary, rule.action == ActionKind::go_to ? constant(back) : rest, rule.quick));
    }
    default: break;
  }
  Leaf decision = decided(candidate.rule, list);
  decision.change = change;
  if (rule.quick || firewall_.lists[list].discipline == Discipline::first_match) return stands(decision);
  decision.kind = Leaf::Kind::tentative;
  decision.change = Transform{};
  return after(change, overruled(rest, decision));
}

/// The leaf of a verdict that stands. What was done to a packet whose way ends here counts for nothing but the record.
Node Summaries::stands(Leaf verdict) {
  if (verdict.kind != Leaf::Kind::final) return constant(verdict);
  const Transform change = std::exchange(verdict.change, Transform{});
  return after(change, constant(verdict));
}

/// A verdict that stands: `pass`, or `final` for all but accept.
Leaf Summaries::decided(ir::RuleId id, ir::ListId list) const {
  const ir::Rule& rule = firewall_.rules[id];
  Leaf leaf;
  leaf.outcome.rule = id;
  leaf.outcome.list = list;
  leaf.kind = Leaf::Kind::final;
  leaf.blame = Blame::ended;
  switch (rule.action) {
    case ActionKind::accept:
      leaf.kind = Leaf::Kind::pass;
      leaf.blame = Blame::nobody;
      leaf.outcome.verdict = Verdict::accept;
      leaf.keeps_state = rule.keeps_state;
      for (const ir::Effect& effect : firewall_.effects_of(rule.on_decide)) leaf.skips_filter |= effect.skips_filter;
      break;
    case ActionKind::drop: leaf.outcome.verdict = Verdict::drop; break;
    case ActionKind::reject: leaf.outcome.verdict = Verdict::reject; break;
    default: leaf.outcome.verdict = Verdict::undecided; break;
  }
  return leaf;
}

/// Last match: no later rule has overruled the decision.
Node Summaries::concluded(const Leaf& tentative) {
  const ir::RuleId rule = *tentative.outcome.rule;
  Leaf verdict = decided(rule, *tentative.outcome.list);
  verdict.change = tentative.change.then(transform_of(firewall_, rule, firewall_.rules[rule].on_decide, view_->point, view_->path, true));
  return stands(verdict);
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
    if (quick) return concluded(left);
    return after(left.change, overruled(rest, left));
  });
}

/// `rest` for packets that are changed first: its decisions and how the list is left, with the change before whatever they do.
Node Summaries::after(const Transform& change, Node rest) {
  if (change.identity()) return rest;
  return diagrams_.map_leaves(substitution_.before(rest, change), [&](std::uint32_t id) {
    const Leaf::Kind kind = leaves_[id].kind;
    if (kind == Leaf::Kind::nothing || kind == Leaf::Kind::final) return id;
    Leaf changed = leaves_[id];
    changed.change = change.then(changed.change);
    return leaves_.intern(changed);
  });
}

}  // namespace wallcheck::evaluate
