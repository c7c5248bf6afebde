#include <algorithm>

#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/formats.h"
#include "report/places.h"

namespace wallcheck::report::junit {

namespace {

using check::FlowVerdict;

/// Text inside an element or an attribute in quotes; lines stay lines. What XML 1.0 cannot hold at all (control characters, U+FFFE,
/// bytes that are no UTF-8) is shown as an escape.
std::string xml(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = printable(text.substr(at, end - at));
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string_view three = std::string_view(line).substr(i, 3);
      if (three == "\xef\xbf\xbe" || three == "\xef\xbf\xbf") out += three.back() == '\xbe' ? "\\u{fffe}" : "\\u{ffff}", i += 2;
      else if (line[i] == '&') out += "&amp;";
      else if (line[i] == '<') out += "&lt;";
      else if (line[i] == '>') out += "&gt;";
      else if (line[i] == '"') out += "&quot;";
      else out += line[i];
    }
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

/// The tests of one suite, with their counts.
class Suite {
 public:
  Suite(const Context& context, const check::FileResult& result, const check::SiteResult& site)
      : context_(context), result_(result), site_(site), name_(result.path + (site.group.empty() ? "" : " " + site.group)) {}

  void passed(std::string_view test, std::string_view output = {}) {
    add(test, output.empty() ? "" : fmt::format("      <system-out>{}</system-out>\n", xml(output)));
  }
  void skipped(std::string_view test, std::string_view why) {
    ++skipped_;
    add(test, fmt::format("      <skipped message=\"{}\"/>\n", xml(why)));
  }
  void error(std::string_view test, std::string_view type, std::string_view message, std::string_view body) {
    ++errors_;
    add(test, fmt::format("      <error type=\"{}\" message=\"{}\">{}</error>\n", type, xml(message), xml(body)));
  }
  /// A test about one finding: it fails if the finding fails the run.
  void finding(std::string_view test, const check::Finding& finding) {
    const Diagnostic& diagnostic = finding.diagnostic;
    if (!finding.suppressed_by.empty()) return skipped(test, fmt::format("{} is suppressed: {}", diagnostic.code, finding.suppressed_by));
    const std::string text = finding_text({}, result_, site_, finding);
    if (!context_.fail_on || diagnostic.severity < *context_.fail_on) return passed(test, text);
    ++failures_;
    add(test, fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", diagnostic.code, xml(diagnostic.message), xml(text)));
  }

  std::string text() const {
    return fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}  </testsuite>\n", xml(name_), tests_,
                       failures_, errors_, skipped_, tests_text_);
  }

 private:
  void add(std::string_view test, std::string_view inside) {
    ++tests_;
    tests_text_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", xml(name_), xml(test), xml(result_.path));
    tests_text_ += inside.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", inside);
  }

  const Context& context_;
  const check::FileResult& result_;
  const check::SiteResult& site_;
  std::string name_;
  std::string tests_text_;
  unsigned tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

/// Is it about the input: something that was not read or understood?
bool is_input_error(const check::Finding& finding) {
  return finding.diagnostic.code.starts_with("WC90") && finding.diagnostic.severity == Severity::error;
}

void read_to_the_end(Suite& suite, const check::FileResult& result) {
  constexpr std::string_view test = "read to its end";
  if (result.status == check::Status::analysed) return suite.passed(test);
  const check::Finding* first = nullptr;
  std::string text;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      if (!is_input_error(finding)) continue;
      if (!first) first = &finding;
      text += finding_text({}, result, site, finding);
    }
  suite.error(test, first ? first->diagnostic.code : "WC900", first ? first->diagnostic.message : "not analysed to its end", text);
}

/// The finding that is the flow's verdict; nullptr where the verdict needs none, or nobody asked for it.
const check::Finding* finding_of(const check::SiteResult& site, const check::FlowResult& flow) {
  const auto found = std::ranges::find_if(
      site.findings, [&](const check::Finding& finding) { return finding.flow == flow.id && finding.diagnostic.code == check::code_of(flow.verdict); });
  return found == site.findings.end() ? nullptr : &*found;
}

void flow_test(Suite& suite, const check::SiteResult& site, const check::FlowResult& flow) {
  const std::string test = fmt::format("flow {}: {}", flow.number, flow.traffic);
  if (flow.verdict == FlowVerdict::not_applicable) return suite.skipped(test, "not-applicable: " + flow.note);
  if (flow.verdict == FlowVerdict::permitted) return suite.passed(test);
  if (const check::Finding* finding = finding_of(site, flow)) return suite.finding(test, *finding);
  suite.skipped(test, fmt::format("{}, but {} was not asked for", check::to_string(flow.verdict), check::code_of(flow.verdict)));
}

}  // namespace

std::string begin(const Context& context) {
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wallcheck {}\">\n", xml(context.command));
}

std::string file(const Context& context, const check::FileResult& result, const SoFar&) {
  std::string out;
  for (const check::SiteResult& site : result.sites) {
    Suite suite(context, result, site);
    if (&site == &result.sites.front()) read_to_the_end(suite, result);
    for (const check::FlowResult& flow : site.flows) flow_test(suite, site, flow);
    for (const check::Finding& finding : site.findings) {
      if (is_input_error(finding) && result.status != check::Status::analysed) continue;
      if (std::ranges::any_of(site.flows, [&](const check::FlowResult& flow) { return finding_of(site, flow) == &finding; })) continue;
      const std::string line = line_of(result.sources, finding.diagnostic.where);
      suite.finding(fmt::format("{}{}{}: {}", finding.diagnostic.code, line.empty() ? "" : " ", line, finding.diagnostic.message), finding);
    }
    out += suite.text();
  }
  return out;
}

std::string end(const Context&, const SoFar&) { return "</testsuites>\n"; }

}  // namespace wallcheck::report::junit
