#pragma once
// `audit --matrix` in the HTML report: who may open which service at a site, as two tables.

#include <string>

#include "check/matrix.h"

namespace wallcheck::report::html {

std::string matrix_part(const Sources& sources, const check::Matrix& matrix);

}  // namespace wallcheck::report::html
