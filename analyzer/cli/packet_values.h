#pragma once
// Values of packets as users write them. Private to the two readers of packets.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wallcheck::cli {

/// Decimal, or hexadecimal after "0x"; the whole text, and within the type.
template <class Number>
std::optional<Number> read_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "tcp", "icmpv6" or a number.
std::optional<std::uint8_t> read_protocol(std::string_view text);

}  // namespace wallcheck::cli
