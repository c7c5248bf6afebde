#include "evaluate/hits.h"

#include <algorithm>

#include "evaluate/back_walk.h"
#include "evaluate/probe.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

/// Runs that look for fewer takers; after that the rest is shown as it is.
constexpr std::size_t most_trials = 400;

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
    if (trials < most_trials / 2 && enough({taker})) return {taker};
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
  if (s.probe.finds_hit(rule)) return fate;
  s.begin();
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
