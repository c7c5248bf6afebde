#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/uint128.h"

namespace wallcheck {

/// IP version. ICMP and ICMPv6, DHCP and DHCPv6 differ with it.
enum class Family : std::uint8_t { ipv4, ipv6 };

/// An IPv4 or IPv6 address as one number, so that a set of addresses of both families is one list of ranges.
///
/// IPv4 address a.b.c.d is ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2); such addresses do not occur on the wire as IPv6,
/// so the number alone tells the family. All addresses in the program are in this form.
using Address = Uint128;

constexpr Address ipv4_first = Uint128{0xffff'0000'0000u};
constexpr Address ipv4_last = Uint128{0xffff'ffff'ffffu};

constexpr Address ipv4(std::uint32_t address) { return ipv4_first | address; }
constexpr Family family_of(Address address) {
  return address >= ipv4_first && address <= ipv4_last ? Family::ipv4 : Family::ipv6;
}

/// Inclusive range of addresses of one family.
struct AddressRange {
  Address first = 0;
  Address last = 0;
  bool operator==(const AddressRange&) const = default;
};

/// All addresses that share the first `length` bits with `address` (0..32 or 0..128 by its family).
AddressRange prefix(Address address, unsigned length);

/// Reads "10.0.0.1" or "2001:db8::1" (RFC 4291 text, inet_pton's rules); nothing else.
std::optional<Address> parse_address(std::string_view text);
/// Reads "10.0.0.0/8", "10.0.0.1", "2001:db8::/32"; host bits are dropped. No masks, no short forms.
/// "::ffff:10.0.0.0/104" is 10.0.0.0/8; "::ffff:10.0.0.0/64" would reach out of IPv4 and is refused.
std::optional<AddressRange> parse_prefix(std::string_view text);

/// "10.0.0.1", "2001:db8::1" (RFC 5952).
std::string to_string(Address address);
/// "10.0.0.0/8" where the range is one prefix, else "10.0.0.1-10.0.0.9"; "any" for a whole family is the caller's word.
std::string to_string(AddressRange range);

}  // namespace wallcheck
