#include "evaluate/rule_places.h"

#include <algorithm>
#include <map>

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::EffectKind;

namespace {

bool calls(const ir::Rule& rule) { return rule.action == ActionKind::jump || rule.action == ActionKind::go_to; }

/// `count(key)` of every item, then each item under its key: items grouped by key in their order.
template <class Item, class Key>
void group(std::vector<Item>& items, std::vector<std::uint32_t>& first, std::size_t keys, Key key) {
  first.assign(keys + 1, 0);
  for (const Item& item : items) ++first[key(item) + 1];
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  std::vector<Item> grouped(items.size());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (const Item& item : items) grouped[next[key(item)]++] = item;
  items = std::move(grouped);
}

}  // namespace

RulePlaces::RulePlaces(const ir::Firewall& firewall) : firewall_(firewall), calls_(firewall) {
  find_places();
  find_ranks();
  find_entrances();
  find_what_holds_back();
}

void RulePlaces::find_places() {
  const auto rule_at = [&](const RulePlace& place) { return firewall_.rules_of(firewall_.lists[place.list])[place.position]; };
  for (ir::ListId list = 0; list < firewall_.lists.size(); ++list) {
    for (std::uint32_t position = 0; position < firewall_.lists[list].count; ++position) {
      places_.push_back({list, position});
      const ir::Rule& rule = firewall_.rules[rule_at(places_.back())];
      if (calls(rule) && rule.target != ir::none) callers_.push_back(places_.back());
    }
  }
  group(places_, first_place_, firewall_.rules.size(), rule_at);
  group(callers_, first_caller_, firewall_.lists.size(), [&](const RulePlace& place) { return firewall_.rules[rule_at(place)].target; });
}

/// Postorder of a walk over the calls, with a stack of its own: how deep they go is the input's choice.
void RulePlaces::find_ranks() {
  const std::size_t count = firewall_.lists.size();
  rank_.assign(count, 0);
  std::vector<bool> seen(count, false);
  std::vector<RulePlace> way;
  std::uint32_t next_rank = 0;
  for (ir::ListId root = 0; root < count; ++root) {
    if (seen[root]) continue;
    seen[root] = true;
    way.push_back({root, 0});
    while (!way.empty()) {
      RulePlace& here = way.back();
      const ir::RuleList& list = firewall_.lists[here.list];
      if (here.position == list.count) {
        rank_[here.list] = next_rank++;
        way.pop_back();
        continue;
      }
      const ir::Rule& rule = firewall_.rules[firewall_.rules_of(list)[here.position++]];
      if (!calls(rule) || rule.target == ir::none || seen[rule.target]) continue;
      seen[rule.target] = true;
      way.push_back({rule.target, 0});
    }
  }
}

void RulePlaces::find_entrances() {
  struct Changes {
    bool untracks = false, more = false;
  };
  std::map<ir::StringId, Changes> changes;  // by table
  for (const ir::RuleList& list : firewall_.lists) {
    for (const ir::RuleId id : firewall_.rules_of(list)) {
      for (const ir::Effect& effect : firewall_.effects_of(firewall_.rules[id].on_match)) {
        if (effect.kind == EffectKind::set_mark || effect.kind == EffectKind::set_connmark || effect.kind == EffectKind::set_tag) continue;
        changes[list.table].untracks |= effect.kind == EffectKind::untrack;
        changes[list.table].more = true;
      }
    }
  }
  reached_from_.assign(firewall_.lists.size(), 0);
  for (const ir::Path path : ir::all_paths) {
    std::vector<std::uint32_t> earlier;
    for (const ir::Stage& stage : firewall_.path(path)) {
      Entrance entrance;
      entrance.base = stage.list;
      entrance.translates = stage.translates;
      entrance.before_tracking = stage.before_tracking;
      // Where rules make states, a packet that a stage stops may belong to a connection that a later stage knows.
      if (firewall_.tracking == ir::Tracking::by_rules) entrance.earlier = earlier;
      entrance.changes_more_than_marks = changes[firewall_.lists[stage.list].table].more;
      View& view = entrance.view;
      view.path = path;
      view.point = stage.point;
      view.types_open = true;
      // Packets that come over the loopback interface are known to connection tracking already in raw: states are left open there.
      view.before_tracking = false;
      // A parameter of the kernel module (raw_before_defrag) can let raw see fragments all the same.
      view.reassembled = stage.reassembled && !stage.before_tracking;
      if (view.reassembled) view.reach.box[ir::Field::fragment] = {{0, 0}};
      if (changes[firewall_.lists[stage.list].table].untracks) view.reach.add(history::untracked);
      // The same list, seen the same way: a second entrance would answer the same.
      const auto known = std::ranges::find_if(entrances_, [&](const Entrance& other) {
        return other.base == stage.list && other.translates == stage.translates && other.view.shows_in_interface() == view.shows_in_interface() &&
               other.view.shows_out_interface() == view.shows_out_interface() && other.view.reassembled == view.reassembled && other.earlier == entrance.earlier;
      });
      earlier.push_back(static_cast<std::uint32_t>(known - entrances_.begin()));
      if (known != entrances_.end()) continue;
      if (entrances_.size() == 64) throw packets::BudgetExceeded("a packet passes too many stages");
      entrances_.push_back(entrance);
      const std::uint64_t bit = std::uint64_t{1} << (entrances_.size() - 1);
      std::vector<ir::ListId> waiting{stage.list};
      reached_from_[stage.list] |= bit;
      while (!waiting.empty()) {
        const ir::ListId list = waiting.back();
        waiting.pop_back();
        for (const ir::RuleId id : firewall_.rules_of(firewall_.lists[list])) {
          const ir::Rule& rule = firewall_.rules[id];
          if (!calls(rule) || rule.target == ir::none || (reached_from_[rule.target] & bit) != 0) continue;
          reached_from_[rule.target] |= bit;
          waiting.push_back(rule.target);
        }
      }
    }
  }
}

void RulePlaces::find_what_holds_back() {
  const auto translates = [](const ir::Effect& effect) {
    return effect.kind != EffectKind::set_mark && effect.kind != EffectKind::set_connmark && effect.kind != EffectKind::set_tag && effect.kind != EffectKind::untrack;
  };
  std::uint64_t holding = 0;
  for (ir::ListId list = 0; list < firewall_.lists.size(); ++list) {
    if ((reached_from_[list] | holding) == holding) continue;
    const bool holds = std::ranges::any_of(firewall_.rules_of(firewall_.lists[list]), [&](ir::RuleId id) {
      const ir::Rule& rule = firewall_.rules[id];
      return rule.action == ActionKind::drop || rule.action == ActionKind::reject || std::ranges::any_of(firewall_.effects_of(rule.on_decide), translates) ||
             std::ranges::any_of(firewall_.effects_of(rule.on_match), translates);
    });
    if (holds) holding |= reached_from_[list];
  }
  for (std::size_t e = 0; e < entrances_.size(); ++e)
    entrances_[e].holds_back = (holding >> e & 1) != 0 || firewall_.lists[entrances_[e].base].fallthrough == ir::Fallthrough::drop;
}

}  // namespace wallcheck::evaluate
