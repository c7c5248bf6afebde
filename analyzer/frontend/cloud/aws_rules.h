#pragma once
// cloud: what AWS rules mean in all forms that they are written in: the API's JSON, CloudFormation, Terraform.

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

/// The end of a permission that is not the group's own.
inline Peer& other_end(Permission& permission) { return permission.direction == ir::Path::ingress ? permission.source : permission.destination; }

/// The line of the port; permissions without ports have that of the protocol.
Span aws_place(json::Value permission, json::Value from, json::Value to, json::Value protocol);

/// Protocol and ports: -1 is every protocol, ICMP has type and code for ports, protocols without ports ignore them.
void aws_service(Document& document, Permission& permission, json::Value rule, const Scalar& protocol, const Scalar& from, const Scalar& to);

/// An entry of a network ACL, its parts wherever they stand.
struct AclEntry {
  json::Value at;  ///< the entry as a whole
  Scalar number, protocol, action, egress, from_port, to_port, icmp_type, icmp_code;
  std::vector<Scalar> networks;
};
void add_acl_entry(Document& document, Group& acl, const AclEntry& entry);
/// Allow entries that a deny entry before them leaves nothing of.
void find_dead_allows(Document& document, const Group& acl);
/// A group of network ACL rules.
Group& add_acl(Document& document, ir::Format format, std::string_view id, Span where);

/// Rules of this group are in the file, but not the group: what else it permits is not known.
void add_unknown_rest(Group& group, std::string_view reason, Span where);

/// The rule permits everything to everybody of IPv4.
bool permits_everything(const Permission& permission);

}  // namespace wallcheck::frontend::cloud
