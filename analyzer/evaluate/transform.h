#pragma once

#include <cstdint>
#include <optional>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// All that some rules did to a packet, as one change: rewriting is composed, so that a list that marks in a hundred places
/// still has few different outcomes.
struct Transform {
  /// New address or port of one side; what is not given is kept.
  struct Rewrite {
    ir::RangesId addresses = 0;
    ir::RangesId ports = 0;
    bool local = false;  ///< some address of this host
    bool operator==(const Rewrite&) const = default;
    bool any() const { return addresses != 0 || ports != 0 || local; }
  };
  /// mark = (mark & mark_keep) ^ (connmark & mark_other) ^ mark_flip, and the same with roles swapped for the connmark;
  /// both right-hand sides mean the values before.
  std::uint32_t mark_keep = 0xffff'ffffu, mark_other = 0, mark_flip = 0;
  std::uint32_t connmark_keep = 0xffff'ffffu, connmark_other = 0, connmark_flip = 0;
  std::optional<std::uint16_t> tag;
  bool untracks = false;
  bool unknown = false;     ///< changed in a way that is not modelled
  Rewrite destination, source;

  bool operator==(const Transform&) const = default;
  bool identity() const { return *this == Transform{}; }
  /// This change, then that one.
  Transform then(const Transform& later) const;
};

Transform transform_of(const ir::Effect& effect);
Transform transform_of(const ir::Firewall& firewall, ir::EffectsId effects);

}  // namespace wallcheck::evaluate
