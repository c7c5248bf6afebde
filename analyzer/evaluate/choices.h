#pragma once
// Private to evaluate: what a translation to one of several addresses or ports may come to, as few values as tell all there is to tell.

#include <optional>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// Ways in which a translation can turn out. An address or port that the packet has already, and that is among those asked for, may
/// also stay; that is not in the lists.
struct Choices {
  std::vector<Uint128> addresses, ports;  ///< empty: kept
  bool may_keep_address = false, may_keep_port = false;  ///< there is more than one to choose from
};

/// Of each range the borders, and between them the values from which on a rule's match may hold that did not before, or the reverse:
/// values between two neighbours are alike to every rule. None: more ways than are followed one by one, so it is not known where it leads.
std::optional<Choices> choices_of(const ir::Firewall& firewall, bool destination, ir::RangesId addresses, ir::RangesId ports);

}  // namespace wallcheck::evaluate
