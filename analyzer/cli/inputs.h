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
  std::string ipv4_path = {};  ///< this seems to be a host's IPv6 file: the one for IPv4 among the inputs; empty: none
};

/// Operands in their order; a directory becomes the files in it and below, sorted by path bytes, without hidden directories,
/// without following links to directories, or links that lead out of the directory (a note counts them). Each file once, however it is
/// named (by device and inode). In a walk, what is neither a regular file nor a link to one is left out; named by itself it becomes an
/// input, for its finding.
std::vector<Input> collect(const std::vector<std::string>& operands, const std::string& stdin_name);

/// Finds inputs that are one host's files for IPv4 and IPv6, by their names: rules.v4 and rules.v6, iptables.save and ip6tables.save,
/// web.rules and web.ip6.rules, v4/web and v6/web. Whether they are, their contents say.
void pair_families(std::vector<Input>& inputs);

}  // namespace wallcheck::cli
