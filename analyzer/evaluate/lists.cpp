// Which lists and rules a question can come to. Nothing is built here; with an eye on files of 100,000 rules.

#include <algorithm>
#include <map>
#include <span>

#include "evaluate/summaries.h"

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Discipline;

namespace {

/// Ways into the lists of a circle that are told apart. A loadable file has no circle at all.
constexpr std::size_t most_instances_in_circles = 4096;

bool calls(ActionKind action) { return action == ActionKind::jump || action == ActionKind::go_to; }

}  // namespace

std::uint32_t Summaries::add_walk(Lists& lists, ir::ListId id, const View& view, const Focus* focus) const {
  const ir::RuleList& list = firewall_.lists[id];
  std::span<const ir::RuleId> rules = firewall_.rules_of(list);
  if (focus != nullptr)
    if (const auto known = focus->rules.find(id); known != focus->rules.end()) rules = known->second;
  const auto first = static_cast<std::uint32_t>(lists.candidates.size());
  for (const ir::RuleId rule_id : rules) {
    const ir::Rule& rule = firewall_.rules[rule_id];
    if (rule.action == ActionKind::continue_ && rule.on_match == 0) continue;
    Overlap overlap = Overlap::always;
    // What is written last (ports, states) tells most rules apart.
    const std::span<const ir::Match> matches = firewall_.matches_of(rule);
    for (auto match = matches.rbegin(); match != matches.rend() && overlap != Overlap::never; ++match) overlap = std::min(overlap, sets_.overlap(*match, view));
    if (overlap == Overlap::never) continue;
    lists.candidates.push_back({rule_id, overlap == Overlap::always, ir::none});
    const bool ends = rule.action != ActionKind::continue_ && rule.action != ActionKind::jump;
    if (overlap == Overlap::always && ends && (list.discipline == Discipline::first_match || rule.quick)) break;
  }
  lists.walks.push_back({id, first, static_cast<std::uint32_t>(lists.candidates.size()) - first});
  return static_cast<std::uint32_t>(lists.walks.size() - 1);
}

/// A walk over the calls with a stack of its own: how deep they go is the input's choice.
Lists Summaries::lists(ir::ListId base, const View& view, const Focus* focus) {
  Lists result;
  ++question_;
  // A list of a circle, and the lists of that circle that one is in already.
  std::map<std::pair<ir::ListId, std::vector<ir::ListId>>, std::uint32_t> in_circles;
  struct Frame {
    std::uint32_t walk;
    std::uint32_t next = 0;
    const std::vector<ir::ListId>* entered = nullptr;  ///< in a circle only
  };
  std::vector<Frame> frames;
  const auto enter = [&](ir::ListId list, const std::vector<ir::ListId>* entered) {
    frames.push_back({add_walk(result, list, view, focus), 0, entered});
    return frames.back().walk;
  };
  enter(base, nullptr);
  while (!frames.empty()) {
    Frame& frame = frames.back();
    const Lists::Walk walk = result.walks[frame.walk];
    if (frame.next == walk.count) {
      result.callees_first.push_back(frame.walk);
      frames.pop_back();
      continue;
    }
    const std::uint32_t at = walk.first + frame.next++;
    const ir::Rule& rule = firewall_.rules[result.candidates[at].rule];
    if (!calls(rule.action) || rule.target == ir::none || !firewall_.lists[rule.target].declared) continue;
    const std::uint32_t circle = calls_.cycle_of(rule.target);
    if (circle == 0) {
      Entered& known = entered_[rule.target];
      if (known.question != question_) known = {question_, enter(rule.target, nullptr)};
      result.candidates[at].callee = known.walk;
      continue;
    }
    std::vector<ir::ListId> entered;
    if (calls_.cycle_of(walk.list) == circle) {
      if (frame.entered != nullptr) entered = *frame.entered;
      entered.insert(std::ranges::lower_bound(entered, walk.list), walk.list);
    }
    if (std::ranges::binary_search(entered, rule.target)) continue;  // a second entry
    if (in_circles.size() == most_instances_in_circles) throw packets::BudgetExceeded("chains call one another in too many circles");
    const auto [known, is_new] = in_circles.try_emplace({rule.target, std::move(entered)});
    if (is_new) known->second = enter(rule.target, &known->first.second);
    result.candidates[at].callee = known->second;
  }
  return result;
}

/// From the callers to what they call. Where rules of the stage may translate at once, a packet need not be what its callers asked for.
void Summaries::find_bounds(Lists& lists, const View& view) const {
  lists.bounds.assign(lists.walks.size(), {});
  if (view.translates_at_once) return;
  std::vector<bool> is_bounded(lists.walks.size(), false);
  for (const ir::Field field : Bounds::fields) lists.bounds.front().meet(field, view.reach.box[field]);
  for (auto index = lists.callees_first.rbegin(); index != lists.callees_first.rend(); ++index) {
    for (const Lists::Candidate& candidate : lists.of(lists.walks[*index])) {
      if (candidate.callee == ir::none) continue;
      Bounds bounds = lists.bounds[*index];
      for (const ir::Match& match : firewall_.matches_of(firewall_.rules[candidate.rule]))
        if (match.kind == ir::MatchKind::ranges && !match.negated) bounds.meet(match.field, firewall_.ranges[match.value]);
      if (is_bounded[candidate.callee]) lists.bounds[candidate.callee].widen(bounds);
      else lists.bounds[candidate.callee] = bounds;
      is_bounded[candidate.callee] = true;
    }
  }
}

}  // namespace wallcheck::evaluate
