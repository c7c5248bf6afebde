#pragma once
// cloud: what the providers' security groups have in common, before it is lowered to the IR. One decoder a provider fills it.
//
// A *group* is a provider's list of permissions: an AWS security group or network ACL, an OpenStack security group, an Azure network security group,
// the GCP firewall rules of a network. A *permission* says which packets of one direction it is about and what becomes of them. Groups attached to
// one interface are a union, so a permission never loses to one of another group; where a provider has priorities, they count within the group.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::frontend::cloud {

/// What a reference names; the word for people is kind_name().
enum class ReferenceKind : std::uint8_t {
  group, prefix_list, service_tag, application_group, address_group, network_tag, service_account, network, expression,
};
std::string_view kind_name(ReferenceKind kind);

/// A set of addresses by name. Who is in it comes from elsewhere in the file, from a side file, or is not known.
struct Reference {
  ReferenceKind kind = ReferenceKind::group;
  std::string_view name;
  Span where;
  std::string_view reason = {};  ///< why it is not decided; empty: nobody said who its members are
};

/// One end of a permission: the union of its parts. No part and not `any`: nobody.
struct Peer {
  bool any = true;
  std::vector<ir::Range> addresses;
  std::vector<Reference> references;

  void add(std::span<const ir::Range> more) {
    any = false;
    addresses.insert(addresses.end(), more.begin(), more.end());
  }
  void add(Reference reference) {
    any = false;
    references.push_back(reference);
  }
};

/// A condition of a permission that cannot be decided: its text, and why.
struct Unknown {
  std::string_view text;
  std::string_view reason;
  Span where;
};

/// `unreadable`: it may allow or deny.
enum class Effect : std::uint8_t { allow, deny, unreadable };

/// All given conditions have to hold; an empty list is "any".
struct Permission {
  ir::Path direction = ir::Path::ingress;
  Effect effect = Effect::allow;
  std::int64_t priority = 0;            ///< ordered groups: the smallest decides
  std::vector<ir::Range> protocols;
  std::vector<ir::Range> source_ports, destination_ports;  ///< the protocols are ones with ports then
  std::vector<ir::Range> icmp;          ///< type * 256 + code; the protocol is ICMP or ICMPv6 then
  Peer source, destination;
  std::optional<Family> family;         ///< packets of this one only, whoever the ends are
  std::vector<Unknown> unknowns;
  bool unrecognised = false;            ///< something in it was not understood
  Span where;                           ///< the line of the port, not of the group
};

/// Where the defaults of a direction are.
struct Default {
  ir::Fallthrough otherwise = ir::Fallthrough::drop;
  Span where;
};

struct Group {
  ir::Format format = ir::Format::aws;
  std::string_view id, name;
  std::string_view alias;        ///< another id: the provider's, where `id` is Terraform's address
  Span where;
  std::vector<Permission> permissions;
  Default ingress, egress;
  bool ordered = false;          ///< by priority, then as written; deny before allow where `deny_wins`
  bool deny_wins = false;
  bool stateful = true;
};

}  // namespace wallcheck::frontend::cloud
