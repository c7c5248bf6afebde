#include "report/formats.h"
#include "report/json_values.h"
#include "report/places.h"

namespace wallcheck::report::json {

namespace {

template <class List>
Json array_of(const List& list, const Sources& sources) {
  Json array = Json::array();
  for (const auto& value : list) array.push_back(to_json(value, sources));
  return array;
}

Json to_json(const check::ServiceResult& service, const Sources& sources) {
  Json object = Json::object();
  object["name"] = service.name;
  object["protocol"] = service.protocol;
  object["ports"] = service.ports;
  object["verdict"] = check::to_string(service.verdict);
  object["legs"]["open"] = check::to_string(service.open);
  if (service.has_onward_and_reply) {
    object["legs"]["onward"] = check::to_string(service.onward);
    object["legs"]["reply"] = check::to_string(service.reply);
  }
  object["decided_by"] = array_of(service.decided_by, sources);
  if (service.witness) {
    object["witness"] = report::to_json(service.witness->packet);
    if (!service.witness->shows.empty()) object["witness_shows"] = service.witness->shows;
  }
  object["assumptions"] = array_of(service.assumptions, sources);
  if (!service.passes.empty()) object["passes"] = service.passes;
  if (!service.fails.empty()) object["fails"] = service.fails;
  if (!service.wrong_way.empty()) object["wrong_way"] = array_of(service.wrong_way, sources);
  return object;
}

Json to_json(const check::FlowResult& flow, const Sources& sources) {
  Json object = Json::object();
  object["id"] = flow.id;
  object["number"] = flow.number;
  object["traffic"] = flow.traffic;
  object["direction"] = policy::to_string(flow.direction);
  object["verdict"] = check::to_string(flow.verdict);
  if (!flow.note.empty()) object["note"] = flow.note;
  object["services"] = Json::array();
  for (const check::ServiceResult& service : flow.services) object["services"].push_back(to_json(service, sources));
  return object;
}

Json to_json(const check::Fix& fix, const Sources& sources) {
  Json object = Json::object();
  object["title"] = fix.title;
  if (!fix.edits.empty()) {
    const SourceFile& source = *sources[fix.edits.front().where.file];
    object["diff"] = unified_diff(source.path(), source.bytes(), fix.edits);
  }
  object["changes"] = fix.changes;
  object["verdict"] = check::to_string(fix.after);
  if (!fix.opens.empty()) object["opens"] = fix.opens;
  if (!fix.explanation.empty()) object["explanation"] = fix.explanation;
  if (!fix.commands.empty()) object["commands"] = fix.commands;
  if (!fix.snippet.empty()) object["snippet"] = fix.snippet;
  if (!fix.address.empty()) object["address"] = fix.address;
  return object;
}

/// The change to make, or why there is none; others are offered beside it.
Json fix_of(const check::Finding& finding, const Sources& sources) {
  Json object = Json::object();
  object["available"] = finding.no_fix.empty() && !finding.fixes.empty();
  if (!finding.no_fix.empty()) object["why_not"] = finding.no_fix;
  std::size_t besides = 0;
  if (object["available"]) object.update(to_json(finding.fixes[besides++], sources));
  for (; besides < finding.fixes.size(); ++besides) object["besides"].push_back(to_json(finding.fixes[besides], sources));
  return object;
}

Json to_json(const check::Finding& finding, const Sources& sources) {
  const Diagnostic& diagnostic = finding.diagnostic;
  Json object = Json::object();
  object["code"] = diagnostic.code;
  object["severity"] = to_string(diagnostic.severity);
  add_place(object, sources, diagnostic.where);
  if (const auto location = locate(sources, diagnostic.where)) {
    object["end_line"] = location->end.line;
    object["end_column"] = location->end.column;
  } else {  // of the file as a whole: its beginning, as in every format that needs a place
    object["line"] = object["column"] = 1;
  }
  object["message"] = diagnostic.message;
  if (!diagnostic.expected.empty()) object["expected"] = diagnostic.expected;
  if (!finding.flow.empty()) object["flow"] = finding.flow;
  object["fix"] = fix_of(finding, sources);
  for (const Label& label : diagnostic.related) {
    Json related = Json::object();
    add_place(related, sources, label.where);
    related["text"] = label.text;
    object["related"].push_back(std::move(related));
  }
  if (!finding.fingerprint.empty()) object["fingerprint"] = finding.fingerprint;
  if (!finding.suppressed_by.empty()) object["suppressed_by"] = finding.suppressed_by;
  return object;
}

}  // namespace

Json entry(const check::FileResult& file, const check::SiteResult& site) {
  Json object = Json::object();
  object["path"] = file.path;
  object["format"] = file.format.empty() ? Json(nullptr) : Json(file.format);
  object["status"] = check::to_string(file.status);
  Json& where = object["site"];
  where["role"] = site.site.role;
  where["position"] = policy::to_string(site.site.position);
  where["chosen_by"] = site.site.chosen_by;
  if (!site.site.inside.empty()) where["inside"] = site.site.inside;
  if (!site.site.outside.empty()) where["outside"] = site.site.outside;
  if (!site.group.empty()) where["group"] = site.group;
  if (!site.group_name.empty()) where["group_name"] = site.group_name;
  object["flows"] = Json::array();
  for (const check::FlowResult& flow : site.flows) object["flows"].push_back(to_json(flow, file.sources));
  object["findings"] = Json::array();
  for (const check::Finding& finding : site.findings) object["findings"].push_back(to_json(finding, file.sources));
  const ir::CoverageCounts& coverage = site.coverage;
  object["coverage"] = {{"rules", coverage.rules}, {"modelled", coverage.modelled}, {"opaque", coverage.opaque},
                        {"unrecognised", coverage.unrecognised}};
  if (site.matrix) object["matrix"] = report::to_json(*site.matrix, file.sources);
  return object;
}

namespace {

/// The text of a value that stands two levels deep in the whole.
std::string indented(const Json& value, std::string_view blanks) {
  std::string out;
  for (const char c : to_text(value)) {
    out += c;
    if (c == '\n') out += blanks;
  }
  return out;
}

}  // namespace

std::string begin(const Context& context) {
  Json head = Json::object();
  head["schema"] = "wallcheck/1";
  head["tool"] = {{"name", "wallcheck"}, {"version", context.tool_version}};
  head["policy"] = {{"id", context.policy_id}, {"version", context.policy_version}};
  std::string text = to_text(head);
  text.erase(text.rfind('\n'));  // left open: the files come one by one
  return text + ",\n  \"files\": [";
}

std::string file(const Context&, const check::FileResult& result, const SoFar& before) {
  std::string out;
  bool first = before.first();
  for (const check::SiteResult& site : result.sites) {
    out += first ? "\n    " : ",\n    ";
    out += indented(entry(result, site), "    ");
    first = false;
  }
  return out;
}

std::string end(const Context&, const SoFar& all) {
  const Summary& summary = all.totals;
  Json totals = Json::object();
  totals["files"] = summary.files;
  totals["flows"] = summary.flows;
  totals["permitted"] = summary.count(check::FlowVerdict::permitted);
  totals["findings"] = {{"error", summary.count(Severity::error)},
                        {"warning", summary.count(Severity::warning)},
                        {"note", summary.count(Severity::note)}};
  if (summary.suppressed > 0) totals["suppressed"] = summary.suppressed;
  if (summary.unfinished > 0) totals["unfinished"] = summary.unfinished;
  return (summary.files > 0 ? "\n  ],\n" : "],\n") + ("  \"summary\": " + indented(totals, "  ")) + "\n}\n";
}

}  // namespace wallcheck::report::json
