#pragma once
// audit: what is wrong with the rules themselves, whatever flows are documented. One file a check, in check/audit/; one row each.

#include <span>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "evaluate/symbolic.h"
#include "packets/diagrams.h"

namespace wallcheck::check {

/// What one audit may look at, and where it says what it found.
struct AuditContext {
  const ir::Firewall& firewall;
  const Sources& sources;
  const Request& request;
  evaluate::Symbolic& symbolic;
  packets::Diagrams& diagrams;
  SiteResult& site;   ///< findings go to site.findings
  bool& incomplete;   ///< set where something could not be decided within a budget; say so with WC904
};

/// One audit. It may throw packets::BudgetExceeded and Contradiction: the driver turns them into WC904 and WC900, and goes on.
struct Audit {
  std::string_view name;   ///< in messages: "shadowed rules"
  void (*run)(const AuditContext&);
};

/// The table, in the order in which they run.
std::span<const Audit> audits();

/// Runs one, and turns what it throws into findings.
void run_audit(const Audit& audit, const AuditContext& context);

/// All audits of one site. Never throws; `incomplete` and WC904 as in check_flows.
SiteResult audit_rules(const ir::Firewall& firewall, const Sources& sources, const Request& request, bool& incomplete);

/// One family's file, and the other one's of the same host.
struct OtherFamily {
  const ir::Firewall& firewall;
  const Sources& sources;
  std::string_view path;
};

/// What only both files together tell (WC208), of the IPv6 file: into `site`. Never throws.
void audit_families(const ir::Firewall& v6, const Sources& sources, const OtherFamily& v4, const Request& request, SiteResult& site, bool& incomplete);

/// What only all firewalls of a file together tell (WC302 of groups that are attached together): into `sites`, one for each, in their order. Never
/// throws.
void audit_attached(std::span<const ir::Firewall> firewalls, const Sources& sources, const Request& request, std::span<SiteResult> sites, bool& incomplete);

}  // namespace wallcheck::check
