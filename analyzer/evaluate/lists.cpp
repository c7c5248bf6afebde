// Which lists and rules a question can come to. Nothing is built here; with an eye on files of 100,000 rules.

#include <algorithm>
#include <map>
#include <unordered_map>

#include "evaluate/summaries.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Discipline;

namespace {

/// Ways into the lists of a circle that are told apart. A loadable file has no circle at all.
constexpr std::size_t most_instances_in_circles = 4096;

bool calls(ActionKind action) { return action == ActionKind::jump || action == ActionKind::go_to; }

}  // namespace

void Summaries::find_candidates(Lists::Walk& walk, const View& view, const Focus* focus) const {
  const ir::RuleList& list = firewall_.lists[walk.instance.first];
  std::span<const ir::RuleId> rules = firewall_.rules_of(list);
  if (focus != nullptr)
    if (const auto known = focus->rules.find(walk.instance.first); known != focus->rules.end()) rules = known->second;
  for (const ir::RuleId id : rules) {
    const ir::Rule& rule = firewall_.rules[id];
    if (rule.action == ActionKind::continue_ && rule.on_match == 0) continue;
    Overlap overlap = Overlap::always;
    for (const ir::Match& match : firewall_.matches_of(rule)) {
      overlap = std::min(overlap, sets_.overlap(match, view));
      if (overlap == Overlap::never) break;
    }
    if (overlap == Overlap::never) continue;
    walk.candidates.push_back({id, overlap == Overlap::always, ir::none});
    const bool ends = rule.action != ActionKind::continue_ && rule.action != ActionKind::jump;
    if (overlap == Overlap::always && ends && (list.discipline == Discipline::first_match || rule.quick)) return;
  }
}

/// A walk over the calls with a stack of its own: how deep they go is the input's choice.
Lists Summaries::lists(ir::ListId base, const View& view, const Focus* focus) const {
  Lists result;
  auto& walks = result.walks;
  std::unordered_map<ir::ListId, std::uint32_t> plain;
  std::map<Lists::Instance, std::uint32_t> in_circles;
  struct Frame {
    std::uint32_t walk;
    std::size_t next = 0;
  };
  std::vector<Frame> frames;
  const auto enter = [&](Lists::Instance instance) {
    frames.push_back({static_cast<std::uint32_t>(walks.size())});
    walks.emplace_back();
    walks.back().instance = std::move(instance);
    find_candidates(walks.back(), view, focus);
    return static_cast<std::uint32_t>(walks.size() - 1);
  };
  enter({base, {}});
  while (!frames.empty()) {
    Frame& frame = frames.back();
    const std::uint32_t index = frame.walk;
    if (frame.next == walks[index].candidates.size()) {
      result.callees_first.push_back(index);
      frames.pop_back();
      continue;
    }
    const std::size_t at = frame.next++;
    const ir::Rule& rule = firewall_.rules[walks[index].candidates[at].rule];
    if (!calls(rule.action) || rule.target == ir::none || !firewall_.lists[rule.target].declared) continue;
    const std::uint32_t circle = calls_.cycle_of(rule.target);
    if (circle == 0) {
      const auto known = plain.find(rule.target);
      const std::uint32_t callee = known != plain.end() ? known->second : enter({rule.target, {}});
      plain.emplace(rule.target, callee);
      walks[index].candidates[at].callee = callee;
      continue;
    }
    std::vector<ir::ListId> entered;
    const ir::ListId caller = walks[index].instance.first;
    if (calls_.cycle_of(caller) == circle) {
      entered = walks[index].instance.second;
      entered.insert(std::ranges::lower_bound(entered, caller), caller);
    }
    if (std::ranges::binary_search(entered, rule.target)) continue;  // a second entry
    if (in_circles.size() == most_instances_in_circles) throw packets::BudgetExceeded("chains call one another in too many circles");
    const auto [known, is_new] = in_circles.try_emplace({rule.target, std::move(entered)});
    if (is_new) known->second = enter(known->first);
    walks[index].candidates[at].callee = known->second;
  }
  find_bounds(result, view);
  return result;
}

/// From the callers to what they call. Where rules of the stage may translate at once, a packet need not be what its callers asked for.
void Summaries::find_bounds(Lists& lists, const View& view) const {
  if (view.translates_at_once) return;
  std::vector<bool> is_bounded(lists.walks.size(), false);
  for (const ir::Field field : Bounds::fields) lists.walks.front().bounds.meet(field, view.reach.box[field]);
  for (auto index = lists.callees_first.rbegin(); index != lists.callees_first.rend(); ++index) {
    const Lists::Walk& caller = lists.walks[*index];
    for (const Lists::Candidate& candidate : caller.candidates) {
      if (candidate.callee == ir::none) continue;
      Bounds bounds = caller.bounds;
      for (const ir::Match& match : firewall_.matches_of(firewall_.rules[candidate.rule]))
        if (match.kind == ir::MatchKind::ranges && !match.negated) bounds.meet(match.field, firewall_.ranges[match.value]);
      Lists::Walk& callee = lists.walks[candidate.callee];
      if (is_bounded[candidate.callee]) callee.bounds.widen(bounds);
      else callee.bounds = bounds;
      is_bounded[candidate.callee] = true;
    }
  }
}

}  // namespace wallcheck::evaluate
