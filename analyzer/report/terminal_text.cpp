#include "report/terminal_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/places.h"

namespace wallcheck::report {

namespace {

constexpr std::string_view ellipsis = "...";

std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "\x1b[1m";
    case Ink::dim: return "\x1b[2m";
    case Ink::red: return "\x1b[1;31m";
    case Ink::yellow: return "\x1b[1;33m";
    case Ink::green: return "\x1b[32m";
    case Ink::cyan: return "\x1b[36m";
    case Ink::blue: return "\x1b[1;34m";
  }
  return "";
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Bytes from the start of `text` that fit into `width` columns, whole code points only.
std::size_t fitting(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at + 1;
    while (next < text.size() && is_continuation(text[next])) ++next;
    used += display_width(text.substr(at, next - at));
    if (used > width) break;
    at = next;
  }
  return at;
}

/// The end of `text` that fits into `width` columns.
std::string_view fitting_end(std::string_view text, std::size_t width) {
  std::size_t at = text.size();
  std::size_t used = 0;
  while (at > 0) {
    std::size_t previous = at - 1;
    while (previous > 0 && is_continuation(text[previous])) --previous;
    used += display_width(text.substr(previous, at - previous));
    if (used > width) break;
    at = previous;
  }
  return text.substr(at);
}

/// A line in three parts, clipped so that the marked part stays in view.
struct MarkedLine {
  std::string before, marked, after;
};

MarkedLine clip_around(std::string_view line, std::size_t begin, std::size_t end, std::size_t width) {
  // A line may have megabytes: only what could be shown is made printable (one byte gives at least one column).
  const std::size_t first = begin > width ? begin - width : 0;
  const std::size_t last = std::min(line.size(), end + width);
  const std::size_t marked_last = std::min(end, begin + width);
  std::string before = printable(line.substr(first, begin - first));
  std::string marked = printable(line.substr(begin, marked_last - begin));
  std::string after = marked_last < end ? "" : printable(line.substr(end, last - end));
  const bool cut_before = first > 0;
  const bool cut_marked = marked_last < end;
  const bool cut_after = !cut_marked && last < line.size();
  if (!cut_before && !cut_marked && !cut_after && display_width(before) + display_width(marked) + display_width(after) <= width)
    return {before, marked, after};

  marked = clipped(cut_marked ? marked + std::string(ellipsis) : marked, std::max<std::size_t>(width / 2, 1));
  const std::size_t rest = width - std::min(width, display_width(marked));
  // Two thirds of what is left show how the line came to the mark, the rest how it goes on.
  const std::size_t after_need = display_width(after) + (cut_after ? ellipsis.size() : 0);
  const std::size_t before_room = std::max(rest * 2 / 3, rest - std::min(rest, after_need));
  if (cut_before || display_width(before) > before_room) {
    const std::size_t room = before_room - std::min(before_room, ellipsis.size());
    before = std::string(ellipsis) + std::string(fitting_end(before, room));
  }
  const std::size_t after_room = rest - std::min(rest, display_width(before));
  after = clipped(cut_after ? after + std::string(ellipsis) : after, after_room);
  return {before, marked, after};
}

}  // namespace

std::string paint(const Style& style, Ink ink, std::string_view text) {
  if (!style.color || ink == Ink::plain || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape_of(ink), text);
}

std::size_t display_width(std::string_view text) {
  if (plain_prefix(text) == text.size()) return text.size();
  // fmt pads by display width: what it adds to reach a width that the text certainly has not tells the width.
  const std::size_t wide = text.size() * 2 + 1;
  return wide - (fmt::formatted_size("{:<{}}", text, wide) - text.size());
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width - std::min(width, display_width(text)), ' ');
  return out;
}

std::string clipped(std::string_view text, std::size_t width) {
  if (text.size() <= width || display_width(text) <= width) return std::string(text);
  if (width <= ellipsis.size()) return std::string(ellipsis.substr(0, width));
  return std::string(text.substr(0, fitting(text, width - ellipsis.size()))) + std::string(ellipsis);
}

std::string one_line(std::string_view text, std::size_t width) {
  // One column takes at most four bytes, so this much is either all of the text or more than fits.
  return clipped(printable(text.substr(0, width * 4 + 4)), width);
}

std::string snippet(const Style& style, Ink ink, const Sources& sources, Span span) {
  const auto location = locate(sources, span);
  if (!location) return {};
  const SourceFile& source = *sources[span.file];
  const std::string_view line = source.line(location->begin.line);
  const std::size_t begin = std::min<std::size_t>(location->begin.column - 1, line.size());
  const std::size_t end = std::clamp<std::size_t>(begin + (span.end - span.begin), begin, line.size());

  const std::string number = fmt::format("{:>4}", location->begin.line);
  const std::string gutter(number.size(), ' ');
  const std::size_t width = std::max<std::size_t>(style.width, 40) - number.size() - 3;
  const MarkedLine shown = clip_around(line, begin, end, width);
  const std::string carets(std::max<std::size_t>(display_width(shown.marked), 1), '^');
  const std::string bar = paint(style, Ink::blue, "|");
  return fmt::format("{} {}\n{} {} {}{}{}\n{} {} {}{}\n", gutter, bar, paint(style, Ink::blue, number), bar, shown.before, shown.marked,
                     shown.after, gutter, bar, std::string(display_width(shown.before), ' '), paint(style, ink, carets));
}

}  // namespace wallcheck::report
