#pragma once
// The exposure audits, WC2xx: what the world can open. Each is a row of the table in check/audit.cpp.

#include "check/audit.h"
#include "packets/set.h"

namespace wallcheck::check::audit {

void exposed_services(const AuditContext& context);     ///< WC201, WC204, WC205; and WC202, which includes them; WC207
void accept_by_default(const AuditContext& context);    ///< WC203
void unrestricted_egress(const AuditContext& context);  ///< WC206
void around_input(const AuditContext& context);         ///< WC209
void undocumented(const AuditContext& context);         ///< WC120, if the request says that the policy is closed
void matrix(const AuditContext& context);               ///< site.matrix, if it is asked for

/// New packets of a protocol that may be accepted on a path although no documented flow explains them; over packets' addresses,
/// ports, protocol and interfaces. Both ways of asking give the same, where neither comes to its limits.
enum class Ask : std::uint8_t { together, one_by_one };
packets::Set undocumented_packets(const AuditContext& context, ir::Path path, std::uint8_t protocol, Ask how);

}  // namespace wallcheck::check::audit
