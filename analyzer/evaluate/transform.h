#pragma once
// Private to evaluate/symbolic: what rules did to a packet, as a value.

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// A translation of one side of the packet, and where it was done: that decides what "an address of this host" means.
struct Translation {
  bool destination = true;  ///< else the source
  ir::RangesId addresses = 0;
  ir::RangesId ports = 0;
  bool local = false;       ///< REDIRECT, MASQUERADE
  ir::Point point = ir::Point::prerouting;
  ir::Path path = ir::Path::ingress;
  bool operator==(const Translation&) const = default;
};

/// All that some rules did, as one change. Marks are composed (a list that marks in a hundred places has few different
/// outcomes), translations are kept in order; the two do not influence one another.
struct Transform {
  /// mark = (mark & mark_keep) ^ (connmark & mark_other) ^ mark_flip, and the same with roles swapped for the connmark;
  /// both right-hand sides mean the values before.
  std::uint32_t mark_keep = 0xffff'ffffu, mark_other = 0, mark_flip = 0;
  std::uint32_t connmark_keep = 0xffff'ffffu, connmark_other = 0, connmark_flip = 0;
  std::optional<std::uint16_t> tag;
  bool untracks = false;
  bool unknown = false;     ///< changed in a way that is not modelled
  std::vector<Translation> translations;

  bool operator==(const Transform&) const = default;
  bool changes_marks() const;
  bool identity() const;
  /// This change, then that one.
  Transform then(const Transform& later) const;
  std::uint64_t hash() const;
};

/// What a rule's effects do at a point of a path. Without a connection (raw, invalid, untracked) connection marks are neither read nor set.
Transform transform_of(const ir::Firewall& firewall, ir::EffectsId effects, ir::Point point, ir::Path path, bool connection);
/// Do the effects depend on whether there is a connection?
bool asks_connection(const ir::Firewall& firewall, ir::EffectsId effects);

}  // namespace wallcheck::evaluate
