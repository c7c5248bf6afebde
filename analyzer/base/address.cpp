#include "base/address.h"

#include <arpa/inet.h>

#include <bit>
#include <charconv>
#include <cstring>

namespace wallcheck {

AddressRange prefix(Address address, unsigned length) {
  const unsigned width = family_of(address) == Family::ipv4 ? 32 : 128;
  const unsigned host = width - (length < width ? length : width);
  const Address mask = host == 128 ? ~Address{0} : (Address{1} << host) - 1;
  return {address & ~mask, address | mask};
}

std::optional<Address> parse_address(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (std::memchr(buffer, '\0', text.size())) return std::nullopt;
  unsigned char bytes[16];
  if (inet_pton(AF_INET, buffer, bytes) == 1)
    return ipv4(static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
                static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3]);
  if (inet_pton(AF_INET6, buffer, bytes) != 1) return std::nullopt;
  Address value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

std::optional<AddressRange> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool written_as_ipv6 = text.substr(0, slash).find(':') != std::string_view::npos;
  const unsigned width = written_as_ipv6 ? 128 : 32;
  unsigned length = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > width) return std::nullopt;
  }
  if (!written_as_ipv6 || family_of(*address) != Family::ipv4) return prefix(*address, length);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8 in our form; a shorter one would mix the families.
  if (length < 96) return std::nullopt;
  return prefix(*address, length - 96);
}

std::string to_string(Address address) {
  char buffer[INET6_ADDRSTRLEN];
  unsigned char bytes[16];
  if (family_of(address) == Family::ipv4) {
    char* end = buffer;
    for (int shift = 24; shift >= 0; shift -= 8) {
      if (shift < 24) *end++ = '.';
      end = std::to_chars(end, buffer + sizeof buffer, static_cast<unsigned>(address >> shift) & 255).ptr;
    }
    return {buffer, end};
  }
  for (int i = 0; i < 16; ++i) bytes[i] = static_cast<unsigned char>(address >> (120 - 8 * i));
  return inet_ntop(AF_INET6, bytes, buffer, sizeof buffer);
}

std::string to_string(AddressRange range) {
  if (range.first == range.last) return to_string(range.first);
  const Address host = range.first ^ range.last;  // of a network: the bits that its addresses differ in, all of them the last ones
  if ((host & (host + 1)) == 0 && (range.first & host) == 0) {
    const unsigned width = family_of(range.first) == Family::ipv4 ? 32 : 128;
    return to_string(range.first) + "/" + std::to_string(width - static_cast<unsigned>(std::popcount(low64(host)) + std::popcount(high64(host))));
  }
  return to_string(range.first) + "-" + to_string(range.last);
}

}  // namespace wallcheck
