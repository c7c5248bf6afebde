#include "evaluate/symbolic.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "evaluate/match_sets.h"

namespace wallcheck::evaluate {

using packets::Node;

namespace {

/// How a list, or in the end the whole path, is left.
struct Leaf {
  enum class Kind : std::uint8_t {
    nothing,    ///< outside the question
    back,       ///< falls off the end or returns; last-match lists: no rule has decided
    tentative,  ///< last-match lists: decided, unless a later rule decides otherwise
    pass,       ///< this stage lets the packet go on
    final,      ///< the end of the packet's way
  };
  Kind kind = Kind::nothing;
  Outcome outcome;
  Transform change;
  ir::EffectsId on_decide = 0;  ///< tentative: done when the decision stands
  bool keeps_state = false;
  bool skips_filter = false;
  bool blamed = false;          ///< final accept: `outcome.rule` and `list` are a filter stage's
  bool operator==(const Leaf&) const = default;
};

/// Leaves by number. Numbers are given in order of first use, so that the same question gives the same diagram.
class Leaves {
 public:
  Leaves() { intern(Leaf{}); }
  static constexpr std::uint32_t nothing = 0;

  std::uint32_t intern(const Leaf& leaf) {
    auto& same_hash = ids_[hash(leaf)];
    for (const std::uint32_t id : same_hash)
      if (leaves_[id] == leaf) return id;
    same_hash.push_back(static_cast<std::uint32_t>(leaves_.size()));
    leaves_.push_back(leaf);
    return same_hash.back();
  }
  const Leaf& operator[](std::uint32_t id) const { return leaves_[id]; }

 private:
  static std::uint64_t hash(const Leaf& leaf) {
    const Transform& t = leaf.change;
    std::uint64_t h = 0;
    for (const std::uint64_t v : {std::uint64_t{leaf.outcome.rule.value_or(ir::none)}, std::uint64_t{leaf.outcome.list},
                                  static_cast<std::uint64_t>(leaf.kind), static_cast<std::uint64_t>(leaf.outcome.verdict),
                                  std::uint64_t{t.mark_keep}, std::uint64_t{t.mark_flip}, std::uint64_t{t.destination.addresses},
                                  std::uint64_t{t.destination.ports}, std::uint64_t{t.source.addresses}, std::uint64_t{leaf.outcome.states},
                                  std::uint64_t{leaf.outcome.translated_by.value_or(ir::none)}})
      h = (h ^ v) * 0x9e3779b97f4a7c15u, h ^= h >> 29;
    return h;
  }
  std::vector<Leaf> leaves_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> ids_;
};

void widen(Box& box, ir::Field field) { box[field].clear(); }

/// What the effects of some rules may have changed is not known any more.
void widen(Box& box, const ir::Effect& effect) {
  using ir::EffectKind;
  using ir::Field;
  switch (effect.kind) {
    case EffectKind::set_mark: widen(box, Field::mark); break;
    case EffectKind::set_connmark: widen(box, Field::connmark); break;
    case EffectKind::set_tag: widen(box, Field::tag); break;
    case EffectKind::untrack: widen(box, Field::state); break;
    case EffectKind::translate_destination:
      for (const Field f : {Field::destination, Field::destination_port, Field::destination_type, Field::dnat}) widen(box, f);
      break;
    case EffectKind::translate_source:
      for (const Field f : {Field::source, Field::source_port, Field::source_type, Field::snat}) widen(box, f);
      break;
    case EffectKind::unknown_rewrite: box = Box{}; break;
  }
}

}  // namespace

struct Symbolic::State {
  State(const ir::Firewall& f, packets::Diagrams& d) : firewall(f), diagrams(d), sets(f, d) { index_effects(); }

  const ir::Firewall& firewall;
  packets::Diagrams& diagrams;
  MatchSets sets;
  Leaves leaves;

  /// Effects of rules by table: what may happen to a packet while it is in a table's lists.
  struct TableEffects {
    std::vector<ir::Effect> on_match, on_decide;
  };
  std::map<ir::StringId, TableEffects> table_effects;

  /// The rules of one list that can hold inside the box, in order, with what is left to test of their condition.
  struct Candidate {
    ir::RuleId rule;
    Overlap overlap;
  };
  struct Walk {
    std::vector<Candidate> candidates;
    Node summary{};
    enum class Progress : std::uint8_t { open, on_stack, listed, done } progress = Progress::open;
  };
  /// Walks of the stage at hand, by list.
  std::unordered_map<ir::ListId, Walk> walks;

  void index_effects();
  Node constant(const Leaf& leaf) { return diagrams.constant(leaves.intern(leaf)); }
  Leaf decision(const ir::Rule& rule, ir::RuleId id, ir::ListId list) const;
  Node condition(ir::RuleId id, const Candidate& candidate, const Box& box, bool raw);

  void collect(ir::ListId root, const Box& box, bool raw, std::vector<ir::ListId>& bottom_up);
  Node summarise(ir::ListId root, const Box& box, bool raw, ir::Path path);
  Node summarise_list(ir::ListId list, const Box& box, bool raw, ir::Path path);
  Node outcome_of_rule(ir::RuleId id, ir::ListId list, Node rest, ir::Path path);
  Node continue_with(Node left, Node rest, ir::Path path, bool quick);
  Node after(const Transform& change, Node rest, ir::Path path);
  Node decided_before(Node rest, const Leaf& earlier);

  Node stage(const ir::Stage& stage, const Box& box, ir::Path path);
  Node way(const Question& question, ir::Path path, std::size_t first, Box box);
  std::uint32_t join(std::uint32_t a, std::uint32_t b);
  std::uint32_t passed(const ir::Stage& stage, const Leaf& pass, std::uint32_t next);
};

void Symbolic::State::index_effects() {
  for (const ir::RuleList& list : firewall.lists) {
    for (const ir::RuleId id : firewall.rules_of(list)) {
      const ir::Rule& rule = firewall.rules[id];
      if (rule.on_match == 0 && rule.on_decide == 0) continue;
      TableEffects& effects = table_effects[list.table];
      const auto add = [this](std::vector<ir::Effect>& to, ir::EffectsId from) {
        for (const ir::Effect& effect : firewall.effects_of(from))
          if (std::ranges::none_of(to, [&](const ir::Effect& e) { return e.kind == effect.kind; })) to.push_back(effect);
      };
      add(effects.on_match, rule.on_match);
      add(effects.on_decide, rule.on_decide);
    }
  }
}

/// What a rule with a verdict of its own comes to.
Leaf Symbolic::State::decision(const ir::Rule& rule, ir::RuleId id, ir::ListId list) const {
  Leaf leaf;
  leaf.outcome.rule = id;
  leaf.outcome.list = list;
  leaf.on_decide = rule.on_decide;
  leaf.keeps_state = rule.keeps_state;
  for (const ir::Effect& effect : firewall.effects_of(rule.on_decide)) leaf.skips_filter |= effect.skips_filter;
  switch (rule.action) {
    case ir::ActionKind::accept: leaf.kind = Leaf::Kind::pass, leaf.outcome.verdict = Verdict::accept; break;
    case ir::ActionKind::drop: leaf.kind = Leaf::Kind::final, leaf.outcome.verdict = Verdict::drop; break;
    case ir::ActionKind::reject: leaf.kind = Leaf::Kind::final, leaf.outcome.verdict = Verdict::reject; break;
    default: leaf.kind = Leaf::Kind::final, leaf.outcome.verdict = Verdict::undecided; break;
  }
  return leaf;
}

/// Finds the lists that packets of the box can come to, callees before callers, and in each the rules that can hold.
/// Iterative: the depth of calls is the input's choice.
void Symbolic::State::collect(ir::ListId root, const Box& box, bool raw, std::vector<ir::ListId>& bottom_up) {
  struct Frame {
    ir::ListId list;
    std::size_t next = 0;
  };
  const auto scan = [&](ir::ListId list) {
    Walk& walk = walks[list];
    walk.progress = Walk::Progress::on_stack;
    const ir::RuleList& rules = firewall.lists[list];
    for (const ir::RuleId id : firewall.rules_of(rules)) {
      const ir::Rule& rule = firewall.rules[id];
      Overlap overlap = Overlap::always;
      for (const ir::Match& match : firewall.matches_of(rule)) {
        const Overlap one = sets.overlap(match, box, raw);
        if (one != Overlap::always) overlap = one;
        if (one == Overlap::never) break;
      }
      const bool idle = rule.action == ir::ActionKind::continue_ && rule.on_match == 0;
      if (overlap == Overlap::never || idle) continue;
      walk.candidates.push_back({id, overlap});
      const bool ends = rule.action != ir::ActionKind::continue_ && rule.action != ir::ActionKind::jump;
      if (overlap == Overlap::always && ends && (rules.discipline == ir::Discipline::first_match || rule.quick)) break;
    }
  };
  std::vector<Frame> stack{{root}};
  scan(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    Walk& walk = walks[frame.list];
    if (frame.next == walk.candidates.size()) {
      walk.progress = Walk::Progress::listed;
      bottom_up.push_back(frame.list);
      stack.pop_back();
      continue;
    }
    const ir::Rule& rule = firewall.rules[walk.candidates[frame.next++].rule];
    const bool calls = rule.action == ir::ActionKind::jump || rule.action == ir::ActionKind::go_to;
    if (!calls || rule.target == ir::none || walks[rule.target].progress != Walk::Progress::open) continue;
    stack.push_back({rule.target});
    scan(rule.target);
  }
}

Node Symbolic::State::summarise(ir::ListId root, const Box& box, bool raw, ir::Path path) {
  walks.clear();
  std::vector<ir::ListId> bottom_up;
  collect(root, box, raw, bottom_up);
  for (const ir::ListId list : bottom_up) {
    const Node summary = summarise_list(list, box, raw, path);
    walks[list].summary = summary;
    walks[list].progress = Walk::Progress::done;
  }
  return walks[root].summary;
}

/// The rule's condition, without what the box makes sure of.
Node Symbolic::State::condition(ir::RuleId id, const Candidate& candidate, const Box& box, bool raw) {
  Node result = diagrams.constant(1);
  if (candidate.overlap == Overlap::always) return result;
  for (const ir::Match& match : firewall.matches_of(firewall.rules[id]))
    if (sets.overlap(match, box, raw) != Overlap::always) result = diagrams.intersection(result, sets.set(match, raw));
  return result;
}

Node Symbolic::State::summarise_list(ir::ListId list, const Box& box, bool raw, ir::Path path) {
  const ir::RuleList& rules = firewall.lists[list];
  Leaf back;
  back.kind = Leaf::Kind::back;
  Node rest = constant(back);
  if (!rules.declared) {
    Leaf unknown;
    unknown.kind = Leaf::Kind::final;
    unknown.outcome.list = list;
    return constant(unknown);
  }
  const std::vector<Candidate> candidates = walks[list].candidates;
  for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
    const Node holds = condition(candidate->rule, *candidate, box, raw);
    const Node outside = diagrams.constant(Leaves::nothing);
    const Node rest_inside = diagrams.ite(holds, rest, outside);
    rest = diagrams.ite(holds, outcome_of_rule(candidate->rule, list, rest_inside, path), rest);
  }
  return rest;
}

/// What becomes of packets for which the rule holds; `rest` is what the rules behind it would do.
Node Symbolic::State::outcome_of_rule(ir::RuleId id, ir::ListId list, Node rest, ir::Path path) {
  const ir::Rule& rule = firewall.rules[id];
  const bool last_match = firewall.lists[list].discipline == ir::Discipline::last_match;
  const Transform change = transform_of(firewall, rule.on_match);
  switch (rule.action) {
    case ir::ActionKind::continue_: return after(change, rest, path);
    case ir::ActionKind::return_: {
      Leaf back;
      back.kind = Leaf::Kind::back;
      back.change = change;
      return constant(back);
    }
    case ir::ActionKind::jump:
    case ir::ActionKind::go_to: {
      Leaf lost;  // an undeclared list, or a cycle
      lost.kind = Leaf::Kind::final;
      lost.outcome.rule = id;
      lost.outcome.list = list;
      const bool known = rule.target != ir::none && walks[rule.target].progress == Walk::Progress::done;
      const Node callee = known ? walks[rule.target].summary : constant(lost);
      const Node entered = rule.action == ir::ActionKind::go_to ? callee : continue_with(callee, rest, path, rule.quick);
      return after(change, entered, path);
    }
    default: break;
  }
  Leaf leaf = decision(rule, id, list);
  if (!last_match) {
    leaf.change = change.then(transform_of(firewall, rule.on_decide));
    if (leaf.change.destination.any()) leaf.outcome.translated_by = id;
    return constant(leaf);
  }
  if (rule.quick) {
    leaf.change = change.then(transform_of(firewall, rule.on_decide));
    if (leaf.change.destination.any()) leaf.outcome.translated_by = id;
    return constant(leaf);
  }
  leaf.kind = Leaf::Kind::tentative;
  return decided_before(after(change, rest, path), leaf);
}

/// Last-match lists: `rest`, where it does not decide itself, decides as the earlier rule did.
Node Symbolic::State::decided_before(Node rest, const Leaf& earlier) {
  return diagrams.map_leaves(rest, [&](std::uint32_t id) {
    if (leaves[id].kind != Leaf::Kind::back) return id;
    Leaf leaf = earlier;
    leaf.change = earlier.change.then(leaves[id].change);
    return leaves.intern(leaf);
  });
}

/// A called list's summary with the caller's remaining rules put in where it comes back.
Node Symbolic::State::continue_with(Node called, Node rest, ir::Path path, bool quick) {
  Node result = called;
  for (const std::uint32_t id : diagrams.leaves(called)) {
    const Leaf leaf = leaves[id];
    if (leaf.kind == Leaf::Kind::back)
      result = diagrams.ite(diagrams.where(called, id), after(leaf.change, rest, path), result);
    if (leaf.kind == Leaf::Kind::tentative && !quick) {
      Leaf decided = leaf;
      decided.change = Transform{};
      Leaf kept = leaf;
      const Node then = diagrams.map_leaves(after(leaf.change, rest, path), [&](std::uint32_t other) {
        if (leaves[other].kind != Leaf::Kind::back) return other;
        kept.change = leaves[other].change;
        return leaves.intern(kept);
      });
      result = diagrams.ite(diagrams.where(called, id), then, result);
    }
    if (leaf.kind == Leaf::Kind::tentative && quick) {
      Leaf ended = leaf;
      ended.kind = leaf.outcome.verdict == Verdict::accept ? Leaf::Kind::pass : Leaf::Kind::final;
      ended.change = leaf.change.then(transform_of(firewall, leaf.on_decide));
      if (ended.change.destination.any()) ended.outcome.translated_by = leaf.outcome.rule;
      result = diagrams.ite(diagrams.where(called, id), constant(ended), result);
    }
  }
  return result;
}

/// `rest` for packets that are changed first.
Node Symbolic::State::after(const Transform& change, Node rest, ir::Path path) {
  if (change.identity()) return rest;
  const Node changed = sets.before(rest, change, path, [this](std::uint32_t a, std::uint32_t b) { return join(a, b); });
  return diagrams.map_leaves(changed, [&](std::uint32_t id) {
    Leaf leaf = leaves[id];
    if (leaf.kind == Leaf::Kind::nothing) return id;
    leaf.change = change.then(leaf.change);
    leaf.outcome.untracked |= change.untracks;
    return leaves.intern(leaf);
  });
}

/// One leaf for packets of which the file does not say to which of two leaves they come.
std::uint32_t Symbolic::State::join(std::uint32_t a, std::uint32_t b) {
  if (a == b || b == Leaves::nothing) return a;
  if (a == Leaves::nothing) return b;
  const bool both_final = leaves[a].kind == Leaf::Kind::final && leaves[b].kind == Leaf::Kind::final;
  if (both_final && leaves[a].outcome.verdict == leaves[b].outcome.verdict) {
    Leaf leaf = leaves[std::min(a, b)];
    leaf.outcome.states = leaves[a].outcome.states & leaves[b].outcome.states;
    leaf.outcome.diverted = leaves[a].outcome.diverted || leaves[b].outcome.diverted;
    return leaves.intern(leaf);
  }
  Leaf unknown = leaves[std::min(a, b)];
  unknown.kind = Leaf::Kind::final;
  unknown.outcome.verdict = Verdict::undecided;
  unknown.change = Transform{};
  return leaves.intern(unknown);
}

/// A base list with its default: every leaf is `pass` or `final`.
Node Symbolic::State::stage(const ir::Stage& stage, const Box& box, ir::Path path) {
  const Node summary = summarise(stage.list, box, stage.before_tracking, path);
  const ir::RuleList& list = firewall.lists[stage.list];
  return diagrams.map_leaves(summary, [&](std::uint32_t id) {
    Leaf leaf = leaves[id];
    if (leaf.kind == Leaf::Kind::back) {
      const bool drops = list.fallthrough == ir::Fallthrough::drop;
      leaf.kind = drops ? Leaf::Kind::final : Leaf::Kind::pass;
      leaf.outcome.verdict = drops ? Verdict::drop : Verdict::accept;
      leaf.outcome.rule.reset();
      leaf.outcome.list = stage.list;
      leaf.keeps_state = list.policy_keeps_state;
    } else if (leaf.kind == Leaf::Kind::tentative) {
      leaf.kind = leaf.outcome.verdict == Verdict::accept ? Leaf::Kind::pass : Leaf::Kind::final;
      leaf.change = leaf.change.then(transform_of(firewall, leaf.on_decide));
      if (leaf.change.destination.any()) leaf.outcome.translated_by = leaf.outcome.rule;
    } else {
      return id;
    }
    return leaves.intern(leaf);
  });
}

/// The end of the way of packets that passed `stage` and then came to `next`.
std::uint32_t Symbolic::State::passed(const ir::Stage& stage, const Leaf& pass, std::uint32_t next) {
  Leaf leaf = leaves[next];
  if (leaf.kind == Leaf::Kind::nothing) return next;
  leaf.outcome.diverted |= pass.change.destination.any();
  leaf.outcome.untracked |= pass.outcome.untracked || pass.change.untracks;
  if (!leaf.outcome.translated_by) leaf.outcome.translated_by = pass.outcome.translated_by;
  if (leaf.outcome.verdict == Verdict::accept) {
    if (pass.keeps_state && stage.tracker >= 0) leaf.outcome.states |= 1u << stage.tracker;
    if (!leaf.blamed && (stage.filter || !leaf.outcome.rule)) {
      leaf.outcome.rule = pass.outcome.rule;
      leaf.outcome.list = pass.outcome.list;
      leaf.blamed = stage.filter;
    }
  }
  return leaves.intern(leaf);
}

/// The function "what becomes of a packet that comes to stage `first` of the path".
Node Symbolic::State::way(const Question& question, ir::Path path, std::size_t first, Box box) {
  const auto& stages = firewall.path(path);
  if (first == stages.size()) {
    Leaf accepted;
    accepted.kind = Leaf::Kind::final;
    accepted.outcome.verdict = Verdict::accept;
    return constant(accepted);
  }
  const ir::Stage& here = stages[first];
  const int tracker = question.is_reply ? here.reply_tracker : here.tracker;
  if (tracker >= 0 && (question.states >> tracker & 1) != 0) return way(question, path, first + 1, box);

  using ir::Field;
  Box stage_box = box;
  if (here.translates && question.repeat_translation) stage_box[Field::state] = {{0, 0}};
  const auto may_be_first = [&] {
    if (box[Field::state].empty()) return true;
    return std::ranges::any_of(box[Field::state], [](const ir::Range& r) {
      return r.contains(static_cast<unsigned>(ir::State::new_)) || r.contains(static_cast<unsigned>(ir::State::related));
    });
  };
  if (here.translates && !question.repeat_translation && !may_be_first()) return way(question, path, first + 1, box);

  Box box_after = box;
  const auto effects = table_effects.find(firewall.lists[here.list].table);
  if (effects != table_effects.end()) {
    for (const ir::Effect& effect : effects->second.on_match) widen(stage_box, effect), widen(box_after, effect);
    for (const ir::Effect& effect : effects->second.on_decide) widen(box_after, effect);
  }
  Node decided = stage(here, stage_box, path);
  const Node next = way(question, path, first + 1, box_after);
  if (here.translates && question.repeat_translation)
    decided = diagrams.restrict(decided, packets::Dimension{packets::ct_state}, static_cast<unsigned>(ir::State::new_));

  // Where the way goes on somewhere else after the destination was translated.
  const auto others_begin = [&](ir::Path other) {
    const auto& row = firewall.path(other);
    std::size_t at = 0;
    while (at < row.size() && row[at].point == ir::Point::prerouting) ++at;
    return at;
  };
  std::optional<Node> rerouted;
  const auto elsewhere = [&](const Transform& change) -> std::optional<Node> {
    if (here.point != ir::Point::prerouting || !change.destination.any() || firewall.tracking != ir::Tracking::by_rules) return std::nullopt;
    const bool address_changes = change.destination.addresses != 0 || change.destination.local;
    if (!address_changes || (path == ir::Path::ingress) == change.destination.local) return std::nullopt;
    if (rerouted) return rerouted;
    const ir::Path other = path == ir::Path::ingress ? ir::Path::forward : ir::Path::ingress;
    Box other_box = box_after;
    widen(other_box, Field::out_interface);
    const Node there = way(question, other, others_begin(other), other_box);
    const std::vector<ir::Range> out = other == ir::Path::forward ? std::vector<ir::Range>{{1, sets.interfaces.last()}} : std::vector<ir::Range>{{0, 0}};
    rerouted = sets.over_all(there, packets::out_interface, out, [this](std::uint32_t a, std::uint32_t b) { return join(a, b); });
    return rerouted;
  };

  const auto join_leaves = [this](std::uint32_t a, std::uint32_t b) { return join(a, b); };
  Node result = decided;
  for (const std::uint32_t id : diagrams.leaves(decided)) {
    const Leaf leaf = leaves[id];
    if (leaf.kind != Leaf::Kind::pass) continue;
    const Node region = diagrams.where(decided, id);
    Node onward = elsewhere(leaf.change).value_or(next);
    if (leaf.skips_filter && first + 1 < stages.size() && stages[first + 1].filter) onward = way(question, path, first + 2, box_after);
    if (!diagrams.is_constant(onward)) onward = diagrams.ite(region, sets.before(onward, leaf.change, path, join_leaves), diagrams.constant(Leaves::nothing));
    onward = diagrams.map_leaves(onward, [&](std::uint32_t later) { return passed(here, leaf, later); });
    result = diagrams.ite(region, onward, result);
  }
  if (here.translates && !question.repeat_translation) {
    // The nat table sees the first packet of a connection only; ICMP errors are related, but never first.
    const auto is = [&](Field field, std::initializer_list<unsigned> values) {
      std::vector<ir::Range> list;
      for (const unsigned v : values) list.push_back({v, v});
      return sets.set(const_cast<ir::Firewall&>(firewall).ranges_match(field, list), false);
    };
    const Node related_first = diagrams.difference(is(Field::state, {2}), is(Field::protocol, {ir::protocol::icmp, ir::protocol::icmpv6}));
    result = diagrams.ite(diagrams.unite(is(Field::state, {0}), related_first), result, next);
  }
  return result;
}

Symbolic::Symbolic(const ir::Firewall& firewall, packets::Diagrams& diagrams) : state_(std::make_unique<State>(firewall, diagrams)) {}
Symbolic::~Symbolic() = default;

Partition Symbolic::evaluate(const Question& question) {
  State& s = *state_;
  const Node asked = s.diagrams.intersection(s.sets.universe(question.path), s.sets.box(question.box));
  Node all = s.way(question, question.path, 0, question.box);
  all = s.diagrams.restrict(all, MatchSets::raw_untracked, 0);
  all = s.diagrams.ite(asked, all, s.diagrams.constant(Leaves::nothing));
  std::map<std::uint32_t, std::size_t> place;
  Partition partition;
  std::vector<std::pair<Outcome, Node>> merged;
  for (const std::uint32_t id : s.diagrams.leaves(all)) {
    if (id == Leaves::nothing) continue;
    const Outcome& outcome = s.leaves[id].outcome;
    const Node region = s.diagrams.where(all, id);
    const auto same = std::ranges::find_if(merged, [&](const auto& entry) { return entry.first == outcome; });
    if (same == merged.end()) merged.emplace_back(outcome, region);
    else same->second = s.diagrams.unite(same->second, region);
  }
  for (auto& [outcome, region] : merged) partition.push_back({packets::Set(s.diagrams, region), outcome});
  return partition;
}

}  // namespace wallcheck::evaluate
