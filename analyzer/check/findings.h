#pragma once

#include <optional>
#include <vector>

#include "base/source_file.h"
#include "check/verdict.h"

namespace wallcheck::check {

/// The finding that a flow's verdict comes to; nullopt for permitted and not-applicable. It stands where a reader has to look: at
/// the rule that decides, for `reversed` at the rule that is the wrong way round, for `conditional` at the condition.
std::optional<Finding> finding_of(const FlowResult& result, const policy::Flow& flow, const Sources& sources);

/// WC110 of all flows: a rule that also lets a documented service be opened the wrong way, told once however many flows it is about.
std::vector<Finding> also_open(const std::vector<FlowResult>& flows, const Sources& sources);

}  // namespace wallcheck::check
