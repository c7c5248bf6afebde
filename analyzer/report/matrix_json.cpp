// The `matrix` member of a file's entry in json and ndjson (audit --matrix).

#include "check/matrix.h"
#include "report/json_values.h"

namespace wallcheck::report {

namespace {

Json to_json(const check::Matrix::Column& column) {
  return {{"name", column.name}, {"protocol", column.protocol}, {"ports", column.ports}, {"documented", column.documented}};
}

Json to_json(const check::Matrix::Cell& cell, const Sources& sources) {
  Json object = Json::object();
  object["permission"] = check::to_string(cell.permission);
  if (cell.diverted) object["diverted"] = true;
  if (!cell.passes.empty()) object["passes"] = cell.passes;
  if (cell.decided_by) object["decided_by"] = report::to_json(*cell.decided_by, sources);
  if (cell.others > 0) object["others"] = cell.others;
  if (cell.witness) object["witness"] = report::to_json(cell.witness->packet);
  for (const check::Assumption& assumption : cell.assumptions) object["assumptions"].push_back(report::to_json(assumption, sources));
  if (!cell.why.empty()) object["why"] = cell.why;
  return object;
}

}  // namespace

Json to_json(const check::Matrix& matrix, const Sources& sources) {
  Json object = Json::object();
  object["columns"] = Json::array();
  for (const check::Matrix::Column& column : matrix.columns) object["columns"].push_back(to_json(column));
  object["rows"] = Json::array();
  for (const check::Matrix::Row& row : matrix.rows) {
    Json line = Json::object();
    line["role"] = row.role;
    line["title"] = row.title;
    if (row.anyone) line["anyone"] = true;
    if (!row.perhaps.empty()) line["perhaps"] = row.perhaps;
    line["direction"] = policy::to_string(row.direction);
    line["cells"] = Json::array();
    for (const check::Matrix::Cell& cell : row.cells) line["cells"].push_back(to_json(cell, sources));
    object["rows"].push_back(std::move(line));
  }
  return object;
}

}  // namespace wallcheck::report
