// Several walks of one packet: where they part, and what their ends come to together.

#include <algorithm>
#include <map>

#include "evaluate/trace_walk.h"

namespace wallcheck::evaluate {

namespace {

/// Walks followed for one packet. Conditions that do not change the way do not part it, so ordinary files need a few.
constexpr std::size_t walk_budget = 512;
/// Steps kept of all walks together.
constexpr std::size_t step_budget = std::size_t{1} << 20;

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view names[] = {"accept", "drop", "reject", "undecided"};
  return names[static_cast<std::size_t>(verdict)];
}

TraceResult trace(const ir::Firewall& firewall, const ir::Packet& packet, const Answers& answers, bool repeat_translation) {
  return Tracer(firewall, packet, answers, repeat_translation).run();
}

void Tracer::note(Walk& walk, std::optional<ir::RuleId> rule, ir::ListId list, std::string effect) {
  if (steps_.size() == step_budget) return give_up(walk, {});
  if (walk.opening) effect = "opening packet: " + effect;
  steps_.push_back({{walk.stage, walk.path, list, rule, std::move(effect)}, walk.last_step});
  walk.last_step = steps_.size() - 1;
}

std::optional<bool> Tracer::answer(const Walk& walk, ir::OpaqueId condition) {
  const auto assumed = std::ranges::find(walk.answers, condition, [](const auto& pair) { return pair.first; });
  if (assumed != walk.answers.end()) return assumed->second;
  const std::optional<bool> known = answers_ ? answers_(condition) : std::nullopt;
  if (std::ranges::find(asked_, condition, [](const auto& pair) { return pair.first; }) == asked_.end())
    asked_.emplace_back(condition, known.has_value());
  return known;
}

bool Tracer::fork(Walk& walk, std::optional<ir::OpaqueId> condition, std::size_t ways) {
  if (ended_.size() + waiting_.size() + ways > walk_budget) {
    give_up(walk, "gave up: too many undecided conditions");
    return false;
  }
  tree_[walk.node].condition = condition;
  for (std::size_t i = 0; i < ways; ++i) {
    tree_[walk.node].ways.push_back(tree_.size());
    tree_.emplace_back();
  }
  return true;
}

void Tracer::ask(Walk& walk, ir::OpaqueId condition) {
  if (!fork(walk, condition, 2)) return;
  const std::vector<std::size_t> nodes = tree_[walk.node].ways;
  Walk& other = waiting_.emplace_back(walk);
  other.node = nodes[1];
  other.answers.emplace_back(condition, false);
  walk.node = nodes[0];
  walk.answers.emplace_back(condition, true);
}

void Tracer::give_up(Walk& walk, std::string_view why) {
  gave_up_ = true;
  walk.opening = false;
  if (!why.empty()) note(walk, std::nullopt, walk.frames.empty() ? 0 : walk.frames.front().list, std::string(why));
  end(walk, Verdict::undecided, std::nullopt, std::nullopt);
}

TraceResult Tracer::combined() const {
  // From the leaves up: a fork whose ways all come to the same is no fork. What remains names the conditions that matter.
  enum : std::size_t { first_fork = 4 };  // below it: verdicts
  std::vector<std::size_t> meaning(tree_.size());
  std::map<std::pair<ir::OpaqueId, std::vector<std::size_t>>, std::size_t> forks;
  std::vector<ir::OpaqueId> matter;
  for (std::size_t i = tree_.size(); i-- > 0;) {
    const Node& node = tree_[i];
    meaning[i] = static_cast<std::size_t>(node.verdict);
    if (node.ways.empty()) continue;
    std::vector<std::size_t> ways;
    for (const std::size_t way : node.ways) ways.push_back(meaning[way]);
    meaning[i] = ways.front();
    if (std::ranges::all_of(ways, [&](std::size_t way) { return way == ways.front(); })) continue;
    meaning[i] = forks.try_emplace({node.condition.value_or(ir::none), std::move(ways)}, first_fork + forks.size()).first->second;
    if (node.condition) matter.push_back(*node.condition);
  }

  TraceResult result;
  const Walk& shown = ended_.front();
  const bool agreed = meaning[0] < first_fork && !gave_up_;
  result.gave_up = gave_up_;
  result.verdict = agreed ? static_cast<Verdict>(meaning[0]) : Verdict::undecided;
  result.rule = shown.rule;
  result.list = shown.list;
  for (const auto& [condition, known] : asked_)
    if (known || gave_up_ || std::ranges::find(matter, condition) != matter.end()) result.assumptions.push_back(condition);
  for (std::size_t at = shown.last_step; at != 0; at = steps_[at].previous) result.steps.push_back(steps_[at].step);
  std::ranges::reverse(result.steps);
  result.packet = shown.carried.packet;
  std::uint32_t trackers = 0;
  for (const ir::Stage& stage : firewall_.path(packet_.path))
    if (stage.tracker >= 0) trackers |= 1u << stage.tracker;
  result.keeps_state = trackers != 0;
  for (const Walk& walk : ended_) {
    result.translated_destination |= walk.carried.destination_rewritten;
    if (!result.translated_by) result.translated_by = walk.translated_by;
    result.keeps_state &= (walk.states_made & trackers) == trackers;
  }
  return result;
}

}  // namespace wallcheck::evaluate
