#pragma once

#include <span>

#include "check/audit.h"

namespace wallcheck::check::audit {

/// WC302 of permissions that are redundant in every set of groups that a file attaches together. `sites`: one for each firewall, in their order.
void attached_groups(const AuditContext& context, std::span<const ir::Firewall> firewalls, std::span<SiteResult> sites);

}  // namespace wallcheck::check::audit
