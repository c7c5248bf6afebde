#include "base/source_file.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace wallcheck {

SourceFile::SourceFile(std::string path, std::string bytes) : path_(std::move(path)), bytes_(std::move(bytes)) {}

std::string_view SourceFile::text(Span span) const {
  const auto size = static_cast<std::uint32_t>(bytes_.size());
  const std::uint32_t begin = std::min(span.begin, size);
  const std::uint32_t end = std::clamp(span.end, begin, size);
  return std::string_view(bytes_).substr(begin, end - begin);
}

const std::vector<std::uint32_t>& SourceFile::starts() const {
  if (starts_.empty()) {
    starts_.reserve(static_cast<std::size_t>(std::ranges::count(bytes_, '\n')) + 1);
    starts_.push_back(0);
    for (std::size_t at = bytes_.find('\n'); at != std::string::npos; at = bytes_.find('\n', at + 1))
      starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
  return starts_;
}

Place SourceFile::place(std::uint32_t offset) const {
  const auto& lines = starts();
  const auto after = std::ranges::upper_bound(lines, offset);
  const auto line = static_cast<std::uint32_t>(after - lines.begin());
  return {line, offset - lines[line - 1] + 1};
}

std::uint32_t SourceFile::line_count() const {
  const auto& lines = starts();
  const bool ends_with_newline = !bytes_.empty() && bytes_.back() == '\n';
  return static_cast<std::uint32_t>(lines.size()) - (ends_with_newline ? 1 : 0);
}

std::uint32_t SourceFile::line_begin(std::uint32_t number) const {
  const auto& lines = starts();
  if (number == 0) return 0;
  return number <= lines.size() ? lines[number - 1] : static_cast<std::uint32_t>(bytes_.size());
}

std::string_view SourceFile::line(std::uint32_t number) const {
  const auto& lines = starts();
  if (number == 0 || number > lines.size()) return {};
  const std::size_t begin = lines[number - 1];
  std::size_t end = number < lines.size() ? lines[number] - 1 : bytes_.size();
  if (end > begin && bytes_[end - 1] == '\r') --end;
  return std::string_view(bytes_).substr(begin, end - begin);
}

std::string_view SourceFile::line_at(std::uint32_t offset) const { return line(place(offset).line); }

namespace {

/// Length of the valid UTF-8 sequence at the start of `text`, and its code point; length 0 if it is not valid.
std::pair<std::size_t, char32_t> decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  char32_t code = 0;
  if (lead < 0x80) return {1, lead};
  if (lead >= 0xc2 && lead <= 0xdf) length = 2, code = lead & 0x1f;
  else if (lead >= 0xe0 && lead <= 0xef) length = 3, code = lead & 0x0f;
  else if (lead >= 0xf0 && lead <= 0xf4) length = 4, code = lead & 0x07;
  else return {0, 0};
  if (text.size() < length) return {0, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {0, 0};
  return {length, code};
}

/// Characters that move the cursor, reorder or hide text (C1 controls, bidirectional and zero-width marks, tags).
bool is_deceptive(char32_t code) {
  return (code >= 0x7f && code <= 0x9f) || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0x61c || code == 0xad || code == 0xfeff || (code >= 0xe0000 && code <= 0xe007f);
}

}  // namespace

std::size_t plain_prefix(std::string_view text) {
  std::size_t length = 0;
  for (; length + 8 <= text.size(); length += 8) {
    // Eight at once: the top bit of a byte is set where it is one already (not ASCII), or becomes one by a borrow (below 0x20) or a carry (0x7f).
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + length, 8);
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    if (((bytes | (bytes - 0x20 * each) | (bytes + each)) & 0x80 * each) != 0) break;
  }
  while (length < text.size() && text[length] >= 0x20 && text[length] < 0x7f) ++length;
  return length;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = plain_prefix(text.substr(i));  // most text is nothing else
    out += text.substr(i, plain);
    i += plain;
    if (i == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto [length, code] = decode_utf8(text.substr(i));
    if (byte == '\t') out += ' ', ++i;
    else if (length == 0 || byte < 0x20) out += fmt::format("\\x{:02x}", byte), ++i;
    else if (is_deceptive(code)) out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(code)), i += length;
    else out += text.substr(i, length), i += length;
  }
  return out;
}

}  // namespace wallcheck
