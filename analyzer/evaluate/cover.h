#pragma once
// Private to evaluate/hits: are all packets of a rule matched by other rules? Asked of rules that are products of ranges, by cutting the
// region up: the rule that covers most of it goes first, and what it leaves open is asked about in pieces. A proof where a few rules cover
// the region, a packet where they do not; what is not a product (marks, undecided conditions) is left to BackWalk.
//
// The meaning is BackWalk's: what surely matches covers, what may match is asked about.

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evaluate/back_walk.h"

namespace wallcheck::evaluate {

class Cover {
 public:
  /// The region: packets that come to the entrance and may match the rule. Not for entrances that change more than marks.
  Cover(HitsTools& tools, const Entrance& entrance, const ir::Rule& rule);

  /// Is the region the packets that the rule matches and no more?
  bool is_exact() const { return exact_; }
  bool is_empty() const { return pieces_ && pieces_->empty(); }
  const Box& region() const { return view_.reach.box; }
  /// false: surely no packet of the region matches the rule.
  bool touches(const ir::Rule& rule) const;

  /// A rule at a position of the list takes what surely matches it out of the region; nothing, where it is no product.
  void add(ir::RuleId id, std::uint32_t position);

  enum class Answer : std::uint8_t { covered, open, undecided };
  /// Of packets of the region that may match all of `also`: do rules at positions in [from, to) that were added take all?
  /// Shown a packet that they do not take, `add_rules` adds others that do; where it finds none, the packet is the answer.
  Answer ask(std::initializer_list<ir::RuleId> also, std::uint32_t from, std::uint32_t to, const std::function<void()>& add_rules);
  /// Adds a rule that touches the region to those that packets come to next, in the order of the list. False: what it matches of the region is no product.
  bool add_behind(ir::RuleId id, bool alike);
  /// Tells which of them decide: alike ones, of whose packets in the region some would come next to one that is not alike, or, where
  /// `ends_otherwise`, to the end of the list. undecided: that is not clear of all of them.
  Answer deciding_behind(bool ends_otherwise, std::vector<ir::RuleId>& told);
  /// One value for each field that is a number.
  const Box& packet() const { return packet_.reach.box; }
  /// false: the rule surely does not match the packet.
  bool may_take_packet(const ir::Rule& rule) const;
  /// Rules that were added, in their order in the list.
  std::vector<ir::RuleId> added() const;

 private:
  static constexpr std::array fields{ir::Field::destination, ir::Field::source, ir::Field::destination_port, ir::Field::source_port,
                                     ir::Field::protocol, ir::Field::state, ir::Field::icmp, ir::Field::direction, ir::Field::fragment,
                                     ir::Field::in_interface, ir::Field::out_interface};
  using Piece = std::array<ir::Range, fields.size()>;
  struct Condition {
    std::uint32_t axis = 0;
    std::span<const ir::Range> values;
  };
  struct Coverer {
    ir::RuleId rule = 0;
    std::uint32_t position = 0;
    std::vector<Condition> conditions;  ///< those that do not hold for the whole region
  };
  enum class Matched : std::uint8_t { nowhere, where_conditions_hold, not_clear };
  /// What a rule matches of the region. not_clear: it has other conditions, too.
  Matched conditions_of(const ir::Rule& rule, std::vector<Condition>& conditions) const;
  /// The region as products of one range each; nullopt: too many.
  std::optional<std::vector<Piece>> pieces() const;
  /// The part of the region that may match all of these rules, likewise.
  std::optional<std::vector<Piece>> pieces_in(std::initializer_list<ir::RuleId> rules) const;
  /// Numbers of coverers: some of the first `end`, and all that were added since.
  struct Among {
    std::vector<std::uint32_t> some;
    std::size_t end = 0;
  };
  Answer ask(Piece& piece, const Among& among);
  static Answer outside(Piece& piece, std::span<const Condition> conditions, const std::function<Answer(Piece&)>& ask_part);
  struct Behind {
    ir::RuleId rule = 0;
    bool alike = false;
    std::vector<Condition> conditions;  ///< as a coverer's
  };
  Answer comes_to_other(ir::RuleId rule, std::span<const Behind> behind, bool ends_otherwise);
  Answer first_is_other(Piece& piece, std::span<const Behind> behind, bool ends_otherwise);

  HitsTools& tools_;
  const ir::Firewall& firewall_;
  const ir::Rule& rule_;
  View view_;
  std::vector<Coverer> coverers_;
  std::vector<Behind> behind_;
  mutable std::vector<std::shared_ptr<const std::vector<ir::Range>>> complements_;  ///< of what negated conditions name
  std::size_t steps_ = 0;
  View packet_;
  std::optional<std::vector<Piece>> pieces_;
  const std::function<void()>* add_rules_ = nullptr;
  std::uint32_t from_ = 0, to_ = 0;
  bool exact_ = true;
};

}  // namespace wallcheck::evaluate
