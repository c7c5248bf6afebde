#pragma once
// The small languages inside a pack's, config's or comment's strings: ports, protocols, networks, ids, dates.
// Each answers with the value or with a sentence that quotes the word and says what it should have been.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "ir/values.h"
#include "policy/policy.h"

namespace wallcheck::policy {

using Date = std::chrono::year_month_day;

/// "3011", "80,443", "8000-8099": normalised. Numbers only: a service name means what the reader's /etc/services says.
Result<std::vector<ir::Range>, std::string> parse_ports(std::string_view text);

/// "udp" or "17": names as protocols(5) has them (base/names.h), and "icmpv6", as firewalls call ipv6-icmp.
Result<std::uint8_t, std::string> parse_protocol(std::string_view text);

/// "10.0.0.0/8", "2001:db8::1", "10.0.0.1-10.0.0.9"; host bits of a network are dropped. One range, or two where an IPv6 network encloses the block in which
/// IPv4 addresses are kept (base/address.h): each range is of one family.
Result<std::vector<AddressRange>, std::string> parse_network(std::string_view text);

/// Sorted and joined within each family, IPv4 first.
std::vector<AddressRange> normalised(const std::vector<AddressRange>& ranges);

/// Addresses said for a role outside the pack: a config's `roles`, the command line's `--role-address`.
struct RoleAddresses {
  std::string role;
  std::optional<std::vector<AddressRange>> addresses;  ///< nullopt: a config's null, "not specified"
};

/// `cloud=10.0.0.0/8,192.0.2.1`.
Result<RoleAddresses, std::string> parse_role_addresses(std::string_view text);

/// Gives a role of the pack its addresses; the error names a role that the pack does not have.
std::optional<std::string> set_addresses(Pack& pack, const RoleAddresses& given);

/// The sentence on a role that the pack does not have; nullopt if it has it.
std::optional<std::string> unknown_role(const Pack& pack, std::string_view role);

Result<Position, std::string> parse_position(std::string_view text);

/// `2027-03-31`, a day that exists.
Result<Date, std::string> parse_date(std::string_view text);
std::string to_string(Date date);

/// Ids of packs, roles and flows: letters, digits, "-", "_" and ".", at most 64, not beginning with "." or "-".
/// They go into file names, options (`ROLE=CIDR`) and comments (`role=cloud`).
bool is_id(std::string_view text);

/// The form of a finding's code: "WC" and three digits.
bool is_code(std::string_view text);

}  // namespace wallcheck::policy
