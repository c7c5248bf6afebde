#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "check/verdict.h"
#include "ir/firewall.h"
#include "policy/policy.h"

namespace wallcheck::check {

class Alike;

/// What to ask of a firewall.
struct Request {
  const policy::Pack* pack = nullptr;
  policy::Site site;
  std::vector<std::string> environments;
  Limits limits;
  bool matrix = false;  ///< audit: also the table of who may open which service
  bool closed = false;  ///< what no flow of the pack explains is a finding too (WC120)
  bool steps = false;   ///< witnesses show their way through the rules, for reports that tell it
  unsigned threads = 1;  ///< audit: for what takes long; what it says is the same with more
  /// A flow in which more rules than this take part is judged by parts, if that proves its verdict (check/parts.h).
  std::size_t few_rules = 256;
  /// check: what firewalls of the file that say the same share, for files of several; null: each is asked for itself. Not with `steps`.
  Alike* alike = nullptr;
  std::function<void(std::string_view step)> progress = {};  ///< told what comes next ("flow 3 of 10"): a step may take long
};

/// Checks every flow of the pack at the site, in the pack's order, and turns verdicts into findings.
/// Never throws; an exhausted budget is finding WC904 and `incomplete` (status partly-analysed, exit 3).
SiteResult check_flows(const ir::Firewall& firewall, const Sources& sources, const Request& request, bool& incomplete);

}  // namespace wallcheck::check
