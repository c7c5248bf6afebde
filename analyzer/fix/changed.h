#pragma once
// Where two versions of a firewall can differ at all: proving a fix should cost what the fix is worth, not what the file is.

#include <array>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::fix {

/// Boxes of packets on a path that some rule may hold for which only one of the two has, or has in another order. What lies in none of them
/// meets the same rules on its way, and fares the same. Where the two differ in more than rules of lists, any packet may fare otherwise:
/// one box of all packets.
std::vector<evaluate::Box> changed_boxes(const ir::Firewall& before, const ir::Firewall& after, ir::Path path);

/// The same of all paths, by path.
using ChangedBoxes = std::array<std::vector<evaluate::Box>, 3>;
ChangedBoxes changed_boxes(const ir::Firewall& before, const ir::Firewall& after);
/// Is some packet of the question's box in one of them?
bool touches(const std::vector<evaluate::Box>& boxes, const evaluate::Box& question);

}  // namespace wallcheck::fix
