#pragma once
// One input through all rooms: bytes, firewall, site, verdicts, findings.

#include <atomic>
#include <optional>

#include "check/check.h"
#include "cli/baseline.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "fix/fix.h"

namespace wallcheck::cli {

/// What is asked of each site of a file: check::check_flows, check::audit_rules.
using SiteTask = check::SiteResult (*)(const ir::Firewall&, const Sources&, const check::Request&, bool& incomplete);

/// What else to do with a file while it is loaded, after its findings are judged: look for fixes.
using FileTask = std::function<void(const fix::Subject&, check::FileResult&)>;

/// What is done to each file of a run.
struct Work {
  const CheckOptions& options;
  SiteTask task;
  FileTask then = {};
  policy::Date today;
  Baseline* baseline = nullptr;  ///< nullptr: none
  Progress* progress = nullptr;  ///< nullptr: nobody watches
  unsigned threads = 1;          ///< for each file
  std::atomic<std::size_t>* cut_short = nullptr;  ///< counts files whose work an interrupt ended
};

/// Everything that a run finds out about one input. nullopt: it came from a directory walk and is no firewall file.
/// Never throws; what goes wrong is a finding. Safe on several threads.
std::optional<check::FileResult> check_file(const Input& input, Setting& setting, const Work& work);

}  // namespace wallcheck::cli
