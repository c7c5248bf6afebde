#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/formats.h"
#include "report/places.h"

namespace wallcheck::report::github {

namespace {

// GitHub shows ten annotations of each kind a step. The tenth says how many more there are.
constexpr std::uint32_t shown = 9;

/// The value of a property, or with `data` what stands behind the last "::": escaped as the runner's toolkit does it.
std::string escaped(std::string_view text, bool data) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (!data && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

std::string_view command_of(Severity severity) { return severity == Severity::note ? "notice" : to_string(severity); }

/// A line of the log that is no command. Runners still look for the old kind, "##[error]", in the middle of a line.
std::string log_line(std::string text) {
  for (std::size_t at; (at = text.find("##[")) != std::string::npos;) text.replace(at, 3, "#\\x23[");
  return text + "\n";
}

std::string path_of(const check::FileResult& result, const std::optional<Location>& location) {
  std::string path = printable(location ? location->path : result.path);
  while (path.starts_with("./")) path.erase(0, 2);  // annotations name files as the repository does
  return path;
}

std::string annotation(const check::FileResult& result, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const auto location = locate(result.sources, diagnostic.where);
  std::string out = fmt::format("::{} file={}", command_of(diagnostic.severity), escaped(path_of(result, location), false));
  if (location) {
    // The last byte, not the one behind it: a region that ends with its line does not reach into the next one.
    const std::uint32_t end_line = location->end.column == 1 && location->end.line > location->begin.line ? location->end.line - 1 : location->end.line;
    out += fmt::format(",line={},endLine={}", location->begin.line, end_line);
    if (location->end.line == location->begin.line) out += fmt::format(",col={},endColumn={}", location->begin.column, location->end.column);
  } else {
    out += ",line=1";
  }
  const std::string title = finding.flow.empty() ? diagnostic.code : fmt::format("{} {}", diagnostic.code, printable(finding.flow));
  const std::string remedy = remedy_text({}, result, finding);
  return fmt::format("{},title={}::{}\n", out, escaped(title, false), escaped(diagnostic.message + (remedy.empty() ? "" : "\n" + remedy), true));
}

std::string plain(const check::FileResult& result, const check::Finding& finding) {
  const auto location = locate(result.sources, finding.diagnostic.where);
  return log_line(fmt::format("more: {}:{}: {} {} {}", path_of(result, location), location ? location->begin.line : 1,
                              to_string(finding.diagnostic.severity), finding.diagnostic.code, finding.diagnostic.message));
}

}  // namespace

std::string begin(const Context&) { return {}; }

std::string file(const Context&, const check::FileResult& result, const SoFar& before) {
  std::string out;
  std::array<std::uint32_t, 3> counts = before.totals.findings;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      if (!finding.suppressed_by.empty()) continue;
      const bool is_shown = counts[static_cast<std::size_t>(finding.diagnostic.severity)]++ < shown;
      out += is_shown ? annotation(result, finding) : plain(result, finding);
    }
  return out;
}

std::string end(const Context&, const SoFar& all) {
  std::string out;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note})
    if (const std::uint32_t count = all.totals.count(severity); count > shown)
      out += fmt::format("::{} title=wallcheck::{} more: see the lines that begin with \"more\" in the log of this step\n", command_of(severity),
                         counted(count - shown, to_string(severity)));
  return out;
}

}  // namespace wallcheck::report::github
