#pragma once
// Rules of Azure network security groups, whatever names their parts have: the API's, or Terraform's.

#include <optional>
#include <string>
#include <vector>

#include "fix/opening.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::fix {

struct AzureRule {
  bool egress = false;
  std::int64_t priority = 0;
  std::string protocol;  ///< "Tcp", "Udp", "Icmp", "Esp", "Ah"
  std::vector<std::string> sources, source_ports, destinations, destination_ports;  ///< {"*"}: any
};

/// The priorities that a group's rules of one direction have, and the one that has to be beaten.
struct AzurePriorities {
  std::map<std::int64_t, bool> used;  ///< and whether the rule allows
  std::int64_t decides = 0;
  bool readable = true;
};
AzurePriorities azure_priorities(const Need& need, const JsonText& json, std::initializer_list<std::string_view> keys);

/// The rules that the need takes; none: `why_not` says why.
std::vector<AzureRule> azure_rules(const Need& need, AzurePriorities priorities, std::string& why_not);

/// A rule's members, without its name.
Json azure_body(const AzureRule& rule, const frontend::cloud::AzureNames& names);

}  // namespace wallcheck::fix
