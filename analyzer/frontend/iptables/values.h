#pragma once
// iptables: arguments of options, as iptables reads them (libxtables: xtables_strtoui, xtables_ipparse_any, xtables_parse_port).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "ir/rule.h"
#include "ir/values.h"

namespace wallcheck::frontend::iptables {

/// What was expected instead: "a port from 0 to 65535 or the name of a service".
using Expected = std::string;

/// Decimal, 0x or octal with 0; no sign; within min..max.
std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t min, std::uint64_t max);

/// `value` or `value/mask`; without a mask all 32 bits count.
struct MarkValue {
  std::uint32_t value = 0;
  std::uint32_t mask = 0xffff'ffffu;
};
std::optional<MarkValue> read_masked(std::string_view text);

/// An address with its mask, in the form of base/address.h (an IPv4 mask has its upper 96 bits set).
struct AddressValue {
  Address address = 0;       ///< host bits dropped
  Address mask = ~Address{0};
  bool host_name = false;    ///< a name that would be looked up when the file is loaded; the rest is meaningless
  bool is_range() const;     ///< the mask is a prefix length
  AddressRange range() const { return {address, address | ~mask}; }
};
/// `host`, `host/length`, `host/mask`. IPv4 may leave out trailing octets ("10/8"), as iptables allows.
Result<AddressValue, Expected> read_address(std::string_view text, Family family);
/// The whole of a family.
AddressRange all_addresses(Family family);

/// Name (any case), number 0..255, or "all" (0).
std::optional<std::uint8_t> read_protocol(std::string_view text);

/// A number, or a service: of tcp and sctp one that is registered for the protocol, else of any (iptables asks getaddrinfo then).
/// `decimal`: getaddrinfo reads the number too, to which 010 is ten and 0x10 nothing.
std::optional<std::uint16_t> read_port(std::string_view text, std::uint8_t protocol, bool decimal = false);
/// `a`, `a:b`, `a:`, `:b`; a > b is an error unless `backwards`: the modules that take it read their ports by getaddrinfo.
Result<ir::Range, Expected> read_port_range(std::string_view text, std::uint8_t protocol, bool backwards = false);

/// `amount` or `amount/unit`, the unit s, m, h, d or a longer beginning of second, minute, hour, day; at most `per_second` of them.
bool is_rate(std::string_view text, std::uint64_t per_second);
/// A byte, byte/mask or one of the five names of RFC 1349 ("Minimize-Delay").
bool is_tos(std::string_view text);
/// Six pairs of hexadecimal digits (or single ones) with colons between.
bool is_ethernet_address(std::string_view text);

/// A comma list of TCP flag names, ALL or NONE, as bits of byte 13.
std::optional<std::uint8_t> read_tcp_flags(std::string_view text);

/// Index of `text` in a blank-separated list of words, without case.
std::optional<std::uint32_t> index_of_word(std::string_view words, std::string_view text);

/// Calls `each(part)` for the parts of `text` between `separator`s; false if one call says false.
template <class Each>
bool split(std::string_view text, char separator, Each&& each) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace wallcheck::frontend::iptables
