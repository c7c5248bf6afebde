#include "cli/suppressions.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "check/fingerprint.h"
#include "cli/pages.h"

namespace wallcheck::cli {

namespace {

/// The sentence on the first code that no finding has.
std::optional<std::string> unknown(const std::vector<std::string>& codes) {
  for (const std::string& code : codes)
    if (!find_page(code)) {
      std::vector<std::string_view> known;
      for (const Page& page : pages()) known.push_back(page.name);
      return fmt::format("no finding has the code {}{}", printable(code), suggestion(code, known));
    }
  return std::nullopt;
}

std::optional<std::string> complaint(const policy::Suppression& suppression, bool used, const CheckOptions& options, policy::Date today) {
  if (auto message = unknown(suppression.codes)) return message;
  if (suppression.expired(today)) return "this suppression counted until " + policy::to_string(*suppression.until) + ": it suppresses nothing now";
  if (used || !std::ranges::any_of(suppression.codes, [&](const std::string& code) { return may_find(options, code); })) return std::nullopt;
  return fmt::format("nothing here is {}: the suppression can go", fmt::join(suppression.codes, " or "));
}

check::Finding unused(std::string message, Span where) {
  return {.diagnostic = {"WC912", Severity::warning, std::move(message), where}};
}

bool among(const std::vector<std::string>& beginnings, std::string_view code) {
  return std::ranges::any_of(beginnings, [&](const std::string& beginning) { return code.starts_with(beginning); });
}

}  // namespace

bool may_find(const CheckOptions& options, std::string_view code) {
  // What a front-end says of a file, every command says.
  if (code.starts_with("WC4") || code.starts_with("WC9") || code == "WC305" || code == "WC306") return true;
  if (code == "WC120") return options.command == "audit" || options.closed;
  return code.starts_with("WC1") == (options.command == "check");
}

bool is_selected(const CheckOptions& options, std::string_view code) {
  if (code.starts_with("WC9")) return true;
  return !among(options.ignore, code) && (options.select.empty() || among(options.select, code));
}

LineSuppression line_suppression(policy::Suppression suppression, const SourceFile& source, const frontend::Directive& directive) {
  const Span comment = directive.where;
  const std::uint32_t line = source.place(comment.begin).line;
  const std::string_view text = source.line(line);
  const std::size_t first = text.find_first_not_of(" \t");
  const bool alone = first != std::string_view::npos && text[first] == '#';
  return {std::move(suppression), comment.file, alone ? line + 1 : line, directive.about};
}

void suppress(check::FileResult& result, const std::vector<LineSuppression>& suppressions, const CheckOptions& options, policy::Date today) {
  for (const auto& [suppression, file, line, rule] : suppressions) {
    bool used = false;
    if (!suppression.expired(today))
      for (check::SiteResult& site : result.sites)
        for (check::Finding& finding : site.findings) {
          const Span where = finding.diagnostic.where;
          const bool whole_file = where.empty() && where.begin == 0;
          const bool here = !whole_file && where.file == file &&
                            (rule.empty() ? result.sources[file]->place(where.begin).line == line : rule.begin <= where.begin && where.begin < rule.end);
          if (!here || !suppression.covers(finding.diagnostic.code)) continue;
          finding.suppressed_by = suppression.reason;
          finding.suppressed_in_file = true;
          used = true;
        }
    if (auto message = complaint(suppression, used, options, today))
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
        finding.suppressed_in_file = false;
        setting.used[i] = true;
      }
  }
}

std::optional<check::FileResult> unused_ignores(const Setting& setting, const CheckOptions& options, policy::Date today) {
  if (!setting.config) return std::nullopt;
  check::FileResult result{.path = setting.path, .format = {}, .status = check::Status::analysed, .sources = setting.sources, .sites = {{}}};
  for (std::size_t i = 0; i < setting.config->ignore.size(); ++i) {
    const policy::Suppression& suppression = setting.config->ignore[i].suppression;
    auto message = complaint(suppression, setting.used[i], options, today);
    if (message && !setting.matched[i] && !unknown(suppression.codes)) message = "no file that was checked matches: the suppression can go";
    if (message) result.sites.front().findings.push_back(unused(std::move(*message), suppression.where));
  }
  if (result.sites.front().findings.empty()) return std::nullopt;
  check::set_fingerprints(result);
  return result;
}

}  // namespace wallcheck::cli
