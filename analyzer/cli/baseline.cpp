#include "cli/baseline.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "check/fingerprint.h"
#include "cli/complaints.h"
#include "cli/read_input.h"
#include "cli/replace_file.h"
#include "cli/suppressions.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

bool may_be_accepted(const check::Finding& finding) { return !finding.diagnostic.code.starts_with("WC9"); }

/// Enough of a rule to know it again in a review.
std::string clipped(std::string text) {
  constexpr std::size_t longest = 160;
  if (text.size() > longest) text.resize(longest);
  return text;
}

}  // namespace

Result<std::unique_ptr<Baseline>, std::string> Baseline::open(const Arguments& arguments, const Limits& limits) {
  if (!arguments.has("baseline")) {
    if (arguments.has("write-baseline")) return Unexpected{std::string("--write-baseline needs --baseline FILE: where to write it")};
    return std::unique_ptr<Baseline>();
  }
  auto baseline = std::make_unique<Baseline>();
  baseline->path_ = arguments.value("baseline");
  baseline->write_ = arguments.has("write-baseline");
  std::error_code error;
  baseline->directory_ = fs::absolute(baseline->path_, error).lexically_normal().parent_path().native();
  baseline->existed_ = fs::exists(fs::symlink_status(baseline->path_, error));
  if (!baseline->existed_) {
    if (baseline->write_) return baseline;
    return Unexpected{fmt::format("--baseline: there is no {}; --write-baseline makes it", printable(baseline->path_))};
  }
  const auto read = [&](const std::string& path) -> Result<std::string, std::string> {
    auto bytes = read_input(path, limits.input_bytes);
    if (!bytes) return Unexpected{bytes.error().why};
    return std::move(*bytes);
  };
  policy::LoadedBaseline loaded = policy::load_baseline(baseline->path_, read, limits);
  if (!loaded.entries) {
    show_complaints(baseline->path_, loaded.sources, loaded.diagnostics);
    return Unexpected{std::string()};
  }
  baseline->sources_ = std::move(loaded.sources);
  baseline->entries_ = std::move(*loaded.entries);
  for (std::size_t i = 0; i < baseline->entries_.size(); ++i) baseline->by_fingerprint_.emplace(baseline->entries_[i].fingerprint, i);
  return baseline;
}

std::string Baseline::path_of(const check::FileResult& result) const {
  if (result.path == "-") return result.path;
  std::error_code error;
  const fs::path absolute = fs::absolute(result.path, error).lexically_normal();
  return error ? result.path : absolute.lexically_relative(directory_).generic_string();
}

void Baseline::accept(check::FileResult& result) {
  const auto prints = check::fingerprints(result, path_of(result));
  for (std::size_t site = 0; site < prints.size(); ++site)
    for (std::size_t i = 0; i < prints[site].size(); ++i) {
      check::Finding& finding = result.sites[site].findings[i];
      if (!finding.suppressed_by.empty() || !may_be_accepted(finding)) continue;
      const auto known = by_fingerprint_.find(prints[site][i]);
      if (known == by_fingerprint_.end() && !(write_ && result.status == check::Status::analysed)) continue;
      const std::string reason = known == by_fingerprint_.end() ? "" : entries_[known->second].reason;
      finding.suppressed_by = "in the baseline" + (reason.empty() ? "" : ": " + reason);
      finding.in_baseline = true;
    }
}

void Baseline::note(const check::FileResult& result) {
  const std::string path = path_of(result);
  const auto prints = check::fingerprints(result, path);
  for (std::size_t site = 0; site < prints.size(); ++site)
    for (std::size_t i = 0; i < prints[site].size(); ++i) {
      const check::Finding& finding = result.sites[site].findings[i];
      if (!finding.in_baseline) continue;
      const auto known = by_fingerprint_.find(prints[site][i]);
      found_.insert_or_assign(prints[site][i],
                              policy::BaselineEntry{.path = path, .code = finding.diagnostic.code, .flow = finding.flow,
                                                    .rule = clipped(check::rule_text(result.sources, finding.diagnostic.where)),
                                                    .fingerprint = prints[site][i],
                                                    .reason = known == by_fingerprint_.end() ? "" : entries_[known->second].reason});
    }
  if (result.status != check::Status::analysed) return;  // what was not found may only not have been seen
  auto& flows = analysed_[path];
  for (const check::SiteResult& site : result.sites)
    for (const check::FlowResult& flow : site.flows) flows.insert(flow.id);
}

bool Baseline::gone(const policy::BaselineEntry& entry, const CheckOptions& options) const {
  if (found_.contains(entry.fingerprint) || !may_find(options, entry.code) || !is_selected(options, entry.code)) return false;
  if (const auto file = analysed_.find(entry.path); file != analysed_.end()) return entry.flow.empty() || file->second.contains(entry.flow);
  std::error_code error;
  return entry.path != "-" && !fs::exists(fs::path(directory_) / entry.path, error) && !error;
}

std::optional<check::FileResult> Baseline::stale(const CheckOptions& options) const {
  check::FileResult result{.path = path_, .format = {}, .status = check::Status::analysed, .sources = sources_, .sites = {{}}};
  for (const policy::BaselineEntry& entry : entries_) {
    if (!gone(entry, options)) continue;
    const std::string flow = entry.flow.empty() ? "" : " [" + printable(entry.flow) + "]";
    result.sites.front().findings.push_back(
        {.diagnostic = {"WC913", Severity::warning,
                        fmt::format("{}{} is no longer found in {}: this entry of the baseline can go", entry.code, flow, printable(entry.path)), entry.where}});
  }
  if (result.sites.front().findings.empty()) return std::nullopt;
  check::set_fingerprints(result);
  return result;
}

std::optional<std::string> Baseline::write(const CheckOptions& options, std::string& summary) const {
  std::vector<policy::BaselineEntry> entries;
  std::size_t left = 0, kept = 0;
  for (const policy::BaselineEntry& entry : entries_) {
    kept += found_.contains(entry.fingerprint);
    if (found_.contains(entry.fingerprint) || gone(entry, options)) continue;
    entries.push_back(entry);
    ++left;
  }
  for (const auto& [print, entry] : found_) entries.push_back(entry);
  summary = fmt::format("{}: {} findings accepted, {} of them new; {} entries are gone", printable(path_), entries.size(), found_.size() - kept,
                        entries_.size() - kept - left);
  const std::string text = policy::baseline_text(std::move(entries));
  if (!existed_) return create_file(path_, text);
  const std::string_view before = sources_.front()->bytes();
  return before == text ? std::nullopt : replace_file(path_, before, text, false);
}

}  // namespace wallcheck::cli
