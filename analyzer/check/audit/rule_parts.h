#pragma once
// Parts of a firewall whose rules have nothing to do with one another, so that they can be asked about at the same time.

#include <vector>

#include "check/audit/dead_rules.h"

namespace wallcheck::check::audit {

/// Written rules in parts: lists in which rules of one part stand neither lead to those of another part nor share a rule with them. Each part in
/// the order of the file. A firewall of few rules is one part, and no firewall has many; how many threads there are makes no difference.
std::vector<std::vector<WrittenRule>> rule_parts(const ir::Firewall& firewall, std::vector<WrittenRule> written);

}  // namespace wallcheck::check::audit
