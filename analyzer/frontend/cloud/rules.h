#pragma once
// cloud: rules of OpenStack, Azure and GCP, which have the same parts in the provider's own JSON and in Terraform, under other names.

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

/// A Neutron security group rule. Its names are the same in the API and in Terraform. Terraform (`remote_group` is given) writes 0 for ports
/// that are not there, and knows the group that a plan leaves open.
void add_openstack_rule(Document& document, Group& group, const Fields& rule, const Scalar* remote_group = nullptr);
Group& add_openstack_group(Document& document, ir::Format format, std::string_view id, std::string_view name, Span where);

/// Names of the parts of an Azure rule.
struct AzureNames {
  std::string_view protocol, access, direction, priority, description;
  struct End {
    std::string_view prefix, prefixes, groups, port, ports;
  } source, destination;
};
extern const AzureNames azure_names, terraform_azure_names;
void add_azure_rule(Document& document, Group& group, const Fields& rule, const AzureNames& names);
Group& add_azure_group(Document& document, ir::Format format, std::string_view name, Span where);
/// The rules that every group has, 65000 and up, as far as the file does not show them.
void add_azure_defaults(Document& document, Group& group);

struct GcpNames {
  std::string_view allow, deny, protocol, source_ranges, destination_ranges, source_tags, target_tags, source_accounts, target_accounts;
};
extern const GcpNames gcp_names, terraform_gcp_names;
/// The rule into the group of its network; `network` is empty where the rule itself says which.
void add_gcp_rule(Document& document, ir::Format format, const Fields& rule, const GcpNames& names, std::string_view network = {});
/// Names of Options::groups that are target tags or accounts of GCP rules say which instance is looked at: rules for others are not for it.
void choose_gcp_targets(Document& document);

}  // namespace wallcheck::frontend::cloud
