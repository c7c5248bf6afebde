#pragma once
// What `check` and `audit` do alike: collect files, read settings, analyse each file on its thread, report in order, conclude.

#include <string_view>

#include "cli/check_file.h"
#include "cli/options.h"

namespace wallcheck::cli {

/// Runs `task` over every site (and `then` over every file, if some report shows fixes) of every file that the arguments name. Gives the exit status.
int run_files(const Arguments& arguments, std::string_view command, SiteTask task, const FileTask& then = {});

}  // namespace wallcheck::cli
