#pragma once
// A policy of a few flows between "cloud", which the file protects, and "platform".

#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace wallcheck::policy {

inline Flow flow(std::string id, std::string from, std::string to, std::vector<Service> services,
                         Require require = Require::all) {
  Flow f;
  f.id = f.traffic = std::move(id);
  f.number = 1;
  f.from = std::move(from);
  f.to = std::move(to);
  f.services = std::move(services);
  f.require = require;
  return f;
}

inline Pack pack(std::vector<Flow> flows) {
  Pack p;
  p.id = "test";
  p.family = Family::ipv4;
  p.roles = {{"cloud", "Cloud", std::nullopt}, {"platform", "Platform", std::nullopt}};
  p.flows = std::move(flows);
  return p;
}

}  // namespace wallcheck::policy
