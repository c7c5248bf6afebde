#pragma once
// Names of protocols and services, as getprotobyname(3) and getservbyname(3) know them on Debian.
// The tables (names_data.inc) are made from /etc/protocols and /etc/services by make_names.py, so that a verdict does not depend on the
// machine that the check runs on.

#include <cstdint>
#include <optional>
#include <string_view>

namespace wallcheck::frontend {

/// "tcp" -> 6; also aliases ("TCP", "ipv6-icmp", "icmpv6"). No numbers.
std::optional<std::uint8_t> protocol_number(std::string_view name);
/// The usual name of a protocol number; empty if it has none.
std::string_view protocol_name(std::uint8_t number);

/// Port of a service for this protocol, which must have the service registered itself (udp "https" is, dccp "https" is not).
std::optional<std::uint16_t> service_port(std::string_view name, std::uint8_t protocol);

}  // namespace wallcheck::frontend
