#include "report/formats.h"
#include "report/json_values.h"

namespace wallcheck::report::ndjson {

std::string begin(const Context&) { return {}; }

std::string file(const Context& context, const check::FileResult& result, const SoFar&) {
  std::string out;
  for (const check::SiteResult& site : result.sites) {
    Json line = Json::object();
    line["schema"] = "wallcheck/1";
    line["tool"] = {{"name", "wallcheck"}, {"version", context.tool_version}};
    line["policy"] = {{"id", context.policy_id}, {"version", context.policy_version}};
    line.update(json::entry(result, site));
    out += line.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
  }
  return out;
}

std::string end(const Context&, const SoFar&) { return {}; }

}  // namespace wallcheck::report::ndjson
