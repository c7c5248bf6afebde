#pragma once
// The IR as text, one line a rule: what tests of front-ends compare.

#include <string>

#include "ir/firewall.h"

namespace wallcheck::tests {

/// "source 10.0.0.0/8, protocol 6, destination_port 80:90, not state 3 -> accept"; no condition: "always -> drop".
std::string describe(const ir::Firewall& firewall, const ir::Rule& rule);
std::string describe(const ir::Firewall& firewall, const ir::Match& match);
/// All lists: "filter INPUT (drop)" and its rules, indented.
std::string describe(const ir::Firewall& firewall);
/// "raw PREROUTING, mangle INPUT, ..." of a path.
std::string describe_path(const ir::Firewall& firewall, ir::Path path);

}  // namespace wallcheck::tests
