#pragma once
// evaluate/symbolic: a set of packets and the exact partition of what happens to it.
//
// How: each list of rules is summarised backwards (`rule holds ? its outcome : the rest`) into one decision diagram whose leaves
// say how the list is left; summaries are composed along the path, substituting what rules change in the packet. Only rules that can
// overlap the question's box are touched, and a list that many rules jump to is summarised once a question.
// trace (evaluate/trace.h) is the meaning; this is the same for all packets of a box at once.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "evaluate/trace.h"
#include "ir/firewall.h"
#include "packets/set.h"

namespace wallcheck::evaluate {

/// A box of packets: per field the values asked about; an empty list means all values. Interfaces by Symbolic::interface_value.
struct Box {
  std::array<std::vector<ir::Range>, 19> values;  ///< by ir::Field; normalised
  std::vector<ir::Range>& operator[](ir::Field f) { return values[static_cast<std::size_t>(f)]; }
  const std::vector<ir::Range>& operator[](ir::Field f) const { return values[static_cast<std::size_t>(f)]; }
  bool operator==(const Box&) const = default;
};

/// What happens to a class of packets in the end.
struct Outcome {
  Verdict verdict = Verdict::undecided;
  std::optional<ir::RuleId> rule;  ///< TraceResult::rule: the rule that decides; none: a list's default
  std::optional<ir::ListId> list;  ///< TraceResult::list: the list whose rule or default decides
  bool diverted = false;           ///< the destination address or port was rewritten on the way
  bool untracked = false;          ///< connection tracking was told to leave the packet alone
  std::uint32_t states = 0;        ///< by_state formats: bit t is set where tracker t made a state for later packets
  std::optional<ir::RuleId> translated_by;  ///< diverted: the rule that does it to one of the packets; others: see diverting_rules
  bool operator==(const Outcome&) const = default;
};

/// One class of the partition: the packets (as they came in, plus undecided conditions) and their outcome.
struct Class {
  packets::Set packets;
  Outcome outcome;
};

/// What happens to all packets of a question: classes that are disjoint, and whose union is the question's set.
/// Asked for what one needs: a firewall may have thousands of deciding rules, and only a few matter to a reader.
class Partition {
 public:
  /// All outcomes that occur, by rule number (defaults last).
  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  /// The rules that divert packets of the question, ascending; perhaps also some that could, if no rule before them decided. Outcomes
  /// do not tell them apart: a cluster's firewall has thousands, and sends every packet somewhere else.
  const std::vector<ir::RuleId>& diverting_rules() const { return diverting_rules_; }
  /// All packets of the question.
  packets::Set all() const { return {*diagrams_, asked_}; }
  /// The packets whose outcome satisfies the predicate, whatever rules decide.
  packets::Set where(const std::function<bool(const Outcome&)>& predicate) const;
  packets::Set with(Verdict verdict) const;
  packets::Set of(std::size_t outcome) const;
  /// Some of the outcomes (indices into outcomes()), for the packets of a set only: asked about them, it walks over them and no more.
  Partition part(const packets::Set& packets, std::span<const std::size_t> outcomes) const;
  /// Outcomes that occur inside a set, as indices into outcomes(): "which rules drop these packets?"
  std::vector<std::size_t> outcomes_in(const packets::Set& set) const;
  /// The outcome of one packet; nullptr: it is not in the question. Dimensions without a value count as 0.
  const Outcome* at(const packets::Point& point) const;
  /// The same of the packets that are also in a set: what is asked of it costs what the set costs, not what the whole question did.
  Partition within(const packets::Set& set) const;
  /// Everything at once. Costs as much as `of` for each outcome.
  std::vector<Class> classes() const;

 private:
  friend class Symbolic;
  packets::Diagrams* diagrams_ = nullptr;
  packets::Node asked_ = 0;
  /// Leaf i + 1: outcomes_[i]. Outside `asked_` whatever keeps it small; leaf 0 only there.
  packets::Node decision_ = 0;
  std::vector<Outcome> outcomes_;
  std::vector<ir::RuleId> diverting_rules_;
};

/// What one question starts from.
struct Question {
  ir::Path path = ir::Path::ingress;
  Box box;  ///< the packets asked about, within universe(path)
  /// iptables, later packets of a connection: connection tracking repeats the translation that the first packet got,
  /// although the nat table is not asked any more.
  bool repeat_translation = false;
  /// by_state formats: trackers (bit t) whose state lets these packets pass without rules; replies are compared with
  /// Stage::reply_tracker, others with Stage::tracker.
  std::uint32_t states = 0;
  bool is_reply = false;
  /// Stages that translate addresses are passed over: what the filter would say of the packet as it came in.
  bool untranslated = false;
  /// Rules see whole packets everywhere: fragments were put together before.
  bool reassembled = false;
};

/// The rules that packets of one question can meet, found without working out what becomes of any. Questions within it need not look at others.
struct Focus {
  struct Place {
    ir::RuleId rule = 0;
    ir::ListId list = 0;
    bool elsewhere = false;  ///< only packets that were sent elsewhere come to it
    auto operator<=>(const Place&) const = default;
  };
  std::unordered_map<ir::ListId, std::vector<ir::RuleId>> rules;  ///< of long lists: those that can hold, in the list's order
  /// Those that can decide: Outcome::rule of every partition is one of them. (Behind a filter, other stages' rules are not blamed for an
  /// accept, and are left out.) Ascending, like all that follow.
  std::vector<Place> accepting, refusing;
  std::vector<ir::RuleId> diverting;  ///< they send packets elsewhere; in no order, some more than once
  /// Rules that every packet comes to, if no other rule decides before, and that hold for some packets only.
  std::vector<Place> branching;
  bool default_accepts = false, default_refuses = false;  ///< some list's default may decide so
  bool may_untrack = false;      ///< some packets may be hidden from connection tracking
  bool may_be_unknown = false;   ///< some packets may be rewritten to what is not known, so that rules do not decide as they say
  std::size_t count = 0;         ///< of all rules

  /// No packet is refused, whatever it is and whatever the undecided conditions do.
  bool surely_accepts() const { return refusing.empty() && !default_refuses && !may_be_unknown; }
};

/// Evaluates questions about one firewall. Keeps what questions share (match sets, interface classes); not thread-safe, one a
/// task. Everything but the constructor throws packets::BudgetExceeded where a question would build more nodes than the budget.
class Symbolic {
 public:
  Symbolic(const ir::Firewall& firewall, packets::Diagrams& diagrams);
  ~Symbolic();
  Symbolic(const Symbolic&) = delete;
  Symbolic& operator=(const Symbolic&) = delete;

  /// `focus`: of a question that this one is within (same path, same or fewer packets), if there is one.
  Partition evaluate(const Question& question, const Focus* focus = nullptr);
  Focus focus(const Question& question);
  /// All packets of a question.
  packets::Set asked(const Question& question);

  /// Frees what earlier questions built. Every Set and Partition of the diagrams is invalid from here on.
  void forget();

  /// What can occur on the path, and what every question is within: addresses of the families that the filter sees (both of one
  /// family), interfaces with names where there are interfaces.
  ///
  /// Unless the question's box gives them values, marks and tag are 0 and the connection is not translated (dnat, snat); the
  /// connection mark is 0 too, but open for established and related packets if any rule sets connection marks. Types of addresses
  /// follow from path and address. The outgoing interface of an ingress packet matters only where it is sent on elsewhere.
  packets::Set universe(ir::Path path);

  /// Interface names as small numbers, see evaluate/interfaces.h.
  std::uint32_t interface_value(std::string_view name) const;
  std::string interface_name(std::uint32_t value) const;
  std::string interface_label(std::uint32_t value) const;
  /// Largest interface value; 0 is the empty name.
  std::uint32_t last_interface() const;
  /// The loopback interfaces' values.
  std::vector<ir::Range> loopback_interfaces() const;

  /// Dimension of an opaque condition, and back.
  packets::Dimension dimension_of(ir::OpaqueId id) const;
  std::optional<ir::OpaqueId> opaque_of(packets::Dimension dimension) const;
  /// First and one past the last dimension that opaque conditions use: for Set::exists_between and forall_between.
  std::pair<packets::Dimension, packets::Dimension> opaque_dimensions() const;

  /// A concrete packet out of a witness point, ready for trace; and the answers to undecided conditions that it stands for.
  ir::Packet to_packet(ir::Path path, const packets::Point& point) const;
  Answers answers(const packets::Point& point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wallcheck::evaluate
