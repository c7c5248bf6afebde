#pragma once
// Private to evaluate/symbolic: which lists call which.

#include <cstdint>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// The lists that can be entered again while one is in them: for these it matters from where they are called, since a second
/// entry ends the packet's way undecided. No loadable iptables ruleset has any.
class Calls {
 public:
  explicit Calls(const ir::Firewall& firewall);
  /// Number of the cycle (strongly connected component) that the list is part of; 0: none.
  std::uint32_t cycle_of(ir::ListId list) const { return cycle_[list]; }

 private:
  std::vector<std::uint32_t> cycle_;
};

}  // namespace wallcheck::evaluate
