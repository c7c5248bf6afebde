#pragma once
// The words for one packet: what `wallcheck trace` takes, and how every report writes a witness, so that a witness can be
// pasted back into `trace`.

#include <optional>
#include <string>
#include <string_view>

#include "ir/packet.h"

namespace wallcheck::ir {

/// "INPUT", "OUTPUT", "FORWARD": iptables' names for the paths; case does not count when reading.
std::string_view hook_name(Path path);
std::optional<Path> hook_named(std::string_view name);

/// "NEW", "ESTABLISHED", ...; case does not count when reading.
std::string_view state_name(State state);
std::optional<State> state_named(std::string_view name);

/// "ORIGINAL", "REPLY"; case does not count when reading.
std::string_view direction_name(Direction direction);
std::optional<Direction> direction_named(std::string_view name);

/// "SYN,ACK"; "NONE" for no flag. In the order of iptables(8): SYN, ACK, FIN, RST, URG, PSH, ECE, CWR.
std::string tcp_flags_name(std::uint8_t flags);
/// Reads such a list, "ALL" (the six flags of iptables) and "NONE"; case does not count.
std::optional<std::uint8_t> tcp_flags_named(std::string_view names);

/// "udp", "icmpv6", or the number where there is no name.
std::string protocol_text(std::uint8_t protocol);

/// The TCP flags a packet of this state has unless told otherwise: SYN where it opens a connection, else ACK.
std::uint8_t usual_tcp_flags(State state);

/// "udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new". IPv6 addresses with ports are in brackets; what is usual
/// (mark 0, no fragment, usual_tcp_flags, direction ORIGINAL) is left out. Interface names come from files: printable().
std::string to_string(const Packet& packet);

}  // namespace wallcheck::ir
