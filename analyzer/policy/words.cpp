#include "policy/words.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/names.h"
#include "base/source_file.h"
#include "base/suggest.h"
#include "ir/packet.h"
#include "policy/json.h"

namespace wallcheck::policy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits only: from_chars would take a sign for some types and stop at the first letter.
std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  if (text.empty() || text.size() > 9 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value <= most ? std::optional(value) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <class Each>
void split(std::string_view text, char separator, Each each) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    each(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

Result<std::vector<ir::Range>, std::string> parse_ports(std::string_view text) {
  std::vector<ir::Range> ranges;
  std::string error;
  split(text, ',', [&](std::string_view item) {
    item = trimmed(item);
    const std::size_t dash = item.find('-');
    const auto first = number(item.substr(0, dash), 65535);
    const auto last = dash == item.npos ? first : number(item.substr(dash + 1), 65535);
    if (!first || !last) {
      if (error.empty()) error = fmt::format("{} is not a port (0-65535) or a range of ports such as 8000-8099", in_quotes(item));
    } else if (*first > *last) {
      if (error.empty()) error = fmt::format("the range {} runs backwards and holds no port", in_quotes(item));
    } else {
      ranges.push_back({*first, *last});
    }
  });
  if (!error.empty()) return Unexpected{std::move(error)};
  return ir::normalised(std::move(ranges));
}

Result<std::uint8_t, std::string> parse_protocol(std::string_view text) {
  // 0 is "ip" in protocols(5) and the Hop-by-Hop header for IANA: neither is something that a service speaks.
  const auto by_name = text == "icmpv6" ? std::optional(ir::protocol::icmpv6) : protocol_number(text);
  if (by_name && *by_name != 0) return *by_name;
  if (const auto value = number(text, 255); value && *value != 0) return static_cast<std::uint8_t>(*value);
  std::vector<std::string_view> names;
  for (unsigned i = 1; i <= 255; ++i)
    if (const auto name = protocol_name(static_cast<std::uint8_t>(i)); !name.empty()) names.push_back(name);
  return Unexpected{fmt::format("{} is no protocol name and no number from 1 to 255{}", in_quotes(text), suggestion(text, names))};
}

Result<std::vector<AddressRange>, std::string> parse_network(std::string_view text) {
  std::optional<AddressRange> range = parse_prefix(text);
  if (const auto dash = text.find('-'); dash != text.npos) {
    const auto first = parse_address(text.substr(0, dash)), last = parse_address(text.substr(dash + 1));
    if (first && last && *first <= *last && family_of(*first) == family_of(*last)) range = AddressRange{*first, *last};
  }
  if (!range) return Unexpected{fmt::format("{} is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32", in_quotes(text))};
  const bool written_as_ipv6 = text.find(':') != text.npos;
  if (written_as_ipv6 && family_of(range->first) == Family::ipv4)
    return Unexpected{fmt::format("{} is an IPv4 address in IPv6 form; such addresses are not on the wire", in_quotes(text))};
  if (!written_as_ipv6 || range->last < ipv4_first || range->first > ipv4_last) return std::vector{*range};
  std::vector<AddressRange> around{{range->first, ipv4_first - 1}, {ipv4_last + 1, range->last}};
  std::erase_if(around, [](const AddressRange& part) { return part.first > part.last; });
  return around;
}

std::vector<AddressRange> normalised(const std::vector<AddressRange>& ranges) {
  std::vector<AddressRange> all;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    std::vector<ir::Range> own;
    for (const AddressRange& range : ranges)
      if (family_of(range.first) == family) own.push_back({range.first, range.last});
    for (const ir::Range& range : ir::normalised(std::move(own))) all.push_back({range.first, range.last});
  }
  return all;
}

Result<RoleAddresses, std::string> parse_role_addresses(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view role = text.substr(0, equals);
  if (equals == text.npos || !is_id(role)) return Unexpected{fmt::format("{} is not ROLE=CIDR[,CIDR]", in_quotes(text))};
  std::vector<AddressRange> ranges;
  std::string error;
  split(text.substr(equals + 1), ',', [&](std::string_view item) {
    const auto network = parse_network(item);
    if (network) ranges.insert(ranges.end(), network->begin(), network->end());
    else if (error.empty()) error = network.error();
  });
  if (!error.empty()) return Unexpected{std::move(error)};
  return RoleAddresses{std::string(role), normalised(ranges)};
}

std::optional<std::string> unknown_role(const Pack& pack, std::string_view role) {
  if (pack.role(role)) return std::nullopt;
  std::vector<std::string> ids;
  for (const Role& each : pack.roles) ids.push_back(printable(each.id));
  return fmt::format("unknown role {}, policy {} has {}{}", in_quotes(role), printable(pack.id), ids.empty() ? "no roles" : fmt::format("{}", fmt::join(ids, ", ")),
                     suggestion(role, ids));
}

std::optional<std::string> set_addresses(Pack& pack, const RoleAddresses& given) {
  const auto found = std::ranges::find(pack.roles, given.role, &Role::id);
  if (found == pack.roles.end()) return unknown_role(pack, given.role);
  found->addresses = given.addresses;
  return std::nullopt;
}

Result<Position, std::string> parse_position(std::string_view text) {
  if (text == "host") return Position::host;
  if (text == "gateway") return Position::gateway;
  return Unexpected{fmt::format("{} is none of host, gateway{}", in_quotes(text), suggestion(text, {"host", "gateway"}))};
}

Result<Date, std::string> parse_date(std::string_view text) {
  const auto year = number(text.substr(0, 4), 9999);
  const auto month = text.size() == 10 ? number(text.substr(5, 2), 12) : std::nullopt;
  const auto day = text.size() == 10 ? number(text.substr(8, 2), 31) : std::nullopt;
  if (year && month && day && text[4] == '-' && text[7] == '-') {
    const Date date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month), std::chrono::day(*day)};
    if (date.ok()) return date;
  }
  return Unexpected{fmt::format("{} is not a day such as 2027-03-31", in_quotes(text))};
}

std::string to_string(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 64 && text.front() != '.' && text.front() != '-' && std::ranges::all_of(text, allowed);
}

bool is_code(std::string_view text) { return text.size() == 5 && text.starts_with("WC") && std::ranges::all_of(text.substr(2), is_digit); }

}  // namespace wallcheck::policy
