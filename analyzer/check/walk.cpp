#include "check/walk.h"

#include "check/evidence.h"

namespace wallcheck::check {

namespace {

constexpr std::size_t steps_shown = 100, bytes_shown = 1000;

TraceStep step_of(const ir::Firewall& firewall, const Sources& sources, const evaluate::Step& step, std::size_t most_bytes) {
  TraceStep out;
  const auto& stages = firewall.path(step.path);
  std::string list = list_name(firewall, step.list);
  out.stage = step.stage < stages.size() ? std::string(firewall.strings[stages[step.stage].name]) : list;
  if (step.stage >= stages.size() || stages[step.stage].list != step.list) out.list = std::move(list);
  out.is_default = !step.rule;
  out.where = step.rule ? firewall.rules[*step.rule].where : firewall.lists[step.list].where;
  if (!step.rule) out.text = default_text(firewall, step.list);
  else if (out.where.file < sources.size() && sources[out.where.file]) out.text = std::string(sources[out.where.file]->text(out.where).substr(0, most_bytes));
  out.effect = step.effect;
  return out;
}

}  // namespace

std::vector<TraceStep> walk(const ir::Firewall& firewall, const Sources& sources, const std::vector<evaluate::Step>& steps, Words words) {
  std::vector<TraceStep> out;
  out.reserve(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool is_shown = i < steps_shown || i + steps_shown >= steps.size();
    out.push_back(step_of(firewall, sources, steps[i], words == Words::all ? std::string_view::npos : is_shown ? bytes_shown : 0));
  }
  return out;
}

}  // namespace wallcheck::check
