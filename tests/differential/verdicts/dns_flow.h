#pragma once
// The one flow that rule sets of rule_sets.h are about: DNS over TCP, from "cloud" to "platform", neither with addresses.

#include <memory>
#include <string>

#include "frontend/frontend.h"
#include "policy/policy.h"

namespace wallcheck {

/// Ports from 53 to `last_port`.
inline policy::Pack dns_pack(unsigned last_port, bool one_way = false) {
  policy::Pack pack;
  pack.family = Family::ipv4;
  pack.roles = {{"cloud", "", std::nullopt}, {"platform", "", std::nullopt}};
  policy::Service service;
  service.name = "dns";
  service.protocol = ir::protocol::tcp;
  service.protocol_name = "tcp";
  service.ports = {{53, last_port}};
  service.ports_text = "53";
  service.source_ports = {{1024, 65535}};
  service.one_way = one_way;
  policy::Flow flow;
  flow.id = "dns", flow.number = 1, flow.from = "cloud", flow.to = "platform", flow.services = {service};
  pack.flows = {flow};
  return pack;
}

inline frontend::Loaded load_iptables(const std::string& rules) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  return frontend::load(std::make_shared<SourceFile>("random.rules", rules), options);
}

}  // namespace wallcheck
