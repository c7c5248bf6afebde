#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "evaluate/interfaces.h"
#include "evaluate/symbolic.h"
#include "evaluate/transform.h"
#include "ir/firewall.h"
#include "packets/dimensions.h"
#include "packets/set.h"

namespace wallcheck::evaluate {

/// Does a match hold inside a box?
enum class Overlap : std::uint8_t { never, partly, always };

/// What matches mean as sets of packets, and what effects do to such sets. Interns by match, so equal conditions are built once.
class MatchSets {
 public:
  MatchSets(const ir::Firewall& firewall, packets::Diagrams& diagrams);

  /// `raw`: the list stands before connection tracking, where states are not known yet.
  packets::Node set(const ir::Match& match, bool raw);
  packets::Node ranges(packets::Dimension dimension, std::span<const ir::Range> values);
  packets::Node universe(ir::Path path);
  packets::Node box(const Box& box);

  /// Compares a match with the box without building anything.
  Overlap overlap(const ir::Match& match, const Box& box, bool raw) const;

  /// The function `diagram` of the packet after the change, as a function of the packet before it. Where the new value is one of
  /// several and `diagram` differs between them, `join(leaf, leaf)` says what that comes to.
  template <class Join>
  packets::Node before(packets::Node diagram, const Transform& change, ir::Path path, Join&& join);
  /// `diagram` with one dimension free to take any of `values`: equal leaves stay, different ones are joined.
  template <class Join>
  packets::Node over_all(packets::Node diagram, packets::Dimension dimension, std::span<const ir::Range> values, Join&& join);

  packets::Dimension opaque(ir::OpaqueId id) const { return packets::first_free_dimension + 1 + id; }
  /// One bit: an untrack effect has happened in a list before connection tracking.
  static constexpr packets::Dimension raw_untracked = packets::first_free_dimension;

  const Interfaces interfaces;

 private:
  packets::Node numeric(ir::Field field, std::span<const ir::Range> values, bool raw);
  packets::Node masked(ir::Field field, const ir::Masked& masked);
  packets::Node family_pair(Family family);
  packets::Node bits(packets::Dimension first, std::uint32_t value, std::uint32_t mask);

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  std::unordered_map<std::uint64_t, packets::Node> cache_;
};

}  // namespace wallcheck::evaluate
