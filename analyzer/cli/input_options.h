#pragma once
// Options that say how to read a file: the same for every command that reads one.

#include <string>

#include "base/result.h"
#include "cli/options.h"
#include "frontend/frontend.h"

namespace wallcheck::cli {

/// --input-format, --ipset and --limit. The error is a sentence: bad usage.
Result<frontend::Options, std::string> input_options(const Arguments& arguments);

/// Reads side files of `ipset save`. The error is a sentence.
Result<std::vector<frontend::SideFile>, std::string> read_ipsets(const std::vector<std::string>& paths, const Limits& limits);

}  // namespace wallcheck::cli
