#include "check/walk.h"

#include "check/evidence.h"

namespace wallcheck::check {

namespace {

TraceStep step_of(const ir::Firewall& firewall, const Sources& sources, const evaluate::Step& step) {
  TraceStep out;
  const auto& stages = firewall.path(step.path);
  std::string list = list_name(firewall, step.list);
  out.stage = step.stage < stages.size() ? std::string(firewall.strings[stages[step.stage].name]) : list;
  if (step.stage >= stages.size() || stages[step.stage].list != step.list) out.list = std::move(list);
  out.is_default = !step.rule;
  out.where = step.rule ? firewall.rules[*step.rule].where : firewall.lists[step.list].where;
  if (!step.rule) out.text = default_text(firewall, step.list);
  else if (out.where.file < sources.size() && sources[out.where.file]) out.text = std::string(sources[out.where.file]->text(out.where));
  out.effect = step.effect;
  return out;
}

}  // namespace

std::vector<TraceStep> walk(const ir::Firewall& firewall, const Sources& sources, const std::vector<evaluate::Step>& steps) {
  std::vector<TraceStep> out;
  out.reserve(steps.size());
  for (const evaluate::Step& step : steps) out.push_back(step_of(firewall, sources, step));
  return out;
}

}  // namespace wallcheck::check
