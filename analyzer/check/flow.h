#pragma once
// One documented flow at one site: its verdict, and what proves it.

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/limits.h"
#include "check/alike.h"
#include "check/arrivals.h"
#include "check/verdict.h"
#include "evaluate/symbolic.h"
#include "ir/firewall.h"
#include "policy/policy.h"

namespace wallcheck::check {

/// A claim that the plain evaluator does not confirm: our bug. Never becomes a finding about the file.
struct Contradiction : std::logic_error {
  using std::logic_error::logic_error;
};

/// The plain evaluator says of the packet of a claim what the claim says; else Contradiction. Where it gave up there is no claim: BudgetExceeded.
void confirm(const evaluate::TraceResult& replay, const evaluate::Outcome& claimed);

/// What flows of one site have in common.
struct SharedWork {
  std::map<std::string, ServiceResult> known;  ///< by what was asked: policies ask the same of many flows ("HTTPS to the platform")
  std::optional<Arrivals> arrivals;            ///< made when first needed
  const Arrivals& arrivals_of(const ir::Firewall& firewall) { return arrivals ? *arrivals : arrivals.emplace(firewall); }
};

/// Everything that flows of one site are checked against.
struct FlowContext {
  const ir::Firewall& firewall;
  const Sources& sources;
  const policy::Pack& pack;
  const policy::Site& site;
  const std::vector<std::string>& environments;
  const Limits& limits;
  evaluate::Symbolic& symbolic;
  packets::Diagrams& diagrams;
  SharedWork& shared;
  bool steps = false;            ///< of witnesses, see Request
  std::size_t few_rules = 256;   ///< see Request
  Alike* alike = nullptr;        ///< see Request; it takes the firewall
  bool verdict_only = false;     ///< what proves it is not wanted: no rules, packets, assumptions, words
};

/// Throws packets::BudgetExceeded and Contradiction.
FlowResult check_flow(const FlowContext& context, const policy::Flow& flow);

/// The verdict of a flow from those of its services (CONTRACT "Verdicts").
FlowVerdict verdict_of(policy::Require require, const std::vector<ServiceResult>& services);

}  // namespace wallcheck::check
