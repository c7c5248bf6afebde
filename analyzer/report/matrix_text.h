#pragma once
// The matrix of audit --matrix on a screen: a table a direction, services down and roles across, since there are more services.

#include <string>

#include "check/matrix.h"
#include "report/report.h"

namespace wallcheck::report {

/// Each cell with its permission and the line that decides; below the tables what a word alone does not say. Empty if there are no rows.
std::string matrix_text(const Style& style, const check::FileResult& result, const check::Matrix& matrix);

}  // namespace wallcheck::report
