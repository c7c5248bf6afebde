#include "frontend/directives.h"

namespace wallcheck::frontend {
namespace {

constexpr std::string_view mark = "wallcheck:";
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

void add_comment_directive(std::string_view text, Span where, std::vector<Directive>& out) {
  text = trimmed(text);
  if (text.starts_with(mark)) out.push_back({where, std::string(trimmed(text.substr(mark.size()))), {}});
}

void add_rule_directive(std::string_view text, Span where, std::vector<Directive>& out, Span about) {
  if (const std::size_t at = text.find(mark); at != std::string_view::npos)
    out.push_back({where, std::string(trimmed(text.substr(at + mark.size()))), about});
}

}  // namespace wallcheck::frontend
