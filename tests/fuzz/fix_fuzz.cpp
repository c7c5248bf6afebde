// Any bytes through `fix`: what it offers as a whole reads as well as the file did, and there every flow that was fixed passes, by a
// check that knows nothing of fixes.

#include <algorithm>

#include "analysed.h"
#include "fix/fix.h"

using namespace wallcheck;

namespace {

void hold(const fix::Subject& subject, const check::FileResult& before, const fix::Repair& repair) {
  if (repair.edits.empty()) return;
  const std::string text = edited(subject.loaded.sources[0]->bytes(), repair.edits);
  fuzz::require(!unified_diff("input", subject.loaded.sources[0]->bytes(), repair.edits).empty(), "edits change something");
  const frontend::Loaded loaded = frontend::load(fuzz::file_of(text), subject.options);
  fuzz::require(!loaded.failed && loaded.firewalls.size() == subject.loaded.firewalls.size(), "a fixed file reads as before");
  fuzz::require(subject.loaded.incomplete || !loaded.incomplete, "a fix brings nothing that is not understood");
  for (std::size_t site = 0; site < loaded.firewalls.size(); ++site) {
    bool incomplete = false;
    const check::SiteResult after = check::check_flows(loaded.firewalls[site], loaded.sources, subject.request, incomplete);
    fuzz::require_no_contradiction(after);
    for (std::size_t i = 0; i < after.flows.size(); ++i) {
      const check::FlowVerdict was = before.sites[site].flows[i].verdict, is = after.flows[i].verdict;
      const bool was_fixed = std::ranges::any_of(repair.done, [&](const fix::Repaired& done) {
        return done.group == loaded.firewalls[site].group && done.finding.flow == after.flows[i].id && !done.finding.fixes.empty();
      });
      if (was_fixed && !incomplete) fuzz::require(is <= check::FlowVerdict::conditional, "a flow that was fixed passes");
      else fuzz::require(is <= was || is <= check::FlowVerdict::conditional || incomplete, "no other flow is worse");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;  // a file is read and asked again for each change that is tried
  const cli::FileTask repair = [](const fix::Subject& subject, check::FileResult& result) {
    if (result.status == check::Status::analysed) hold(subject, result, fix::repair(subject, result.sites));
    for (std::size_t site = 0; site < result.sites.size() && site < subject.loaded.firewalls.size(); ++site) fix::find_fixes(subject, site, result.sites[site]);
  };
  fuzz::report(fuzz::analysed(fuzz::bytes_of(data, size), check::check_flows, repair));
  return 0;
}
