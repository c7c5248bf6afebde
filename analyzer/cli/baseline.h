#pragma once
// --baseline and --write-baseline: what was found before does not count, what is gone is said.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "check/verdict.h"
#include "cli/settings.h"
#include "policy/baseline.h"

namespace wallcheck::cli {

/// The baseline of a run. Findings that it holds are marked as suppressed and go on to every report; entries that a run could
/// have found and did not are findings themselves (WC913), so that a baseline only shrinks.
///
/// Files are named from the baseline's directory, so that it does not matter where wallcheck is started. WC9xx is never accepted.
class Baseline {
 public:
  /// nullptr without --baseline. The error is a sentence; empty if what is wrong was said on standard error already.
  static Result<std::unique_ptr<Baseline>, std::string> open(const Arguments& arguments, const Limits& limits);

  /// Marks the findings that are accepted; with --write-baseline also new ones, unless the file was not analysed to its end. Many threads may call it, each with its file.
  /// Findings are sorted and will not change any more.
  void accept(check::FileResult& result);
  /// What a file's result means for the baseline. One thread, any order.
  void note(const check::FileResult& result);

  /// The entries that the files noted could have found again and did not. nullopt: none.
  std::optional<check::FileResult> stale(const CheckOptions& options) const;
  bool writes() const { return write_; }
  /// Writes what was found, with the reasons that entries had, and the entries that this run says nothing about. The error is a sentence;
  /// else `summary` is one.
  std::optional<std::string> write(const CheckOptions& options, std::string& summary) const;

 private:
  std::string path_of(const check::FileResult& result) const;
  /// Would the run have found it if it were still there?
  bool gone(const policy::BaselineEntry& entry, const CheckOptions& options) const;

  std::string path_;
  std::string directory_;                 ///< absolute
  bool write_ = false;
  bool existed_ = false;
  Sources sources_;
  std::vector<policy::BaselineEntry> entries_;
  std::unordered_map<std::string, std::size_t> by_fingerprint_;

  std::unordered_map<std::string, policy::BaselineEntry> found_;  ///< by fingerprint: everything that may be accepted
  std::unordered_map<std::string, std::unordered_set<std::string>> analysed_;  ///< path -> flows that were asked about
};

}  // namespace wallcheck::cli
