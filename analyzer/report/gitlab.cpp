#include <fmt/format.h>

#include "report/formats.h"
#include "report/json_values.h"
#include "report/places.h"

namespace wallcheck::report::gitlab {

namespace {

/// GitLab's words, from info to blocker. What could not be analysed blocks: the rest of the file is not proved.
std::string_view severity_of(const Diagnostic& diagnostic) {
  switch (diagnostic.severity) {
    case Severity::note: return "info";
    case Severity::warning: return "major";
    case Severity::error: break;
  }
  return diagnostic.code.starts_with("WC90") ? "blocker" : "critical";
}

Json issue(const check::FileResult& result, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const auto location = locate(result.sources, diagnostic.where);
  std::string path = location ? location->path : result.path;
  while (path.starts_with("./")) path.erase(0, 2);  // GitLab compares with the paths of the repository
  return {{"description", fmt::format("{}: {}", diagnostic.code, diagnostic.message)},
          {"check_name", diagnostic.code},
          {"fingerprint", finding.fingerprint},
          {"severity", severity_of(diagnostic)},
          {"location", {{"path", path}, {"lines", {{"begin", location ? location->begin.line : 1}, {"end", location ? location->end.line : 1}}}}}};
}

}  // namespace

std::string begin(const Context&) { return "["; }

std::string file(const Context&, const check::FileResult& result, const SoFar& before) {
  std::string out;
  bool first = before.written == begin({}).size();
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      if (!finding.suppressed_by.empty()) continue;
      out += std::exchange(first, false) ? "\n  " : ",\n  ";
      out += issue(result, finding).dump(-1, ' ', true, Json::error_handler_t::replace);
    }
  return out;
}

std::string end(const Context&, const SoFar&) { return "\n]\n"; }

}  // namespace wallcheck::report::gitlab
