#pragma once
// What the symbolic evaluator says of single packets: questions about many at once, each asked once, and the packet looked up in the partition.

#include <map>
#include <tuple>
#include <vector>

#include "evaluate/symbolic.h"

namespace wallcheck::differential {

/// The first packet of the connection that `later` is of.
ir::Packet opening(const ir::Packet& later);

/// Partitions of one firewall, by what a question fixes: path, state, mark and the states that the connection has.
class Partitions {
 public:
  explicit Partitions(const ir::Firewall& firewall) : firewall_(firewall), symbolic_(firewall, diagrams_) {}

  /// Of the question that the packet belongs to. `states`: see evaluate::Question.
  const evaluate::Partition& of(const ir::Packet& packet, std::uint32_t states = 0);
  /// The packet's outcome, `answers` being those to the first 32 undecided conditions.
  const evaluate::Outcome* at(const ir::Packet& packet, std::uint32_t answers, std::uint32_t states = 0);
  /// All outcomes of the packet, whatever undecided conditions do: one where they do not matter. In formats that keep state by
  /// themselves an established packet's depends on its opening one.
  std::vector<evaluate::Outcome> outcomes(const ir::Packet& packet);

 private:
  packets::Set only(const ir::Packet& packet);

  const ir::Firewall& firewall_;
  packets::Diagrams diagrams_;
  evaluate::Symbolic symbolic_;
  std::map<std::tuple<ir::Path, ir::State, std::uint32_t, bool, std::uint32_t>, evaluate::Partition> partitions_;
};

}  // namespace wallcheck::differential
