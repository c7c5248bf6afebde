#pragma once
// What is wrong with files, said where there is no report of findings.

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "check/verdict.h"

namespace wallcheck::cli {

/// Diagnostics about a file that is no firewall, as a result that every report renders; `failed` if one of them is an error.
check::FileResult complaints_about(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics);

/// Says them on standard error.
void show_complaints(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics);

/// One line each on standard error, with its place: what a front-end had to say, for commands that go on with what it could read.
void complain_about(const Sources& sources, const std::vector<Diagnostic>& diagnostics);

}  // namespace wallcheck::cli
