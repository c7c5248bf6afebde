#pragma once
// Audits of how the rules are put together: what is never reached, does nothing, stands twice, could be one. Rows of the table in audit.cpp.
// They read the rules and build no set of packets; each is linear in the rules, but for sorting.

#include <string>
#include <string_view>
#include <vector>

#include "check/audit.h"

namespace wallcheck::check::audit {

/// WC303 and WC308: chains that nothing comes to, chains from which packets come back as they went.
void unreachable_chains(const AuditContext& context);
/// WC311: macros, tables, anchors and sets that no rule uses.
void unused_definitions(const AuditContext& context);
/// WC309: rules that stand in a list once more. Where it says so, WC301 and WC302 of the same rule are taken back.
void duplicate_rules(const AuditContext& context);
/// WC310: rules that one rule could replace. Runs behind the audits that find rules useless, and is silent about those.
void mergeable_rules(const AuditContext& context);
void mergeable_lists(const AuditContext& context);

/// For people: "a, b and c"; of many only the first: "a, b, c, d, e and 12 more". Names are made printable here.
std::string enumerated(const std::vector<std::string_view>& names);

}  // namespace wallcheck::check::audit
