#pragma once
// Private to evaluate/symbolic: functions of a changed packet, as functions of the packet before the change. trace_effects.cpp, backwards.

#include <vector>

#include "evaluate/bounds.h"
#include "evaluate/leaves.h"
#include "evaluate/match_sets.h"
#include "evaluate/transform.h"
#include "packets/diagrams.h"

namespace wallcheck::evaluate {

class Substitution {
 public:
  Substitution(const ir::Firewall& firewall, packets::Diagrams& diagrams, Leaves& leaves) : firewall_(firewall), diagrams_(diagrams), leaves_(leaves) {}

  /// `diagram` (leaves: Leaf) for packets that are changed first. Outcomes of the changed packets are `untracked`, and `diverted`
  /// where the destination really becomes another one. A translation to one of several addresses or ports is a choice: a dimension.
  /// Only packets within the bounds count.
  packets::Node before(packets::Node diagram, const Transform& change, const Bounds& bounds = {});

  /// Puts together what the choices lead to: the same verdict, or undecided; blamed as on the first way.
  packets::Node without_choices(packets::Node diagram);
  void clear() { choices_.clear(); }

 private:
  /// One way in which a translation can turn out.
  struct Way {
    std::optional<Uint128> address, port;  ///< none: kept
  };
  packets::Node translated(packets::Node after, const Translation& translation, const Bounds& bounds);
  packets::Node one_way(packets::Node after, const Translation& translation, const Way& way, const Bounds& bounds);
  packets::Node if_among(ir::Field field, std::span<const ir::Range> values, const Bounds& bounds,
                         const std::function<packets::Node()>& then, const std::function<packets::Node()>& otherwise);
  packets::Node choice(const Translation& translation, const std::vector<packets::Node>& ways);
  std::uint32_t join(std::uint32_t first, std::uint32_t second);

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  Leaves& leaves_;
  struct Choice {
    Translation translation;
    std::size_t ways = 0;
  };
  std::vector<Choice> choices_;  ///< dimension first_choice + index
};

}  // namespace wallcheck::evaluate
