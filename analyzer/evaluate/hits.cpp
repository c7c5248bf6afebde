#include "evaluate/hits.h"

#include <algorithm>
#include <array>

#include "evaluate/back_walk.h"
#include "evaluate/probe.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

/// Runs that look for one taker that is enough, and for fewer takers; after that the rest is shown as it is.
constexpr std::size_t most_single_trials = 24, most_trials = 200;
/// Packets that are tried for each way to a rule: at once, and where no one rule takes everything.
constexpr unsigned first_packets = 2, more_packets = 40;

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

}  // namespace

struct Hits::State {
  State(const ir::Firewall& f, std::size_t most_nodes) : firewall(f), tools(f, most_nodes), probe(tools), budget(most_nodes) {}

  /// A fresh budget; what earlier questions built is kept as long as it is not much.
  void begin() {
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
  bool is_hit(ir::RuleId rule, const std::function<bool(ir::RuleId)>& ignores, RuleFate* fate);
  bool takes_all(ir::RuleId taker, ir::RuleId rule);
  std::vector<ir::RuleId> fewest(ir::RuleId rule, std::vector<ir::RuleId> takers);

  const ir::Firewall& firewall;
  HitsTools tools;
  Probe probe;
  const std::size_t budget;
  bool broken = false;
};

Hits::Hits(const ir::Firewall& firewall, std::size_t most_nodes) : state_(std::make_unique<State>(firewall, most_nodes)) {}
Hits::~Hits() = default;

/// `fate` is told what was seen: a packet that the rule matches, and what took packets.
bool Hits::State::is_hit(ir::RuleId rule, const std::function<bool(ir::RuleId)>& ignores, RuleFate* fate) {
  const ir::Rule& one = firewall.rules[rule];
  return any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
    if (tools.places.in_circle(place.list)) return true;
    BackWalk walk(tools, entrance, one);
    walk.ignores = ignores;
    walk.takers = fate != nullptr ? &fate->takers : nullptr;
    Node set = tools.diagrams.intersection(walk.condition(one).possible, walk.arrivals());
    if (set == leaf(0)) return false;
    if (fate != nullptr && !fate->example) {
      fate->example = packets::Set(tools.diagrams, set).witness(usual());
      fate->path = entrance.view.path;
    }
    const bool may_be_overruled = firewall.lists[place.list].discipline == ir::Discipline::last_match && !one.quick;
    const bool decides = one.action == ActionKind::accept || one.action == ActionKind::drop || one.action == ActionKind::reject;
    if (may_be_overruled && decides && one.on_match == 0) set = tools.diagrams.intersection(set, walk.not_overruled(place));
    return walk.arrives(place, set);
  });
}

/// Does one rule before another in its list take all packets that the other one matches, by a look at its conditions alone?
bool Hits::State::takes_all(ir::RuleId taker, ir::RuleId rule) {
  const ir::Rule &first = firewall.rules[taker], &second = firewall.rules[rule];
  const bool takes = first.action == ActionKind::accept || first.action == ActionKind::drop || first.action == ActionKind::reject || first.action == ActionKind::return_;
  if (!takes) return false;
  for (const RulePlace& place : tools.places.places_of(rule)) {
    const auto before = tools.places.places_of(taker);
    const bool stands_before = std::ranges::any_of(before, [&](const RulePlace& one) { return one.list == place.list && one.position < place.position; });
    if (!stands_before || firewall.lists[place.list].discipline != ir::Discipline::first_match || tools.places.in_circle(place.list)) return false;
  }
  return !any_place(rule, [&](const RulePlace&, const Entrance& entrance) { return !BackWalk(tools, entrance, second).holds_for_all(first, second); });
}

/// Leaves takers out as long as the others still take everything: one alone if one does, else whole runs first.
std::vector<ir::RuleId> Hits::State::fewest(ir::RuleId rule, std::vector<ir::RuleId> takers) {
  std::size_t trials = 0;
  const auto enough = [&](const std::vector<ir::RuleId>& some) {
    ++trials;
    const auto ignored = [&](ir::RuleId id) { return !std::ranges::binary_search(some, id); };
    return !is_hit(rule, ignored, nullptr);
  };
  std::ranges::sort(takers);
  if (takers.size() == 1) return takers;
  for (const ir::RuleId taker : takers)
    if (takes_all(taker, rule)) return {taker};
  for (const ir::RuleId taker : takers)
    if (trials < most_single_trials && enough({taker})) return {taker};
  for (std::size_t run = std::max<std::size_t>(takers.size() / 2, 1);; run = std::max<std::size_t>(run / 2, 1)) {
    for (std::size_t end = takers.size(); end > 0;) {
      const std::size_t begin = end > run ? end - run : 0;
      std::vector<ir::RuleId> rest = takers;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin), rest.begin() + static_cast<std::ptrdiff_t>(end));
      if (trials < most_trials && !rest.empty() && enough(rest)) takers = std::move(rest);
      end = begin;
    }
    if (run == 1 || trials >= most_trials) return takers;
  }
}

RuleFate Hits::fate(ir::RuleId rule) {
  State& s = *state_;
  RuleFate fate;
  std::vector<ir::RuleId> takers;
  if (s.probe.finds_hit(rule, first_packets, takers)) return fate;
  s.begin();
  for (const ir::RuleId taker : takers) {
    if (!s.takes_all(taker, rule)) continue;
    s.any_place(rule, [&](const RulePlace&, const Entrance& entrance) {
      BackWalk walk(s.tools, entrance, s.firewall.rules[rule]);
      fate.example = packets::Set(s.tools.diagrams, s.tools.diagrams.intersection(walk.condition(s.firewall.rules[rule]).possible, walk.arrivals())).witness(usual());
      fate.path = entrance.view.path;
      return fate.example.has_value();
    });
    if (!fate.example) break;  // nothing was there to take
    fate.fate = Fate::taken;
    fate.takers = {taker};
    s.broken = false;
    return fate;
  }
  if (!takers.empty() && s.probe.finds_hit(rule, more_packets, takers)) {
    s.broken = false;
    return fate;
  }
  const bool is_called = s.any_place(rule, [](const RulePlace&, const Entrance&) { return true; });
  if (!is_called) {
    fate.fate = Fate::not_called;
  } else if (!s.is_hit(rule, {}, &fate)) {
    const auto everyone = [](ir::RuleId) { return true; };
    if (!fate.example) fate.fate = Fate::impossible;
    else if (!s.is_hit(rule, everyone, nullptr)) fate.fate = Fate::not_coming;
    else fate.fate = Fate::taken;
  }
  if (fate.fate == Fate::taken) fate.takers = s.fewest(rule, std::move(fate.takers));
  else fate.takers.clear();
  s.broken = false;
  return fate;
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

bool Hits::needed(ir::RuleId rule, const std::function<bool(ir::RuleId)>& absent, const Alike& alike, std::vector<ir::RuleId>& instead) {
  State& s = *state_;
  const ir::Rule& one = s.firewall.rules[rule];
  const bool decides = one.action == ActionKind::accept || one.action == ActionKind::drop || one.action == ActionKind::reject;
  if (!decides || one.on_match != 0 || s.tools.counts[rule] || one.coverage == ir::Coverage::unrecognised) return true;
  if (s.probe.finds_difference(rule, absent, alike)) return true;
  s.begin();
  const bool result = s.any_place(rule, [&](const RulePlace& place, const Entrance& entrance) {
                        if (s.tools.places.in_circle(place.list) || s.firewall.lists[place.list].discipline == ir::Discipline::last_match) return true;
                        BackWalk walk(s.tools, entrance, one);
                        walk.ignores = absent;
                        walk.like = rule;
                        walk.says_the_same = alike;
                        walk.takers = &instead;
                        const Node here = s.tools.diagrams.intersection(walk.condition(one).possible, walk.arrivals());
                        walk.domain = here;
                        const Node unlike = s.tools.diagrams.difference(here, walk.end_alike(place));
                        walk.takers = nullptr;
                        return walk.arrives(place, unlike);
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
    const RuleIndex* const index = s.tools.index_of(place.list);
    std::vector<std::uint32_t> some;
    if (index != nullptr) some = index->touching(view.reach.box);
    else
      for (std::uint32_t position = 0; position < place.position; ++position) some.push_back(position);
    for (const std::uint32_t position : some) {
      if (position >= place.position) break;
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
