#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wallcheck::frontend {

/// A file in UTF-16, as PowerShell's `>` writes it, in UTF-8: recognised by its byte order mark, or by a first character of ASCII in two bytes.
/// Halves of surrogate pairs become U+FFFD. nullopt: it is not UTF-16.
std::optional<std::string> from_utf16(std::string_view bytes);

/// Appends one code point.
void append_utf8(std::string& text, std::uint32_t code);

}  // namespace wallcheck::frontend
