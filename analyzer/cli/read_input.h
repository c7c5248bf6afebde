#pragma once
// Files of any kind, read whole or refused with a reason.

#include <cstddef>
#include <string>

#include "base/result.h"

namespace wallcheck::cli {

/// Why an input is not there: finding `code`, and a sentence.
struct Unreadable {
  std::string code;
  std::string why;
};

/// Reads a regular file whole. Directories, FIFOs, sockets and devices are refused (reading them could never end), but
/// /dev/stdin and /dev/fd/N are what a shell's `<(command)` gives and are read like standard input. "-" is standard input.
/// More than `limit` bytes: WC904. Everything else: WC905.
Result<std::string, Unreadable> read_input(const std::string& path, std::size_t limit, std::string_view budget = "input_bytes");
/// The same for a path that some file names: refused where it leads out of the directory when all symbolic links are followed.
/// An empty directory: anywhere.
Result<std::string, Unreadable> read_input_within(const std::string& directory, const std::string& path, std::size_t limit, std::string_view budget = "input_bytes");

}  // namespace wallcheck::cli
