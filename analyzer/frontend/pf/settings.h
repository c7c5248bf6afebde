#pragma once
// pf: `set` statements, and addresses that side files give.

#include "frontend/pf/ruleset.h"

namespace wallcheck::frontend::pf {

/// One `set` statement. What has no influence on what passes is checked and forgotten.
void read_setting(const Statement& statement, RuleReader& reader, Reporter& reporter, Settings& settings);

/// Reads addresses with blanks and newlines between them and "#" comments. The offset of the first word that is none; npos: all are.
std::size_t read_address_list(std::string_view bytes, std::vector<Host>& hosts);

/// What pfctl puts in the place of an interface, host name or `self` when it loads the rules: the addresses of the side file, those of the
/// loopback interface; else the host itself.
std::vector<Host> resolve_static(const Host& host, const Options& options);

}  // namespace wallcheck::frontend::pf
