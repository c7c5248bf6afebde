#pragma once
// What `check` and `audit` do alike: collect files, read settings, analyse each file on its thread, report in order, conclude.

#include <string_view>

#include "cli/check_file.h"
#include "cli/options.h"

namespace wallcheck::cli {

/// Runs `task` over every site of every file that the arguments name. Gives the exit status.
int run_files(const Arguments& arguments, std::string_view command, SiteTask task);

}  // namespace wallcheck::cli
