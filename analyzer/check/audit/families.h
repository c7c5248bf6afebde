#pragma once
// What stands beside each other for the two families of addresses: a host filters IPv4 and IPv6 by files of their own.

#include <string_view>

#include "check/audit.h"

namespace wallcheck::check::audit {

/// WC208: what the world can open by IPv6 (`v6.firewall`) and not by IPv4 (`v4.firewall`, the file `v4_path` of the same host). Findings go
/// to v6.site. Exact by protocol and port: a service counts as open by IPv6 only if it surely is, as closed by IPv4 only if it surely is.
/// Throws as audits do.
void open_by_ipv6_only(const AuditContext& v6, const AuditContext& v4, std::string_view v4_path);

}  // namespace wallcheck::check::audit
