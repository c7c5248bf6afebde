#include "cli/packs.h"

#include <cstdlib>
#include <filesystem>

#include <sys/auxv.h>

#include "cli/read_input.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

Result<std::vector<std::string>, std::string> list(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename());
  if (error) return Unexpected{"cannot be listed: " + error.message()};
  return names;
}

/// Where this program is; a chroot may have no /proc.
fs::path program_path() {
  std::error_code error;
  if (fs::path program = fs::read_symlink("/proc/self/exe", error); !error) return program;
  const auto* executed = reinterpret_cast<const char*>(getauxval(AT_EXECFN));  // NOLINT(performance-no-int-to-ptr): an address is what it gives
  return executed ? fs::canonical(executed, error) : fs::path{};
}

}  // namespace

policy::PackFiles pack_files(const Limits& limits, const std::string& within) {
  policy::PackFiles files{.read = {}, .list = list, .directories = {}};
  std::error_code error;
  const auto add = [&](const fs::path& path) {
    if (fs::is_directory(path, error)) files.directories.push_back(path);
  };
  if (const char* given = std::getenv("WALLCHECK_POLICIES")) {
    const std::string_view paths = given;
    for (std::size_t at = 0; at <= paths.size();) {
      const std::size_t colon = std::min(paths.find(':', at), paths.size());
      if (colon > at) files.directories.emplace_back(paths.substr(at, colon - at));  // also a wrong one: it is named in complaints
      at = colon + 1;
    }
  }
  const fs::path installed = program_path().parent_path().parent_path() / "share" / "wallcheck" / "policies";
  // The source tree is for programs that run from it: an installed one does not look at a path of the machine that built it.
  add(fs::is_directory(installed, error) ? installed : fs::path(WALLCHECK_POLICY_DIR));
  std::vector<std::string> places{within};
  if (!within.empty()) places.insert(places.end(), files.directories.begin(), files.directories.end());
  files.read = [places, most = limits.settings_bytes](const std::string& path) -> Result<std::string, std::string> {
    std::string why;
    for (const std::string& place : places) {
      auto bytes = read_input_within(place, path, most, "settings_bytes");
      if (bytes) return std::move(*bytes);
      if (why.empty()) why = bytes.error().why;
    }
    return Unexpected{why};
  };
  return files;
}

}  // namespace wallcheck::cli
