#pragma once
// One packet's way through the rules, in words: what the plain evaluator noted, for people.

#include <vector>

#include "check/verdict.h"
#include "evaluate/trace.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// Rules whose words are kept. Where the last rule decides, a packet passes as many as there are, and all may stand on one long line.
enum class Words : std::uint8_t {
  all,
  shown,  ///< of the first and the last hundred, and of each what fits on a screen
};

/// The steps of a walk, in its order, with places and texts.
std::vector<TraceStep> walk(const ir::Firewall& firewall, const Sources& sources, const std::vector<evaluate::Step>& steps, Words words = Words::all);

}  // namespace wallcheck::check
