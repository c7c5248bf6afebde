#include "frontend/iptables/values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "base/names.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

bool same_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Mask with the first `length` of `width` bits set, the bits above `width` as well.
Address prefix_mask(unsigned width, unsigned length) {
  const unsigned host = width - length;
  return host == 128 ? 0 : ~Address{0} << host;
}

/// Four decimal octets without zeros before them: as iptables-save writes addresses.
std::optional<Address> read_dotted_quad(std::string_view text) {
  std::uint32_t address = 0, octet = 0;
  unsigned digits = 0, dots = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0 || ++dots == 4) return std::nullopt;
      address = address << 8 | octet;
      octet = digits = 0;
      continue;
    }
    if (c < '0' || c > '9' || (digits > 0 && octet == 0)) return std::nullopt;
    octet = octet * 10 + static_cast<std::uint32_t>(c - '0');
    if (++digits > 3 || octet > 255) return std::nullopt;
  }
  if (digits == 0 || dots != 3) return std::nullopt;
  return ipv4(address << 8 | octet);
}

/// "10", "10.1", "10.1.2", "10.1.2.3": missing octets are 0.
std::optional<Address> read_ipv4(std::string_view text) {
  if (const auto usual = read_dotted_quad(text)) return usual;
  std::uint32_t address = 0;
  unsigned octets = 0;
  const bool good = split(text, '.', [&](std::string_view part) {
    const auto octet = read_number(part, 0, 255);
    if (!octet || octets == 4) return false;
    address |= static_cast<std::uint32_t>(*octet) << (24 - 8 * octets++);
    return true;
  });
  if (!good) return std::nullopt;
  return ipv4(address);
}

bool could_be_host_name(std::string_view text) {
  if (text.empty() || text.size() > 255 || text.front() == '-' || text.front() == '.') return false;
  const bool letters = std::ranges::any_of(text, [](unsigned char c) { return std::isalpha(c); });
  return letters && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.' || c == '_'; });
}

}  // namespace

std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  // Nearly all are short and decimal, and a file of 100,000 rules has a million of them.
  constexpr std::size_t surely_fits = 18;
  if (!text.empty() && text.size() <= surely_fits && (text[0] != '0' || text.size() == 1)) {
    std::uint64_t value = 0;
    for (const char digit : text) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value < min || value > max ? std::nullopt : std::optional(value);
  }
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<MarkValue> read_masked(std::string_view text) {
  constexpr std::uint64_t last = std::numeric_limits<std::uint32_t>::max();
  const std::size_t slash = text.find('/');
  const auto value = read_number(text.substr(0, slash), 0, last);
  if (!value) return std::nullopt;
  if (slash == std::string_view::npos) return MarkValue{static_cast<std::uint32_t>(*value)};
  const auto mask = read_number(text.substr(slash + 1), 0, last);
  if (!mask) return std::nullopt;
  return MarkValue{static_cast<std::uint32_t>(*value), static_cast<std::uint32_t>(*mask)};
}

bool AddressValue::is_range() const {
  const Address host = ~mask;
  return (host & (host + 1)) == 0;
}

Result<AddressValue, Expected> read_address(std::string_view text, Family family) {
  const bool v4 = family == Family::ipv4;
  const unsigned width = v4 ? 32 : 128;
  const auto read_one = [&](std::string_view part) -> std::optional<Address> {
    if (v4) return read_ipv4(part);
    const auto address = parse_address(part);
    if (!address || part.find(':') == std::string_view::npos) return std::nullopt;
    return address;
  };
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  AddressValue value;
  const auto address = read_one(host);
  if (!address && !could_be_host_name(host)) return Unexpected{Expected(v4 ? "an IPv4 address" : "an IPv6 address")};
  if (slash != std::string_view::npos) {
    const std::string_view mask = text.substr(slash + 1);
    const auto length = read_number(mask, 0, width);
    if (length) value.mask = prefix_mask(width, static_cast<unsigned>(*length));
    else if (const auto bits = parse_address(mask); bits && (mask.find(':') == std::string_view::npos) == v4)
      value.mask = v4 ? ~Address{0} << 32 | *bits : *bits;
    else return Unexpected{Expected(v4 ? "a prefix length from 0 to 32 or a mask" : "a prefix length from 0 to 128 or a mask")};
  }
  value.host_name = !address;
  if (address) value.address = *address & value.mask;
  return value;
}

AddressRange all_addresses(Family family) {
  return family == Family::ipv4 ? AddressRange{ipv4_first, ipv4_last} : AddressRange{0, ~Address{0}};
}

std::optional<std::uint8_t> read_protocol(std::string_view text) {
  if (text == "tcp") return ir::protocol::tcp;
  if (text == "udp") return ir::protocol::udp;
  if (const auto number = read_number(text, 0, 255)) return static_cast<std::uint8_t>(*number);
  std::string name(text);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "all") return std::uint8_t{0};
  if (const auto number = protocol_number(name)) return number;
  // Names that libxtables adds to those of protocols(5).
  if (name == "icmpv6") return ir::protocol::icmpv6;
  if (name == "mh" || name == "ipv6-mh") return std::uint8_t{135};
  return std::nullopt;
}

std::optional<std::uint16_t> read_port(std::string_view text, std::uint8_t protocol, bool decimal) {
  if (decimal) text.remove_prefix(std::min(text.find_first_not_of('0'), text.empty() ? 0 : text.size() - 1));
  if (const auto number = read_number(text, 0, 65535)) return static_cast<std::uint16_t>(*number);
  const bool by_protocol = protocol == ir::protocol::tcp || protocol == ir::protocol::sctp;
  return by_protocol ? service_port(text, protocol) : service_port(text);
}

Result<ir::Range, Expected> read_port_range(std::string_view text, std::uint8_t protocol, bool backwards) {
  const auto expected = [] { return Unexpected{Expected("a port from 0 to 65535 or the name of a service")}; };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto port = read_port(text, protocol, backwards);
    if (!port) return expected();
    return ir::Range{*port, *port};
  }
  const std::string_view low = text.substr(0, colon), high = text.substr(colon + 1);
  const auto first = low.empty() ? std::uint16_t{0} : read_port(low, protocol, backwards);
  const auto last = high.empty() ? std::uint16_t{65535} : read_port(high, protocol, backwards);
  if (!first || !last) return expected();
  if (*first > *last && !backwards) return Unexpected{Expected("a range that does not run backwards")};
  return ir::Range{*first, *last};
}

bool is_rate(std::string_view text, std::uint64_t per_second) {
  constexpr std::pair<std::string_view, std::uint64_t> units[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}};
  const std::size_t slash = text.find('/');
  std::uint64_t seconds = 1;
  if (slash != std::string_view::npos) {
    const std::string_view unit = text.substr(slash + 1);
    const auto known = std::ranges::find_if(units, [&](const auto& u) { return !unit.empty() && index_of_word(u.first.substr(0, unit.size()), unit); });
    if (known == std::end(units)) return false;
    seconds = known->second;
  }
  return read_number(text.substr(0, slash), 1, per_second * seconds).has_value();
}

bool is_tos(std::string_view text) {
  if (index_of_word("Minimize-Delay Maximize-Throughput Maximize-Reliability Minimize-Cost Normal-Service", text)) return true;
  std::size_t parts = 0;
  return split(text, '/', [&](std::string_view part) { return ++parts <= 2 && read_number(part, 0, 255); });
}

bool is_ethernet_address(std::string_view text) {
  std::size_t bytes = 0;
  const bool good = split(text, ':', [&](std::string_view part) {
    return ++bytes <= 6 && !part.empty() && part.size() <= 2 && read_number("0x" + std::string(part), 0, 255);
  });
  return good && bytes == 6;
}

std::optional<std::uint8_t> read_tcp_flags(std::string_view text) {
  constexpr std::pair<std::string_view, std::uint8_t> names[] = {
      {"FIN", ir::tcp_flag::fin}, {"SYN", ir::tcp_flag::syn}, {"RST", ir::tcp_flag::rst}, {"PSH", ir::tcp_flag::psh},
      {"ACK", ir::tcp_flag::ack}, {"URG", ir::tcp_flag::urg}, {"ALL", 0x3f},              {"NONE", 0}};
  std::uint8_t flags = 0;
  const bool good = split(text, ',', [&](std::string_view part) {
    for (const auto& [name, bits] : names)
      if (same_without_case(part, name)) {
        flags = static_cast<std::uint8_t>(flags | bits);
        return true;
      }
    return false;
  });
  if (!good) return std::nullopt;
  return flags;
}

std::optional<std::uint32_t> index_of_word(std::string_view words, std::string_view text) {
  std::uint32_t index = 0;
  const bool missing = split(words, ' ', [&](std::string_view word) {
    if (same_without_case(word, text)) return false;
    ++index;
    return true;
  });
  if (missing) return std::nullopt;
  return index;
}

}  // namespace wallcheck::frontend::iptables
