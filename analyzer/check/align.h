#pragma once
// Two versions of a firewall brought together: the same words for the same things, and which rules are not in both.

#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// What is not the same in two versions.
struct Alignment {
  std::vector<ir::RuleId> removed;  ///< rules of the old version that have no equal in their place in the new one
  std::vector<ir::RuleId> added;    ///< and the other way round
  bool everywhere = false;          ///< stages, defaults or families differ: any packet may be concerned
  bool translations = false;        ///< some of the rules rewrite addresses

  bool equal() const { return removed.empty() && added.empty() && !everywhere; }
};

/// Compares rules by what they mean, list by list (longest common subsequence; where lists are large and much is new, only of what
/// stands once in each). Rules that do nothing are passed over.
///
/// Changes the firewalls in no way that they could notice: interface names of one become known to the other, and undecided
/// conditions get the same number in both where they are the same unknown: one that every rule may ask if the text is the same, one that
/// may answer differently each time (a rate) only where its rule is in both. So one packets::Diagrams can speak of both.
Alignment align(ir::Firewall& before, ir::Firewall& after);

/// Packets that may have another fate, and the paths by which they come.
struct Concern {
  evaluate::Box box;
  std::uint8_t paths = 0b111;  ///< bit p: ir::Path p
  bool of_a_rule = false;      ///< the box is one rule's; else it is around many, or everything
  bool on(ir::Path path) const { return (paths >> static_cast<unsigned>(path) & 1) != 0; }
};

/// Boxes outside of which no packet has another fate in the other version: it meets no rule that is not in both. A box is what the rule
/// says of addresses, ports and protocol as the packet came with them, and where it says nothing, what the calls of its list say.
/// One a rule, or a single one around them all where they are many.
std::vector<Concern> concerned(const ir::Firewall& before, const ir::Firewall& after, const Alignment& alignment);

}  // namespace wallcheck::check
