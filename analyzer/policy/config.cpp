#include "policy/config.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/suggest.h"
#include "policy/json.h"
#include "policy/read_values.h"

namespace wallcheck::policy {

namespace {

namespace fs = std::filesystem;  // names only: nothing here touches the disk

/// Reads one config; every mistake is a diagnostic and what it was about is left out.
class ConfigReader {
 public:
  ConfigReader(std::string directory, std::vector<Diagnostic>& diagnostics, const Limits& limits) : reader_(diagnostics, limits) {
    config_.directory = std::move(directory);
  }

  Config read(const JsonNode& root) {
    if (!reader_.object(root, {"$schema", "policy", "environments", "roles", "files", "ignore", "fail_on"})) return std::move(config_);
    if (const JsonNode* node = member(root, "policy"))
      if (const auto word = word_of(*node)) {
        config_.policy = is_pack_path(*word) ? path_of(*word) : *word;
        config_.policy_where = node->where;
      }
    if (const JsonNode* node = member(root, "environments")) config_.environments = read_environments(reader_, *node);
    if (const JsonNode* node = member(root, "roles")) roles(*node);
    if (const JsonNode* node = member(root, "files"); node && reader_.array(*node))
      for (const JsonNode* entry : node->children) file(*entry);
    if (const JsonNode* node = member(root, "ignore"); node && reader_.array(*node))
      for (const JsonNode* entry : node->children) ignore(*entry);
    if (const JsonNode* node = member(root, "fail_on"))
      if (const auto chosen = reader_.one_of(*node, {"note", "warning", "error", "never"})) config_.fail_on = static_cast<FailOn>(*chosen);
    return std::move(config_);
  }

 private:
  std::string path_of(std::string_view path) const { return (fs::path(config_.directory) / path).lexically_normal().string(); }

  /// A string with something in it.
  std::optional<std::string> word_of(const JsonNode& node) {
    auto word = reader_.string(node);
    if (!word || !word->empty()) return word;
    reader_.error(node, "an empty string");
    return std::nullopt;
  }

  std::vector<std::string> words(const JsonNode& object, std::string_view key) {
    std::vector<std::string> found;
    if (const JsonNode* node = member(object, key))
      for (const JsonNode* item : reader_.strings(*node, true))
        if (auto word = word_of(*item)) found.push_back(std::move(*word));
    return found;
  }

  std::optional<Glob> pattern(const JsonNode& node) {
    const auto text = reader_.string(node);
    if (!text) return std::nullopt;
    auto glob = Glob::parse(*text);
    if (glob) return std::move(*glob);
    reader_.error(node, glob.error());
    return std::nullopt;
  }

  void roles(const JsonNode& node) {
    if (!reader_.object(node, {})) return;
    for (const JsonNode* role : node.children) {
      if (!is_id(role->key)) reader_.error(*role, fmt::format("{} is not a role id", in_quotes(role->key)));
      config_.roles.push_back({role->key, read_addresses(reader_, *role)});
      config_.role_places.push_back(role->key_where);
    }
  }

  void file(const JsonNode& node) {
    if (!reader_.object(node, {"match", "role", "position", "inside", "outside", "ipset", "address_sets", "groups", "input_format", "environments"})) return;
    const JsonNode* match = member(node, "match");
    if (!match) reader_.error(node, "an entry of \"files\" needs a \"match\"");
    auto glob = match ? pattern(*match) : std::nullopt;
    FileEntry entry{.match = glob ? std::move(*glob) : Glob(), .site = {}, .ipsets = {}, .address_sets = {}, .groups = words(node, "groups"),
                    .input_format = {}, .environments = {}, .role_where = {}};
    if (const JsonNode* role = member(node, "role"))
      if (auto id = reader_.string(*role)) {
        if (!is_id(*id)) reader_.error(*role, fmt::format("{} is not a role id", in_quotes(*id)));
        entry.site.role = std::move(*id);
        entry.role_where = role->where;
      }
    if (const JsonNode* position = member(node, "position"))
      if (const auto chosen = reader_.one_of(*position, {"host", "gateway"})) entry.site.position = *chosen == 0 ? Position::host : Position::gateway;
    entry.site.inside = words(node, "inside");
    entry.site.outside = words(node, "outside");
    for (const std::string& path : words(node, "ipset")) entry.ipsets.push_back(path_of(path));
    if (const JsonNode* sets = member(node, "address_sets"); sets && reader_.object(*sets, {}))
      for (const JsonNode* set : sets->children)
        if (const auto path = word_of(*set)) entry.address_sets[set->key] = path_of(*path);
    if (const JsonNode* format = member(node, "input_format")) entry.input_format = input_format(*format);
    if (const JsonNode* environments = member(node, "environments")) entry.environments = read_environments(reader_, *environments);
    config_.files.push_back(std::move(entry));
  }

  std::optional<ir::Format> input_format(const JsonNode& node) {
    const auto word = reader_.string(node);
    if (!word) return std::nullopt;
    std::vector<std::string_view> names;
    for (auto format = ir::Format::iptables; format <= ir::Format::gcp; format = static_cast<ir::Format>(static_cast<int>(format) + 1)) {
      if (ir::to_string(format) == *word) return format;
      names.push_back(ir::to_string(format));
    }
    reader_.error(node, fmt::format("{} is none of {}{}", in_quotes(*word), fmt::join(names, ", "), suggestion(*word, names)));
    return std::nullopt;
  }

  void ignore(const JsonNode& node) {
    if (!reader_.object(node, {"code", "match", "reason", "until"})) return;
    Suppression suppression{.codes = {}, .reason = "", .until = std::nullopt, .where = node.where};
    if (const JsonNode* code = member(node, "code")) {
      if (const auto word = reader_.string(*code)) {
        if (!is_code(*word)) reader_.error(*code, fmt::format("{} is not a finding's code such as WC301", in_quotes(*word)));
        suppression.codes.push_back(*word);
      }
    } else {
      reader_.error(node, "an entry of \"ignore\" needs a \"code\"");
    }
    if (const JsonNode* reason = member(node, "reason")) {
      suppression.reason = reader_.string(*reason).value_or("-");
      if (suppression.reason.find_first_not_of(' ') == std::string::npos) reader_.error(*reason, "a reason that says nothing");
    } else {
      reader_.error(node, "an entry of \"ignore\" needs a \"reason\"");
    }
    if (const JsonNode* until = member(node, "until"))
      if (const auto word = reader_.string(*until)) {
        const auto date = parse_date(*word);
        if (date) suppression.until = *date;
        else reader_.error(*until, date.error());
      }
    const JsonNode* match = member(node, "match");
    if (auto glob = match ? pattern(*match) : std::optional(*Glob::parse("**"))) config_.ignore.push_back({std::move(*glob), std::move(suppression)});
  }

  JsonReader reader_;
  Config config_;
};

}  // namespace

std::optional<std::string> Config::relative(std::string_view path) const {
  const fs::path from_here = fs::path(path).lexically_normal().lexically_relative(fs::path(directory).lexically_normal());
  if (from_here.empty() || *from_here.begin() == "..") return std::nullopt;
  return from_here.generic_string();
}

const FileEntry* Config::entry_for(std::string_view relative_path) const {
  const auto last = std::find_if(files.rbegin(), files.rend(), [&](const FileEntry& entry) { return entry.match.matches(relative_path); });
  return last == files.rend() ? nullptr : &*last;
}

LoadedConfig load_config(const std::string& path, const ReadFile& read, const Limits& limits) {
  LoadedConfig loaded;
  const auto document = read_json(path, read, limits, loaded.sources, loaded.diagnostics);
  if (!document) return loaded;
  const fs::path directory = fs::path(path).parent_path();
  Config config = ConfigReader(directory.empty() ? "." : directory.string(), loaded.diagnostics, limits).read(document->root());
  settle(loaded.diagnostics, limits);
  if (loaded.diagnostics.empty()) loaded.config = std::move(config);
  return loaded;
}

std::vector<std::string> config_candidates(std::string_view path) {
  std::vector<std::string> candidates;
  fs::path directory = fs::path(path).lexically_normal().parent_path();
  while (true) {
    candidates.push_back((directory / config_name).string());
    const fs::path above = directory.parent_path();
    if (directory.empty() || above == directory || directory.filename() == "..") return candidates;
    directory = above;
  }
}

std::vector<Diagnostic> apply(const Config& config, Pack& pack) {
  std::vector<Diagnostic> diagnostics;
  const auto complain = [&](std::optional<std::string> message, Span where) {
    if (message) diagnostics.push_back({.code = std::string(code::settings), .message = std::move(*message), .where = where});
  };
  for (std::size_t i = 0; i < config.roles.size(); ++i) complain(set_addresses(pack, config.roles[i]), config.role_places[i]);
  for (const FileEntry& entry : config.files)
    if (entry.site.role) complain(unknown_role(pack, *entry.site.role), entry.role_where);
  std::ranges::sort(diagnostics, before);
  return diagnostics;
}

}  // namespace wallcheck::policy
