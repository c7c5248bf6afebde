#pragma once
// One packet's way through the rules, in words: what the plain evaluator noted, for people.

#include <vector>

#include "check/verdict.h"
#include "evaluate/trace.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// The steps of a walk, in its order, with places and texts.
std::vector<TraceStep> walk(const ir::Firewall& firewall, const Sources& sources, const std::vector<evaluate::Step>& steps);

}  // namespace wallcheck::check
