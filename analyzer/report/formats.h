#pragma once
// The functions behind the table of formats: one file a format.

#include "report/report.h"

namespace wallcheck::report {

/// For people: a table of flows a file, then every finding with its place, its evidence and its packet.
namespace text {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, bool first);
std::string end(const Context& context, const Summary& summary);
}  // namespace text

/// For editors and grep: one finding a line, "path:line:column: severity CODE message [flow]".
namespace concise {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, bool first);
std::string end(const Context& context, const Summary& summary);
}  // namespace concise

/// For programs: schema wallcheck/1, pure ASCII whatever bytes the input has.
namespace json {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, bool first);
std::string end(const Context& context, const Summary& summary);
}  // namespace json

/// For fleets: what `json` says of a file on a line of its own, with schema, tool and policy, so that lines of many runs can be
/// mixed and counted by any engine. No totals: they are sums over the lines. A file of several security groups has a line a group.
namespace ndjson {
std::string begin(const Context& context);
std::string file(const Context& context, const check::FileResult& result, bool first);
std::string end(const Context& context, const Summary& summary);
}  // namespace ndjson

}  // namespace wallcheck::report
