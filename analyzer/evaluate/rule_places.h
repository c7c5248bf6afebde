#pragma once
// Private to evaluate/hits: where rules stand, who calls a list, and how packets come to the base lists.

#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/calls.h"
#include "evaluate/view.h"
#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// A rule's place: a rule that stands in two lists (pf: in and out) has two.
struct RulePlace {
  ir::ListId list = 0;
  std::uint32_t position = 0;
};

/// A stage of a path, as packets of which nothing is known come to it.
struct Entrance {
  ir::ListId base = 0;
  bool translates = false;   ///< shown to it is only what may be a connection's first packet
  bool changes_more_than_marks = false;  ///< its rules may change addresses or tracking of packets that later rules of it look at
  bool before_tracking = false;  ///< raw
  bool holds_back = false;   ///< not every packet comes out of it as it came, marks aside: it drops some, or translates them
  /// iptables: entrances of the stages that packets pass before, in their order.
  std::vector<std::uint32_t> earlier;
  View view;
};

class RulePlaces {
 public:
  explicit RulePlaces(const ir::Firewall& firewall);

  std::span<const RulePlace> places_of(ir::RuleId rule) const {
    return std::span(places_).subspan(first_place_[rule], first_place_[rule + 1] - first_place_[rule]);
  }
  std::span<const RulePlace> callers_of(ir::ListId list) const {
    return std::span(callers_).subspan(first_caller_[list], first_caller_[list + 1] - first_caller_[list]);
  }
  const std::vector<Entrance>& entrances() const { return entrances_; }
  /// Bit e is set where packets of entrance e can be led to the list.
  std::uint64_t entrances_of(ir::ListId list) const { return reached_from_[list]; }
  /// Numbers that are smaller for a list than for every list that calls it, circles aside.
  std::uint32_t rank(ir::ListId list) const { return rank_[list]; }
  /// Nothing is said of lists that call one another in a circle, nor of calls that lead nowhere.
  bool can_be_followed(const ir::Rule& call) const {
    return call.target != ir::none && firewall_.lists[call.target].declared && calls_.cycle_of(call.target) == 0;
  }
  bool in_circle(ir::ListId list) const { return calls_.cycle_of(list) != 0; }

 private:
  void find_places();
  void find_entrances();
  void find_what_holds_back();
  void find_ranks();

  const ir::Firewall& firewall_;
  const Calls calls_;
  std::vector<RulePlace> places_, callers_;
  std::vector<std::uint32_t> first_place_, first_caller_;
  std::vector<Entrance> entrances_;
  std::vector<std::uint64_t> reached_from_;
  std::vector<std::uint32_t> rank_;
};

}  // namespace wallcheck::evaluate
