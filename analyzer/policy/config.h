#pragma once
// The config file, `.wallcheck.json`: which policy, which addresses, what each file protects, what is accepted.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "ir/firewall.h"
#include "policy/directive.h"
#include "policy/glob.h"
#include "policy/load_pack.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace wallcheck::policy {

constexpr std::string_view config_name = ".wallcheck.json";

/// `--fail-on` and `fail_on`: the least severity that makes the exit status 1.
enum class FailOn : std::uint8_t { note, warning, error, never };

/// One entry of `files`: what the files it matches protect, and what belongs to them. Paths stand joined to the config's
/// directory already.
struct FileEntry {
  Glob match;
  SiteChoice site;
  std::vector<std::string> ipsets;
  std::map<std::string, std::string> address_sets;   ///< name -> path
  std::vector<std::string> groups;
  std::optional<ir::Format> input_format;
  std::optional<std::vector<std::string>> environments;
  Span role_where;                                   ///< where `role` stands, for complaints about it
};

/// One entry of `ignore`.
struct IgnoreEntry {
  Glob match;
  Suppression suppression;
};

struct Config {
  std::string directory;                             ///< of the config file, as it was named; "." if it was named without one
  std::optional<std::string> policy;                 ///< ready for load_pack: an id, or a path joined to `directory`
  Span policy_where;
  std::vector<std::string> environments;
  std::vector<RoleAddresses> roles;
  std::vector<Span> role_places;                     ///< the same order as `roles`
  std::vector<FileEntry> files;
  std::vector<IgnoreEntry> ignore;
  std::optional<FailOn> fail_on;

  /// The file's path from the config's directory, both named from the same place (both absolute, or both from the working
  /// directory); nullopt if it lies outside.
  std::optional<std::string> relative(std::string_view path) const;

  /// The entry that counts for a file (path as from relative()): the last one that matches, whole, as in .gitignore. General
  /// patterns stand first, exceptions after.
  const FileEntry* entry_for(std::string_view relative_path) const;
};

/// A config, or all that is wrong with it; `sources[0]` is the file. All diagnostics are WC910.
struct LoadedConfig {
  std::optional<Config> config;                      ///< nullopt exactly if a diagnostic is an error
  Sources sources;
  std::vector<Diagnostic> diagnostics;
};

/// Reads `.wallcheck.json`. Never throws for any input.
LoadedConfig load_config(const std::string& path, const ReadFile& read, const Limits& limits = {});

/// Where a file's config may be, nearest first: its directory and those above it. An absolute path gives absolute
/// candidates; of a relative one only directories that it names (make it absolute to go further up).
std::vector<std::string> config_candidates(std::string_view path);

/// Gives the pack the config's addresses. Diagnostics for roles that the pack does not have, in `roles` and `files`.
std::vector<Diagnostic> apply(const Config& config, Pack& pack);

}  // namespace wallcheck::policy
