#pragma once
// Private to evaluate/symbolic: what is known of the packets that come to a stage, and how its rules see them.

#include <cstdint>

#include "evaluate/symbolic.h"
#include "packets/dimensions.h"

namespace wallcheck::evaluate {

/// One-bit dimensions of what has happened to a packet so far. They are 0 when it comes in, so no partition depends on them.
namespace history {
constexpr packets::Dimension first = packets::dimension::first_free;
constexpr packets::Dimension untracked = first;
constexpr packets::Dimension all_unknown = first + 1;          ///< rewritten in a way that is not modelled
constexpr packets::Dimension destination_unknown = first + 2;  ///< it is some address of a host whose addresses are not known
constexpr packets::Dimension source_unknown = first + 3;
constexpr packets::Dimension destination_rewritten = first + 4;
constexpr packets::Dimension source_rewritten = first + 5;
constexpr packets::Dimension redirected = first + 6;           ///< the destination became this host
constexpr packets::Dimension address_moved = first + 7;        ///< the destination address is not the one that it came with
constexpr packets::Dimension end = first + 8;
}  // namespace history

/// What may be true of the packets that arrive somewhere. A value list may be too wide, never too narrow; a bit that is clear is sure.
struct Reach {
  Box box;  ///< states as connection tracking has them, interfaces as the packet has them
  std::uint8_t past = 0;  ///< bit i: dimension history::first + i may be 1

  bool may(packets::Dimension event) const { return (past >> (event - history::first) & 1) != 0; }
  void add(packets::Dimension event) { past = static_cast<std::uint8_t>(past | 1u << (event - history::first)); }
};

/// How the rules of a stage see a packet: trace's show_packet, for all packets at once.
struct View {
  ir::Path path = ir::Path::ingress;
  ir::Point point = ir::Point::input;
  bool before_tracking = false;      ///< every state is shown as invalid
  bool established_as_new = false;   ///< nat: connection tracking repeats what it did to the first packet
  bool translates_at_once = false;   ///< rules may change addresses and ports of packets that later rules of the stage look at
  bool reassembled = false;          ///< no packet is a fragment here
  bool types_open = false;           ///< routing's class of an address is not deduced from it: each is whatever the machine says
  Reach reach;                       ///< widened by what rules of this stage may do; box[state] as shown

  bool shows_in_interface() const { return path != ir::Path::egress; }
  bool shows_out_interface() const { return point != ir::Point::prerouting && point != ir::Point::input; }
  /// Views with the same signature see every packet the same way, whatever the box is.
  std::uint64_t signature() const {
    return static_cast<std::uint64_t>(path) | (shows_out_interface() ? 4u : 0u) | (before_tracking ? 8u : 0u) | (established_as_new ? 16u : 0u) |
           static_cast<std::uint64_t>(reach.past) << 5 | (types_open ? 1u << 13 : 0u) | (reassembled ? 1u << 14 : 0u);
  }
  ir::State shown(ir::State arrived) const {
    if (before_tracking) return ir::State::invalid;
    return established_as_new && arrived == ir::State::established ? ir::State::new_ : arrived;
  }
};

}  // namespace wallcheck::evaluate
