#include "cli/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/complaints.h"
#include "cli/input_options.h"
#include "cli/packs.h"
#include "cli/pages.h"
#include "cli/terminal.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view default_policy = "rightscale";

struct FailOnName {
  std::string_view name;
  policy::FailOn value;
};
constexpr std::array fail_on_names = std::to_array<FailOnName>({{"error", policy::FailOn::error},
                                                               {"warning", policy::FailOn::warning},
                                                               {"note", policy::FailOn::note},
                                                               {"never", policy::FailOn::never}});

std::string in_quotes(std::string_view word) { return "\"" + printable(word) + "\""; }

/// Beginnings of codes, as in "WC1" or "WC201".
std::optional<std::string> wrong_code(std::string_view option, const std::vector<std::string>& codes) {
  for (const std::string& code : codes) {
    const bool form = code.size() >= 2 && code.size() <= 5 && std::string_view("WC").starts_with(code.substr(0, 2)) &&
                      code.find_first_not_of("0123456789", 2) == std::string::npos;
    if (!form) return fmt::format("{}: {} is not (the beginning of) a finding code such as WC101 or WC1", option, in_quotes(code));
    if (std::ranges::none_of(pages(), [&](const Page& page) { return page.name.starts_with(code); })) {
      std::vector<std::string_view> known;
      for (const Page& page : pages()) known.push_back(page.name);
      return fmt::format("{}: no finding's code begins with {}{}", option, in_quotes(code), suggestion(code, known));
    }
  }
  return std::nullopt;
}

Result<unsigned, std::string> read_jobs(std::string_view text) {
  unsigned jobs = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), jobs);
  if (error != std::errc{} || end != text.data() + text.size() || jobs == 0 || jobs > 1024)
    return Unexpected{fmt::format("--jobs needs a number from 1 to 1024, not {}", in_quotes(text))};
  return jobs;
}

}  // namespace

Result<CheckOptions, std::string> check_options(const Arguments& arguments, std::string_view command) {
  CheckOptions options;
  options.command = command;
  auto input = input_options(arguments);
  if (!input) return Unexpected{input.error()};
  options.input = std::move(*input);
  options.format_given = options.input.format.has_value();
  options.ipsets_given = arguments.has("ipset");

  if (arguments.has("role")) options.site.role = std::string(arguments.value("role"));
  if (arguments.has("position"))
    options.site.position = arguments.value("position") == "gateway" ? policy::Position::gateway : policy::Position::host;
  options.site.inside = arguments.words("inside");
  options.site.outside = arguments.words("outside");
  for (const std::string& text : arguments.values("role-address")) {
    auto addresses = policy::parse_role_addresses(text);
    if (!addresses) return Unexpected{"--role-address: " + addresses.error()};
    options.roles.push_back(std::move(*addresses));
  }
  options.environments = arguments.words("environment");
  for (const std::string& name : options.environments)
    if (const auto& known = policy::known_environments(); std::ranges::find(known, name) == known.end())
      return Unexpected{fmt::format("--environment: {} is not an environment{}", in_quotes(name), suggestion(name, known))};

  options.select = arguments.words("select");
  options.ignore = arguments.words("ignore");
  if (const auto wrong = wrong_code("--select", options.select)) return Unexpected{*wrong};
  if (const auto wrong = wrong_code("--ignore", options.ignore)) return Unexpected{*wrong};
  if (arguments.has("fail-on")) options.fail_on = std::ranges::find(fail_on_names, arguments.value("fail-on"), &FailOnName::name)->value;
  if (arguments.has("policy")) options.policy = std::string(arguments.value("policy"));
  if (arguments.has("config")) options.config = std::string(arguments.value("config"));
  options.isolated = arguments.has("isolated");
  if (options.config && options.isolated) return Unexpected{std::string("--config and --isolated exclude each other")};
  options.closed = arguments.has("closed");
  options.matrix = arguments.has("matrix");
  options.verbose = arguments.has("verbose");
  options.jobs = std::max(1u, std::thread::hardware_concurrency());
  if (arguments.has("jobs")) {
    const auto jobs = read_jobs(arguments.value("jobs"));
    if (!jobs) return Unexpected{jobs.error()};
    options.jobs = *jobs;
  }
  return options;
}

std::optional<std::string> Settings::config_path(const Input& input) {
  if (options_.isolated) return std::nullopt;
  if (options_.config) return options_.config;
  std::error_code error;
  const fs::path absolute = fs::absolute(input.name == "-" ? fs::path("stdin") : fs::path(input.name), error).lexically_normal();
  const auto [known, fresh] = by_directory_.try_emplace(absolute.parent_path(), std::nullopt);
  if (fresh)
    for (const std::string& candidate : policy::config_candidates(absolute.native()))
      if (fs::exists(candidate, error)) {
        known->second = candidate;
        break;
      }
  return known->second;
}

Setting* Settings::of(const Input& input) {
  const std::string path = config_path(input).value_or("");
  const auto [known, fresh] = by_path_.try_emplace(path, nullptr);
  if (!fresh) return known->second;
  if (auto setting = load(path)) {
    known->second = setting.get();
    settings_.push_back(std::move(setting));
  }
  return known->second;
}

std::unique_ptr<Setting> Settings::load(const std::string& path) const {
  policy::PackFiles files = pack_files(options_.input.limits);
  auto setting = std::make_unique<Setting>();
  setting->path = path;
  std::string policy_word = options_.policy.value_or(std::string(default_policy));
  if (!path.empty()) {
    std::error_code error;
    const std::string absolute = fs::absolute(path, error).lexically_normal();
    policy::LoadedConfig loaded = policy::load_config(absolute, files.read, options_.input.limits);
    if (!loaded.diagnostics.empty()) show_complaints(path, loaded.sources, loaded.diagnostics);
    if (!loaded.config) return nullptr;
    setting->sources = std::move(loaded.sources);
    setting->config = std::move(loaded.config);
    setting->used.resize(setting->config->ignore.size());
    setting->matched.resize(setting->config->ignore.size());
    if (!options_.policy && setting->config->policy) {
      policy_word = *setting->config->policy;
      if (!options_.input.allow_outside) files = pack_files(options_.input.limits, setting->config->directory);
    }
  }

  policy::LoadedPack pack = policy::load_pack(policy_word, files, options_.input.limits);
  if (!pack.diagnostics.empty()) show_complaints(policy_word, pack.sources, pack.diagnostics);
  if (!pack.pack) return nullptr;
  setting->pack = std::move(*pack.pack);
  if (setting->config)
    if (const auto wrong = policy::apply(*setting->config, setting->pack); !wrong.empty()) {
      show_complaints(path, setting->sources, wrong);
      return nullptr;
    }
  std::vector<std::optional<std::string>> troubles;
  for (const policy::RoleAddresses& given : options_.roles) troubles.push_back(policy::set_addresses(setting->pack, given));
  if (options_.site.role) troubles.push_back(policy::unknown_role(setting->pack, *options_.site.role));
  for (const auto& trouble : troubles)
    if (trouble) {
      complain("error", *trouble);
      return nullptr;
    }
  return setting;
}

std::optional<std::vector<Setting*>> Settings::of(const std::vector<Input>& inputs) {
  std::vector<Setting*> all;
  for (const Input& input : inputs) {
    all.push_back(of(input));
    if (!all.back()) return std::nullopt;
  }
  return all;
}

}  // namespace wallcheck::cli
