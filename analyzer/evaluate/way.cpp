#include "evaluate/way.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "evaluate/choices.h"

namespace wallcheck::evaluate {

using ir::Field;
using ir::Path;
using ir::Point;
using ir::Range;
using ir::State;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

/// A list with fewer rules is walked over as fast as what is known of it is found.
constexpr std::uint32_t worth_knowing = 16;

constexpr unsigned bit(State state) { return 1u << static_cast<unsigned>(state); }

void widen(std::vector<Range>& values, std::span<const Range> more) {
  if (values.empty()) return;
  if (more.size() == 1 && values.back() == more[0]) return;  // many rules in a row may say the same
  values.insert(values.end(), more.begin(), more.end());
}

/// Where a translation may lead, as values of the packet's fields.
void widen(Reach& reach, const ir::Firewall& firewall, const Translation& translation) {
  const bool destination = translation.destination;
  widen(reach.box[destination ? Field::destination : Field::source], firewall.ranges[translation.addresses]);
  widen(reach.box[destination ? Field::destination_port : Field::source_port], firewall.ranges[translation.ports]);
  reach.add(destination ? history::destination_rewritten : history::source_rewritten);
  if (!destination) {
    if (translation.local && translation.path == Path::forward) reach.add(history::source_unknown);
    return;
  }
  reach.add(history::address_moved);
  if (!translation.local) return;
  reach.add(history::redirected);
  if (translation.path == Path::forward) reach.add(history::destination_unknown);
  const Range loopbacks[] = {{ipv4(0x7f00'0001u), ipv4(0x7f00'0001u)}, {1, 1}};
  if (translation.point == Point::output) widen(reach.box[Field::destination], loopbacks);
}

void normalise(Box& box) {
  for (auto& values : box.values) values = ir::normalised(std::move(values));
}

/// Values of marks after a change, as far as they can be listed.
void widen_marks(Reach& reach, const Transform& change) {
  constexpr std::size_t few = 16;
  auto& marks = reach.box[Field::mark];
  auto& connmarks = reach.box[Field::connmark];
  const auto listed = [&](const std::vector<Range>& values) {
    return !values.empty() && values.size() <= few && std::ranges::all_of(values, [](const Range& r) { return r.first == r.last; });
  };
  if (!listed(marks) || (!listed(connmarks) && (change.mark_other != 0 || change.connmark_other != 0))) {
    marks.clear();
    connmarks.clear();
    return;
  }
  std::vector<Range> new_marks = marks, new_connmarks = connmarks;
  for (const Range& m : marks)
    for (const Range& c : connmarks.empty() ? std::vector<Range>{{0, 0}} : connmarks) {
      const auto mark = static_cast<std::uint32_t>(m.first), connmark = static_cast<std::uint32_t>(c.first);
      const std::uint32_t mark_after = (mark & change.mark_keep) ^ (connmark & change.mark_other) ^ change.mark_flip;
      const std::uint32_t connmark_after = (connmark & change.connmark_keep) ^ (mark & change.connmark_other) ^ change.connmark_flip;
      new_marks.push_back({mark_after, mark_after});
      if (!connmarks.empty()) new_connmarks.push_back({connmark_after, connmark_after});
    }
  marks = std::move(new_marks);
  connmarks = std::move(new_connmarks);
}

}  // namespace

Way::Way(const ir::Firewall& firewall, packets::Diagrams& diagrams)
    : sets(firewall, diagrams), leaves(diagrams), firewall_(firewall), diagrams_(diagrams), substitution_(firewall, diagrams, leaves),
      summaries_(firewall, diagrams, sets, leaves, substitution_) {
  for (const ir::Effect& effect : firewall.effects) may_skip_filter_ |= effect.skips_filter;
  for (const ir::RuleList& list : firewall.lists) {
    for (const ir::RuleId id : firewall.rules_of(list)) {
      if (firewall.rules[id].on_match == 0) continue;
      Widening& widening = widenings_[list.table];
      for (const ir::Effect& effect : firewall.effects_of(firewall.rules[id].on_match)) {
        switch (effect.kind) {
          case ir::EffectKind::set_mark: widening.marks = true; break;
          case ir::EffectKind::set_connmark: widening.connmarks = true; break;
          case ir::EffectKind::set_tag: widening.tags = true; break;
          case ir::EffectKind::untrack: widening.untracks = true; break;
          case ir::EffectKind::unknown_rewrite: widening.unknown = true; break;
          case ir::EffectKind::translate_destination:
          case ir::EffectKind::translate_source: {
            const bool destination = effect.kind == ir::EffectKind::translate_destination;
            if (choices_of(firewall, destination, effect.addresses, effect.ports)) widening.translations.push_back(effect);
            else widening.unknown = true;
            break;
          }
        }
      }
    }
  }
}

void Way::clear() {
  sets.clear();
  leaves.clear();
  substitution_.clear();
}

Node Way::outcome(const Question& question, const Reach& reach, const Focus* focus) {
  question_ = &question;
  focus_ = focus;
  found_ = nullptr;  // a budget may have ended a search for rules
  diverting_rules_.clear();
  return substitution_.without_choices(from(question.path, 0, reach, false));
}

Focus Way::focus(const Question& question, const Reach& reach) {
  Focus result;
  question_ = &question;
  focus_ = nullptr;
  found_ = &result;
  from(question.path, 0, reach, false);
  found_ = nullptr;
  for (auto* const places : {&result.accepting, &result.refusing, &result.branching}) {
    std::ranges::sort(*places);
    places->erase(std::unique(places->begin(), places->end()), places->end());
  }
  return result;
}

void Way::take_note(Path path, const ir::Stage& stage, const Lists& lists, const Reach& arrived, const Reach& reach_after) {
  Focus& found = *found_;
  const bool filters = std::ranges::any_of(firewall_.path(question_->path), &ir::Stage::filter) && !may_skip_filter_;
  const bool elsewhere = path != question_->path;
  const bool drops = firewall_.lists[stage.list].fallthrough == ir::Fallthrough::drop;
  found.default_refuses |= drops;
  found.default_accepts |= !drops && !elsewhere && (stage.filter || !filters);
  for (const packets::Dimension event : {history::all_unknown, history::destination_unknown, history::source_unknown})
    found.may_be_unknown |= arrived.may(event);
  found.may_be_unknown |= reach_after.may(history::all_unknown);
  found.may_untrack |= reach_after.may(history::untracked);
  std::vector<bool> always(lists.walks.size(), false);  // does every packet come to the list?
  always[0] = true;
  for (auto index = lists.callees_first.rbegin(); index != lists.callees_first.rend(); ++index) {
    const Lists::Walk& walk = lists.walks[*index];
    const ir::ListId list = walk.list;
    const std::span<const Lists::Candidate> candidates = lists.of(walk);
    if (firewall_.lists[list].count < worth_knowing) found.count += candidates.size();
    else note_rules(list, candidates);
    for (const Lists::Candidate& candidate : candidates) {
      const ir::Rule& rule = firewall_.rules[candidate.rule];
      const Focus::Place place{candidate.rule, list, elsewhere};
      if (candidate.always && candidate.callee != ir::none && always[*index]) always[candidate.callee] = true;
      if (!candidate.always && always[*index]) found.branching.push_back(place);
      const bool calls = rule.action == ir::ActionKind::jump || rule.action == ir::ActionKind::go_to;
      if (rule.action == ir::ActionKind::accept) {
        if (stage.filter || !filters) found.accepting.push_back(place);
      } else if (rule.action != ir::ActionKind::continue_ && rule.action != ir::ActionKind::return_ && (!calls || candidate.callee == ir::none)) {
        found.refusing.push_back(place);
      }
      for (const ir::EffectsId effects : {rule.on_match, rule.on_decide})
        for (const ir::Effect& effect : firewall_.effects_of(effects))
          if (effect.kind == ir::EffectKind::translate_destination) found.diverting.push_back(candidate.rule);
    }
  }
}

/// The rules of a list, in its order, also where packets come to it at several stages or in several ways.
void Way::note_rules(ir::ListId list, std::span<const Lists::Candidate> candidates) {
  std::vector<ir::RuleId>& rules = found_->rules[list];
  found_->count -= rules.size();
  const bool seen_before = !rules.empty();
  std::ranges::transform(candidates, std::back_inserter(rules), &Lists::Candidate::rule);
  if (seen_before) {
    const std::unordered_set<ir::RuleId> all(rules.begin(), rules.end());
    rules.clear();
    std::ranges::copy_if(firewall_.rules_of(firewall_.lists[list]), std::back_inserter(rules), [&](ir::RuleId id) { return all.contains(id); });
  }
  found_->count += rules.size();
}

View Way::view_of(const ir::Stage& stage, Path path, const Reach& reach) const {
  View view;
  view.path = path;
  view.point = stage.point;
  view.before_tracking = stage.before_tracking;
  view.reassembled = stage.reassembled || question_->reassembled;
  view.established_as_new = stage.translates && question_->repeat_translation;
  view.reach = reach;
  Box& box = view.reach.box;
  if (const auto found = widenings_.find(firewall_.lists[stage.list].table); found != widenings_.end()) {
    const Widening& may = found->second;
    if (may.marks) box[Field::mark].clear();
    if (may.connmarks) box[Field::connmark].clear();
    if (may.tags) box[Field::tag].clear();
    if (may.untracks) view.reach.add(history::untracked);
    if (may.unknown) view.reach.add(history::all_unknown);
    view.translates_at_once = !may.translations.empty();
    for (const ir::Effect& effect : may.translations) {
      const bool destination = effect.kind == ir::EffectKind::translate_destination;
      widen(view.reach, firewall_, {destination, effect.addresses, effect.ports, destination ? effect.to_local : effect.from_local, stage.point, path});
    }
  }
  if (std::vector<Range>& states = box[Field::state]; !states.empty() || view.before_tracking) {
    std::vector<Range> shown;
    for (unsigned s = 0; s < 5; ++s) {
      const auto as = static_cast<unsigned>(view.shown(static_cast<State>(s)));
      if (states.empty() || std::ranges::any_of(states, [&](const Range& r) { return r.contains(s); })) shown.push_back({as, as});
    }
    if (view.reach.may(history::untracked)) shown.push_back({static_cast<unsigned>(State::untracked), static_cast<unsigned>(State::untracked)});
    states = std::move(shown);
  }
  const auto translated = [&](Field field, packets::Dimension rewritten) {
    if (view.before_tracking) box[field] = {{0, 0}};
    else if (view.reach.may(rewritten)) box[field].clear();
  };
  translated(Field::dnat, history::destination_rewritten);
  translated(Field::snat, history::source_rewritten);
  if (view.reassembled) box[Field::fragment] = {{0, 0}};
  normalise(box);
  return view;
}

void Way::add_effects(Reach& reach, ir::RuleId rule, const Transform& change) {
  if (change.changes_marks()) widen_marks(reach, change);
  if (change.tag) {
    const Range tag[] = {{*change.tag, *change.tag}};
    widen(reach.box[Field::tag], tag);
  }
  if (change.untracks) reach.add(history::untracked);
  if (change.unknown) reach.add(history::all_unknown);
  for (const Translation& translation : change.translations) {
    widen(reach, firewall_, translation);
    if (translation.destination) diverting_rules_.push_back(rule);
  }
}

/// What packets may be like behind a stage, after whatever the rules do that can hold.
Reach Way::reach_behind(const Lists& lists, const View& view, const Reach& reach) {
  Reach result = reach;
  for (const Lists::Walk& walk : lists.walks) {
    for (const Lists::Candidate& candidate : lists.of(walk)) {
      const ir::Rule& rule = firewall_.rules[candidate.rule];
      for (const ir::EffectsId effects : {rule.on_match, rule.on_decide}) {
        if (effects == 0) continue;
        add_effects(result, candidate.rule, transform_of(firewall_, effects, view.point, view.path, true));
        if (asks_connection(firewall_, effects)) add_effects(result, candidate.rule, transform_of(firewall_, effects, view.point, view.path, false));
      }
    }
  }
  normalise(result.box);
  return result;
}

/// The nat table is shown what may be the first packet of a connection (an ICMP error belongs to a connection that has begun),
/// and where connection tracking repeats a translation, also later packets.
Node Way::shown_to_nat(const View& view, const Reach& arrived) {
  const Range icmp[] = {{ir::protocol::icmp, ir::protocol::icmp}, {ir::protocol::icmpv6, ir::protocol::icmpv6}};
  const Node related = diagrams_.difference(sets.state(bit(State::related), view), diagrams_.values(dimension::protocol, icmp));
  Node first = sets.state(bit(State::new_), view);
  if (view.established_as_new) {
    const auto is = [&](packets::Dimension d, unsigned value) {
      const Range one{value, value};
      return diagrams_.values(d, std::span(&one, 1));
    };
    const Node reply = is(dimension::direction, static_cast<unsigned>(ir::Direction::reply));
    first = diagrams_.difference(first, diagrams_.intersection(reply, is(dimension::state, static_cast<unsigned>(State::established))));
  }
  first = diagrams_.unite(first, related);
  // What the question fixes is not asked again: it would stand above everything.
  const auto fixed = [&](packets::Dimension d, const std::vector<Range>& values) {
    if (values.size() == 1 && values[0].first == values[0].last) first = diagrams_.restrict(first, d, values[0].first);
  };
  fixed(dimension::state, arrived.box[Field::state]);
  fixed(dimension::protocol, arrived.box[Field::protocol]);
  fixed(dimension::direction, arrived.box[Field::direction]);
  return first;
}

Node Way::from(Path path, std::size_t index, const Reach& reach, bool skips_filter) {
  const auto& stages = firewall_.path(path);
  if (index == stages.size()) {
    Leaf accepted;
    accepted.kind = Leaf::Kind::final;
    accepted.outcome.verdict = Verdict::accept;
    return leaf(leaves.intern(accepted));
  }
  const ir::Stage& stage = stages[index];
  if (stage.filter && skips_filter) return behind(path, index, reach, false);
  const std::int8_t tracker = question_->is_reply ? stage.reply_tracker : stage.tracker;
  if (tracker >= 0 && (question_->states >> tracker & 1) != 0) {
    return diagrams_.map_leaves(behind(path, index, reach, skips_filter), [&](std::uint32_t id) {
      Leaf known = leaves[id];
      if (known.kind == Leaf::Kind::final) known.outcome.states |= 1u << tracker;
      return leaves.intern(known);
    });
  }

  if (stage.translates && question_->untranslated) return behind(path, index, reach, skips_filter);
  const View view = view_of(stage, path, reach);
  const Node shown = stage.translates ? shown_to_nat(view, reach) : leaf(1);
  const auto& states = view.reach.box[Field::state];
  const bool may_be_first = states.empty() || std::ranges::any_of(states, [](const Range& r) {
    return r.contains(static_cast<unsigned>(State::new_)) || r.contains(static_cast<unsigned>(State::related));
  });
  if (stage.translates && (!may_be_first || shown == leaf(0))) return behind(path, index, reach, skips_filter);

  Lists lists = summaries_.lists(stage.list, view, focus_);
  const Reach reach_after = reach_behind(lists, view, reach);
  if (found_ != nullptr) {
    take_note(path, stage, lists, view.reach, reach_after);
    if (may_skip_filter_) behind(path, index, reach_after, true);
    return behind(path, index, reach_after, skips_filter);
  }
  const Node next = behind(path, index, reach_after, skips_filter);
  const Node next_unfiltered = may_skip_filter_ ? behind(path, index, reach_after, true) : next;
  // A filter's word is final among stages that let a packet pass: what they say behind it makes no difference.
  const Node seen = stage.filter ? without_later_blame(next) : next;
  const auto pass_on = [&](const Leaf& pass) { return passed(stage, pass, pass.skips_filter ? next_unfiltered : seen); };
  // (Rules that translate put in what becomes of few packets each; others put in all of it every time.)
  const std::size_t simple = stage.translates ? 4000 : 100;
  Node result = leaf(Leaves::nothing);
  if (diagrams_.size(seen) <= simple && diagrams_.size(next_unfiltered) <= simple) {
    result = summaries_.stage(lists, view, pass_on);
  } else {
    const Node decided = summaries_.stage(lists, view, [&](const Leaf& pass) { return leaf(leaves.intern(pass)); });
    result = diagrams_.replace_leaves(decided, [&](std::uint32_t id) {
      const Leaf one = leaves[id];
      if (one.kind != Leaf::Kind::pass) return leaf(id);
      return passed(stage, one, substitution_.before(one.skips_filter ? next_unfiltered : seen, one.change));
    });
  }
  return diagrams_.ite(shown, result, next);
}

Node Way::without_later_blame(Node next) {
  return diagrams_.map_leaves(next, [&](std::uint32_t id) {
    Leaf end = leaves[id];
    if (end.blame != Blame::by_rule && end.blame != Blame::by_default) return id;
    end.blame = Blame::nobody;
    end.outcome.rule.reset();
    end.outcome.list.reset();
    return leaves.intern(end);
  });
}

/// The end of the way of packets that passed a stage, given what the stages behind it do.
Node Way::passed(const ir::Stage& stage, const Leaf& pass, Node next) {
  const Blame blame = stage.filter ? Blame::by_filter : pass.outcome.rule ? Blame::by_rule : Blame::by_default;
  const std::uint32_t made = pass.keeps_state && stage.tracker >= 0 ? 1u << stage.tracker : 0u;
  return diagrams_.map_leaves(next, [&](std::uint32_t id) {
    Leaf end = leaves[id];
    if (end.kind != Leaf::Kind::final) return id;
    end.outcome.states |= made;
    const bool takes_blame = end.blame != Blame::ended && end.blame != Blame::by_filter &&
                             (blame == Blame::by_filter || end.blame != Blame::by_rule);
    if (takes_blame) {
      end.blame = blame;
      end.outcome.rule = pass.outcome.rule;
      end.outcome.list = pass.outcome.list;
    }
    return leaves.intern(end);
  });
}

/// Behind a stage: the next one, or another way if routing sends the packet there.
Node Way::behind(Path path, std::size_t index, const Reach& reach, bool skips_filter) {
  const auto& stages = firewall_.path(path);
  const bool before_routing = stages[index].point == Point::prerouting;
  const bool is_routed = index + 1 == stages.size() || stages[index + 1].point != Point::prerouting;
  if (before_routing && is_routed) return routed(path, index + 1, reach, skips_filter);
  return from(path, index + 1, reach, skips_filter);
}

/// Routing, after PREROUTING: a packet whose destination was changed may take another way from here on.
Node Way::routed(Path path, std::size_t index, const Reach& reach, bool skips_filter) {
  Node result = from(path, index, reach, skips_filter);
  if (reach.may(history::destination_rewritten)) {
    const Path other = path == Path::ingress ? Path::forward : Path::ingress;
    const auto& stages = firewall_.path(other);
    const auto first = std::ranges::find_if(stages, [](const ir::Stage& stage) { return stage.point != Point::prerouting; });
    // Out through the interface that the packet names; "eth1" if it names none.
    const Range no_name{0, 0};
    const Uint128 usual = sets.interfaces.value_of("eth1");
    Reach there = reach;
    auto& out = there.box[Field::out_interface];
    if (!out.empty()) out.push_back({usual, usual});
    normalise(there.box);
    Node elsewhere = from(other, static_cast<std::size_t>(first - stages.begin()), there, skips_filter);
    constexpr unsigned not_unicast = 0b1111u & ~(1u << static_cast<unsigned>(ir::AddressType::unicast));
    Node local = diagrams_.unite(diagrams_.bit(history::redirected), sets.address_type(Field::destination_type, not_unicast, Path::forward));
    if (path == Path::ingress) {
      elsewhere = diagrams_.ite(diagrams_.values(dimension::out_interface, std::span(&no_name, 1)),
                                diagrams_.restrict(elsewhere, dimension::out_interface, usual), elsewhere);
      local = diagrams_.unite(local, diagrams_.complement(diagrams_.bit(history::address_moved)));
      result = diagrams_.ite(local, result, elsewhere);
    } else {
      result = diagrams_.ite(diagrams_.intersection(local, diagrams_.bit(history::destination_rewritten)), elsewhere, result);
    }
  }
  if (reach.may(history::all_unknown)) {
    Leaf lost;
    lost.kind = Leaf::Kind::final;
    lost.blame = Blame::ended;
    result = diagrams_.ite(diagrams_.bit(history::all_unknown), leaf(leaves.intern(lost)), result);
  }
  return result;
}

}  // namespace wallcheck::evaluate
