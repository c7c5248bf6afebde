// The packs in policies/: what they say is what their sources say.

#include <filesystem>

#include <catch2/catch.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

std::map<std::string, std::string> shipped_packs() {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(WALLCHECK_SOURCE_DIR) + "/policies")) {
    const std::string path = "policies/" + entry.path().filename().string();
    files[path] = shipped(path);
  }
  return files;
}

Pack load(std::string_view id) {
  const LoadedPack loaded = load_pack(id, disk(shipped_packs()));
  INFO(shown(loaded.sources, loaded.diagnostics));
  REQUIRE(loaded.pack);
  return *loaded.pack;
}

std::string services_of(const Flow& flow) {
  std::string text;
  for (const Service& service : flow.services) {
    text += fmt::format("{}{} {}/{}", text.empty() ? "" : flow.require == Require::all ? " and " : " or ", service.name, service.protocol_name, service.ports_text);
    if (service.one_way) text += " one way";
    for (const ir::Range& range : service.source_ports) text += fmt::format(" from {}-{}", static_cast<int>(range.first), static_cast<int>(range.last));
  }
  return text;
}

}  // namespace

TEST_CASE("the rightscale pack is the reference table") {
  const Pack pack = load("rightscale");
  struct Row {
    int number;
    std::string_view traffic, from, to, services, description, environments;
  };
  const Row rows[] = {
      {1, "Monitoring", "Cloud", "RightScale", "collectd udp/3011 one way from 1024-65535",
       "Graphical Monitoring. Performance and utilization metrics. Monitoring data is sent from the instance to RightScale.", ""},
      {2, "NTP", "Cloud", "RightScale", "NTP udp/123 from 1024-65535",
       "Network Time Synchronization. Cloud-instance system clock sync; avoids data loss and consistency issues.", ""},
      {3, "Design Assets & Packages", "Cloud", "RightScale", "HTTP tcp/80 from 1024-65535 and HTTPS tcp/443 from 1024-65535",
       "RightScale Mirror Service. Chef cookbook and RightScript attachment downloads (HTTPS); OS package downloads (HTTP).", ""},
      {4, "RightNet", "Cloud", "RightScale", "HTTPS tcp/443 from 1024-65535",
       "RightNet Routers. Communication between RightScale Dashboard and RightLink management agent that's used for instance management.", ""},
      {5, "Instance API Traffic", "Cloud", "RightScale", "HTTPS tcp/443 from 1024-65535",
       "RightScale API Endpoint (for Cloud). API requests from the instance. Examples include attaching volumes and taking snapshots.", ""},
      {6, "User API Traffic", "User", "RightScale", "HTTPS tcp/443 from 1024-65535",
       "RightScale API Endpoint (for User). Customer facing API traffic for automation and management tasks.", ""},
      {7, "User UI Access", "User", "RightScale", "HTTPS tcp/443 from 1024-65535",
       "RightScale Cloud Management Dashboard. Customer access to the RightScale Dashboard web interface.", ""},
      {8, "Cookbook Scraping", "RightScale", "Customer Network",
       "HTTP tcp/80 from 1024-65535 or HTTPS tcp/443 from 1024-65535 or SSH tcp/22 from 1024-65535",
       "Access to the customers chef repository, from the Metadata scraper.", ""},
      {9, "Cloud Controller API(s)", "RightScale", "Cloud", "HTTP tcp/80 from 1024-65535 or HTTPS tcp/443 from 1024-65535",
       "Cloud API Endpoint. API requests from RightScale's Cloud Gateway to the private cloud's API endpoint. (For OpenStack and CloudStack)",
       "openstack cloudstack"},
      {10, "wstunnel", "Cloud", "RightScale", "HTTPS tcp/443 from 1024-65535",
       "RightScale Cloud Appliance for vSphere (RCA-V). API requests from RightScale to RCA-V (RightScale Cloud Appliance for vSphere). "
       "Tunneled over WebSockets in order to avoid making inbound connections to the customer datacenter. (For VMware vSphere)",
       "vsphere"},
  };
  REQUIRE(pack.flows.size() == std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const Row& row = rows[i];
    const Flow& flow = pack.flows[i];
    INFO("row " << row.number);
    CHECK(flow.number == row.number);
    CHECK(flow.traffic == row.traffic);
    CHECK(pack.role(flow.from)->title == row.from);
    CHECK(pack.role(flow.to)->title == row.to);
    CHECK(services_of(flow) == row.services);
    CHECK(flow.description == row.description);
    CHECK(fmt::format("{}", fmt::join(flow.environments, " ")) == row.environments);
  }
  CHECK(pack.family == Family::ipv4);
  CHECK_FALSE(pack.closed);
  for (const Role& role : pack.roles) CHECK_FALSE(role.addresses);
}

TEST_CASE("rightscale-networks adds the published networks, and nothing to the row whose hosts lie elsewhere") {
  const Pack base = load("rightscale");
  const Pack pack = load("rightscale-networks");
  CHECK(pack.id == "rightscale-networks");
  CHECK(pack.family == Family::ipv4);
  std::string networks;
  REQUIRE(pack.role("rightscale")->addresses);
  for (const AddressRange& range : *pack.role("rightscale")->addresses) networks += to_string(range) + " ";
  CHECK(networks == "54.86.63.128/26 54.187.254.128/26 54.225.248.128/27 54.244.88.96/27 ");
  REQUIRE(pack.role("rightscale-monitoring"));
  CHECK_FALSE(pack.role("rightscale-monitoring")->addresses);
  REQUIRE(pack.flows.size() == base.flows.size());
  for (std::size_t i = 0; i < pack.flows.size(); ++i) {
    CHECK(pack.flows[i].id == base.flows[i].id);
    CHECK(pack.flows[i].from == base.flows[i].from);
    CHECK(pack.flows[i].to == (i == 0 ? "rightscale-monitoring" : base.flows[i].to));
    CHECK(services_of(pack.flows[i]) == services_of(base.flows[i]));
  }
}

TEST_CASE("what the smaller packs ask for") {
  struct Row {
    std::string_view pack, flows;
  };
  const Row rows[] = {
      {"web-server", "visitor>web-server HTTP tcp/80; visitor>web-server HTTPS tcp/443; "},
      {"dns-server", "dns-client>dns-server DNS udp/53 DNS over TCP tcp/53; "},
      {"ssh-bastion", "admin>bastion SSH tcp/22; bastion>inner SSH tcp/22; "},
      {"kubernetes",
       "client>control-plane kube-apiserver tcp/6443; node>control-plane kube-apiserver tcp/6443; control-plane>node kubelet tcp/10250; "
       "control-plane>etcd etcd tcp/2379; "},
  };
  for (const Row& row : rows) {
    std::string flows;
    for (const Flow& flow : load(row.pack).flows) {
      CHECK(flow.require == Require::all);
      flows += flow.from + ">" + flow.to;
      for (const Service& service : flow.services) flows += fmt::format(" {} {}/{}", service.name, service.protocol_name, service.ports_text);
      flows += "; ";
    }
    CHECK(flows == row.flows);
  }
}

TEST_CASE("every shipped pack loads, says its source and version, and is named as its file") {
  std::vector<std::string> unreadable;
  const auto packs = list_packs(disk(shipped_packs()), unreadable);
  CHECK(unreadable.empty());
  CHECK(packs.size() == 6);
  for (const ListedPack& listed : packs) {
    INFO(shown(listed.loaded.sources, listed.loaded.diagnostics));
    REQUIRE(listed.loaded.pack);
    CHECK(listed.path == "policies/" + listed.loaded.pack->id + ".json");
    CHECK_FALSE(listed.loaded.pack->source.empty());
    CHECK_FALSE(listed.loaded.pack->version.empty());
  }
}
