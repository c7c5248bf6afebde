#pragma once
// The exposure audits, WC2xx: what the world can open. Each is a row of the table in check/audit.cpp.

#include "check/audit.h"

namespace wallcheck::check::audit {

void exposed_services(const AuditContext& context);     ///< WC201, WC204, WC205; and WC202, which includes them; WC207
void accept_by_default(const AuditContext& context);    ///< WC203
void unrestricted_egress(const AuditContext& context);  ///< WC206

}  // namespace wallcheck::check::audit
