#include "report/markdown_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/source_file.h"

namespace wallcheck::report::markdown {

namespace {

/// A sign that means something to Markdown or HTML as an entity, any other one as it is.
std::string entity(char c) {
  if (c == '&') return "&amp;";
  if (c == '<') return "&lt;";
  if (c == '>') return "&gt;";
  const bool marks_up = std::string_view("|`*_[]\\@#~!:\"'$^").find(c) != std::string_view::npos;
  return marks_up ? fmt::format("&#{};", static_cast<int>(c)) : std::string(1, c);
}

/// Does a forge see a mention, a reference or a link if the text goes on behind `at`?
bool begins_reference(std::string_view text, std::size_t at) {
  if (at + 1 == text.size() || text[at + 1] == ' ') return false;
  if (text[at] == '.') return at >= 3 && (text[at - 1] | 0x20) == 'w' && (text[at - 2] | 0x20) == 'w' && (text[at - 3] | 0x20) == 'w';
  return std::string_view("@#!~$%&^").find(text[at]) != std::string_view::npos;
}

}  // namespace

std::string prose(std::string_view text) {
  const std::string line = printable(text);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    out += entity(line[i]);
    if (begins_reference(line, i)) out += "&#8203;";
  }
  return out;
}

std::string code(std::string_view text) {
  std::string out = "<code>";
  for (const char c : printable(text)) out += entity(c);
  return out + "</code>";
}

std::string fenced(std::string_view info, std::string_view lines) {
  std::string body;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    body += printable(lines.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : body) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fmt::format("{}{}\n{}{}\n", fence, info, body, fence);
}

}  // namespace wallcheck::report::markdown
