#include "check/audit.h"

#include <vector>

#include "check/audit/dead_rules.h"
#include "check/audit/exposure.h"
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
  };
  return table;
}

void run_audit(const Audit& audit, const AuditContext& context) {
  try {
    context.diagrams.begin_question();
    audit.run(context);
    return;
  } catch (const packets::BudgetExceeded& error) {
    context.site.findings.push_back({.diagnostic = {"WC904", Severity::error, std::string(audit.name) + ": not decided: " + error.what(), {}}});
  } catch (const std::logic_error& error) {
    context.site.findings.push_back({.diagnostic = {"WC900", Severity::error, std::string(audit.name) + ": internal error, please report it: " + error.what(), {}}});
  }
  context.incomplete = true;
}

SiteResult audit_rules(const ir::Firewall& firewall, const Sources& sources, const Request& request, bool& incomplete) {
  packets::Diagrams diagrams(request.limits.graph_nodes);
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
