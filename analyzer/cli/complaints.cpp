#include "cli/complaints.h"

#include <algorithm>
#include <cstdio>

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
  const std::string out = report::format("text")->file(context, complaints_about(path, sources, diagnostics), true);
  std::fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace wallcheck::cli
