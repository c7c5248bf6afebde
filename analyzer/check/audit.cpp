#include "check/audit.h"

#include <vector>

#include "check/audit/attached_groups.h"
#include "check/audit/dead_rules.h"
#include "check/audit/exposure.h"
#include "check/audit/families.h"
#include "check/audit/structure.h"
#include "check/flow.h"

namespace wallcheck::check {

std::span<const Audit> audits() {
  static const std::vector<Audit> table{
      {"exposed services", audit::exposed_services},
      {"accept by default", audit::accept_by_default},
      {"unrestricted egress", audit::unrestricted_egress},
      {"published around INPUT", audit::around_input},
      {"undocumented traffic", audit::undocumented},
      {"rules that do nothing", audit::dead_rules},
      {"matrix", audit::matrix},
      {"unreachable chains", audit::unreachable_chains},
      {"unused definitions", audit::unused_definitions},
      {"duplicate rules", audit::duplicate_rules},
      {"mergeable rules", audit::mergeable_rules},
      {"mergeable lists", audit::mergeable_lists},
  };
  return table;
}

namespace {

/// Runs one, and turns what it throws into findings.
template <class Run>
void run_named(std::string_view name, const AuditContext& context, Run&& run) {
  if (context.request.progress) context.request.progress(name);
  try {
    context.diagrams.begin_question();
    run();
    return;
  } catch (const packets::BudgetExceeded& error) {
    context.site.findings.push_back({.diagnostic = {"WC904", Severity::error, std::string(name) + ": not decided: " + error.what(), {}}});
  } catch (const std::logic_error& error) {
    context.site.findings.push_back({.diagnostic = {"WC900", Severity::error, std::string(name) + ": internal error, please report it: " + error.what(), {}}});
  }
  context.incomplete = true;
  context.diagrams.lessen_budget();
  context.symbolic.forget();
}

}  // namespace

void run_audit(const Audit& audit, const AuditContext& context) {
  run_named(audit.name, context, [&] { audit.run(context); });
}

void audit_families(const ir::Firewall& v6, const Sources& sources, const OtherFamily& v4, const Request& request, SiteResult& site, bool& incomplete) {
  packets::Diagrams diagrams(request.limits), diagrams4(request.limits);
  evaluate::Symbolic symbolic(v6, diagrams), symbolic4(v4.firewall, diagrams4);
  const AuditContext context{v6, sources, request, symbolic, diagrams, site, incomplete};
  const AuditContext context4{v4.firewall, v4.sources, request, symbolic4, diagrams4, site, incomplete};
  run_named("open by IPv6 only", context, [&] { audit::open_by_ipv6_only(context, context4, v4.path); });
}

void audit_attached(std::span<const ir::Firewall> firewalls, const Sources& sources, const Request& request, std::span<SiteResult> sites, bool& incomplete) {
  if (firewalls.size() < 2 && (firewalls.empty() || !firewalls.front().is_attached_together())) return;
  packets::Diagrams diagrams(request.limits);
  evaluate::Symbolic symbolic(firewalls.front(), diagrams);
  const AuditContext context{firewalls.front(), sources, request, symbolic, diagrams, sites.front(), incomplete};
  run_named("groups attached together", context, [&] { audit::attached_groups(context, firewalls, sites); });
}

SiteResult audit_rules(const ir::Firewall& firewall, const Sources& sources, const Request& request, bool& incomplete) {
  packets::Diagrams diagrams(request.limits);
  evaluate::Symbolic symbolic(firewall, diagrams);
  SiteResult site;
  site.site = request.site;
  site.group = firewall.group;
  site.group_name = firewall.group_name;
  site.coverage = ir::count_coverage(firewall);
  const AuditContext context{firewall, sources, request, symbolic, diagrams, site, incomplete};
  for (const Audit& audit : audits()) run_audit(audit, context);
  return site;
}

}  // namespace wallcheck::check
