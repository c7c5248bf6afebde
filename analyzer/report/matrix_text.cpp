#include "report/matrix_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/places.h"
#include "report/terminal_text.h"

namespace wallcheck::report {

namespace {

using check::Permission;
using Cell = check::Matrix::Cell;
using Row = check::Matrix::Row;

constexpr std::size_t service_width = 32, cell_width = 20;
constexpr std::size_t cells_told = 8;  // below a table, of those of which there is more to say; --verbose tells of all

struct Look {
  std::string_view ascii, unicode;
  Ink ink;
};

Look look_of(Permission permission) {
  switch (permission) {
    case Permission::permitted: return {"+", "\u2713", Ink::green};
    case Permission::some: return {"~", "~", Ink::cyan};
    case Permission::undecided: return {"?", "?", Ink::yellow};
    case Permission::unanswered: return {"!", "!", Ink::yellow};
    case Permission::blocked: return {"x", "\u2717", Ink::red};
    case Permission::not_applicable: return {"-", "-", Ink::dim};
  }
  return {"-", "-", Ink::dim};
}

std::string name_of(const check::Matrix::Column& column) {
  return fmt::format("{} {}{}{}", one_line(column.name, service_width), printable(column.protocol), column.ports.empty() ? "" : " ", printable(column.ports));
}

/// "✓ permitted :12", "x blocked :9+3" where three more rules block other packets of the cell.
std::string words(const Style& style, const Sources& sources, const Cell& cell) {
  const Look look = look_of(cell.permission);
  std::string text = fmt::format("{} {}", style.unicode ? look.unicode : look.ascii, cell.permission == Permission::not_applicable ? "" : to_string(cell.permission));
  if (cell.diverted && cell.permission != Permission::blocked) text += "*";
  const auto location = cell.decided_by ? locate(sources, cell.decided_by->where) : std::nullopt;
  if (location) text += fmt::format(" :{}", location->begin.line);
  if (cell.others > 0) text += fmt::format("+{}", cell.others);
  return paint(style, look.ink, padded(text, cell_width));
}

void trim(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

std::string fact(const Style& style, std::string_view words) { return fmt::format("     {} {}\n", paint(style, Ink::blue, "="), words); }

/// What a permission, a line number and a star do not say.
std::string details(const Style& style, const Sources& sources, const Cell& cell) {
  std::string out;
  for (const std::string& region : cell.passes) out += fact(style, (cell.permission == Permission::undecided ? "perhaps " : "") + printable(region));
  for (const check::Assumption& assumption : cell.assumptions) {
    const auto location = locate(sources, assumption.where);
    const std::string line = location ? fmt::format("line {} ", location->begin.line) : "";
    out += fact(style, fmt::format("turns on {}`{}`: {}", line, one_line(assumption.text, style.width), printable(assumption.why)));
  }
  if (cell.diverted) out += fact(style, "sent on to another destination");
  if (cell.permission == Permission::unanswered && cell.decided_by)
    out += fact(style, fmt::format("{} packets: {} by `{}`", printable(cell.decided_by->leg), printable(cell.decided_by->effect), one_line(cell.decided_by->text, style.width)));
  if (style.verbose && cell.decided_by) out += fact(style, fmt::format("{} by `{}`", printable(cell.decided_by->effect), one_line(cell.decided_by->text, style.width)));
  if (style.verbose && cell.witness) out += fact(style, "packet " + ir::to_string(cell.witness->packet));
  if (!cell.why.empty()) out += fact(style, printable(cell.why));
  return out;
}

std::string table(const Style& style, const check::FileResult& result, const check::Matrix& matrix, const std::vector<const Row*>& rows) {
  std::string head = " " + padded("service", service_width);
  for (const Row* const row : rows) head += " " + padded(one_line(row->role, cell_width), cell_width);
  trim(head);
  std::string out = paint(style, Ink::dim, head) + "\n";
  for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
    std::string line = " " + padded(clipped(name_of(matrix.columns[column]), service_width), service_width);
    for (const Row* const row : rows) line += " " + words(style, result.sources, row->cells[column]);
    trim(line);
    out += line + "\n";
  }
  std::string below;
  std::size_t told = 0, more = 0;
  for (const Row* const row : rows)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const std::string facts = details(style, result.sources, row->cells[column]);
      if (facts.empty()) continue;
      if (!style.verbose && told == cells_told) {
        ++more;
        continue;
      }
      ++told;
      const std::string_view way = row->direction == policy::FlowDirection::egress ? "to" : "from";
      below += fmt::format("   {} {} {}\n{}", name_of(matrix.columns[column]), way, printable(row->role), facts);
    }
  if (more > 0) below += fmt::format("   and {} more cells (--verbose and json say all)\n", more);
  return out + below;
}

}  // namespace

std::string matrix_text(const Style& style, const check::FileResult& result, const check::Matrix& matrix) {
  std::string out;
  for (const auto direction : {policy::FlowDirection::ingress, policy::FlowDirection::egress}) {
    std::vector<const Row*> rows;
    for (const Row& row : matrix.rows)
      if (row.direction == direction) rows.push_back(&row);
    if (rows.empty()) continue;
    const bool in = direction == policy::FlowDirection::ingress;
    out += "\n" + paint(style, Ink::bold, in ? "who may open what here" : "what may be opened from here") + "  (permission :line that decides+further lines)\n";
    out += table(style, result, matrix, rows);
  }
  for (const Row& row : matrix.rows)
    if (row.direction == policy::FlowDirection::ingress && !row.perhaps.empty())
      out += printable(fmt::format("   anyone: every address of no role; {} may be among them, since the policy does not give their addresses (--role-address)", fmt::join(row.perhaps, ", "))) + "\n";
  return out;
}

}  // namespace wallcheck::report
