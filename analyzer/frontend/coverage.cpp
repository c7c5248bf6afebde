#include "frontend/coverage.h"

#include <algorithm>
#include <map>

#include "frontend/iptables/options.h"

namespace wallcheck::frontend {

namespace {

constexpr FormatCoverage formats[] = {
    {ir::Format::iptables, "IPv4 rules as iptables-save prints and iptables-restore reads them, with `ipset save` beside them", "iptables-save"},
    {ir::Format::ip6tables, "the same for IPv6", "ip6tables-save"},
    {ir::Format::pf, "pf.conf of OpenBSD, FreeBSD and macOS: macros, lists, tables, anchors, translation, options, tags", "/etc/pf.conf"},
    {ir::Format::aws, "AWS security groups, whole or rule by rule", "aws ec2 describe-security-groups, describe-security-group-rules"},
    {ir::Format::nacl, "AWS network ACLs, by themselves or in front of security groups (--nacl)", "aws ec2 describe-network-acls"},
    {ir::Format::cloudformation, "CloudFormation templates in JSON: security groups and network ACLs, with intrinsic functions", "a template"},
    {ir::Format::terraform, "Terraform plans and states: the security groups, network ACLs and firewall rules of AWS, OpenStack, Azure and GCP", "terraform show -json"},
    {ir::Format::openstack, "OpenStack security groups of Neutron", "openstack security group show -f json, security group rule list -f json"},
    {ir::Format::azure, "Azure network security groups and ARM templates", "az network nsg show"},
    {ir::Format::gcp, "GCP firewall rules", "gcloud compute firewall-rules list --format json"},
};

using iptables::Extension;

void judge(ModuleCoverage& module, const Extension& extension) {
  if (!extension.whole_reason.empty()) {
    module.undecided = extension.whole_reason;
    return;
  }
  std::size_t undecided = 0;
  for (const iptables::OptionSpec& option : extension.options)
    if (option.meaning == iptables::Meaning::opaque || option.meaning == iptables::Meaning::opaque_each) {
      ++undecided;
      if (module.undecided.empty()) module.undecided = option.reason;
    }
  module.partly = undecided > 0 && undecided < extension.options.size();
  if (!module.undecided.empty()) return;
  // Modules of these lists ask for what no file decides; what their rows do not say, their code does.
  const auto among = [&](std::span<const Extension> list) { return std::ranges::any_of(list, [&](const Extension& one) { return &one == &extension; }); };
  if (among(iptables::content_matches())) module.undecided = "depends on what else is in the packet";
  else if (among(iptables::traffic_matches())) module.undecided = "depends on traffic seen before, on chance or on the clock";
  else if (among(iptables::machine_matches())) module.undecided = "depends on the machine: its routes, sockets, bridges or IPsec";
}

std::vector<ModuleCoverage> modules(std::vector<std::string_view> (*names)(Family), const Extension* (*find)(std::string_view, Family), bool matches) {
  std::map<std::string, ModuleCoverage> all;
  for (const Family family : {Family::ipv4, Family::ipv6})
    for (const std::string_view name : names(family)) {
      ModuleCoverage& module = all[std::string(name)];
      const bool known = !module.name.empty();
      module.name = name;
      module.families = known ? "both" : family == Family::ipv4 ? "IPv4" : "IPv6";
      if (matches && !known) judge(module, *find(name, family));
    }
  std::vector<ModuleCoverage> list;
  list.reserve(all.size());
  for (auto& [name, module] : all) list.push_back(std::move(module));
  return list;
}

}  // namespace

std::span<const FormatCoverage> format_coverage() { return formats; }

std::vector<ModuleCoverage> iptables_matches() { return modules(iptables::match_names, iptables::find_match, true); }

std::vector<ModuleCoverage> iptables_targets() { return modules(iptables::target_names, iptables::find_target, false); }

}  // namespace wallcheck::frontend
