// The whole pipeline: any bytes through detection, front-end, evaluation, the RightScale-like flows and every report format. Beyond
// crashes: a claim that does not replay (WC900) is a failure too, and so is a byte in a report that is not fit to be shown.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "check/check.h"
#include "frontend/frontend.h"
#include "report/report.h"

using namespace wallcheck;

namespace {

const policy::Pack& pack() {
  static const policy::Pack made = [] {
    policy::Pack p;
    p.id = "fuzz";
    p.roles = {{"cloud", "", std::nullopt}, {"far", "", std::vector<AddressRange>{*parse_prefix("54.225.248.128/27"), *parse_prefix("2001:db8::/64")}}};
    policy::Service service;
    service.name = service.protocol_name = "tcp";
    service.protocol = ir::protocol::tcp;
    service.ports = {{443, 443}};
    service.ports_text = "443";
    service.source_ports = {{1024, 65535}};
    policy::Flow flow;
    flow.id = "out", flow.number = 1, flow.from = "cloud", flow.to = "far", flow.services = {service};
    p.flows = {flow};
    flow.id = "in", flow.number = 2, flow.from = "far", flow.to = "cloud";
    p.flows.push_back(flow);
    return p;
  }();
  return made;
}

/// Lines of UTF-8 without control characters, bidirectional or invisible marks: as printable() leaves them.
bool is_fit_to_be_shown(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (printable(line) != line) return false;
    at = end + 1;
  }
  return true;
}

void report_on(const check::FileResult& result) {
  const std::vector<report::FlowTitle> flows{{"out", 1, "Out"}, {"in", 2, "In"}};
  const report::Context context{.tool_version = "0", .policy_id = "fuzz", .policy_version = "0", .style = {}, .flows = flows};
  for (const report::Format& format : report::formats())
    if (!is_fit_to_be_shown(report::whole(format, context, {&result, 1}))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontend::Options options;
  options.limits.graph_nodes = 200'000;
  const auto file = std::make_shared<SourceFile>("input", std::string(reinterpret_cast<const char*>(data), size));
  const frontend::Loaded loaded = frontend::load(file, options);
  if (!loaded.format && loaded.diagnostics.empty()) std::abort();  // not understood, and nothing said
  check::FileResult reported{.path = "input", .format = {}, .sources = loaded.sources, .sites = {}};
  for (const ir::Firewall& firewall : loaded.firewalls) {
    check::Request request;
    request.pack = &pack();
    request.limits = options.limits;
    bool incomplete = false;
    check::SiteResult result = check::check_flows(firewall, loaded.sources, request, incomplete);
    for (const check::Finding& finding : result.findings)
      if (finding.diagnostic.code == "WC900") std::abort();
    reported.sites.push_back(std::move(result));
  }
  if (reported.sites.empty()) reported.sites.emplace_back(), reported.status = check::Status::failed;
  for (const Diagnostic& diagnostic : loaded.diagnostics) reported.sites.front().findings.push_back({.diagnostic = diagnostic});
  report_on(reported);
  return 0;
}
