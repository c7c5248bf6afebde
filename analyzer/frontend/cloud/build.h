#pragma once
// cloud: groups to firewalls.

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

/// One firewall of the groups on one interface.
///
/// Groups without priorities are a union, one stage; a group with priorities (an Azure NSG, GCP rules) is a stage of its own, and all stages have
/// to let a packet pass. `network_acl` (or nullptr) stands outside of them: ingress meets it first, egress last.
///
/// State: what a stage of egress accepts, comes back through the same stage's ingress, and the other way round; a network ACL keeps none.
///
/// Through the host (position gateway): the groups are taken to be those of each interface the packet passes, so it has to get in through
/// ingress and out through egress, as between two interfaces of an appliance in the cloud.
ir::Firewall build(Document& document, const std::vector<const Group*>& groups, const Group* network_acl);

}  // namespace wallcheck::frontend::cloud
