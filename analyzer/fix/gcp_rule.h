#pragma once
// GCP firewall rules, whatever names their parts have: the API's, or Terraform's.

#include <optional>
#include <string>
#include <vector>

#include "fix/opening.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::fix {

struct GcpRule {
  bool egress = false;
  std::int64_t priority = 0;
  struct Service {
    std::string protocol;
    std::vector<std::string> ports;  ///< empty: every one
  };
  std::vector<Service> services;
  std::vector<std::string> sources, destinations;       ///< empty: not said
  std::vector<std::string> target_tags, target_accounts;
};

/// The rules that the need takes; none: `why_not` says why. They are for the instances that the user names, else for all of the network.
std::vector<GcpRule> gcp_rules(const Need& need, const JsonText& json, const frontend::cloud::GcpNames& names, std::string& why_not);

/// A rule's direction, priority, addresses, targets and services.
Json gcp_body(const GcpRule& rule, const frontend::cloud::GcpNames& names);

/// What such rules open besides: instances that nobody meant.
std::vector<std::string> gcp_opens(const Need& need, const std::vector<GcpRule>& rules);

}  // namespace wallcheck::fix
