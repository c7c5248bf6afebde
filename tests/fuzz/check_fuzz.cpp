// The whole pipeline: any bytes through detection, front-end, evaluation and the RightScale-like flows. Beyond crashes: a claim that does
// not replay (WC900) is a failure too.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "check/check.h"
#include "frontend/frontend.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontend::Options options;
  options.limits.graph_nodes = 200'000;
  const auto file = std::make_shared<SourceFile>("input", std::string(reinterpret_cast<const char*>(data), size));
  const frontend::Loaded loaded = frontend::load(file, options);
  if (!loaded.format && loaded.diagnostics.empty()) std::abort();  // not understood, and nothing said
  for (const ir::Firewall& firewall : loaded.firewalls) {
    check::Request request;
    request.pack = &pack();
    request.limits = options.limits;
    bool incomplete = false;
    const check::SiteResult result = check::check_flows(firewall, loaded.sources, request, incomplete);
    for (const check::Finding& finding : result.findings)
      if (finding.diagnostic.code == "WC900") std::abort();
  }
  return 0;
}
