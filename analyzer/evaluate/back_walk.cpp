#include "evaluate/back_walk.h"

#include <algorithm>

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Field;
using ir::MatchKind;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

constexpr Node nothing = leaf(0);
constexpr Node everything = leaf(1);

/// Calls within one another that are followed.
constexpr unsigned most_calls = 1000;
/// Callers of one list whose remaining rules are looked at one by one.
constexpr std::size_t most_callers = 64;
/// Lists and rules that are looked through for what may decide.
constexpr std::size_t most_lists_searched = 64, most_rules_searched = 2000;
constexpr std::size_t most_known = 4;  ///< sets of packets that come to a list
/// A list with fewer rules is looked through.
constexpr std::uint32_t shortest_indexed = 48;

bool decides(ActionKind action) { return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject; }

bool asks_each_time(const ir::Firewall& firewall, const ir::Match& match) {
  if (match.kind == MatchKind::opaque) return firewall.opaques[match.value].each_time;
  if (match.kind != MatchKind::any_of) return false;
  return std::ranges::any_of(firewall.conjunctions_of(match.value), [&](const ir::Conjunction& one) {
    return std::ranges::any_of(firewall.matches_of(one), [&](const ir::Match& inner) { return asks_each_time(firewall, inner); });
  });
}

}  // namespace

packets::Node freed(packets::Diagrams& diagrams, Node set, packets::Dimension first, packets::Dimension end) {
  return diagrams.exists(set, [=](packets::Dimension d) { return d >= first && d < end; });
}

bool cut(std::vector<ir::Range>& values, std::span<const ir::Range> match, bool without) {
  std::vector<ir::Range> result;
  for (const ir::Range& range : values) {
    if (!without) {
      for (const ir::Range& one : match)
        if (one.first <= range.last && one.last >= range.first) result.push_back({std::max(one.first, range.first), std::min(one.last, range.last)});
      continue;
    }
    Uint128 next = range.first;
    bool open = true;
    for (const ir::Range& hole : match) {
      if (hole.last < next || hole.first > range.last) continue;
      if (hole.first > next) result.push_back({next, hole.first - 1});
      open = hole.last < range.last;
      if (!open) break;
      next = hole.last + 1;
    }
    if (open) result.push_back({next, range.last});
  }
  if (result.empty()) return false;
  values = std::move(result);
  return true;
}

void HitsTools::narrow(View& view, const ir::Rule& rule) {
  for (const ir::Match& match : firewall.matches_of(rule)) {
    const bool is_shown = match.field == Field::in_interface ? view.shows_in_interface() : view.shows_out_interface();
    if (match.kind == MatchKind::interface && is_shown) {
      auto& names = view.reach.box[match.field];
      if (names.empty()) names = {{1, sets.interfaces.last()}};
      cut(names, sets.interface_values(match.value), match.negated);
    }
    const bool kept = match.field <= Field::icmp || match.field == Field::state || match.field == Field::direction || match.field == Field::fragment;
    if (match.kind != MatchKind::ranges || !kept) continue;
    auto& values = view.reach.box[match.field];
    const bool address = match.field == Field::source || match.field == Field::destination;
    if (values.empty() && address && !firewall.ipv6) values = {{ipv4_first, ipv4_last}};
    if (values.empty()) values = {{0, address ? ~Uint128{0} : packets::last_value(MatchSets::number_of(match.field))}};
    cut(values, firewall.ranges[match.value], match.negated);
  }
}

HitsTools::HitsTools(const ir::Firewall& f, const Limits& limits)
    : firewall(f), diagrams(limits), sets(f, diagrams), substitution(f, diagrams, leaves), places(f), counts(f.rules.size(), false) {
  last_decides = std::ranges::any_of(f.lists, [](const ir::RuleList& list) { return list.discipline == ir::Discipline::last_match; });
  for (ir::RuleId id = 0; id < f.rules.size(); ++id)
    counts[id] = std::ranges::any_of(f.matches_of(f.rules[id]), [&](const ir::Match& match) { return asks_each_time(f, match); });
  name_leaves();
}

const RuleIndex* HitsTools::index_of(ir::ListId list) {
  if (firewall.lists[list].count < shortest_indexed) return nullptr;
  auto& index = indexes_[list];
  if (!index) index = std::make_unique<RuleIndex>(firewall, firewall.lists[list]);
  return index.get();
}

std::vector<std::uint32_t> HitsTools::touching(ir::ListId list, const Box& box, std::uint32_t from, std::uint32_t to) {
  if (const RuleIndex* const index = index_of(list)) return index->touching(box, from, to);
  std::vector<std::uint32_t> result;
  for (std::uint32_t position = from; position < to; ++position) result.push_back(position);
  return result;
}

bool HitsTools::ends_like(ir::ListId base, ir::RuleId rule) const {
  const ir::RuleList& list = firewall.lists[base];
  const ir::Rule& one = firewall.rules[rule];
  const bool drops = list.fallthrough == ir::Fallthrough::drop;
  if (one.manner != 0) return false;
  if (one.action == ActionKind::drop) return drops;
  return one.action == ActionKind::accept && !drops && one.on_decide == 0 && one.keeps_state == list.policy_keeps_state;
}

void HitsTools::clear() {
  candidates.clear();
  coming.clear();
  sets.clear();
  substitution.clear();
  diagrams.clear();
  name_leaves();
}

/// Sets have the leaves 0 and 1; Substitution wants to know what leaf 1 is.
void HitsTools::name_leaves() {
  leaves.clear();
  Leaf inside;
  inside.kind = Leaf::Kind::back;
  leaves.intern(inside);
}

BackWalk::BackWalk(HitsTools& tools, const Entrance& entrance, const ir::Rule& box)
    : tools_(tools), firewall_(tools.firewall), diagrams_(tools.diagrams), entrance_(entrance),
      entrance_bit_(std::uint64_t{1} << (&entrance - tools.places.entrances().data())),
      standing_(tools.sets.open_type(Field::destination_type) + MatchSets::type_bits), view_(entrance.view) {
  if (!entrance.changes_more_than_marks) tools_.narrow(view_, box);
}

Node BackWalk::arrivals() {
  if (entrance_.changes_more_than_marks) return everything;
  const View& view = entrance_.view;
  const auto values = [&](packets::Dimension d, ir::Range range) { return diagrams_.values(d, std::span(&range, 1)); };
  const Node from_ipv4 = values(dimension::source, {ipv4_first, ipv4_last}), to_ipv4 = values(dimension::destination, {ipv4_first, ipv4_last});
  Node result = nothing;
  if (firewall_.ipv4) result = diagrams_.unite(result, diagrams_.intersection(from_ipv4, to_ipv4));
  if (firewall_.ipv6) result = diagrams_.unite(result, diagrams_.complement(diagrams_.unite(from_ipv4, to_ipv4)));
  const ir::Range named{1, tools_.sets.interfaces.last()};
  if (view.shows_in_interface()) result = diagrams_.intersection(result, values(dimension::in_interface, named));
  if (view.shows_out_interface()) result = diagrams_.intersection(result, values(dimension::out_interface, named));
  if (!entrance_.translates) return result;
  // The nat table is shown what may be the first packet of a connection (an ICMP error belongs to one that has begun).
  const ir::Range icmp[] = {{ir::protocol::icmp, ir::protocol::icmp}, {ir::protocol::icmpv6, ir::protocol::icmpv6}};
  const auto state = [&](ir::State s) { return tools_.sets.state(1u << static_cast<unsigned>(s), view); };
  const Node related = diagrams_.difference(state(ir::State::related), diagrams_.values(dimension::protocol, icmp));
  return diagrams_.intersection(result, diagrams_.unite(state(ir::State::new_), related));
}

BackWalk::Condition BackWalk::condition(const ir::Rule& rule) {
  const Truth truth = tools_.sets.conjunction(firewall_.matches_of(rule), view_);
  return {truth.holds, truth.unknown == nothing ? truth.holds : diagrams_.unite(truth.holds, truth.unknown)};
}

bool BackWalk::holds_for_all(const ir::Rule& rule, const ir::Rule& box) {
  if (entrance_.changes_more_than_marks) return false;
  const auto own = firewall_.matches_of(box);
  return std::ranges::all_of(firewall_.matches_of(rule), [&](const ir::Match& match) {
    const bool stays = match.field == Field::tcp_flags && match.kind == MatchKind::masked;
    return tools_.sets.overlap(match, view_) == Overlap::always || (stays && std::ranges::find(own, match) != own.end());
  });
}

const std::vector<std::uint32_t>& BackWalk::candidates(ir::ListId list) {
  const auto [known, is_new] = tools_.candidates.try_emplace({entrance_bit_, list});
  std::vector<std::uint32_t>& found = known->second;
  if (!is_new) return found;
  const auto rules = firewall_.rules_of(firewall_.lists[list]);
  const auto look_at = [&](std::uint32_t position) {
    const auto matches = firewall_.matches_of(firewall_.rules[rules[position]]);
    const bool touches = std::ranges::none_of(matches, [&](const ir::Match& match) { return tools_.sets.overlap(match, view_) == Overlap::never; });
    if (touches) found.push_back(position);
  };
  std::ranges::for_each(tools_.touching(list, view_.reach.box, 0, static_cast<std::uint32_t>(rules.size())), look_at);
  return found;
}

void BackWalk::note(ir::RuleId id) {
  if (takers != nullptr && std::ranges::find(*takers, id) == takers->end()) takers->push_back(id);
}

/// Rules [from, to) of the list, the last one first. `returned`: what counts of packets that leave the list.
Node BackWalk::back(Question question, ir::ListId list, std::uint32_t from, std::uint32_t to, Node set, Node returned) {
  const auto rules = firewall_.rules_of(firewall_.lists[list]);
  const bool last_match = firewall_.lists[list].discipline == ir::Discipline::last_match;
  const std::vector<std::uint32_t>& some = candidates(list);
  const auto first = std::ranges::lower_bound(some, from);
  for (auto at = std::ranges::lower_bound(some, to); at != first;) {
    --at;
    if (question != Question::alike && question != Question::pass && set == nothing && returned == nothing) return nothing;
    set = step(question, rules[*at], last_match, set, returned);
  }
  return set;
}

/// All of a called list: packets at its start that are in `behind` when they come back.
Node BackWalk::through(Question question, ir::ListId list, Node behind) {
  const Key key{question, list, behind};
  if (const auto known = through_.find(key); known != through_.end()) return known->second;
  if (++depth_ > most_calls) throw packets::BudgetExceeded("chains call one another too deep");
  const Node result = back(question, list, 0, firewall_.lists[list].count, behind, behind);
  --depth_;
  return through_[key] = result;
}

/// `inside` where the condition holds, `outside` elsewhere, and where that is not certain what is on the safe side.
Node BackWalk::mixed(Question question, const Condition& condition, Node inside, Node outside) {
  const Node sure = diagrams_.ite(condition.sure, inside, outside);
  if (condition.sure == condition.possible) return sure;
  const Node unsure = diagrams_.difference(condition.possible, condition.sure);
  if (question == Question::alike) return diagrams_.ite(unsure, diagrams_.intersection(inside, outside), sure);
  return diagrams_.unite(sure, diagrams_.intersection(unsure, inside));
}

/// Packets that are in the set once the effects are done to them.
Node BackWalk::changed(ir::EffectsId effects, Node set) {
  if (effects == 0 || set == nothing) return set;
  Node result = nothing;
  for (const bool connection : {true, false}) {
    const Transform change = transform_of(firewall_, effects, view_.point, view_.path, connection);
    if (change.unknown || !change.translations.empty()) return everything;
    result = diagrams_.unite(result, tools_.substitution.before(set, change));
  }
  return result;
}

/// Packets that may be in the set once the effects of a verdict are done to them.
Node BackWalk::translated(ir::EffectsId effects, Node set) {
  const auto list = firewall_.effects_of(effects);
  const auto is_translation = [](const ir::Effect& effect) {
    return effect.kind == ir::EffectKind::translate_destination || effect.kind == ir::EffectKind::translate_source;
  };
  if (std::ranges::none_of(list, is_translation)) return changed(effects, set);
  if (set == nothing || !std::ranges::all_of(list, is_translation)) return set == nothing ? nothing : everything;
  for (const ir::Effect& effect : list) {
    const bool destination = effect.kind == ir::EffectKind::translate_destination;
    const packets::Dimension address = destination ? dimension::destination : dimension::source;
    const packets::Dimension port = destination ? dimension::destination_port : dimension::source_port;
    const bool local = destination ? effect.to_local : effect.from_local;
    if (effect.addresses != 0 && !local) set = diagrams_.intersection(set, diagrams_.values(address, firewall_.ranges[effect.addresses]));
    if (effect.addresses != 0 || local) set = freed(diagrams_, set, address, address + 1);
    if (effect.ports != 0) set = diagrams_.intersection(set, diagrams_.values(port, firewall_.ranges[effect.ports]));
    // A source port that is not named is chosen where the old one is in use.
    if (effect.ports != 0 || !destination) set = freed(diagrams_, set, port, port + 1);
  }
  return set;
}

/// Packets for which a rule that decides holds.
Node BackWalk::decided(Question question, ir::RuleId id, bool is_final, Node rest) {
  const ir::Rule& other = firewall_.rules[id];
  if (question == Question::alike) {
    const bool same = says_as_like(id);
    if (is_final) return same ? domain : nothing;
    return other.on_match == 0 ? standing(rest, same) : nothing;
  }
  if (question == Question::pass) return other.action == ActionKind::accept ? changed(other.on_match, translated(other.on_decide, passed_)) : nothing;
  if (is_final || question == Question::undecided) return nothing;
  return standing(changed(other.on_match, rest), says_as_like(id));
}

bool BackWalk::says_as_like(ir::RuleId id) const {
  const ir::Rule& other = firewall_.rules[id];
  return says_the_same && other.action == firewall_.rules[like].action && other.on_match == 0 && !tools_.counts[id] && says_the_same(id, like);
}

/// Packets that are in the set once this is what was decided so far.
Node BackWalk::standing(Node set, bool alike) { return tools_.last_decides && says_the_same ? diagrams_.restrict(set, standing_, alike ? 1 : 0) : set; }

Node BackWalk::step(Question question, ir::RuleId id, bool last_match, Node rest, Node returned) {
  const ir::Rule& one = firewall_.rules[id];
  const bool alike = question == Question::alike;
  if (absent && absent(id)) return rest;
  const bool lets_pass = question == Question::pass && one.action == ActionKind::accept && one.on_decide == 0;
  if (decides(one.action) && !lets_pass && ignores && ignores(id)) return rest;
  // All packets are treated alike behind this rule, and by it.
  if (alike && decides(one.action) && rest == domain && decided(question, id, !last_match || one.quick, rest) == domain) return rest;
  Condition holds = condition(one);
  if (alike && tools_.counts[id]) {
    // Asking it is an effect: a rate that fewer packets use up is another rate.
    std::vector<ir::Match> asked;
    for (const ir::Match& match : firewall_.matches_of(one))
      if (!asks_each_time(firewall_, match)) asked.push_back(match);
    const Truth truth = tools_.sets.conjunction(asked, view_);
    return diagrams_.difference(rest, diagrams_.unite(truth.holds, truth.unknown));
  }
  switch (one.action) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject: {
      const bool is_final = !last_match || one.quick;
      const Node inside = decided(question, id, is_final, rest);
      const Node result = mixed(question, holds, inside, rest);
      const bool in_its_place = alike || !is_final;
      if (takers != nullptr && result != rest && !lets_pass && (!says_the_same || (in_its_place && says_as_like(id)))) note(id);
      return result;
    }
    case ActionKind::undecided:
      if (alike) return mixed(question, holds, nothing, rest);
      return rest == nothing && returned == nothing && question != Question::pass ? nothing : diagrams_.unite(rest, holds.possible);
    case ActionKind::continue_: {
      if (alike) return mixed(question, holds, nothing, rest);
      if (one.on_match != 0) return mixed(question, holds, changed(one.on_match, rest), rest);
      const packets::Dimension first = tools_.sets.opaque(0), end = tools_.sets.open_type(Field::source_type);
      const Node unanswered = diagrams_.exists(rest, [=](packets::Dimension d) { return d >= first && d < end; });
      return unanswered == rest ? rest : mixed(question, holds, unanswered, rest);
    }
    case ActionKind::return_: {
      if (ignores && ignores(id) && returned == nothing) return rest;
      const Node result = mixed(question, holds, alike && one.on_match != 0 ? nothing : changed(one.on_match, returned), rest);
      if (!alike && returned == nothing && result != rest) note(id);
      return result;
    }
    case ActionKind::jump:
    case ActionKind::go_to: break;
  }
  if (!tools_.places.can_be_followed(one)) {
    if (alike) return mixed(question, holds, nothing, rest);
    return rest == nothing && returned == nothing && question != Question::pass ? nothing : diagrams_.unite(rest, holds.possible);
  }
  const bool leaves = one.action == ActionKind::go_to && !alike && returned == nothing;
  if (leaves && ignores && ignores(id)) return rest;
  const Node behind = one.action == ActionKind::jump ? rest : returned;
  // What a quick call's list decides is final.
  if (alike && one.quick) return mixed(question, holds, nothing, rest);
  const Question inside = one.quick && question == Question::arrive ? Question::undecided : question;
  const Node called = through(inside, one.target, behind);
  const Node result = mixed(question, holds, alike && one.on_match != 0 ? nothing : changed(one.on_match, called), rest);
  if (leaves && result != rest) note(id);
  return result;
}

bool BackWalk::arrives(RulePlace place, Node set, bool by_known) {
  struct Waiting {
    ir::ListId list = 0;
    std::vector<std::pair<std::uint32_t, Node>> at;
  };
  std::map<std::uint32_t, Waiting> lists;  // by rank: what a list is called with is complete before its callers are looked at
  const auto add = [&](RulePlace where, Node packets) {
    if (packets == nothing) return;
    Waiting& waiting = lists[tools_.places.rank(where.list)];
    waiting.list = where.list;
    waiting.at.emplace_back(where.position, packets);
  };
  /// Whatever arrives has come by these, as there was no other way when each was looked at.
  std::vector<std::pair<ir::ListId, Node>> passed;
  const auto known_of = [&](ir::ListId list) -> std::vector<Node>& { return tools_.coming[{entrance_bit_, list}]; };
  const auto arrived = [&] {
    for (const auto& [list, start] : passed)
      if (std::vector<Node>& known = known_of(list); known.size() < most_known) known.push_back(start);
    return true;
  };
  add(place, set);
  while (!lists.empty()) {
    const bool is_only_way = lists.size() == 1;
    const Waiting here = std::move(lists.begin()->second);
    lists.erase(lists.begin());
    if (tools_.places.in_circle(here.list)) return true;
    Node start = nothing;
    for (const auto& [position, packets] : here.at)
      start = diagrams_.unite(start, back(Question::arrive, here.list, 0, position, packets, nothing));
    if (start == nothing) continue;
    if (here.list == entrance_.base) {
      if (says_the_same) start = standing(start, tools_.ends_like(here.list, like));
      came = diagrams_.intersection(start, arrivals());
    }
    if (came != nothing) return by_known ? arrived() : true;
    if (by_known) {
      const auto is_in_start = [&](Node some) { return diagrams_.difference(some, start) == nothing; };
      if (std::ranges::any_of(known_of(here.list), is_in_start)) return arrived();
      if (is_only_way) passed.emplace_back(here.list, start);
    }
    for (const RulePlace& caller : tools_.places.callers_of(here.list)) {
      if ((tools_.places.entrances_of(caller.list) & entrance_bit_) == 0) continue;
      const ir::Rule& call = firewall_.rules[firewall_.rules_of(firewall_.lists[caller.list])[caller.position]];
      add(caller, diagrams_.intersection(condition(call).possible, changed(call.on_match, start)));
    }
  }
  return false;
}

Node BackWalk::passes(Node set) {
  passed_ = set;
  const ir::RuleList& list = firewall_.lists[entrance_.base];
  const Node end = list.fallthrough == ir::Fallthrough::drop ? nothing : set;
  return diagrams_.intersection(back(Question::pass, entrance_.base, 0, list.count, end, end), arrivals());
}

void BackWalk::open(std::span<const Field> fields) {
  for (const Field field : fields) view_.reach.box[field].clear();
}

/// What counts of packets that come to the end of a list (arrive: all).
Node BackWalk::behind_end(Question question, ir::ListId list) {
  const Key key{question, list, nothing};
  if (const auto known = behind_end_.find(key); known != behind_end_.end()) return known->second;
  const bool alike = question == Question::alike;
  if (++depth_ > most_calls) throw packets::BudgetExceeded("chains call one another too deep");
  std::vector<RulePlace> callers;
  for (const RulePlace& caller : tools_.places.callers_of(list))
    if ((tools_.places.entrances_of(caller.list) & entrance_bit_) != 0) callers.push_back(caller);
  Node result = alike ? domain : nothing;
  const auto add = [&](Node one) { result = alike ? diagrams_.intersection(result, one) : diagrams_.unite(result, one); };
  if (list == entrance_.base) {
    if (!alike) add(everything);
    else if (tools_.last_decides) add(decided_alike());
    else if (!tools_.ends_like(list, like)) add(nothing);
  }
  if (callers.size() > most_callers || tools_.places.in_circle(list)) {
    add(alike ? nothing : everything);
    callers.clear();
  }
  for (const RulePlace& caller : callers) {
    const ir::RuleList& from = firewall_.lists[caller.list];
    const ir::Rule& call = firewall_.rules[firewall_.rules_of(from)[caller.position]];
    if (call.quick) {
      add(alike ? nothing : everything);
      continue;
    }
    const Node end = behind_end(question, caller.list);
    add(call.action == ActionKind::go_to ? end : back(question, caller.list, caller.position + 1, from.count, end, end));
  }
  --depth_;
  return behind_end_[key] = result;
}

Node BackWalk::not_overruled(RulePlace place) {
  const Node end = behind_end(Question::undecided, place.list);
  return back(Question::undecided, place.list, place.position + 1, firewall_.lists[place.list].count, end, end);
}

Node BackWalk::end_alike(RulePlace place) { return alike_from({place.list, place.position + 1}, returned_alike(place.list)); }

Node BackWalk::alike_from(RulePlace place, Node behind) {
  return back(Question::alike, place.list, place.position, firewall_.lists[place.list].count, behind, behind);
}

std::optional<std::vector<ir::RuleId>> BackWalk::deciding_from(RulePlace place) {
  std::vector<ir::RuleId> result;
  std::vector<RulePlace> lists{place};
  std::size_t looked_at = 0;
  for (std::size_t at = 0; at < lists.size(); ++at) {
    const auto rules = firewall_.rules_of(firewall_.lists[lists[at].list]);
    const std::vector<std::uint32_t>& some = candidates(lists[at].list);
    for (auto position = std::ranges::lower_bound(some, lists[at].position); position != some.end(); ++position) {
      if (++looked_at > most_rules_searched || lists.size() > most_lists_searched) return std::nullopt;
      const ir::Rule& rule = firewall_.rules[rules[*position]];
      if (decides(rule.action)) result.push_back(rules[*position]);
      const bool is_new = rule.target != ir::none && std::ranges::find(lists, rule.target, &RulePlace::list) == lists.end();
      if (is_new && tools_.places.can_be_followed(rule)) lists.push_back({rule.target, 0});
    }
  }
  return result;
}

}  // namespace wallcheck::evaluate
