#include "frontend/utf16.h"

namespace wallcheck::frontend {

std::optional<std::string> from_utf16(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const auto is_text = [](unsigned char c) { return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0x7f); };
  const bool mark_low = byte(0) == 0xff && byte(1) == 0xfe, mark_high = byte(0) == 0xfe && byte(1) == 0xff;
  const bool low = mark_low || (is_text(byte(0)) && byte(1) == 0);
  const bool high = mark_high || (byte(0) == 0 && is_text(byte(1)));
  if (!low && !high) return std::nullopt;

  const auto unit = [&](std::size_t at) -> std::uint32_t {
    return low ? static_cast<std::uint32_t>(byte(at) | byte(at + 1) << 8) : static_cast<std::uint32_t>(byte(at) << 8 | byte(at + 1));
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t at = mark_low || mark_high ? 2 : 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (code >= 0xd800 && code < 0xe000) {
      const std::uint32_t second = code < 0xdc00 && at + 3 < bytes.size() ? unit(at + 2) : 0;
      const bool pair = second >= 0xdc00 && second < 0xe000;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00) : 0xfffd;
      if (pair) at += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) add(0xe0 | code >> 12);
    else add(0xf0 | code >> 18), add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

}  // namespace wallcheck::frontend
