#pragma once
// evaluate/symbolic: a set of packets and the exact partition of what happens to it.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/trace.h"
#include "ir/firewall.h"
#include "packets/set.h"

namespace wallcheck::evaluate {

/// What happens to a class of packets in the end.
struct Outcome {
  Verdict verdict = Verdict::undecided;
  std::optional<ir::RuleId> rule;   ///< the deciding rule: for drop and reject the one that ends the way, for accept the rule of the last `filter` stage
  ir::ListId list = 0;              ///< the list whose rule or default decides
  bool diverted = false;            ///< the destination address or port was rewritten on the way
  bool untracked = false;           ///< connection tracking was told to leave the packet alone
  bool keeps_state = false;         ///< by_state formats: the open leg's accept makes the states that later packets need
  std::optional<ir::RuleId> translated_by;  ///< the rule that diverts
};

/// One class of the partition: the packets (in terms of the packet as it came in, plus undecided conditions) and their outcome.
struct Class {
  packets::Set packets;
  Outcome outcome;
};

/// Disjoint classes whose union is the question's set.
using Partition = std::vector<Class>;

/// What one question starts from.
struct Question {
  ir::Path path = ir::Path::ingress;
  packets::Set packets;              ///< the packets asked about; dimensions of packets/dimensions.h
  /// iptables, onward leg of a connection: connection tracking repeats the translation that the first packet got, although the
  /// nat table is not asked any more.
  bool repeat_translation = false;
  /// by_state formats: trackers (bit t) whose state lets these packets pass without rules, and which of Stage's two members counts.
  std::uint32_t states = 0;
  bool is_reply = false;
};

/// Evaluates questions about one firewall. Keeps what questions share (interned match sets, interface classes, summaries
/// of user lists); not thread-safe, one a task. Throws packets::BudgetExceeded.
class Symbolic {
 public:
  Symbolic(const ir::Firewall& firewall, packets::Diagrams& diagrams);
  ~Symbolic();
  Symbolic(const Symbolic&) = delete;
  Symbolic& operator=(const Symbolic&) = delete;

  Partition evaluate(const Question& question);

  /// The packets for which a match or a rule's whole condition holds (opaque conditions as variables), before any effect.
  packets::Set packets_of(const ir::Match& match);
  packets::Set packets_of(const ir::Rule& rule);

  /// Everything that can occur on the path: one family, address types as routing gives them, states, interfaces
  /// (the empty name where there is none), marks as they arrive (0), no tag.
  packets::Set universe(ir::Path path);

  /// Interface names as small numbers: one value for the empty name, one for each name that a rule mentions, one for "any other
  /// name with this prefix" of each mentioned wildcard, one for every other name. `value_of` gives the class of a concrete name.
  std::uint32_t interface_value(std::string_view name) const;
  /// A concrete name of the class, for witnesses ("eth0" for "every other name" if no rule mentions eth0).
  std::string interface_name(std::uint32_t value) const;
  /// What a rule's reader would call the class: "eth0", "any other eth+", "any other".
  std::string interface_label(std::uint32_t value) const;

  /// Opaque condition of a free dimension, and back.
  packets::Dimension dimension_of(ir::OpaqueId id) const;
  std::optional<ir::OpaqueId> opaque_of(packets::Dimension dimension) const;

  /// A concrete packet out of a witness point, ready for trace.
  ir::Packet to_packet(ir::Path path, const packets::Point& point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wallcheck::evaluate
