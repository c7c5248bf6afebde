#pragma once
// One documented flow at one site: its verdict, and what proves it.

#include <map>
#include <stdexcept>
#include <string>

#include "base/limits.h"
#include "check/verdict.h"
#include "evaluate/symbolic.h"
#include "ir/firewall.h"
#include "policy/policy.h"

namespace wallcheck::check {

/// A claim that the plain evaluator does not confirm: our bug. Never becomes a finding about the file.
struct Contradiction : std::logic_error {
  using std::logic_error::logic_error;
};

/// Everything that flows of one site are checked against. Policies ask the same thing of many flows ("HTTPS to the platform"): what
/// was found out is kept in `known`, by what was asked.
struct FlowContext {
  const ir::Firewall& firewall;
  const Sources& sources;
  const policy::Pack& pack;
  const policy::Site& site;
  const std::vector<std::string>& environments;
  const Limits& limits;
  evaluate::Symbolic& symbolic;
  packets::Diagrams& diagrams;
  std::map<std::string, ServiceResult>& known;
  bool steps = false;  ///< of witnesses, see Request
};

/// Throws packets::BudgetExceeded and Contradiction.
FlowResult check_flow(const FlowContext& context, const policy::Flow& flow);

/// The verdict of a flow from those of its services (CONTRACT "Verdicts").
FlowVerdict verdict_of(policy::Require require, const std::vector<ServiceResult>& services);

}  // namespace wallcheck::check
