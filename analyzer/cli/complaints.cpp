#include "cli/complaints.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/terminal.h"
#include "report/places.h"
#include "report/report.h"

namespace wallcheck::cli {

check::FileResult complaints_about(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics) {
  const bool failed = std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity) != diagnostics.end();
  check::FileResult result{.path = path, .format = {}, .status = failed ? check::Status::failed : check::Status::analysed, .sources = sources,
                           .sites = {{}}};
  for (const Diagnostic& diagnostic : diagnostics) result.sites.front().findings.push_back({.diagnostic = diagnostic});
  return result;
}

void show_complaints(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics) {
  report::Style style;
  style.quiet = true;  // there are no flows to tabulate
  const report::Context context{.tool_version = {}, .policy_id = {}, .policy_version = {}, .style = style};
  const std::string out = report::format("text")->file(context, complaints_about(path, sources, diagnostics), {report::Summary{}});
  std::fwrite(out.data(), 1, out.size(), stderr);
}

void complain_about(const Sources& sources, const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    const auto location = report::locate(sources, diagnostic.where);
    const Place place = location ? location->begin : Place{};
    const std::string& path = location ? location->path : sources.front()->path();
    complain(to_string(diagnostic.severity),
             fmt::format("{}:{}:{}: {} {}", printable(path), place.line, place.column, diagnostic.code, diagnostic.message));
  }
}

}  // namespace wallcheck::cli
