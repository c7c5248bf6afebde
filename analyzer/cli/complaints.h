#pragma once
// What is wrong with a pack or a config, said as of any other file.

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "check/verdict.h"

namespace wallcheck::cli {

/// Diagnostics about a file that is no firewall, as a result that every report renders; `failed` if one of them is an error.
check::FileResult complaints_about(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics);

/// Says them on standard error.
void show_complaints(const std::string& path, const Sources& sources, const std::vector<Diagnostic>& diagnostics);

}  // namespace wallcheck::cli
