#pragma once
// Findings that somebody accepts, with a reason: marked as suppressed, never thrown away. One that suppresses nothing any
// more is a finding itself (WC912).

#include <optional>
#include <vector>

#include "check/verdict.h"
#include "cli/settings.h"
#include "policy/directive.h"

namespace wallcheck::cli {

/// A suppression in a file: what it says, and the line, or the rule of several lines, that it is about.
struct LineSuppression {
  policy::Suppression suppression;
  FileId file = 0;
  std::uint32_t line = 0;
  Span rule{};  ///< not empty: what begins in it is meant, whatever its line
};

/// A comment that has its line for itself speaks of the next line, any other one of its own; words in a rule of several lines of the rule.
LineSuppression line_suppression(policy::Suppression suppression, const SourceFile& source, const frontend::Directive& directive);

/// Could the run have found it? Another command's findings may be suppressed for that command's sake: one does not judge those.
bool may_find(const CheckOptions& options, std::string_view code);
/// Is it reported under --select and --ignore? What was not understood (WC9xx) always is.
bool is_selected(const CheckOptions& options, std::string_view code);

/// Applies the file's own suppressions; WC912 findings go to the first site.
void suppress(check::FileResult& result, const std::vector<LineSuppression>& suppressions, const CheckOptions& options, policy::Date today);

/// Applies the config's `ignore` entries; `path` as patterns see it.
void suppress(check::FileResult& result, const std::string& path, Setting& setting, policy::Date today);

/// The config's entries that matched files and suppressed nothing, as findings about the config. Ask only when every file
/// that the config speaks of was checked. nullopt: none.
std::optional<check::FileResult> unused_ignores(const Setting& setting, const CheckOptions& options, policy::Date today);

}  // namespace wallcheck::cli
