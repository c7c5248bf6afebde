#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/finding_text.h"
#include "report/formats.h"
#include "report/json_values.h"
#include "report/places.h"

namespace wallcheck::report::sarif {

namespace {

// Section numbers are those of the OASIS standard, SARIF 2.1.0.

constexpr std::size_t longest_snippet = 2'000;
constexpr std::size_t places_linked = 5;  // in a message; all of them are related locations

std::string compact(const Json& value) { return value.dump(-1, ' ', true, Json::error_handler_t::replace); }

bool is_utf8(std::string_view text) {
  try {
    return !Json(std::string(text)).dump().empty();
  } catch (const Json::type_error&) {
    return false;
  }
}

/// A path as a URI reference (RFC 3986): relative ones stay relative, so that a service finds the file in the repository (3.4.4).
std::string uri(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("/-._~").find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Text of a message: braces are placeholders there (3.11.5), and "[a](b)" is a link (3.11.6).
std::string message_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '{' || text[i] == '}') out += text[i];
    if (text[i] == ']' && i + 1 < text.size() && text[i + 1] == '(') out += ' ';
  }
  return out;
}

Json message(std::string_view text) { return {{"text", message_text(text)}}; }

/// Length in UTF-16 code units, as editors count columns; a byte that is not part of UTF-8 is one character to them.
std::uint32_t utf16_length(std::string_view text) {
  std::uint32_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    if (i + length > text.size() || !std::ranges::all_of(text.substr(i + 1, length - 1), [](char c) { return (c & 0xc0) == 0x80; })) length = 1;
    units += length == 4 ? 2 : 1;
    i += length;
  }
  return units;
}

std::string_view before(const SourceFile& source, Place place) { return source.line(place.line).substr(0, place.column - 1); }

Json region_of(const SourceFile& source, Span span) {
  const Place begin = source.place(span.begin);
  const Place end = source.place(span.end);
  return {{"startLine", begin.line}, {"startColumn", utf16_length(before(source, begin)) + 1},
          {"endLine", end.line}, {"endColumn", utf16_length(before(source, end)) + 1}};
}

/// What is about a file as a whole stands at its beginning, since services show nothing without a line.
Json location_of(const check::FileResult& result, Span where) {
  Json physical = Json::object();
  if (const auto location = locate(result.sources, where)) {
    const SourceFile& source = *result.sources[where.file];
    physical["artifactLocation"]["uri"] = uri(location->path);
    physical["region"] = region_of(source, where);
    const std::string_view text = source.text(where);
    if (!text.empty() && text.size() <= longest_snippet && is_utf8(text)) physical["region"]["snippet"]["text"] = text;
  } else {
    physical["artifactLocation"]["uri"] = uri(result.path);
    physical["region"]["startLine"] = 1;
  }
  return {{"physicalLocation", physical}};
}

/// What else a finding speaks of: each place once for each thing that is said of it.
class Evidence {
 public:
  explicit Evidence(const check::FileResult& result) : result_(result) {}

  void add(Span where, std::string_view text) {
    if (!locate(result_.sources, where)) return;
    const auto known = std::ranges::find(seen_, std::pair(where, std::string(text)));
    if (known != seen_.end()) return;
    seen_.emplace_back(where, text);
    Json location = {{"id", seen_.size()}};
    location.update(location_of(result_, where));
    location["message"] = message(text);
    locations_.push_back(std::move(location));
  }
  bool names(Span where) const { return std::ranges::find(seen_, where, &std::pair<Span, std::string>::first) != seen_.end(); }
  void add(const check::DecidedBy& by, std::string_view lead) {
    add(by.where, fmt::format("{}: {} {}", lead, printable(by.effect), printable(by.packets)));
  }

  const Json& locations() const { return locations_; }
  /// " Evidence: [line 9](1), [line 12](2).": each line once.
  std::string links() const {
    std::string out;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < seen_.size() && lines.size() < places_linked; ++i) {
      const std::string line = line_of(result_.sources, seen_[i].first);
      if (std::ranges::find(lines, line) != lines.end()) continue;
      out += fmt::format("{}[{}]({})", lines.empty() ? " Evidence: " : ", ", message_text(line), i + 1);
      lines.push_back(line);
    }
    return out.empty() ? "" : out + ".";
  }

 private:
  const check::FileResult& result_;
  std::vector<std::pair<Span, std::string>> seen_;
  Json locations_ = Json::array();
};

/// Does its evidence tell why the flow has its verdict?
bool explains(const check::FlowResult& flow, const check::ServiceResult& service) {
  return service.verdict != check::FlowVerdict::permitted || flow.services.size() == 1;
}

Evidence evidence_of(const check::FileResult& result, const check::FlowResult* flow, const Diagnostic& diagnostic) {
  Evidence evidence(result);
  if (flow)
    for (const check::ServiceResult& service : flow->services) {
      if (!explains(*flow, service)) continue;
      for (const check::DecidedBy& by : service.decided_by) evidence.add(by, "decides");
      for (const check::DecidedBy& by : service.wrong_way) evidence.add(by, "the wrong way round");
      for (const check::Assumption& assumption : service.assumptions) evidence.add(assumption.where, "not decided: " + printable(assumption.why));
    }
  for (const Label& label : diagnostic.related)
    if (!flow || !evidence.names(label.where)) evidence.add(label.where, printable(label.text));
  return evidence;
}

/// The way of each packet that shows the verdict, rule by rule.
Json code_flows(const check::FileResult& result, const check::FlowResult& flow) {
  Json flows = Json::array();
  for (const check::ServiceResult& service : flow.services) {
    if (!service.witness || !explains(flow, service)) continue;
    Json locations = Json::array();
    for (const check::TraceStep& step : service.witness->steps) {
      if (!locate(result.sources, step.where)) continue;  // what has no place in a file (the state of a connection) has none here
      Json location = location_of(result, step.where);
      const std::string list = step.list.empty() || step.list == step.stage ? "" : ", " + printable(step.list);
      location["message"] = message(fmt::format("{}{}: {}", printable(step.stage), list, printable(step.effect)));
      locations.push_back({{"location", std::move(location)}});
    }
    if (locations.empty()) continue;
    const std::string packet = fmt::format("{}: {}", ir::to_string(service.witness->packet), printable(service.witness->shows));
    flows.push_back({{"message", message(packet)}, {"threadFlows", {{{"locations", std::move(locations)}}}}});
  }
  return flows;
}

/// nullopt: not what an editor could do from lines, columns and JSON text without a doubt.
std::optional<Json> fix_of(const check::FileResult& result, const check::Fix& fix) {
  if (fix.edits.empty() || fix.edits.front().where.file >= result.sources.size()) return std::nullopt;
  const SourceFile& source = *result.sources[fix.edits.front().where.file];
  Json replacements = Json::array();
  for (const Edit& edit : fix.edits) {
    if (!is_utf8(edit.text) || !is_utf8(before(source, source.place(edit.where.begin))) || !is_utf8(before(source, source.place(edit.where.end))))
      return std::nullopt;
    Json replacement = {{"deletedRegion", region_of(source, edit.where)}};
    if (!edit.text.empty()) replacement["insertedContent"]["text"] = edit.text;
    replacements.push_back(std::move(replacement));
  }
  const std::string opens = fix.opens.empty() ? "" : "; opens " + printable(fix.opens);
  return Json{{"description", message(fmt::format("{}: {}{}", printable(fix.title), printable(fix.changes), opens))},
              {"artifactChanges", {{{"artifactLocation", {{"uri", uri(source.path())}}}, {"replacements", replacements}}}}};
}

const check::FlowResult* flow_of(const check::SiteResult& site, const check::Finding& finding) {
  const auto flow = std::ranges::find(site.flows, finding.flow, &check::FlowResult::id);
  return !finding.flow.empty() && flow != site.flows.end() && check::code_of(flow->verdict) == finding.diagnostic.code ? &*flow : nullptr;
}

/// The packets that show a flow's verdict: they can be traced again as they are.
Json properties_of(const check::SiteResult& site, const check::Finding& finding, const check::FlowResult* flow) {
  Json properties = Json::object();
  if (!finding.flow.empty()) properties["flow"] = finding.flow;
  if (!site.group.empty()) properties["group"] = site.group;
  if (!flow) return properties;
  properties["verdict"] = check::to_string(flow->verdict);
  properties["direction"] = policy::to_string(flow->direction);
  for (const check::ServiceResult& service : flow->services)
    if (service.witness) properties["witnesses"].push_back(report::to_json(service.witness->packet));
  return properties;
}

std::optional<std::size_t> rule_index(const Context& context, std::string_view code) {
  const auto rule = std::ranges::find(context.pages, code, &Page::name);
  if (rule == context.pages.end()) return std::nullopt;
  return static_cast<std::size_t>(rule - context.pages.begin());
}

Json result_of(const Context& context, const check::FileResult& file, const check::SiteResult& site, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const check::FlowResult* flow = flow_of(site, finding);
  const Evidence evidence = evidence_of(file, flow, diagnostic);
  Json object = {{"ruleId", diagnostic.code}};
  if (const auto index = rule_index(context, diagnostic.code)) object["ruleIndex"] = *index;
  object["level"] = to_string(diagnostic.severity);
  std::string text = message_text(diagnostic.message);
  if (!diagnostic.expected.empty()) text += message_text("; expected " + printable(diagnostic.expected));
  object["message"]["text"] = text + (evidence.locations().empty() ? "" : "." + evidence.links());
  Json location = location_of(file, diagnostic.where);
  if (!site.group.empty()) location["logicalLocations"] = {{{"fullyQualifiedName", site.group}, {"kind", "resource"}}};
  object["locations"].push_back(std::move(location));
  if (!evidence.locations().empty()) object["relatedLocations"] = evidence.locations();
  if (flow)
    if (Json flows = code_flows(file, *flow); !flows.empty()) object["codeFlows"] = std::move(flows);
  // Several flows may be blocked by one rule. Code scanning of GitHub takes findings of one rule on one line for the same, unless this
  // key, which it would else compute from the line, tells them apart.
  if (!finding.fingerprint.empty()) object["partialFingerprints"] = {{"wallcheck/v1", finding.fingerprint}, {"primaryLocationLineHash", finding.fingerprint}};
  for (const check::Fix& fix : finding.fixes)
    if (auto json = fix_of(file, fix)) object["fixes"].push_back(std::move(*json));
  if (!finding.suppressed_by.empty())
    object["suppressions"].push_back({{"kind", finding.suppressed_in_file ? "inSource" : "external"}, {"status", "accepted"}, {"justification", printable(finding.suppressed_by)}});
  if (Json properties = properties_of(site, finding, flow); !properties.empty()) object["properties"] = std::move(properties);
  return object;
}

/// The level that the page states: "Severity: error."
std::string_view level_of(std::string_view page) {
  constexpr std::string_view lead = "\nSeverity: ";
  const std::size_t at = page.find(lead);
  for (const std::string_view word : {"error", "warning", "note"})
    if (at != std::string_view::npos && page.substr(at + lead.size()).starts_with(word)) return word;
  return "warning";
}

/// The first paragraph below title and severity, on one line.
std::string description_of(std::string_view page) {
  const std::size_t severity = page.find("\nSeverity: ");
  const std::size_t begin = page.find("\n\n", severity == std::string_view::npos ? 0 : severity + 1);
  if (begin == std::string_view::npos) return {};
  std::string out(page.substr(begin + 2, page.find("\n\n", begin + 2) - begin - 2));
  std::ranges::replace(out, '\n', ' ');
  return out;
}

Json rule_of(const Page& page) {
  Json rule = {{"id", page.name}, {"shortDescription", {{"text", page.title}}}};
  if (const std::string description = description_of(page.text); !description.empty()) rule["fullDescription"]["text"] = description;
  rule["defaultConfiguration"]["level"] = level_of(page.text);
  const std::string_view body = page.text.substr(std::min(page.text.find('\n'), page.text.size()));
  const std::string help(body.substr(std::min(body.find_first_not_of('\n'), body.size())));
  rule["help"] = {{"text", help}, {"markdown", help}};
  return rule;
}

bool is_first_result(const Summary& totals) { return totals.findings == std::array<std::uint32_t, 3>{} && totals.suppressed == 0; }

/// What closes the results, before the first notification or, where there is none, before the end.
constexpr std::string_view open_invocation = "\n    ],\n    \"invocations\": [{\n      \"toolExecutionNotifications\": [";

}  // namespace

std::string begin(const Context& context) {
  Json driver = {{"name", "wallcheck"}, {"version", context.tool_version}, {"semanticVersion", context.tool_version}};
  driver["shortDescription"]["text"] = "Proves which documented network flows a firewall file permits.";
  std::string text = compact(driver);
  text.pop_back();  // the rules still belong into the object, one a line
  text += ",\"rules\":[";
  for (const Page& page : context.pages) text += fmt::format("{}\n      {}", &page == context.pages.data() ? "" : ",", compact(rule_of(page)));
  const Json id = fmt::format("wallcheck/{}/{}/", context.command, context.policy_id);
  return fmt::format(
      "{{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{{\n"
      "    \"tool\": {{\"driver\": {}]}}}},\n    \"automationDetails\": {{\"id\": {}}},\n    \"columnKind\": \"utf16CodeUnits\",\n    \"results\": [",
      text, compact(id));
}

std::string file(const Context& context, const check::FileResult& result, const SoFar& before) {
  std::string out;
  bool first = is_first_result(before.totals);
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      out += (std::exchange(first, false) ? "\n      " : ",\n      ") + compact(result_of(context, result, site, finding));
    }
  return out;
}

/// What could not be analysed to its end is also said of the run itself (3.20.21).
std::string after(const Context&, const check::FileResult& result, const SoFar& before) {
  std::string out;
  if (result.status == check::Status::analysed) return out;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      const Diagnostic& diagnostic = finding.diagnostic;
      if (!diagnostic.code.starts_with("WC90") || diagnostic.severity != Severity::error) continue;
      const Json notification = {{"descriptor", {{"id", diagnostic.code}}}, {"level", "error"}, {"message", message(diagnostic.message)},
                                 {"locations", {location_of(result, diagnostic.where)}}};
      out += std::string(before.kept + out.size() == 0 ? open_invocation : ",") + "\n        " + compact(notification);
    }
  return out;
}

std::string end(const Context&, const SoFar& all) {
  const Summary& totals = all.totals;
  const bool successful = totals.incomplete_files == 0 && totals.exit_status <= 1;
  return fmt::format("{}\n      ],\n      \"exitCode\": {},\n      \"executionSuccessful\": {}\n    }}]\n  }}]\n}}\n",
                     all.kept == 0 ? open_invocation : "", totals.exit_status, successful);
}

}  // namespace wallcheck::report::sarif
