#include "report/html/markup.h"

#include <array>

#include <fmt/format.h>

#include "report/places.h"
#include "report/terminal_text.h"

namespace wallcheck::report::html {

namespace {

constexpr std::array<std::string_view, 3> severity_signs{"i", "!", "\u2715"};

std::string without_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

bool stays(char c) { return c == '\n' || c == '\t'; }

/// printable(), but for tabs and line ends.
std::string printable_block(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && !stays(text[end])) ++end;
    out += printable(text.substr(0, end));
    if (end < text.size()) out += text[end++];
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::string escaped(std::string_view text) { return without_markup(printable(text)); }
std::string escaped_block(std::string_view text) { return without_markup(printable_block(text)); }
bool is_copyable(std::string_view text) { return printable_block(text) == text; }
std::string clipped_line(std::string_view text, std::size_t width) { return without_markup(one_line(text, width)); }

std::string place_of(const Sources& sources, Span where) {
  const auto location = locate(sources, where);
  if (!location) return {};
  return (location->in_other_file ? escaped(location->path) + " " : "") + fmt::format("line {}", location->begin.line);
}

std::string fact(std::string_view name, std::string_view value) { return fmt::format("<dt>{}</dt><dd>{}</dd>", name, value); }

std::string anchor(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
    out += plain ? std::string(1, c) : fmt::format("~{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string anchor(const check::FileResult& file, const check::SiteResult& site) {
  return "file:" + anchor(file.path) + (site.group.empty() ? "" : ":" + anchor(site.group));
}

Look look_of(check::FlowVerdict verdict) {
  using enum check::FlowVerdict;
  const std::string_view name = check::to_string(verdict);
  switch (verdict) {
    case permitted: return {"\u2713", name, "every packet passes in all its legs, whatever the undecided conditions do"};
    case restricted: return {"~", name, "passes, but only for some values of what the policy leaves open; they are listed"};
    case conditional: return {"?", name, "turns on conditions that the file does not decide, such as a rate limit or an unknown set; each is named"};
    case diverted: return {"\u21b7", name, "passes, but to another destination than it asked for"};
    case reply_blocked: return {"\u21a9", name, "can be opened, but later packets or replies are stopped"};
    case partial: return {"\u25d0", name, "of what the policy fixes, some passes and some does not; both are listed"};
    case reversed: return {"\u21c4", name, "blocked as documented, while a rule for the service accepts it in the opposite direction"};
    case blocked: return {"\u2715", name, "cannot be opened: no first packet passes"};
    case not_applicable: return {"\u2013", name, "what the file protects is not an end of the flow"};
  }
  return {"\u2715", name, ""};
}

std::string mark_of(check::FlowVerdict verdict) {
  const Look look = look_of(verdict);
  return fmt::format("<i aria-hidden=\"true\">{}</i> <span>{}</span>", look.sign, look.name);
}

std::string mark_of(Severity severity) {
  return fmt::format("<i aria-hidden=\"true\">{}</i> <span>{}</span>", severity_signs[static_cast<std::size_t>(severity)], to_string(severity));
}

}  // namespace wallcheck::report::html
