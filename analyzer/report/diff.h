#pragma once
// Outputs of `wallcheck diff`: what changed between two versions. One file a format; pure functions.

#include <string>

#include "check/change.h"
#include "report/report.h"

namespace wallcheck::report {

/// For people: hook by hook the packets, with old and new rule and a packet that shows it.
std::string diff_text(const Style& style, const check::FileComparison& comparison);
/// For programs (CONTRACT "diff").
std::string diff_json(const check::FileComparison& comparison);
/// For a comment in a review: a table, everything from files escaped.
std::string diff_markdown(const check::FileComparison& comparison);

}  // namespace wallcheck::report
