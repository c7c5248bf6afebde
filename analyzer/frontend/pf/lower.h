#pragma once
// pf: from pf's rules to the common IR.
//
// A packet *in* meets the list "in", a packet *out* the list "out", a packet through the host both: `in` where it comes from, `out` where it
// goes to. FreeBSD's translation (nat, rdr, binat) is a first-match list of its own before each. A rule without direction is in both lists.
// Connections: a pass rule that keeps state makes one at tracker 0 (in) or 1 (out); its later packets pass there, its replies pass
// where they come out, which is the other list.
// What only the running machine knows (addresses of interfaces, host names, groups, tables filled later) is an opaque condition, unless
// a side file tells it (--address-set).

#include <set>
#include <string>

#include "frontend/pf/ruleset.h"
#include "ir/firewall.h"

namespace wallcheck::frontend::pf {

void lower(const Ruleset& rules, const Options& options, ir::Firewall& firewall);

/// Macros, tables and loaded anchors that nothing uses, into Firewall::unused. `evaluated`: paths of the anchors that some rule calls.
void note_unused(const Ruleset& rules, const std::set<std::string>& evaluated, ir::Firewall& firewall);

}  // namespace wallcheck::frontend::pf
