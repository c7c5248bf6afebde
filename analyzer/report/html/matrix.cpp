#include "report/html/matrix.h"

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/html/markup.h"

namespace wallcheck::report::html {

namespace {

using check::Permission;
using Cell = check::Matrix::Cell;
using Row = check::Matrix::Row;

constexpr std::size_t rule_width = 240;

std::string_view sign_of(Permission permission) {
  switch (permission) {
    case Permission::permitted: return "\u2713";
    case Permission::some: return "~";
    case Permission::undecided: return "?";
    case Permission::unanswered: return "\u21a9";
    case Permission::blocked: return "\u2715";
    case Permission::not_applicable: return "\u2013";
  }
  return "\u2013";
}

/// "line 9", and how many more decide alike.
std::string decider(const Sources& sources, const Cell& cell) {
  const std::string place = cell.decided_by ? place_of(sources, cell.decided_by->where) : "";
  if (place.empty()) return {};
  return fmt::format(" <small>{}{}</small>", place, cell.others > 0 ? fmt::format(" +{}", cell.others) : "");
}

/// What a sign, a word and a line number do not say.
std::string facts(const Sources& sources, const Cell& cell) {
  std::string out;
  for (const std::string& region : cell.passes) out += fact(cell.permission == Permission::undecided ? "perhaps passes" : "passes", "<code>" + escaped(region) + "</code>");
  if (cell.decided_by) {
    const std::string rule = cell.decided_by->is_default ? escaped(cell.decided_by->text) : "<code>" + clipped_line(cell.decided_by->text, rule_width) + "</code>";
    out += fact(escaped(cell.decided_by->effect), rule + (cell.permission == Permission::unanswered ? " <small>" + escaped(cell.decided_by->leg) + " packets</small>" : ""));
  }
  if (cell.others > 0) out += fact("likewise", fmt::format("{} further rules or defaults, about other packets", cell.others));
  if (cell.diverted) out += fact("sent on", "to another destination");
  for (const check::Assumption& assumption : cell.assumptions) {
    out += fact("turns on", fmt::format("<code>{}</code> <small>{}</small>: {}", clipped_line(assumption.text, rule_width), place_of(sources, assumption.where),
                                        escaped(assumption.why)));
  }
  if (cell.witness) out += fact("packet", "<code>" + escaped(ir::to_string(cell.witness->packet)) + "</code>");
  if (!cell.why.empty()) out += fact("why", escaped(cell.why));
  return out;
}

std::string cell_part(const Sources& sources, const Cell& cell) {
  const std::string name = fmt::format("<i aria-hidden=\"true\">{}</i> {}{}{}", sign_of(cell.permission), to_string(cell.permission),
                                       cell.diverted && cell.permission != Permission::blocked ? ", diverted" : "", decider(sources, cell));
  const std::string more = facts(sources, cell);
  return fmt::format("<td class=\"p-{}\">{}</td>", to_string(cell.permission),
                     more.empty() ? name : fmt::format("<details><summary>{}</summary><dl>{}</dl></details>", name, more));
}

std::string table(const Sources& sources, const check::Matrix& matrix, policy::FlowDirection direction) {
  std::string head, body;
  for (const Row& row : matrix.rows)
    if (row.direction == direction) head += fmt::format("<th scope=\"col\">{}<small>{}</small></th>", escaped(row.role), row.title.empty() ? "" : " " + escaped(row.title));
  if (head.empty()) return {};
  for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
    const check::Matrix::Column& service = matrix.columns[column];
    body += fmt::format("<tr><th scope=\"row\">{} <small>{}{}{}{}</small></th>", escaped(service.name), escaped(service.protocol), service.ports.empty() ? "" : "/",
                        escaped(service.ports), service.documented ? "" : ", not of the policy");
    for (const Row& row : matrix.rows)
      if (row.direction == direction) body += cell_part(sources, row.cells[column]);
    body += "</tr>\n";
  }
  return fmt::format("<table class=\"who\"><caption>{}</caption>\n<thead><tr><th scope=\"col\">Service</th>{}</tr></thead>\n<tbody>{}</tbody></table>\n",
                     direction == policy::FlowDirection::ingress ? "Who may open what here" : "What may be opened from here", head, body);
}

}  // namespace

std::string matrix_part(const Sources& sources, const check::Matrix& matrix) {
  std::string out = table(sources, matrix, policy::FlowDirection::ingress) + table(sources, matrix, policy::FlowDirection::egress);
  for (const Row& row : matrix.rows)
    if (row.direction == policy::FlowDirection::ingress && !row.perhaps.empty())
      out += fmt::format("<p class=\"aside\">{}: every address of no role; {} may be among them, since the policy does not give their addresses.</p>\n", escaped(row.role),
                         escaped(fmt::format("{}", fmt::join(row.perhaps, ", "))));
  return out;
}

}  // namespace wallcheck::report::html
