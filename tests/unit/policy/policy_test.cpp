#include "policy/policy.h"

#include <catch2/catch.hpp>

using namespace wallcheck::policy;

TEST_CASE("a flow leaves the site of its from role, enters that of its to role, and concerns no other") {
  Flow flow;
  flow.from = "cloud", flow.to = "rightscale";
  Site site;
  CHECK(to_string(direction_of(flow, site)) == "egress");
  site.role = "rightscale";
  CHECK(to_string(direction_of(flow, site)) == "ingress");
  site.role = "user";
  CHECK(to_string(direction_of(flow, site)) == "not-applicable");
}

TEST_CASE("environments narrow a flow only where both sides name some") {
  Flow everywhere, narrowed;
  narrowed.environments = {"openstack", "cloudstack"};
  CHECK(applies(everywhere, {}));
  CHECK(applies(everywhere, {"vsphere"}));
  CHECK(applies(narrowed, {}));
  CHECK(applies(narrowed, {"aws", "cloudstack"}));
  CHECK_FALSE(applies(narrowed, {"vsphere"}));
}

TEST_CASE("a pack finds its roles and flows by id") {
  Pack pack;
  pack.roles.emplace_back().id = "cloud";
  pack.flows.emplace_back().id = "ntp";
  CHECK(pack.role("cloud") == &pack.roles[0]);
  CHECK(pack.flow("ntp") == &pack.flows[0]);
  CHECK_FALSE(pack.role("ntp"));
  CHECK_FALSE(pack.flow("cloud"));
}
