#pragma once
// Private to evaluate/hits: packets that are tried before anything is proved. Most rules are hit by a packet that is easy to find: a corner of
// what the rule matches, moved out of the way of whichever rule takes it. What is not found this way is asked of BackWalk.
//
// A packet is a view whose box has one value for each field, so that MatchSets::overlap answers for it. Undecided conditions are assumed as it
// suits: true for the rule and the calls that lead to it, false for rules that would take the packet, the same for the same condition.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evaluate/back_walk.h"

namespace wallcheck::evaluate {

class Probe {
 public:
  explicit Probe(HitsTools& tools) : tools_(tools), firewall_(tools.firewall), differs_by_(tools.firewall.rules.size()) {
    for (ir::RuleId rule = 0; rule < differs_by_.size(); ++rule) differs_by_[rule] = rule;
  }

  /// Is there a packet that hits the rule? False: none of so many for each way to it; `takers` then has the rules that took them.
  /// `from_start`: it passes the stages before the rule's, too, as it is.
  bool finds_hit(ir::RuleId rule, unsigned tries, std::vector<ir::RuleId>& takers, bool from_start = false);
  /// Does a packet hit the rule that has these values (of fields that are one number), for some way to it?
  bool hits(ir::RuleId rule, const Box& packet);
  /// A packet that hits `rule` and that `other` matches, too; of marks it has those with which it comes to the stage. nullopt: none was found.
  std::optional<ir::Packet> finds_common(ir::RuleId rule, ir::RuleId other);
  static constexpr std::size_t aims_tried = 32;
  /// Is there a packet that hits the rule and ends otherwise without it? As Hits::needed. False: none was found. Tried are packets that come
  /// to some of the rules behind it, too, so many; 0: any packets of the rule.
  bool finds_difference(ir::RuleId rule, std::size_t most_aims, const std::function<bool(ir::RuleId)>& absent, const Hits::Alike& alike);
  /// Does a packet with these values hit the rule and end otherwise without it? `aim`: a rule behind it that is to decide, or itself.
  bool differs(ir::RuleId rule, const Box& packet, ir::RuleId aim, const std::function<bool(ir::RuleId)>& absent, const Hits::Alike& alike);

 private:
  /// Places from the base list to the rule: calls, and the rule itself.
  using Way = std::vector<RulePlace>;
  /// Rules behind the way that a packet should come to, too: a call, and what decides in the called list.
  using Aim = std::vector<ir::RuleId>;
  enum class End : std::uint8_t { passes, returns, taken, lost };
  struct Packet {
    View view;
    std::vector<std::pair<std::uint64_t, bool>> assumed;  ///< undecided condition, what it says
    ir::RuleId taker = ir::none;
  };
  enum class Meets : std::uint8_t { no, perhaps, yes };

  bool try_ways(ir::RuleId rule, const std::function<bool(const Way&, const Entrance&)>& attempt);
  /// Packets `first` to `tries` - 1, and for those that are taken others instead.
  bool try_packets(const Way& way, const Aim& aim, const Entrance& entrance, unsigned tries, const View& within, const std::function<bool(const Packet&)>& suits,
                   unsigned first = 0);
  bool try_packet(ir::RuleId rule, const Box& values, const Aim& aim, const std::function<bool(const Packet&, const Way&)>& suits);
  void choose(Packet& packet, const Way& way, const Aim& aim, const View& within, unsigned number);
  bool move_away(Packet& packet, const View& within);
  bool come(Packet& packet, const Way& way);
  bool pass_earlier(Packet& packet, const Entrance& entrance);
  /// Rules [from, to) of a list.
  End along(Packet& packet, ir::ListId list, std::uint32_t from, std::uint32_t to, unsigned depth);
  Meets meets(const ir::Rule& rule, const Packet& packet) const;
  bool assume(const ir::Rule& rule, Packet& packet, bool holds) const;
  bool change(Packet& packet, ir::EffectsId effects) const;
  /// What a question about a rule's need is asked with.
  struct Without {
    ir::RuleId rule;
    const std::function<bool(ir::RuleId)>& absent;
    const Hits::Alike& alike;
    const Aim& aim;
  };
  enum class Rest : std::uint8_t { back, decided, different, lost };
  Rest rest(Packet& packet, RulePlace from, unsigned depth, const Without& without);
  std::vector<Aim> aims_behind(const Way& way, const View& within, std::size_t most, const std::function<bool(ir::RuleId)>& absent) const;
  Rest behind(Packet& packet, const Way& way, bool leaves, const Without& without);
  bool differs(const Packet& hitting, const Way& way, const Without& without);
  const ir::Rule& rule_at(RulePlace place) const { return firewall_.rules[firewall_.rules_of(firewall_.lists[place.list])[place.position]]; }
  std::uint32_t random(std::uint32_t below);
  Uint128 random_of(std::span<const ir::Range> ranges, unsigned number);

  HitsTools& tools_;
  const ir::Firewall& firewall_;
  std::vector<ir::RuleId>* takers_ = nullptr;
  bool from_start_ = false;
  std::uint64_t dice_ = 1;
  /// By rule: what decides otherwise about a packet that hits it, if it is not there. ir::none: a default; itself: nothing is known.
  std::vector<ir::RuleId> differs_by_;
  ir::RuleId only_met_ = ir::none;  ///< the one rule on the rest of the way of the packet at hand; of several: the one that is asked about
  std::size_t lists_entered_ = 0;  ///< by the packet at hand
  Packet chosen_, walking_, staying_;  ///< their memory is used again: a packet is some twenty lists of values
};

}  // namespace wallcheck::evaluate
