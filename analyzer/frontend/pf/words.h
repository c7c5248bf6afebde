#pragma once
// pf: words of pf.conf(5) that stand for numbers, and back.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/address.h"

namespace wallcheck::frontend::pf {

/// ICMP and ICMPv6 types and codes as icmp(4) and icmp6(4) of OpenBSD name them: "echoreq", "unreach" with "port-unr".
std::optional<std::uint8_t> icmp_type(std::string_view name, Family family);
std::optional<std::uint8_t> icmp_code(std::uint8_t type, std::string_view name, Family family);
/// Empty: the number has no name.
std::string_view icmp_type_name(std::uint8_t type, Family family);
std::string_view icmp_code_name(std::uint8_t type, std::uint8_t code, Family family);

/// "lowdelay", "ef", "af11", "cs3"; case does not count.
std::optional<std::uint8_t> tos_value(std::string_view name);

/// "tcp", "icmp6", "carp": protocols(5) of the BSDs.
std::optional<std::uint8_t> protocol_by_name(std::string_view name);
/// Port of a service by name, first as of TCP, then as of UDP, as pfctl(8) looks it up; with names that only the BSDs have ("spamd").
std::optional<std::uint16_t> port_by_name(std::string_view name);

/// Names of timeouts in the order in which pfctl(8) prints them.
std::span<const std::string_view> timeout_names();

/// Does an interface group of this name consist of the interfaces of one driver ("em": em0, em1, ...)?
bool is_driver_group(std::string_view name);
bool is_loopback(std::string_view interface_or_group);

}  // namespace wallcheck::frontend::pf
