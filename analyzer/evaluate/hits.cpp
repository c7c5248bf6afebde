#include "evaluate/hits.h"

#include <algorithm>
#include <array>

#include "evaluate/back_walk.h"
#include "evaluate/cover.h"
#include "evaluate/probe.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

/// Runs that look for one taker that is enough, and for fewer takers; after that the rest is shown as it is.
constexpr std::size_t most_single_trials = 24, most_trials = 200;
/// Nodes that questions which end beyond their budget may build in all; then the budget of each is this part of it.
constexpr std::size_t most_in_vain = 1'000'000'000, part_then = 8;
/// Packets that are tried for each way to a rule: at once, and where no one rule takes everything.
constexpr unsigned first_packets = 2, more_packets = 40;
/// Ways to decide (accept, drop, a REJECT's answer) that are told apart where a rule leads packets elsewhere.
constexpr std::size_t most_kinds = 8;

/// What an example is like if it may: the usual first packet.
std::vector<packets::Preference> usual() {
  return {{dimension::state, {static_cast<unsigned>(ir::State::new_), static_cast<unsigned>(ir::State::established)}},
          {dimension::protocol, {ir::protocol::tcp, ir::protocol::udp}},
          {dimension::source_port, {40000, 1024}},
          {dimension::destination_port, {80, 443}},
          {dimension::fragment, {0}},
          {dimension::tcp_flags + 1, {1}},
          {dimension::tcp_flags + 4, {0}}};
}

bool decides(const ir::Rule& rule) { return rule.action == ActionKind::accept || rule.action == ActionKind::drop || rule.action == ActionKind::reject; }
/// Ends the walk along a first-match list.
bool takes(const ir::Rule& rule) { return decides(rule) || rule.action == ActionKind::return_; }

}  // namespace

struct Hits::State {
  State(const ir::Firewall& f, const Limits& limits) : firewall(f), tools(f, limits), probe(tools), budget(limits.graph_nodes) {}

  /// A fresh budget; what earlier questions built is kept as long as it is not much.
  void begin() {
    tools.diagrams.keep_time();
    if (broken && (in_vain += tools.diagrams.node_count()) > most_in_vain) tools.diagrams.cap_budget(budget / part_then);
    if (tools.diagrams.node_count() > budget || broken) tools.clear();
    tools.diagrams.begin_question();
    tools.candidates.clear();
    broken = true;  // until the question is answered
  }
  template <class Visit>
  bool any_place(ir::RuleId rule, Visit&& visit) {
    for (const RulePlace& place : tools.places.places_of(rule))
      for (std::size_t e = 0; e < tools.places.entrances().size(); ++e)
        if ((tools.places.entrances_of(place.list) >> e & 1) != 0 && visit(place, tools.places.entrances()[e])) return true;
    return false;
  }
  /// From where packets are followed: from the beginning of the rule's own stage, or through those before it.
  enum class From : std::uint8_t { stage, start };
  bool is_hit(ir::RuleId rule, const std::function<bool(ir::RuleId)>& ignores, std::vector<ir::RuleId>* takers, std::vector<Hitting>* hitting = nullptr,
              From from = From::stage);
  bool comes_through(const Entrance& entrance, const ir::Rule& rule, Node set, const std::function<bool(ir::RuleId)>& ignores, std::vector<ir::RuleId>* takers);
  bool may_be_held_back(ir::RuleId rule);
  std::optional<Example> example(ir::RuleId rule);
  bool matches_any(ir::RuleId rule);
  bool stands_in_base_lists(ir::RuleId rule) {
    return !any_place(rule, [](const RulePlace& place, const Entrance& entrance) { return place.list != entrance.base; });
  }
  bool takes_all(ir::RuleId taker, ir::RuleId rule);
  using Rules = std::vector<ir::RuleId>;
  /// Both of the rule's own list and its conditions alone: `hit` is proved by a packet, `taken` by the takers.
  enum class Seen : std::uint8_t { hit, taken, not_clear };
  Seen by_products(ir::RuleId rule, Rules& takers);
  template <class Takes>
  void add_rules(Cover& cover, ir::ListId list, std::uint32_t from, std::uint32_t to, Takes&& takes);
  bool cover_all(const Rules& some, ir::RuleId rule);
  bool can_be_asked(const RulePlace& place, const Entrance& entrance) const {
    return firewall.lists[place.list].discipline == ir::Discipline::first_match && !tools.places.in_circle(place.list) && !entrance.changes_more_than_marks;
  }
  /// Does another rule that decides treat packets as `rule` does?
  bool says_as(ir::RuleId other, ir::RuleId rule, const Alike& alike) const {
    const ir::Rule& one = firewall.rules[other];
    return one.action == firewall.rules[rule].action && one.on_match == 0 && !tools.counts[other] && alike(other, rule);
  }
  using Absent = std::function<bool(ir::RuleId)>;
  bool decision_matters(const RulePlace& place, const Entrance& entrance, const Absent& absent, const Alike& alike, Rules& instead);
  bool way_matters(const RulePlace& place, const Entrance& entrance, const Absent& absent, const Alike& alike, Rules& instead);
  bool in_quick_call(ir::ListId list) const;
  std::optional<bool> needed_by_products(ir::RuleId rule, const std::function<bool(ir::RuleId)>& absent, const Alike& alike, Rules& instead);
  Rules fewest(ir::RuleId rule, Rules takers, const std::function<bool(const Rules&)>& enough);

  const ir::Firewall& firewall;
  HitsTools tools;
  Probe probe;
  const std::size_t budget;
  bool broken = false;
  std::size_t in_vain = 0;
};

Hits::Hits(const ir::Firewall& firewall, const Limits& limits) : state_(std::make_unique<State>(firewall, limits)) {}
Hits::~Hits() = default;

/// `takers` is told what took packets; `hitting`, what hits the rule on all ways, not only on one.
bool Hits::State::is_hit(ir::RuleId rule, const std::function<bool(ir::RuleId)>& ignores, std::vector<ir::RuleId>* takers, std::vector<Hitting>* hitting, From from) {
  const ir::Rule& one = firewall.rules[rule];
  return any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    if (tools.places.in_circle(place.list)) return true;
    BackWalk walk(tools, entrance, one);
    walk.ignores = ignores;
    walk.takers = takers;
    Node set = tools.diagrams.intersection(walk.condition(one).possible, walk.arrivals());
    if (set == leaf(0)) return false;
    const bool may_be_overruled = firewall.lists[place.list].discipline == ir::Discipline::last_match && !one.quick;
    const bool decides = one.action == ActionKind::accept || one.action == ActionKind::drop || one.action == ActionKind::reject;
    if (may_be_overruled && decides && one.on_match == 0) set = tools.diagrams.intersection(set, walk.not_overruled(place));
    if (!walk.arrives(place, set, hitting == nullptr && from == From::stage && !ignores)) return false;
    if (from == From::start) return comes_through(entrance, one, walk.came, ignores, takers);
    if (hitting != nullptr) hitting->push_back({entrance.view.path, packets::Set(tools.diagrams, walk.came)});
    return hitting == nullptr;
  });
}

bool Hits::State::may_be_held_back(ir::RuleId rule) {
  return any_place(rule, [&](const RulePlace&, const Entrance& entrance) {
    return std::ranges::any_of(entrance.earlier, [&](std::uint32_t e) { return tools.places.entrances()[e].holds_back; });
  });
}

/// Can packets that are in the set at the entrance have passed the stages before it?
bool Hits::State::comes_through(const Entrance& entrance, const ir::Rule& rule, Node set, const std::function<bool(ir::RuleId)>& ignores,
                                std::vector<ir::RuleId>* takers) {
  packets::Diagrams& diagrams = tools.diagrams;
  const auto stage_at = [&](std::size_t i) -> const Entrance& { return tools.places.entrances()[entrance.earlier[i]]; };
  std::size_t first = 0;
  while (first < entrance.earlier.size() && !stage_at(first).holds_back) ++first;
  const auto free = [&](packets::Dimension from, packets::Dimension end) { set = freed(diagrams, set, from, end); };
  std::vector<ir::Field> open;
  bool is_whole = entrance.view.reassembled;
  for (std::size_t i = entrance.earlier.size(); i-- > first && set != leaf(0);) {
    const Entrance& stage = stage_at(i);
    // A whole packet came as one, or its first fragment came.
    const ir::Range not_later{0, 0};
    if (is_whole) set = diagrams.intersection(set, diagrams.values(dimension::fragment, std::span(&not_later, 1)));
    is_whole = stage.view.reassembled;
    tools.candidates.clear();  // those of a narrower view
    if (stage.before_tracking) {
      for (const packets::Dimension d : {dimension::state, dimension::direction, dimension::dnat, dimension::snat}) free(d, d + 1);
      free(dimension::connmark, dimension::first_free);
      open.insert(open.end(), {ir::Field::state, ir::Field::direction});
    }
    if (stage.view.path == ir::Path::egress) {
      // Behind a new mark or destination the host looks for the way out again.
      free(dimension::out_interface, dimension::out_interface + 1);
      open.push_back(ir::Field::out_interface);
    }
    Node others = leaf(0);
    if (stage.translates) {
      // Only first packets are shown to it, and of those that come over loopback it was shown what went out.
      free(dimension::dnat, dimension::snat + 1);
      free(tools.sets.open_type(ir::Field::source_type), tools.sets.open_type(ir::Field::destination_type) + MatchSets::type_bits);
      const Node before = set;
      free(dimension::destination, dimension::source_port + 1);
      Node shown = tools.sets.state(1u << static_cast<unsigned>(ir::State::new_), stage.view);
      if (stage.view.shows_in_interface()) shown = diagrams.difference(shown, diagrams.values(dimension::in_interface, tools.sets.interfaces.loopbacks()));
      others = diagrams.difference(set, shown);
      set = before;
      open.insert(open.end(), {ir::Field::source, ir::Field::destination, ir::Field::source_port, ir::Field::destination_port});
    }
    BackWalk walk(tools, stage, rule);
    walk.open(open);
    walk.ignores = ignores;
    walk.takers = takers;
    set = diagrams.unite(walk.passes(set), others);
  }
  tools.candidates.clear();
  return set != leaf(0);
}

std::optional<Hits::Example> Hits::State::example(ir::RuleId rule) {
  std::optional<Example> result;
  any_place(rule, [&](const RulePlace&, const Entrance& entrance) {
    BackWalk walk(tools, entrance, firewall.rules[rule]);
    const Node set = tools.diagrams.intersection(walk.condition(firewall.rules[rule]).possible, walk.arrivals());
    const auto packet = packets::Set(tools.diagrams, set).witness(usual());
    if (packet) result = {entrance.view.path, *packet};
    return packet.has_value();
  });
  return result;
}

bool Hits::State::matches_any(ir::RuleId rule) {
  const bool surely = any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    if (!can_be_asked(place, entrance)) return false;
    const Cover cover(tools, entrance, firewall.rules[rule]);
    return cover.is_exact() && !cover.is_empty();
  });
  return surely || example(rule).has_value();
}

/// Does one rule before another in its list take all packets that the other one matches, by a look at its conditions alone?
bool Hits::State::takes_all(ir::RuleId taker, ir::RuleId rule) {
  const ir::Rule &first = firewall.rules[taker], &second = firewall.rules[rule];
  if (!takes(first)) return false;
  for (const RulePlace& place : tools.places.places_of(rule)) {
    const auto before = tools.places.places_of(taker);
    const bool stands_before = std::ranges::any_of(before, [&](const RulePlace& one) { return one.list == place.list && one.position < place.position; });
    if (!stands_before || firewall.lists[place.list].discipline != ir::Discipline::first_match || tools.places.in_circle(place.list)) return false;
  }
  return !any_place(rule, [&](const RulePlace&, const Entrance& entrance) { return !BackWalk(tools, entrance, second).holds_for_all(first, second); });
}

/// Rules of the list in [from, to) that may take the packet that the cover was asked about.
template <class Takes>
void Hits::State::add_rules(Cover& cover, ir::ListId list, std::uint32_t from, std::uint32_t to, Takes&& takes) {
  const auto rules = firewall.rules_of(firewall.lists[list]);
  for (const std::uint32_t position : tools.touching(list, cover.packet(), from, to))
    if (takes(rules[position]) && cover.may_take_packet(firewall.rules[rules[position]])) cover.add(rules[position], position);
}

Hits::State::Seen Hits::State::by_products(ir::RuleId rule, Rules& takers) {
  bool taken = true;
  const auto takes_some = [&](ir::RuleId id) { return takes(firewall.rules[id]); };
  const bool hit = any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    if (!can_be_asked(place, entrance)) return taken = false;
    Cover cover(tools, entrance, firewall.rules[rule]);
    const Cover::Answer answer = cover.ask({}, 0, place.position, [&] { add_rules(cover, place.list, 0, place.position, takes_some); });
    if (answer == Cover::Answer::open && probe.hits(rule, cover.packet())) return true;
    taken &= answer == Cover::Answer::covered;
    const Rules here = cover.added();
    takers.insert(takers.end(), here.begin(), here.end());
    return false;
  });
  std::ranges::sort(takers);
  takers.erase(std::unique(takers.begin(), takers.end()), takers.end());
  return hit ? Seen::hit : taken && !takers.empty() ? Seen::taken : Seen::not_clear;
}

/// Of rules that by_products told of.
bool Hits::State::cover_all(const Rules& some, ir::RuleId rule) {
  return !any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    Cover cover(tools, entrance, firewall.rules[rule]);
    for (const ir::RuleId taker : some)
      for (const RulePlace& one : tools.places.places_of(taker))
        if (one.list == place.list) cover.add(taker, one.position);
    return cover.ask({}, 0, place.position, [] {}) != Cover::Answer::covered;
  });
}

/// Leaves takers out as long as the others still take everything: one alone if one does, else whole runs first.
Hits::State::Rules Hits::State::fewest(ir::RuleId rule, Rules takers, const std::function<bool(const Rules&)>& enough) {
  std::size_t trials = 0;
  std::ranges::sort(takers);
  if (takers.size() == 1) return takers;
  for (const ir::RuleId taker : takers)
    if (takes_all(taker, rule)) return {taker};
  for (const ir::RuleId taker : takers)
    if (trials++ < most_single_trials && enough({taker})) return {taker};
  for (std::size_t run = std::max<std::size_t>(takers.size() / 2, 1);; run = std::max<std::size_t>(run / 2, 1)) {
    for (std::size_t end = takers.size(); end > 0;) {
      const std::size_t begin = end > run ? end - run : 0;
      std::vector<ir::RuleId> rest = takers;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin), rest.begin() + static_cast<std::ptrdiff_t>(end));
      if (!rest.empty() && trials++ < most_trials && enough(rest)) takers = std::move(rest);
      end = begin;
    }
    if (run == 1 || trials >= most_trials) return takers;
  }
}

RuleFate Hits::fate(ir::RuleId rule) {
  State& s = *state_;
  std::vector<ir::RuleId> takers, products;
  const bool may_be_held_back = s.may_be_held_back(rule);
  if (s.probe.finds_hit(rule, first_packets, takers, may_be_held_back)) return {};
  s.begin();
  RuleFate fate;
  const auto everyone = [](ir::RuleId) { return true; };
  const auto takes_all = std::ranges::find_if(takers, [&](ir::RuleId taker) { return s.takes_all(taker, rule); });
  const bool one_takes_all = takes_all != takers.end() && s.matches_any(rule);
  const State::Seen seen = one_takes_all || takers.empty() ? State::Seen::not_clear : s.by_products(rule, products);
  if (one_takes_all) {
    fate = {Fate::taken, {*takes_all}};
  } else if (seen == State::Seen::taken && (s.stands_in_base_lists(rule) ? s.matches_any(rule) : s.is_hit(rule, everyone, nullptr))) {
    fate = {Fate::taken, s.fewest(rule, std::move(products), [&](const auto& some) { return s.cover_all(some, rule); })};
  } else if (seen == State::Seen::hit || (!takers.empty() && s.probe.finds_hit(rule, more_packets, takers))) {
    fate.fate = Fate::hit;
  } else if (!s.any_place(rule, [](const RulePlace&, const Entrance&) { return true; })) {
    fate.fate = Fate::not_called;
  } else if (!s.is_hit(rule, {}, &fate.takers)) {
    fate.fate = !s.example(rule) ? Fate::impossible : !s.is_hit(rule, everyone, nullptr) ? Fate::not_coming : Fate::taken;
    const auto enough = [&](const std::vector<ir::RuleId>& some) {
      return !s.is_hit(rule, [&](ir::RuleId id) { return !std::ranges::binary_search(some, id); }, nullptr);
    };
    if (fate.fate == Fate::taken) fate.takers = s.fewest(rule, std::move(fate.takers), enough);
  }
  if (fate.fate != Fate::taken) fate.takers.clear();
  if (fate.fate == Fate::hit && may_be_held_back && !s.probe.finds_hit(rule, more_packets, takers, true) &&
      !s.is_hit(rule, {}, &fate.takers, nullptr, State::From::start)) {
    fate.fate = Fate::held_back;
    const auto enough = [&](const std::vector<ir::RuleId>& some) {
      return !s.is_hit(rule, [&](ir::RuleId id) { return !std::ranges::binary_search(some, id); }, nullptr, nullptr, State::From::start);
    };
    if (!fate.takers.empty()) fate.takers = s.fewest(rule, std::move(fate.takers), enough);
  } else if (fate.fate == Fate::hit) {
    fate.takers.clear();
  }
  s.broken = false;
  return fate;
}

std::optional<Hits::Example> Hits::example(ir::RuleId rule) {
  state_->begin();
  auto result = state_->example(rule);
  state_->broken = false;
  return result;
}

std::vector<Hits::Hitting> Hits::hitting(ir::RuleId rule) {
  State& s = *state_;
  s.begin();
  std::vector<Hitting> result;
  s.is_hit(rule, {}, nullptr, &result);
  s.broken = false;
  return result;
}

std::vector<std::size_t> Hits::contradiction(ir::RuleId rule) {
  State& s = *state_;
  s.begin();
  const ir::Rule& one = s.firewall.rules[rule];
  std::vector<std::size_t> chosen(one.match_count);
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i;
  // A rule with some of the matches is never part of the firewall; its matches are looked at as a conjunction of their own.
  const auto contradictory = [&](const std::vector<std::size_t>& some) {
    return !s.any_place(rule, [&](const RulePlace&, const Entrance& entrance) {
      BackWalk walk(s.tools, entrance, one);
      Node set = walk.arrivals();
      for (const std::size_t i : some) {
        ir::Rule part = one;
        part.first_match += static_cast<std::uint32_t>(i);
        part.match_count = 1;
        set = s.tools.diagrams.intersection(set, walk.condition(part).possible);
      }
      return set != leaf(0);
    });
  };
  for (std::size_t i = chosen.size(); i-- > 0;) {
    std::vector<std::size_t> rest = chosen;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (contradictory(rest)) chosen = std::move(rest);
  }
  s.broken = false;
  return chosen;
}

/// Only for rules of base lists: behind them are the rest of the list, and its default. nullopt: it is not clear.
std::optional<bool> Hits::State::needed_by_products(ir::RuleId rule, const std::function<bool(ir::RuleId)>& absent, const Alike& alike, Rules& instead) {
  bool clear = true;
  const bool needed = any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    const ir::RuleList& list = firewall.lists[place.list];
    if (!can_be_asked(place, entrance) || place.list != entrance.base) return clear = false;
    const auto rules = firewall.rules_of(list);
    Cover cover(tools, entrance, firewall.rules[rule]);
    clear &= cover.is_exact();
    const auto& is_gone = absent;
    const auto is_same = [&](ir::RuleId id) { return decides(firewall.rules[id]) && says_as(id, rule, alike) && !absent(id); };
    const auto takes_some = [&](ir::RuleId id) { return takes(firewall.rules[id]) && !is_gone(id); };
    /// Is there a packet that comes to the rule, and to the aim without one that decides as the rule does? list.count: to the end.
    const auto differs_at = [&](std::uint32_t aim) {
      const auto add = [&] {
        add_rules(cover, place.list, 0, place.position, takes_some);
        add_rules(cover, place.list, place.position + 1, aim, is_same);
      };
      const ir::RuleId aims_at = aim == list.count ? rule : rules[aim];
      const Cover::Answer answer = cover.ask({aims_at}, 0, aim, add);
      clear &= answer == Cover::Answer::covered;
      return answer == Cover::Answer::open && probe.differs(rule, cover.packet(), aims_at, absent, alike);
    };
    const bool ends_alike = tools.ends_like(place.list, rule);
    if (!ends_alike && differs_at(list.count)) return true;
    const auto look_at = [&](std::uint32_t position) {
      const ir::RuleId id = rules[position];
      if (is_gone(id) || !cover.touches(firewall.rules[id])) return false;
      const bool is_alike = is_same(id);
      clear = cover.add_behind(id, is_alike) && decides(firewall.rules[id]);
      return !is_alike && differs_at(position);
    };
    // Mostly one of the next rules makes the difference: they are looked up some at a time.
    for (std::uint32_t from = place.position + 1, some = 1024; from < list.count; from += some, some *= 2) {
      for (const std::uint32_t position : tools.touching(place.list, cover.region(), from, std::min(from + some, list.count))) {
        if (!clear) return false;
        if (look_at(position)) return true;
      }
    }
    // Those that decide in its place: where something behind them decides otherwise.
    if (clear) clear = cover.deciding_behind(!ends_alike, instead) != Cover::Answer::undecided;
    return false;
  });
  if (needed) return true;
  if (clear) return false;
  instead.clear();
  return std::nullopt;
}

/// A decision that what is behind the rule, or was decided before it, makes as well.
bool Hits::State::decision_matters(const RulePlace& place, const Entrance& entrance, const Absent& absent, const Alike& alike, Rules& instead) {
  const ir::RuleId rule = firewall.rules_of(firewall.lists[place.list])[place.position];
  const ir::Rule& one = firewall.rules[rule];
  BackWalk walk(tools, entrance, one);
  walk.absent = absent;
  walk.like = rule;
  walk.says_the_same = alike;
  const Node here = tools.diagrams.intersection(walk.condition(one).possible, walk.arrivals());
  walk.domain = here;
  if (firewall.lists[place.list].discipline == ir::Discipline::last_match && !one.quick) {
    if (in_quick_call(place.list)) return true;
    const Node stands = tools.diagrams.intersection(here, walk.not_overruled(place));
    walk.takers = &instead;
    return walk.arrives(place, tools.diagrams.difference(stands, walk.decided_alike()));
  }
  walk.takers = &instead;
  const Node unlike = tools.diagrams.difference(here, walk.end_alike(place));
  walk.takers = nullptr;
  return walk.arrives(place, unlike);
}

/// Does a list that is called `quick` lead to this one? What is decided in it ends all.
bool Hits::State::in_quick_call(ir::ListId list) const {
  std::vector<ir::ListId> lists{list};
  for (std::size_t at = 0; at < lists.size(); ++at) {
    for (const RulePlace& caller : tools.places.callers_of(lists[at])) {
      if (firewall.rules[firewall.rules_of(firewall.lists[caller.list])[caller.position]].quick) return true;
      if (std::ranges::find(lists, caller.list) == lists.end()) lists.push_back(caller.list);
    }
  }
  return false;
}

/// RETURN, jump and goto lead packets another way than behind the rule. It does not matter for a packet that comes back to that way with
/// nothing done to it, or that both ways decide about alike.
bool Hits::State::way_matters(const RulePlace& place, const Entrance& entrance, const Absent& absent, const Alike& alike, Rules& instead) {
  const ir::RuleId rule = firewall.rules_of(firewall.lists[place.list])[place.position];
  const ir::Rule& one = firewall.rules[rule];
  const RulePlace behind{place.list, place.position + 1}, target{one.target, 0};
  BackWalk unchanged(tools, entrance, one);
  Rules deciding;
  for (const bool led : {true, false}) {
    if (led ? one.action == ActionKind::return_ : one.action == ActionKind::jump) continue;
    const auto some = unchanged.deciding_from(led ? target : behind);
    if (!some) return true;
    deciding.insert(deciding.end(), some->begin(), some->end());
  }
  const Node here = tools.diagrams.intersection(unchanged.condition(one).possible, unchanged.arrivals());
  unchanged.absent = absent;
  unchanged.says_the_same = [](ir::RuleId, ir::RuleId) { return false; };
  unchanged.domain = here;
  Node same = here;
  if (one.action != ActionKind::return_) same = unchanged.alike_from(target, here);
  if (one.action != ActionKind::jump) same = tools.diagrams.intersection(same, unchanged.alike_from(behind, here));
  Rules kinds;
  for (const ir::RuleId id : deciding) {
    if (absent(id) || !says_as(id, id, alike) || std::ranges::any_of(kinds, [&](ir::RuleId known) { return says_as(id, known, alike); })) continue;
    if (kinds.size() == most_kinds) return true;
    kinds.push_back(id);
    BackWalk walk(tools, entrance, one);
    walk.absent = absent;
    walk.like = id;
    walk.says_the_same = alike;
    walk.domain = here;
    walk.takers = &instead;
    const Node returned = walk.returned_alike(place.list);
    const Node without = walk.alike_from(behind, returned);
    walk.takers = nullptr;
    const Node with = one.action == ActionKind::return_ ? returned : walk.alike_from(target, one.action == ActionKind::jump ? without : returned);
    same = tools.diagrams.unite(same, tools.diagrams.intersection(with, without));
  }
  unchanged.says_the_same = nullptr;
  return unchanged.arrives(place, tools.diagrams.difference(here, same));
}

bool Hits::needed(ir::RuleId rule, const std::function<bool(ir::RuleId)>& absent, const Alike& alike, std::vector<ir::RuleId>& instead) {
  State& s = *state_;
  const ir::Rule& one = s.firewall.rules[rule];
  const bool leads = one.action == ActionKind::return_ || ((one.action == ActionKind::jump || one.action == ActionKind::go_to) && s.tools.places.can_be_followed(one));
  if ((!decides(one) && !leads) || one.on_match != 0 || s.tools.counts[rule] || one.coverage == ir::Coverage::unrecognised) return true;
  const bool cannot_be_asked = s.any_place(rule, [&](const RulePlace& place, const Entrance&) {
    return s.tools.places.in_circle(place.list) || (leads && s.tools.last_decides);
  });
  if (cannot_be_asked || s.probe.finds_difference(rule, 0, absent, alike)) return true;
  if (decides(one))
    if (const auto known = s.needed_by_products(rule, absent, alike, instead)) return *known;
  if (s.probe.finds_difference(rule, Probe::aims_tried, absent, alike)) return true;
  s.begin();
  const bool result = s.any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    return leads ? s.way_matters(place, entrance, absent, alike, instead) : s.decision_matters(place, entrance, absent, alike, instead);
  });
  s.broken = false;
  return result;
}

namespace {

/// The values of a field that a rule's plain matches leave; nullopt: none is about it, or one is negated.
std::optional<std::vector<ir::Range>> values_of(const ir::Firewall& firewall, const ir::Rule& rule, ir::Field field) {
  std::optional<std::vector<ir::Range>> result;
  for (const ir::Match& match : firewall.matches_of(rule)) {
    if (match.field != field || match.kind == ir::MatchKind::opaque || match.kind == ir::MatchKind::any_of) continue;
    if (match.kind != ir::MatchKind::ranges || match.negated || result) return std::nullopt;
    const auto ranges = firewall.ranges[match.value];
    result.emplace(ranges.begin(), ranges.end());
  }
  return result;
}

/// Each has values that the other one has not, and they have some in common.
bool cross(const std::vector<ir::Range>& a, const std::vector<ir::Range>& b) {
  std::vector<ir::Range> common = a, only_a = a, only_b = b;
  return cut(common, b, false) && cut(only_a, b, true) && cut(only_b, a, true);
}

}  // namespace

std::optional<Hits::Crossing> Hits::crossing(ir::RuleId rule) {
  State& s = *state_;
  const ir::Rule& later = s.firewall.rules[rule];
  const auto accepts = [](const ir::Rule& one) { return one.action == ActionKind::accept; };
  const auto decides = [&](const ir::Rule& one) { return accepts(one) || one.action == ActionKind::drop || one.action == ActionKind::reject; };
  if (!decides(later)) return std::nullopt;
  std::optional<Crossing> result;
  s.any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    if (s.firewall.lists[place.list].discipline != ir::Discipline::first_match || entrance.changes_more_than_marks) return false;
    View view = entrance.view;
    s.tools.narrow(view, later);
    const auto rules = s.firewall.rules_of(s.firewall.lists[place.list]);
    for (const std::uint32_t position : s.tools.touching(place.list, view.reach.box, 0, place.position)) {
      const ir::Rule& earlier = s.firewall.rules[rules[position]];
      if (!decides(earlier) || accepts(earlier) == accepts(later)) continue;
      const bool crosses = std::ranges::any_of(std::array{ir::Field::source, ir::Field::destination, ir::Field::source_port, ir::Field::destination_port}, [&](ir::Field field) {
        const auto a = values_of(s.firewall, earlier, field), b = values_of(s.firewall, later, field);
        return a && b && cross(*a, *b);
      });
      if (!crosses) continue;
      const bool touches = std::ranges::none_of(s.firewall.matches_of(earlier), [&](const ir::Match& match) { return s.tools.sets.overlap(match, view) == Overlap::never; });
      if (!touches) continue;
      if (auto packet = s.probe.finds_common(rules[position], rule)) {
        result = Crossing{rules[position], std::move(*packet)};
        return true;
      }
    }
    return false;
  });
  return result;
}

std::vector<ir::ListId> Hits::lists_of(ir::RuleId rule) const {
  std::vector<ir::ListId> result;
  for (const RulePlace& place : state_->tools.places.places_of(rule)) result.push_back(place.list);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<ir::RuleId> Hits::callers_of(ir::ListId list) const {
  std::vector<ir::RuleId> result;
  for (const RulePlace& place : state_->tools.places.callers_of(list)) {
    const ir::RuleList& from = state_->firewall.lists[place.list];
    if (state_->tools.places.entrances_of(place.list) != 0) result.push_back(state_->firewall.rules_of(from)[place.position]);
  }
  return result;
}

bool Hits::is_base(ir::ListId list) const {
  return std::ranges::any_of(state_->tools.places.entrances(), [&](const Entrance& entrance) { return entrance.base == list; });
}

}  // namespace wallcheck::evaluate
