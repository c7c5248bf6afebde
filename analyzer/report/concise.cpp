#include <fmt/format.h>

#include "report/formats.h"
#include "report/places.h"

namespace wallcheck::report::concise {

std::string begin(const Context&) { return {}; }

std::string file(const Context& context, const check::FileResult& result, const SoFar&) {
  std::string out;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      if (!finding.suppressed_by.empty() && !context.style.suppressed) continue;
      const Diagnostic& diagnostic = finding.diagnostic;
      const auto location = locate(result.sources, diagnostic.where);
      const Place place = location ? location->begin : Place{};  // a finding about the whole file stands at its beginning
      const std::string flow = finding.flow.empty() ? "" : " [" + printable(finding.flow) + "]";
      const std::string suppressed = finding.suppressed_by.empty() ? "" : " (suppressed: " + printable(finding.suppressed_by) + ")";
      out += fmt::format("{}:{}:{}: {} {} {}{}{}\n", printable(location ? location->path : result.path), place.line, place.column,
                         to_string(diagnostic.severity), diagnostic.code, diagnostic.message, flow, suppressed);
    }
  return out;
}

std::string end(const Context&, const SoFar&) { return {}; }

}  // namespace wallcheck::report::concise
