#pragma once
// A baseline: findings that were there when somebody began to look, so that only new ones count. It is a file of its own, made by
// the program and kept beside the code; people add reasons to it and review its changes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "policy/load_pack.h"

namespace wallcheck::policy {

/// One accepted finding. What identifies it is the fingerprint (check/fingerprint.h) alone; the rest is for the reader of the
/// file, and says which run can tell that it is gone.
struct BaselineEntry {
  std::string path;         ///< of the firewall file, from the baseline's directory
  std::string code;         ///< never WC9xx: what was not understood cannot be accepted
  std::string flow;         ///< flow id or empty
  std::string rule;         ///< the rule's text when it was accepted; may be empty
  std::string fingerprint;  ///< 32 hexadecimal digits
  std::string reason;       ///< why, in a person's words; may be empty
  Span where = {};          ///< in the baseline
};

/// A baseline, or all that is wrong with it; `sources[0]` is the file. All diagnostics are WC910.
struct LoadedBaseline {
  std::optional<std::vector<BaselineEntry>> entries;  ///< in the file's order; nullopt exactly if there are diagnostics
  Sources sources;
  std::vector<Diagnostic> diagnostics;
};

/// Never throws for any input.
LoadedBaseline load_baseline(const std::string& path, const ReadFile& read, const Limits& limits = {});

/// The text of a baseline: sorted by path, code, flow and rule, an entry a line, so that a version control system shows what was
/// accepted and what is gone, line by line. The same entries in any order give the same bytes.
std::string baseline_text(std::vector<BaselineEntry> entries);

}  // namespace wallcheck::policy
