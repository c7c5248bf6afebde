#pragma once
// packets: sets of packets, exactly. Knows what a packet is made of (its dimensions), and no rule, chain or policy.
//
// A packet is a point: one number for each dimension. Most dimensions are header fields as the IR names them. Fields that rules
// test bit by bit (TCP flags, marks) are one dimension a bit. Behind the fields come as many one-bit dimensions as a user wants:
// an undecided condition is one of them, so that a set says for itself on what it depends.

#include <cstdint>

#include "base/uint128.h"

namespace wallcheck::packets {

/// Number of a dimension; diagrams test dimensions in ascending order. The order is a matter of size, not of meaning:
/// small enumerations first, addresses in the middle, what few rules test last (its diagrams are then shared below many).
using Dimension = std::uint32_t;

namespace dimension {
constexpr Dimension state = 0;             ///< ir::State
constexpr Dimension protocol = 1;
constexpr Dimension in_interface = 2;      ///< evaluate/interfaces.h: 0 is the empty name
constexpr Dimension out_interface = 3;
constexpr Dimension destination = 4;       ///< base/address.h: the number tells the family
constexpr Dimension destination_port = 5;
constexpr Dimension source = 6;
constexpr Dimension source_port = 7;
constexpr Dimension icmp = 8;              ///< type * 256 + code
constexpr Dimension fragment = 9;
constexpr Dimension direction = 10;        ///< ir::Direction
constexpr Dimension dnat = 11;
constexpr Dimension snat = 12;
constexpr Dimension tag = 13;
constexpr Dimension tcp_flags = 16;        ///< 8 dimensions, the lowest bit (FIN) first
constexpr Dimension mark = 24;             ///< 32 dimensions, the lowest bit first
constexpr Dimension connmark = 56;         ///< 32 dimensions, the lowest bit first
constexpr Dimension first_free = 88;       ///< from here on: one bit each, meaning given by who uses them
constexpr Dimension first_choice = 0x8000'0000u;  ///< from here on: a choice among up to 65,536 things each
}  // namespace dimension

/// Largest value of a dimension, unless Diagrams::limit_dimension says less.
constexpr Uint128 last_value(Dimension d) {
  switch (d) {
    case dimension::destination:
    case dimension::source: return ~Uint128{0};
    case dimension::in_interface:
    case dimension::out_interface: return 0xffff'ffffu;
    case dimension::destination_port:
    case dimension::source_port:
    case dimension::icmp:
    case dimension::tag: return 0xffff;
    case dimension::protocol: return 0xff;
    case dimension::state: return 4;
    default: return d >= dimension::first_choice ? 0xffff : 1;
  }
}

}  // namespace wallcheck::packets
