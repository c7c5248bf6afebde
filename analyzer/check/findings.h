#pragma once

#include <optional>

#include "base/source_file.h"
#include "check/verdict.h"

namespace wallcheck::check {

/// The finding that a flow's verdict comes to; nullopt for permitted and not-applicable. It stands where a reader has to look: at
/// the rule that decides, for `reversed` at the rule that is the wrong way round, for `conditional` at the condition.
std::optional<Finding> finding_of(const FlowResult& result, const policy::Flow& flow, const Sources& sources);

}  // namespace wallcheck::check
