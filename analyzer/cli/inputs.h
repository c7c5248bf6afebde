#pragma once
// Which files a command works on.

#include <string>
#include <vector>

namespace wallcheck::cli {

/// One input, in the order in which it is reported.
struct Input {
  std::string path;        ///< what is opened; "-" is standard input
  std::string name;        ///< what is reported: the path, or --stdin-filename
  bool from_walk = false;  ///< found in a directory: counts only if it is a firewall file
  std::string trouble;     ///< a directory that cannot be listed: why; then `path` is that directory
};

/// Operands in their order; a directory becomes the files in it and below, sorted by path bytes, without hidden directories,
/// without following links to directories. Each file once, however it is named (by device and inode). In a walk, what is
/// neither a regular file nor a link to one is left out; named by itself it becomes an input, for its finding.
std::vector<Input> collect(const std::vector<std::string>& operands, const std::string& stdin_name);

}  // namespace wallcheck::cli
