#pragma once
// Private to evaluate/hits: along the lists of one stage from the end to the start, with sets of packets. Summaries does the same for all
// outcomes at once; here a rule before the one that is asked about either lets packets through or does not.
//
// A set stands for packets as they are at a place in a list. `before(place)`: which packets at the list's start are in the set when they
// come to the place. What is not certain makes sets of packets that arrive larger, and sets of packets that are treated alike smaller.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "evaluate/hits.h"
#include "evaluate/match_sets.h"
#include "evaluate/rule_index.h"
#include "evaluate/rule_places.h"
#include "evaluate/substitution.h"

namespace wallcheck::evaluate {

/// What the walks of all questions share.
struct HitsTools {
  HitsTools(const ir::Firewall& f, const Limits& limits);
  void clear();
  /// nullptr: the list is short.
  const RuleIndex* index_of(ir::ListId list);
  /// Positions in [from, to) of the list's rules that may touch the box, and of some that do not; ascending.
  std::vector<std::uint32_t> touching(ir::ListId list, const Box& box, std::uint32_t from, std::uint32_t to);
  /// Does the default of a base list treat packets as a rule that decides does?
  bool ends_like(ir::ListId base, ir::RuleId rule) const;
  /// Cuts the view's box down to the packets of a rule, as far as its plain matches on fields that rules do not change say so.
  void narrow(View& view, const ir::Rule& rule);

  const ir::Firewall& firewall;
  packets::Diagrams diagrams;
  MatchSets sets;
  Leaves leaves{diagrams};
  Substitution substitution;
  RulePlaces places;
  /// Rules that touch the box of the rule that is asked about: by entrance and list. Forgotten with each rule.
  std::map<std::pair<std::uint64_t, ir::ListId>, std::vector<std::uint32_t>> candidates;
  /// Of sets of packets at a list's start that earlier questions asked about: some that each have one that comes there. By entrance and list.
  std::map<std::pair<std::uint64_t, ir::ListId>, std::vector<packets::Node>> coming;
  std::vector<bool> counts;  ///< by rule: it has a condition that answers differently each time it is asked
  bool last_decides = false; ///< of some list the last rule that holds decides

 private:
  void name_leaves();
  std::unordered_map<ir::ListId, std::unique_ptr<RuleIndex>> indexes_;
};

/// The set, whatever these dimensions are.
packets::Node freed(packets::Diagrams& diagrams, packets::Node set, packets::Dimension first, packets::Dimension end);

/// Values that a match has (`without`: has not) among these. False, and they stay what they are: there are none.
bool cut(std::vector<ir::Range>& values, std::span<const ir::Range> match, bool without);

class BackWalk {
 public:
  enum class Question : std::uint8_t {
    arrive,     ///< which packets come here
    undecided,  ///< last match: ... and no rule has decided about them
    alike,      ///< which packets are treated like those of the rule `like`
    pass,       ///< which packets go on to the next stage
  };
  /// `box`: the rule whose packets are followed; no others count.
  BackWalk(HitsTools& tools, const Entrance& entrance, const ir::Rule& box);

  /// All packets that may match the rule here; those that do for certain are taken by it.
  struct Condition {
    packets::Node sure = packets::leaf(1), possible = packets::leaf(1);
  };
  Condition condition(const ir::Rule& rule);
  /// A look at the conditions alone: do all packets of `box`, which stands behind the rule in a list, match the rule? False: perhaps not.
  bool holds_for_all(const ir::Rule& rule, const ir::Rule& box);
  /// What can come to the entrance at all (of what rules do not change).
  packets::Node arrivals();

  /// Rules that take packets, unless `ignores` says that they do not; `takers` is told which ones did (alike: in its place).
  std::function<bool(ir::RuleId)> ignores;
  std::function<bool(ir::RuleId)> absent;  ///< rules, whatever they do, that are not there
  std::vector<ir::RuleId>* takers = nullptr;
  /// alike: the rule, and whether another one that has its action says the same.
  ir::RuleId like = 0;
  packets::Node domain = packets::leaf(1);  ///< only packets of this set are asked about
  Hits::Alike says_the_same;

  /// Can packets of `set` at the place have come there? From the base list, on any way; `came` is then what some of them are like there.
  /// `by_known`: also by what is known of the lists on the way from earlier questions; `came` then stays empty.
  bool arrives(RulePlace place, packets::Node set, bool by_known = false);
  packets::Node came = packets::leaf(0);
  /// Packets that come to the entrance and may be in the set when they go on to the next stage. Of a stage that others are asked about:
  /// `open` first the fields in which packets may still have other values than those of the rule.
  packets::Node passes(packets::Node set);
  void open(std::span<const ir::Field> fields);
  /// Last match: packets just behind the place about which no later rule of the stage decides.
  packets::Node not_overruled(RulePlace place);
  /// Packets that end like those about which the rule `like` decides: those just behind the place; those that leave the list; those at a
  /// place, if those that come out of its list are in `behind`. Where the last rule decides, sets are of packets and of what was decided
  /// about them before: `decided_alike`.
  packets::Node end_alike(RulePlace place);
  packets::Node returned_alike(ir::ListId list) { return behind_end(Question::alike, list); }
  packets::Node alike_from(RulePlace place, packets::Node behind);
  packets::Node decided_alike() { return diagrams_.bit(standing_); }
  /// Rules that may decide about packets in the rest of a list, and in lists that it calls. nullopt: many.
  std::optional<std::vector<ir::RuleId>> deciding_from(RulePlace place);

 private:
  packets::Node back(Question question, ir::ListId list, std::uint32_t from, std::uint32_t to, packets::Node set, packets::Node returned);
  packets::Node through(Question question, ir::ListId list, packets::Node behind);
  packets::Node step(Question question, ir::RuleId id, bool last_match, packets::Node rest, packets::Node returned);
  packets::Node decided(Question question, ir::RuleId id, bool is_final, packets::Node rest);
  packets::Node mixed(Question question, const Condition& condition, packets::Node inside, packets::Node outside);
  packets::Node changed(ir::EffectsId effects, packets::Node set);
  packets::Node translated(ir::EffectsId effects, packets::Node set);
  packets::Node behind_end(Question question, ir::ListId list);
  const std::vector<std::uint32_t>& candidates(ir::ListId list);
  void note(ir::RuleId id);
  bool says_as_like(ir::RuleId id) const;
  packets::Node standing(packets::Node set, bool alike);

  HitsTools& tools_;
  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  const Entrance& entrance_;
  const std::uint64_t entrance_bit_;
  const packets::Dimension standing_;  ///< what was decided so far is what `like` says
  View view_;
  struct Key {
    Question question;
    ir::ListId list;
    packets::Node set;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, packets::Node> through_, behind_end_;
  packets::Node passed_ = packets::leaf(0);  ///< pass: those that may go on
  unsigned depth_ = 0;
};

}  // namespace wallcheck::evaluate
