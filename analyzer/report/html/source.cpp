#include "report/html/source.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "report/html/markup.h"
#include "report/places.h"

namespace wallcheck::report::html {

namespace {

constexpr std::uint32_t context_lines = 2;
constexpr std::uint32_t most_marked = 8;       // lines of one place; a JSON object may have hundreds
constexpr std::size_t whole_line = 600;        // bytes of a line that is shown whole; of a longer one, what is around the place
constexpr std::size_t around = 200;

struct Line {
  bool marked = false;
  std::size_t from = 0, to = 0;  ///< bytes of the line that are shown
  std::vector<std::string> notes;
};

/// What is shown of a long line.
void window(Line& line, std::size_t length, std::size_t begin) {
  if (length <= whole_line) {
    line.to = length;
    return;
  }
  const std::size_t first = begin > around ? begin - around : 0;
  const bool is_new = line.to == 0;
  line.from = is_new ? first : std::min(line.from, first);
  line.to = std::max(line.to, std::min(length, first + 2 * around));
}

void take(std::map<std::uint32_t, Line>& lines, const SourceFile& source, const Remark& remark) {
  const Place begin = source.place(remark.where.begin);
  const Place end = source.place(std::max(remark.where.begin, remark.where.end == remark.where.begin ? remark.where.end : remark.where.end - 1));
  const std::uint32_t last = std::min(end.line, begin.line + most_marked - 1);
  for (std::uint32_t number = begin.line; number <= last; ++number) {
    Line& line = lines[number];
    line.marked = true;
    window(line, source.line(number).size(), number == begin.line ? begin.column - 1 : 0);
  }
  if (last < end.line) lines[last].notes.push_back(fmt::format("to line {}", end.line));
  auto& notes = lines[last].notes;
  if (!remark.note.empty() && std::ranges::find(notes, remark.note) == notes.end()) notes.push_back(remark.note);
}

void add_context(std::map<std::uint32_t, Line>& lines, const SourceFile& source) {
  std::vector<std::uint32_t> marked;
  marked.reserve(lines.size());
  for (const auto& [number, line] : lines) marked.push_back(number);
  for (const std::uint32_t number : marked)
    for (std::uint32_t near = number > context_lines ? number - context_lines : 1; near <= std::min(number + context_lines, source.line_count()); ++near)
      if (const auto [at, is_new] = lines.try_emplace(near); is_new) window(at->second, source.line(near).size(), 0);
}

std::string lines_of(const std::map<std::uint32_t, Line>& lines, const SourceFile& source) {
  std::string out;
  std::uint32_t before = 0;
  for (const auto& [number, line] : lines) {
    if (before != 0 && number != before + 1) out += "<span class=\"gap\">\u22ef</span>";
    before = number;
    const std::string_view text = source.line(number);
    const std::string shown = fmt::format("{}{}{}", line.from > 0 ? "\u2026" : "", escaped(text.substr(line.from, line.to - line.from)),
                                          line.to < text.size() ? "\u2026" : "");
    const std::string_view element = line.marked ? "mark" : "span";
    out += fmt::format("<{0} class=\"l\"><b>{1}</b> {2}</{0}>", element, number, shown);
    for (const std::string& note : line.notes) out += fmt::format("<span class=\"note\">{}</span>", note);
  }
  return out;
}

}  // namespace

std::string excerpt(const Sources& sources, const std::vector<Remark>& remarks) {
  std::map<FileId, std::map<std::uint32_t, Line>> files;
  for (const Remark& remark : remarks)
    if (locate(sources, remark.where)) take(files[remark.where.file], *sources[remark.where.file], remark);
  std::string out;
  for (auto& [file, lines] : files) {
    const SourceFile& source = *sources[file];
    add_context(lines, source);
    if (file != 0) out += fmt::format("<p class=\"in\">{}</p>", escaped(source.path()));
    out += fmt::format("<pre class=\"src\">{}</pre>\n", lines_of(lines, source));
  }
  return out;
}

std::string diff(const SourceFile& source, std::span<const Edit> edits) {
  const std::string text = unified_diff(source.path(), source.bytes(), edits);
  const bool whole = is_copyable(text);
  std::string out = fmt::format("<pre class=\"diff\"{}>", whole ? " data-copy=\"patch\"" : "");
  std::string_view rest = text;
  bool body = false;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    body = body || line.starts_with("@@");
    const std::string_view element = !body ? "span" : line.starts_with('+') ? "ins" : line.starts_with('-') ? "del" : "span";
    out += fmt::format("<{0} class=\"l\">{1}</{0}>", element, escaped_block(line));
  }
  out += "</pre>\n";
  if (!whole)
    out += "<p class=\"aside\">The lines hold bytes that cannot be copied from a page, shown as escapes; <code>wallcheck fix</code> writes the patch.</p>\n";
  return out;
}

std::string copied(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return fmt::format("<pre class=\"text\"{}>{}</pre>\n", is_copyable(text) ? " data-copy=\"text\"" : "", escaped_block(text));
}

}  // namespace wallcheck::report::html
