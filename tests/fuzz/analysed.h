#pragma once
// A whole file as `check`, `audit` and `fix` analyse it, and everything that is written about it.

#include "cli/check_file.h"
#include "target.h"

namespace wallcheck::fuzz {

/// What the command finds in a file that holds these bytes (cli/check_file.h). No claim in it may fail to replay (WC900), and a file
/// that was not understood to its end says so.
check::FileResult analysed(std::string_view bytes, cli::SiteTask task, const cli::FileTask& then = {}, std::string_view command = "check");

/// The result in every report format: bytes that are fit to be shown; JSON where it is JSON.
void report(const check::FileResult& result, std::string_view command = "check");

}  // namespace wallcheck::fuzz
