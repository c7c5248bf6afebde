#include "policy/policy.h"

#include <algorithm>

namespace wallcheck::policy {

const Role* Pack::role(std::string_view wanted) const {
  const auto found = std::ranges::find(roles, wanted, &Role::id);
  return found == roles.end() ? nullptr : &*found;
}

const Flow* Pack::flow(std::string_view wanted) const {
  const auto found = std::ranges::find(flows, wanted, &Flow::id);
  return found == flows.end() ? nullptr : &*found;
}

std::string_view to_string(Position position) { return position == Position::host ? "host" : "gateway"; }

FlowDirection direction_of(const Flow& flow, const Site& site) {
  if (site.role == flow.from) return FlowDirection::egress;
  if (site.role == flow.to) return FlowDirection::ingress;
  return FlowDirection::not_applicable;
}

std::string_view to_string(FlowDirection direction) {
  switch (direction) {
    case FlowDirection::egress: return "egress";
    case FlowDirection::ingress: return "ingress";
    case FlowDirection::not_applicable: return "not-applicable";
  }
  return "not-applicable";
}

const std::vector<std::string_view>& known_environments() {
  static const std::vector<std::string_view> environments = {"aws", "openstack", "cloudstack", "vsphere", "azure", "gcp"};
  return environments;
}

bool applies(const Flow& flow, const std::vector<std::string>& environments) {
  if (environments.empty() || flow.environments.empty()) return true;
  return std::ranges::any_of(flow.environments, [&](const std::string& name) { return std::ranges::find(environments, name) != environments.end(); });
}

}  // namespace wallcheck::policy
