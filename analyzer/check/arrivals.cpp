#include "check/arrivals.h"

#include <algorithm>

namespace wallcheck::check {

using ir::Field;
using ir::ListId;
using ir::Match;
using ir::RuleId;

namespace {

constexpr std::size_t ranges_kept = 4096;

}  // namespace

Arrivals::Arrivals(const ir::Firewall& firewall, Behind behind) : firewall_(firewall), lists_(firewall.lists.size()) {
  for (const ir::Path path : ir::all_paths) walk_path(path);
  const bool moves = std::ranges::any_of(firewall.effects, [](const ir::Effect& effect) {
    return effect.kind == ir::EffectKind::translate_destination || effect.kind == ir::EffectKind::unknown_rewrite;
  });
  for (List& list : lists_)
    if (moves && list.paths != 0) list.paths = 0b111;  // a packet with another destination goes on along another path
  if (behind == Behind::kept_values) find_targets();
  order();
}

evaluate::Box Arrivals::box(ListId id, const ir::Rule& rule) const {
  evaluate::Box box;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto ranges = allowed(id, rule, i).ranges;
    box[fields[i]].assign(ranges.begin(), ranges.end());
  }
  return box;
}

std::optional<evaluate::Box> Arrivals::cut(evaluate::Box box, ListId id, const ir::Rule& rule) const {
  evaluate::Box own = this->box(id, rule);
  for (const Field field : fields) {
    if (own[field].empty()) continue;
    box[field] = box[field].empty() ? std::move(own[field]) : ir::intersection(box[field], own[field]);
    if (box[field].empty()) return std::nullopt;
  }
  return box;
}

Arrivals::Allowed Arrivals::allowed(ListId id, const ir::Rule& rule, std::size_t field) const {
  const List& list = lists_[id];
  for (const Match& match : firewall_.matches_of(rule))
    if (match.kind == ir::MatchKind::ranges && !match.negated && match.field == fields[field] && is_kept(list, field, firewall_.ranges[match.value]))
      return {match.value, firewall_.ranges[match.value]};
  if (list.open[field]) return {};
  if (list.values[field] != 0) return {list.values[field], firewall_.ranges[list.values[field]]};
  const auto values = several_.find(place(id, field));
  return {0, values == several_.end() ? std::span<const ir::Range>() : values->second};
}

/// Does a packet that has one of these values at the list have the one that it came with?
bool Arrivals::is_kept(const List& list, std::size_t field, std::span<const ir::Range> asked) const {
  if (!list.rewritten[field] || any_target_[field]) return !list.rewritten[field];
  return std::ranges::none_of(asked, [&targets = targets_[field]](const ir::Range& range) {
    const auto target = std::ranges::lower_bound(targets, range.first, {}, &ir::Range::last);
    return target != targets.end() && target->first <= range.last;
  });
}

void Arrivals::find_targets() {
  any_target_[1] = any_target_[4] = false;
  for (const ir::Effect& effect : firewall_.effects) {
    if (effect.kind == ir::EffectKind::unknown_rewrite) any_target_.fill(true);
    if (effect.kind != ir::EffectKind::translate_destination) continue;
    any_target_[1] |= effect.to_local;
    for (const auto& [field, to] : {std::pair{1, effect.addresses}, std::pair{4, effect.ports}})
      targets_[field].insert(targets_[field].end(), firewall_.ranges[to].begin(), firewall_.ranges[to].end());
  }
  for (auto& values : targets_) values = ir::normalised(std::move(values));
}

/// Stages in their order: what one rewrites, later ones see. A rule that rewrites at once (pf `match`) is seen by its own stage too.
void Arrivals::walk_path(ir::Path path) {
  Fields rewritten{};
  std::vector<bool> known(lists_.size());
  for (const ir::Stage& stage : firewall_.path(path)) {
    std::vector<ListId> seen{stage.list};
    known[stage.list] = true;
    Fields later = rewritten;
    for (std::size_t at = 0; at < seen.size(); ++at) {
      for (const RuleId id : firewall_.rules_of(firewall_.lists[seen[at]])) {
        const ir::Rule& rule = firewall_.rules[id];
        add_effects(later, rule.on_decide);
        add_effects(later, rule.on_match);
        add_effects(rewritten, rule.on_match);
        if (rule.target == ir::none || known[rule.target]) continue;
        known[rule.target] = true;
        seen.push_back(rule.target);
      }
    }
    for (const ListId id : seen) {
      lists_[id].paths |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(path));
      for (std::size_t i = 0; i < rewritten.size(); ++i) lists_[id].rewritten[i] |= rewritten[i];
      known[id] = false;
    }
    lists_[stage.list].base = true;
    rewritten = later;
  }
}

void Arrivals::add_effects(Fields& into, ir::EffectsId id) const {
  for (const ir::Effect& effect : firewall_.effects_of(id)) {
    const bool unknown = effect.kind == ir::EffectKind::unknown_rewrite;
    const bool destination = effect.kind == ir::EffectKind::translate_destination || unknown, source = effect.kind == ir::EffectKind::translate_source || unknown;
    into[0] |= source, into[3] |= source;
    into[1] |= destination, into[4] |= destination;
    into[2] |= unknown;
  }
}

/// From callers to the called: what comes to a list is around what comes by its calls. Lists in a circle stay open.
void Arrivals::order() {
  const auto each_call = [&](ListId id, const auto& function) {
    for (const RuleId rule : firewall_.rules_of(firewall_.lists[id]))
      if (firewall_.rules[rule].target != ir::none) function(firewall_.rules[rule]);
  };
  for (ListId id = 0; id < lists_.size(); ++id)
    each_call(id, [&](const ir::Rule& rule) { ++lists_[rule.target].callers; });
  std::vector<ListId> ready;
  for (ListId id = 0; id < lists_.size(); ++id) {
    if (lists_[id].base) lists_[id].open.fill(true);
    if (lists_[id].callers == 0) ready.push_back(id);
  }
  for (std::size_t at = 0; at < ready.size(); ++at) {
    const ListId id = ready[at];
    close(id);
    each_call(id, [&](const ir::Rule& rule) {
      for (std::size_t i = 0; lists_[id].paths != 0 && i < fields.size(); ++i)
        if (!lists_[rule.target].open[i]) widen(rule.target, i, allowed(id, rule, i));
      if (--lists_[rule.target].callers == 0) ready.push_back(rule.target);
    });
  }
  for (List& list : lists_)
    if (list.callers > 0) list.open.fill(true);
}

void Arrivals::widen(ListId id, std::size_t field, const Allowed& more) {
  List& list = lists_[id];
  ir::RangesId& same = list.values[field];
  if (more.ranges.empty()) {
    list.open[field] = true;
    return;
  }
  const bool first = same == 0 && !several_.contains(place(id, field));
  if (more.id != 0 && (first || more.id == same)) {
    same = more.id;
    return;
  }
  auto& values = several_[place(id, field)];
  if (same != 0) values.assign(firewall_.ranges[same].begin(), firewall_.ranges[same].end());
  values.insert(values.end(), more.ranges.begin(), more.ranges.end());
  same = 0;
}

/// All calls of the list have been seen.
void Arrivals::close(ListId id) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto known = lists_[id].open[i] ? several_.end() : several_.find(place(id, i));
    if (known == several_.end()) continue;
    auto& values = known->second;
    values = ir::normalised(std::move(values));
    if (values.size() > ranges_kept) values = {{values.front().first, values.back().last}};
  }
}

}  // namespace wallcheck::check
