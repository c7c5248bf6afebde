#include "check/check.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/findings.h"
#include "check/flow.h"

namespace wallcheck::check {

namespace {

Finding trouble(std::string code, std::string message, const std::string& flow) {
  Finding finding;
  finding.diagnostic = {std::move(code), Severity::error, std::move(message), {}};
  finding.flow = flow;
  return finding;
}

}  // namespace

SiteResult check_flows(const ir::Firewall& firewall, const Sources& sources, const Request& request, bool& incomplete) {
  packets::Diagrams diagrams(request.limits);
  evaluate::Symbolic symbolic(firewall, diagrams);
  SharedWork shared;
  Alike* const alike = request.alike && !request.steps && request.alike->takes(firewall, request.few_rules) ? request.alike : nullptr;
  const FlowContext context{firewall, sources, *request.pack, request.site, request.environments, request.limits, symbolic, diagrams, shared, request.steps, request.few_rules, alike};
  SiteResult site;
  site.site = request.site;
  site.group = firewall.group;
  site.group_name = firewall.group_name;
  site.coverage = ir::count_coverage(firewall);
  site.flows.reserve(request.pack->flows.size());
  for (const policy::Flow& flow : request.pack->flows) {
    std::string failure, code;
    if (request.progress) request.progress(fmt::format("flow {} of {}", site.flows.size() + 1, request.pack->flows.size()));
    try {
      diagrams.begin_question();
      site.flows.push_back(check_flow(context, flow));
      if (auto finding = finding_of(site.flows.back(), flow, sources)) site.findings.push_back(std::move(*finding));
      continue;
    } catch (const packets::BudgetExceeded& error) {
      code = "WC904";
      failure = "flow \"" + flow.id + "\" is not decided: " + error.what();
    } catch (const std::logic_error& error) {
      code = "WC900";
      failure = "flow \"" + flow.id + "\" is not decided: internal error, please report it: " + error.what();
    }
    incomplete = true;
    diagrams.lessen_budget();
    symbolic.forget();
    FlowResult undecided;
    undecided.id = flow.id;
    undecided.number = flow.number;
    undecided.traffic = flow.traffic;
    undecided.direction = policy::direction_of(flow, request.site);
    undecided.verdict = FlowVerdict::conditional;
    undecided.note = failure;
    site.flows.push_back(std::move(undecided));
    site.findings.push_back(trouble(code, failure, flow.id));
  }
  std::ranges::move(also_open(site.flows, sources), std::back_inserter(site.findings));
  if (request.closed) run_audit({"undocumented traffic", audit::undocumented}, {firewall, sources, request, symbolic, diagrams, site, incomplete});
  return site;
}

}  // namespace wallcheck::check
