#include "cli/suppressions.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/fingerprint.h"

namespace wallcheck::cli {

namespace {

/// May `check` produce this code? Codes of other commands may be suppressed for their sake.
bool is_ours(const std::string& code) { return code.starts_with("WC1") || code.starts_with("WC9"); }

std::optional<std::string> complaint(const policy::Suppression& suppression, bool used, policy::Date today) {
  if (suppression.expired(today)) return "this suppression counted until " + policy::to_string(*suppression.until) + ": it suppresses nothing now";
  if (used || !std::ranges::any_of(suppression.codes, is_ours)) return std::nullopt;
  return fmt::format("nothing here is {}: the suppression can go", fmt::join(suppression.codes, " or "));
}

check::Finding unused(std::string message, Span where) {
  return {.diagnostic = {"WC912", Severity::warning, std::move(message), where}};
}

}  // namespace

LineSuppression line_suppression(policy::Suppression suppression, const SourceFile& source, Span comment) {
  const std::uint32_t line = source.place(comment.begin).line;
  const std::string_view text = source.line(line);
  const std::size_t first = text.find_first_not_of(" \t");
  const bool alone = first != std::string_view::npos && text[first] == '#';
  return {std::move(suppression), comment.file, alone ? line + 1 : line};
}

void suppress(check::FileResult& result, const std::vector<LineSuppression>& suppressions, policy::Date today) {
  for (const auto& [suppression, file, line] : suppressions) {
    bool used = false;
    if (!suppression.expired(today))
      for (check::SiteResult& site : result.sites)
        for (check::Finding& finding : site.findings) {
          const Span where = finding.diagnostic.where;
          const bool whole_file = where.empty() && where.begin == 0;
          const bool here = !whole_file && where.file == file && result.sources[file]->place(where.begin).line == line;
          if (!here || !suppression.covers(finding.diagnostic.code)) continue;
          finding.suppressed_by = suppression.reason;
          used = true;
        }
    if (auto message = complaint(suppression, used, today))
      result.sites.front().findings.push_back(unused(std::move(*message), suppression.where));
  }
}

void suppress(check::FileResult& result, const std::string& path, Setting& setting, policy::Date today) {
  const auto& entries = setting.config->ignore;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].match.matches(path)) continue;
    setting.matched[i] = true;
    if (entries[i].suppression.expired(today)) continue;
    for (check::SiteResult& site : result.sites)
      for (check::Finding& finding : site.findings) {
        if (!entries[i].suppression.covers(finding.diagnostic.code)) continue;
        finding.suppressed_by = entries[i].suppression.reason;
        setting.used[i] = true;
      }
  }
}

std::optional<check::FileResult> unused_ignores(const Setting& setting, policy::Date today) {
  if (!setting.config) return std::nullopt;
  check::FileResult result{.path = setting.path, .format = {}, .status = check::Status::analysed, .sources = setting.sources, .sites = {{}}};
  for (std::size_t i = 0; i < setting.config->ignore.size(); ++i) {
    const policy::Suppression& suppression = setting.config->ignore[i].suppression;
    auto message = complaint(suppression, setting.used[i], today);
    if (message && !setting.matched[i]) message = "no file that was checked matches: the suppression can go";
    if (message) result.sites.front().findings.push_back(unused(std::move(*message), suppression.where));
  }
  if (result.sites.front().findings.empty()) return std::nullopt;
  check::set_fingerprints(result);
  return result;
}

}  // namespace wallcheck::cli
