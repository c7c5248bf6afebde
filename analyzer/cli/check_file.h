#pragma once
// One input through all rooms: bytes, firewall, site, verdicts, findings.

#include <optional>

#include "check/verdict.h"
#include "cli/settings.h"

namespace wallcheck::cli {

/// Everything that `check` finds out about one input. nullopt: it came from a directory walk and is no firewall file.
/// Never throws; what goes wrong is a finding. Safe on several threads.
std::optional<check::FileResult> check_file(const Input& input, Setting& setting, const CheckOptions& options, policy::Date today);

}  // namespace wallcheck::cli
