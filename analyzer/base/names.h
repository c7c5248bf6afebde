#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wallcheck {

// Names of IANA numbers, the same on every machine: names_table.inc is made once, by make_names.py, from services(5) and
// protocols(5) as Debian ships them. A rule that says `--dport mysql` means what the firewall's own C library makes of it,
// so names are case-sensitive as getservbyname(3) has them, and aliases ("www" for http, "TCP" for tcp) are names too.

/// Number of a protocol by name or alias: "tcp", "TCP", "ipv6-icmp". Numbers are not names: "6" gives nothing.
std::optional<std::uint8_t> protocol_number(std::string_view name);

/// The protocol's first name: "tcp", "ipv6-icmp"; empty if the table has none for this number.
std::string_view protocol_name(std::uint8_t number);

/// Port of a service by name or alias, as registered for this protocol; nothing if it is not (`http` has no udp port here).
std::optional<std::uint16_t> service_port(std::string_view name, std::uint8_t protocol);

/// Port of a service of any transport protocol, for places that do not say which (getaddrinfo(3) without a hint). No name of
/// the table has different ports with tcp, udp and sctp.
std::optional<std::uint16_t> service_port(std::string_view name);

}  // namespace wallcheck
