#pragma once
// Outputs of `wallcheck trace`: one packet's walk through the rules. Plain values, since reports know no evaluator.

#include <optional>
#include <string>
#include <vector>

#include "check/verdict.h"
#include "ir/packet.h"
#include "report/report.h"

namespace wallcheck::report {

/// What became of one packet.
struct Trace {
  ir::Packet packet;                          ///< as it came
  std::string verdict;                        ///< "accept", "drop", "reject", "undecided"
  std::optional<check::DecidedBy> decided_by; ///< nullopt: nothing on the way had a say
  std::vector<check::TraceStep> steps;
  std::vector<check::Assumption> assumptions;
  std::optional<ir::Packet> leaves_as;        ///< where it was rewritten on the way
};

/// One element of the array that `trace --format json` prints, on one line, without newline.
std::string trace_json(const Trace& trace, const Sources& sources);
/// A packet and its walk, step by step, for people. Ends with a newline.
std::string trace_text(const Style& style, const Trace& trace, const Sources& sources);

}  // namespace wallcheck::report
