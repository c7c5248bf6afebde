#pragma once
// A disk that is a map, and diagnostics as a person sees them.

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "policy/load_pack.h"

namespace wallcheck::policy {

/// Files by path; directories are what their paths say.
inline PackFiles disk(std::map<std::string, std::string> files, std::vector<std::string> directories = {"policies"}) {
  const ReadFile read = [files](const std::string& path) -> Result<std::string, std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return Unexpected{std::string("cannot open: No such file or directory")};
    return found->second;
  };
  const ListDirectory list = [files](const std::string& directory) -> Result<std::vector<std::string>, std::string> {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : files) {
      const auto slash = path.rfind('/');
      if ((slash == path.npos ? "." : path.substr(0, slash)) == directory) names.push_back(path.substr(slash == path.npos ? 0 : slash + 1));
    }
    if (names.empty()) return Unexpected{std::string("cannot open: No such file or directory")};
    return names;
  };
  return {read, list, std::move(directories)};
}

/// `path:line:column: CODE message`, one a line.
inline std::string shown(const Sources& sources, const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    const SourceFile& file = *sources.at(diagnostic.where.file);
    const Place place = file.place(diagnostic.where.begin);
    text += fmt::format("{}:{}:{}: {} {}\n", file.path(), place.line, place.column, diagnostic.code, diagnostic.message);
  }
  return text;
}

/// A file of the source tree.
inline std::string shipped(const std::string& path) {
  std::ifstream in(std::string(WALLCHECK_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

}  // namespace wallcheck::policy
