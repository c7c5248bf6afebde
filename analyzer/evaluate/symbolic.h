#pragma once
// evaluate/symbolic: a set of packets and the exact partition of what happens to it.
//
// How: each list of rules is summarised backwards (`rule holds ? its outcome : the rest`) into one decision diagram whose leaves
// say how the list is left; summaries are composed along the path, substituting what rules change in the packet. Only rules that can
// overlap the question's box are touched, and a list that many rules jump to is summarised once a question.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/trace.h"
#include "ir/firewall.h"
#include "packets/set.h"

namespace wallcheck::evaluate {

/// A box of packets: per field the values asked about; an empty list means all values. Interfaces by Symbolic::interface_value.
struct Box {
  std::array<std::vector<ir::Range>, 19> values;  ///< by ir::Field
  std::vector<ir::Range>& operator[](ir::Field f) { return values[static_cast<std::size_t>(f)]; }
  const std::vector<ir::Range>& operator[](ir::Field f) const { return values[static_cast<std::size_t>(f)]; }
};

/// What happens to a class of packets in the end.
struct Outcome {
  Verdict verdict = Verdict::undecided;
  std::optional<ir::RuleId> rule;  ///< the deciding rule: for drop and reject the one that ends the way, for accept the rule of the last `filter` stage
  ir::ListId list = 0;             ///< the list whose rule or default decides
  bool diverted = false;           ///< the destination address or port was rewritten on the way
  bool untracked = false;          ///< connection tracking was told to leave the packet alone
  std::uint32_t states = 0;        ///< by_state formats: bit t is set where tracker t made a state for later packets
  std::optional<ir::RuleId> translated_by;  ///< the rule that diverts
  bool operator==(const Outcome&) const = default;
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
  Box box;  ///< the packets asked about, within universe(path)
  /// iptables, later packets of a connection: connection tracking repeats the translation that the first packet got,
  /// although the nat table is not asked any more.
  bool repeat_translation = false;
  /// by_state formats: trackers (bit t) whose state lets these packets pass without rules; replies are compared with
  /// Stage::reply_tracker, others with Stage::tracker.
  std::uint32_t states = 0;
  bool is_reply = false;
};

/// Evaluates questions about one firewall. Keeps what questions share (match sets, interface classes); not thread-safe, one a
/// task. Throws packets::BudgetExceeded.
class Symbolic {
 public:
  Symbolic(const ir::Firewall& firewall, packets::Diagrams& diagrams);
  ~Symbolic();
  Symbolic(const Symbolic&) = delete;
  Symbolic& operator=(const Symbolic&) = delete;

  Partition evaluate(const Question& question);

  /// The packets for which a match, or a rule's whole condition, holds (opaque conditions as variables), before any effect.
  packets::Set packets_of(const ir::Match& match);
  packets::Set packets_of(const ir::Rule& rule);
  packets::Set packets_of(const Box& box);

  /// Everything that can occur on the path: addresses of one family, address types as routing gives them, the empty
  /// interface name where there is none, marks and tag as they arrive (0), no translation yet.
  packets::Set universe(ir::Path path);

  /// Interface names as small numbers, see evaluate/interfaces.h.
  std::uint32_t interface_value(std::string_view name) const;
  std::string interface_name(std::uint32_t value) const;
  std::string interface_label(std::uint32_t value) const;
  /// Largest interface value; 0 is the empty name.
  std::uint32_t last_interface() const;
  /// The loopback interfaces' values.
  std::vector<ir::Range> loopback_interfaces() const;

  /// Free dimension of an opaque condition, and back.
  packets::Dimension dimension_of(ir::OpaqueId id) const;
  std::optional<ir::OpaqueId> opaque_of(packets::Dimension dimension) const;
  /// First and one past the last dimension that opaque conditions use.
  std::pair<packets::Dimension, packets::Dimension> opaque_dimensions() const;

  /// A concrete packet out of a witness point, ready for trace.
  ir::Packet to_packet(ir::Path path, const packets::Point& point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wallcheck::evaluate
