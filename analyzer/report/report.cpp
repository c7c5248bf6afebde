#include "report/report.h"

#include <algorithm>

#include "report/formats.h"

namespace wallcheck::report {

namespace {

constexpr std::array table = std::to_array<Format>({
    {"text", "for people: a table of flows, then each finding with its place, its evidence and a packet that proves it",
     text::begin, text::file, text::end},
    {"concise", "one finding a line: path:line:column: severity CODE message [flow]", concise::begin, concise::file, concise::end, false},
    {"json", "for programs: schema wallcheck/1", json::begin, json::file, json::end},
    {"ndjson", "for fleets: what json says of a file, on one line", ndjson::begin, ndjson::file, ndjson::end},
    {"sarif", "for code scanning: SARIF 2.1.0, with fixes, evidence and the pages of the codes", sarif::begin, sarif::file, sarif::end, true,
     sarif::after, true},
    {"junit", "for CI: a test a file and flow, as JUnit's XML", junit::begin, junit::file, junit::end},
    {"github", "for GitHub Actions: annotations, ten of a kind, the rest as lines of the log", github::begin, github::file, github::end},
    {"gitlab", "for merge requests of GitLab: a code quality report", gitlab::begin, gitlab::file, gitlab::end, false},
    {"markdown", "for a comment on a pull request: a table of files and flows, then each finding", markdown::begin, markdown::file,
     markdown::end, true, markdown::after},
    {"html", "for readers and auditors: one page with a table of files and flows, all evidence and fixes; needs nothing else", html::begin,
     html::file, html::end, true, nullptr, true},
});

}  // namespace

std::span<const Format> formats() { return table; }

const Format* format(std::string_view name) {
  const auto row = std::ranges::find(table, name, &Format::name);
  return row == table.end() ? nullptr : &*row;
}

std::string whole(const Format& format, const Context& context, std::span<const check::FileResult> files) {
  Summary totals;
  std::string out = format.begin(context);
  std::string kept;
  for (const check::FileResult& file : files) {
    const SoFar before{totals, out.size(), kept.size()};
    if (format.after) kept += format.after(context, file, before);
    out += format.file(context, file, before);
    totals.add(file);
  }
  const std::string end = format.end(context, {totals, out.size(), kept.size()});
  return out + kept + end;
}

void Summary::add(const check::FileResult& file) {
  ++files;
  if (file.status != check::Status::analysed) ++incomplete_files;
  for (const check::SiteResult& site : file.sites) {
    coverage.rules += site.coverage.rules;
    coverage.modelled += site.coverage.modelled;
    coverage.opaque += site.coverage.opaque;
    coverage.unrecognised += site.coverage.unrecognised;
    flows += static_cast<std::uint32_t>(site.flows.size());
    for (const check::FlowResult& flow : site.flows) ++verdicts[static_cast<std::size_t>(flow.verdict)];
    for (const check::Finding& finding : site.findings) {
      if (!finding.suppressed_by.empty()) {
        ++suppressed;
        continue;
      }
      const Severity severity = finding.diagnostic.severity;
      ++findings[static_cast<std::size_t>(severity)];
      if (worst_code.empty() || severity > worst) worst_code = finding.diagnostic.code, worst = severity;
    }
  }
}

}  // namespace wallcheck::report
