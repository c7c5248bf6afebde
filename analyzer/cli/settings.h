#pragma once
// What `check` was told: by the command line, by each file's config, by default.

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/check.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "frontend/frontend.h"
#include "policy/config.h"

namespace wallcheck::cli {

/// A config with its pack: the files that share a config share this. Read-only once threads run, but for `used`.
struct Setting {
  std::string path;                             ///< of the config; empty: there is none
  std::optional<policy::Config> config;
  Sources sources;                              ///< the config's text, for findings about it
  policy::Pack pack;                            ///< with the addresses of config and command line
  std::deque<std::atomic<bool>> used;           ///< by Config::ignore: it suppressed something
  std::deque<std::atomic<bool>> matched;        ///< by Config::ignore: it was asked about a file
};

/// What the command line says, read and checked once.
struct CheckOptions {
  frontend::Options input;
  bool format_given = false;                    ///< --input-format was not auto
  bool ipsets_given = false;
  policy::SiteChoice site;
  std::vector<std::string> environments;
  std::vector<std::string> select, ignore;      ///< beginnings of codes
  std::optional<policy::FailOn> fail_on;
  std::optional<std::string> policy;
  std::vector<policy::RoleAddresses> roles;
  std::optional<std::string> config;            ///< --config
  bool isolated = false;
  std::string_view command = "check";           ///< whose findings are looked for
  bool closed = false;                          ///< --closed: even if the pack is not
  bool matrix = false;                          ///< --matrix
  bool verbose = false;
  bool steps = false;                           ///< a report shows the way of witnesses (Request::steps)
  unsigned jobs = 1;
};

/// The error is a sentence: bad usage.
Result<CheckOptions, std::string> check_options(const Arguments& arguments, std::string_view command = "check");

/// Finds, loads and keeps configs and their packs. Everything is loaded before the first file is analysed, so that a broken
/// config or policy is bad usage (exit status 2) and no half report.
class Settings {
 public:
  explicit Settings(const CheckOptions& options) : options_(options) {}

  /// The setting for a file; nullptr if its config or policy is broken, which has then been said on standard error.
  Setting* of(const Input& input);
  /// Those of all files, in their order; nullopt if one is broken.
  std::optional<std::vector<Setting*>> of(const std::vector<Input>& inputs);
  /// All that were asked for, in the order of the first time.
  const std::vector<std::unique_ptr<Setting>>& all() const { return settings_; }

 private:
  std::optional<std::string> config_path(const Input& input);
  std::unique_ptr<Setting> load(const std::string& path) const;

  const CheckOptions& options_;
  std::vector<std::unique_ptr<Setting>> settings_;
  std::map<std::string, Setting*> by_path_;
  std::map<std::string, std::optional<std::string>> by_directory_;
};

}  // namespace wallcheck::cli
