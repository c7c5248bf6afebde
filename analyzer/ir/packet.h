#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/address.h"

namespace wallcheck::ir {

/// The way a packet takes, in the words of the netfilter packet-flow diagram and of pf.conf(5).
enum class Path : std::uint8_t {
  ingress,  ///< to this host: INPUT; pf `in`; a security group's ingress
  egress,   ///< from this host: OUTPUT; pf `out`; a security group's egress
  forward,  ///< through this host: FORWARD; pf `in` on one interface and `out` on the other
};
inline constexpr std::array all_paths{Path::ingress, Path::egress, Path::forward};

/// What connection tracking says of a packet (iptables-extensions(8), conntrack).
/// These five are everything: each packet is in exactly one.
enum class State : std::uint8_t { new_, established, related, invalid, untracked };

/// Which way along its connection a packet goes; the first packet's way is `original`.
enum class Direction : std::uint8_t { original, reply };

/// Routing's class of an address (iptables-extensions(8), addrtype), as far as a file can tell:
/// the host owns the destination of a packet to it and the source of a packet from it.
enum class AddressType : std::uint8_t { unicast, local, broadcast, multicast };

/// IANA protocol numbers that something here treats specially.
namespace protocol {
constexpr std::uint8_t icmp = 1, igmp = 2, tcp = 6, udp = 17, dccp = 33, gre = 47, esp = 50, ah = 51, icmpv6 = 58, sctp = 132, udplite = 136;
constexpr bool has_ports(std::uint8_t p) { return p == tcp || p == udp || p == dccp || p == sctp || p == udplite; }
}  // namespace protocol

/// TCP header flag bits (RFC 9293), as in byte 13 of the header.
namespace tcp_flag {
constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20, ece = 0x40, cwr = 0x80;
}

/// One concrete packet on its way: what `trace` takes and what a witness is.
struct Packet {
  Path path = Path::ingress;
  std::uint8_t protocol = protocol::tcp;
  Address source = 0;
  Address destination = 0;
  std::uint16_t source_port = 0;       ///< 0 where the protocol has none
  std::uint16_t destination_port = 0;  ///< 0 where the protocol has none
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::uint8_t tcp_flags = 0;          ///< tcp_flag bits
  State state = State::new_;
  Direction direction = Direction::original;
  bool dnat = false;                   ///< the connection's destination was translated (ctstate DNAT)
  bool snat = false;                   ///< the connection's source was translated (ctstate SNAT)
  std::string in_interface;            ///< empty: none (a packet from this host)
  std::string out_interface;           ///< empty: none (a packet to this host)
  std::uint32_t mark = 0;
  std::uint32_t connmark = 0;
  std::uint16_t tag = 0;               ///< pf tag, an id of Firewall::tags; 0 = none
  bool fragment = false;               ///< a fragment that is not the first one; ports, flags and ICMP type are the whole packet's
  bool operator==(const Packet&) const = default;
};

}  // namespace wallcheck::ir
