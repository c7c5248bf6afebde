#pragma once
// The functions behind the table of formats: one file a format.

#include "report/report.h"

namespace wallcheck::report {

/// For people: a table of flows a file, then every finding with its place, its evidence and its packet.
namespace text {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace text

/// For editors and grep: one finding a line, "path:line:column: severity CODE message [flow]".
namespace concise {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace concise

/// For programs: schema wallcheck/1, pure ASCII whatever bytes the input has.
namespace json {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace json

/// For fleets: what `json` says of a file on a line of its own, with schema, tool and policy, so that lines of many runs can be
/// mixed and counted by any engine. No totals: they are sums over the lines. A file of several security groups has a line a group.
namespace ndjson {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace ndjson

/// For code scanning and editors: SARIF 2.1.0 of OASIS. A result a finding, with what proves it and what would fix it; each rule comes
/// with its page. Pure ASCII.
namespace sarif {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string after(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace sarif

/// For CI: JUnit's XML. A test suite a site; a test a flow, one for reading the file to its end, one for each finding that is about no
/// flow. A test fails where the finding fails the run (--fail-on); what does not is told in its output.
namespace junit {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace junit

/// For GitHub Actions: workflow commands that make annotations. GitHub shows ten of a kind a step, so that the rest is summed up and
/// told in the log.
namespace github {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace github

/// For GitLab: a code quality report, known again from run to run by its fingerprints. Pure ASCII.
namespace gitlab {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace gitlab

/// For a comment on a pull request, or the summary of a job: files by flows, then each finding folded. It stays below the 65,536
/// characters that forges take, and says where it stopped.
namespace markdown {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string after(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace markdown

/// For readers and auditors: one page that needs nothing else (styles and script are in it, nothing is fetched). It is streamed like the
/// others: each site is a row of the table with its evidence folded below, so nothing has to be known of later files. The script only
/// filters, copies and moves the summary, which comes last, to the top; without it the page is complete.
namespace html {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, const SoFar& before);
std::string end(const Context& context, const SoFar& all);
}  // namespace html

}  // namespace wallcheck::report
