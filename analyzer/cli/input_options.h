#pragma once
// Options that say how to read a file: the same for every command that reads one.

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "frontend/frontend.h"

namespace wallcheck::cli {

/// --input-format, --limit, --group, --allow-outside and the side files. The error is a sentence: bad usage.
Result<frontend::Options, std::string> input_options(const Arguments& arguments);

/// What --input-format may be: "auto" and every format.
std::vector<std::string> input_format_names();

/// Reads side files, for the option of this name. The error is a sentence.
Result<std::vector<frontend::SideFile>, std::string> read_side_files(std::string_view option, const std::vector<std::string>& paths, const Limits& limits,
                                                                     const std::string& within = {});
/// Reads one file; it gets `name`. `within`: the directory that it must lie in; empty: anywhere.
Result<frontend::SideFile, std::string> read_side_file(std::string_view option, const std::string& path, std::string name, const Limits& limits,
                                                       const std::string& within = {});

}  // namespace wallcheck::cli
