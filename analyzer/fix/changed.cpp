#include "fix/changed.h"

#include <algorithm>

namespace wallcheck::fix {

using evaluate::Box;
using ir::Field;
using ir::MatchKind;

namespace {

constexpr std::size_t look_ahead = 64;  // rules put in or taken away in one place

/// Compares values of two firewalls by what they say, not by their numbers.
class Same {
 public:
  Same(const ir::Firewall& a, const ir::Firewall& b) : a_(a), b_(b) {}

  bool frames() const {
    if (a_.lists.size() != b_.lists.size() || a_.tracking != b_.tracking || a_.ipv4 != b_.ipv4 || a_.ipv6 != b_.ipv6) return false;
    for (std::size_t i = 0; i < a_.lists.size(); ++i) {
      const ir::RuleList &x = a_.lists[i], &y = b_.lists[i];
      if (!text(x.name, y.name) || !text(x.table, y.table) || x.discipline != y.discipline || x.fallthrough != y.fallthrough ||
          x.policy_keeps_state != y.policy_keeps_state)
        return false;
    }
    for (std::size_t p = 0; p < a_.paths.size(); ++p)
      if (!std::ranges::equal(a_.paths[p], b_.paths[p], [&](const ir::Stage& x, const ir::Stage& y) {
            return text(x.name, y.name) && x.list == y.list && x.point == y.point && x.translates == y.translates &&
                   x.before_tracking == y.before_tracking && x.tracker == y.tracker && x.reply_tracker == y.reply_tracker;
          }))
        return false;
    return true;
  }

  bool rules(ir::RuleId i, ir::RuleId j) const {
    const ir::Rule &x = a_.rules[i], &y = b_.rules[j];
    return x.action == y.action && x.quick == y.quick && x.keeps_state == y.keeps_state && x.target == y.target && effects(x.on_match, y.on_match) &&
           effects(x.on_decide, y.on_decide) && matches(a_.matches_of(x), b_.matches_of(y));
  }

 private:
  bool text(ir::StringId x, ir::StringId y) const { return a_.strings[x] == b_.strings[y]; }
  bool ranges(ir::RangesId x, ir::RangesId y) const { return std::ranges::equal(a_.ranges[x], b_.ranges[y]); }

  bool effects(ir::EffectsId x, ir::EffectsId y) const {
    return std::ranges::equal(a_.effects_of(x), b_.effects_of(y), [&](const ir::Effect& e, const ir::Effect& f) {
      return e.kind == f.kind && e.keep == f.keep && e.other == f.other && e.flip == f.flip && e.value == f.value && ranges(e.addresses, f.addresses) &&
             ranges(e.ports, f.ports) && e.to_local == f.to_local && e.from_local == f.from_local && e.skips_filter == f.skips_filter;
    });
  }

  /// Alternatives nest only as deep as front-ends build them.
  bool matches(std::span<const ir::Match> x, std::span<const ir::Match> y) const {
    return std::ranges::equal(x, y, [&](const ir::Match& m, const ir::Match& n) {
      if (m.kind != n.kind || m.negated != n.negated) return false;
      switch (m.kind) {
        case MatchKind::ranges: return m.field == n.field && ranges(m.value, n.value);
        case MatchKind::masked: return m.field == n.field && a_.masked[m.value] == b_.masked[n.value];
        case MatchKind::interface: return m.field == n.field && text(m.value, n.value);
        case MatchKind::opaque: return text(a_.opaques[m.value].text, b_.opaques[n.value].text) && text(a_.opaques[m.value].reason, b_.opaques[n.value].reason);
        case MatchKind::any_of:
          return std::ranges::equal(a_.conjunctions_of(m.value), b_.conjunctions_of(n.value),
                                    [&](const ir::Conjunction& c, const ir::Conjunction& d) { return matches(a_.matches_of(c), b_.matches_of(d)); });
      }
      return false;
    });
  }

  const ir::Firewall &a_, &b_;
};

bool translates(const ir::Firewall& firewall) {
  return std::ranges::any_of(firewall.effects, [](const ir::Effect& effect) {
    using enum ir::EffectKind;
    return effect.kind == translate_destination || effect.kind == translate_source || effect.kind == unknown_rewrite;
  });
}

/// The lists that packets of a path may come to. A translated packet may go on along another path.
std::vector<bool> reached(const ir::Firewall& firewall, ir::Path path, bool translated) {
  std::vector<bool> seen(firewall.lists.size());
  std::vector<ir::ListId> open;
  const auto come_to = [&](ir::ListId list) {
    if (list != ir::none && !seen[list]) seen[list] = true, open.push_back(list);
  };
  for (const ir::Path any : ir::all_paths)
    if (any == path || translated)
      for (const ir::Stage& stage : firewall.path(any)) come_to(stage.list);
  while (!open.empty()) {
    const ir::ListId list = open.back();
    open.pop_back();
    for (const ir::RuleId rule : firewall.rules_of(firewall.lists[list])) come_to(firewall.rules[rule].target);
  }
  return seen;
}

/// The packets that a rule may hold for, as they came in: where something is translated on the way, only the protocol is sure to be the same.
Box box_of(const ir::Firewall& firewall, ir::RuleId rule, bool translated) {
  Box box;
  for (const ir::Match& match : firewall.matches_of(firewall.rules[rule])) {
    if (match.kind != MatchKind::ranges || match.negated) continue;
    const bool kept = match.field == Field::protocol || (!translated && (match.field == Field::source || match.field == Field::destination ||
                                                                        match.field == Field::source_port || match.field == Field::destination_port));
    const auto values = firewall.ranges[match.value];
    if (kept && box[match.field].empty()) box[match.field].assign(values.begin(), values.end());
  }
  return box;
}

/// Adds the boxes of what only one of two lists has.
void changed_rules(const ir::Firewall& before, std::span<const ir::RuleId> old_rules, const ir::Firewall& after, std::span<const ir::RuleId> new_rules,
                   const Same& same, bool translated, std::vector<Box>& boxes) {
  std::size_t i = 0, j = 0, old_end = old_rules.size(), new_end = new_rules.size();
  while (old_end > 0 && new_end > 0 && same.rules(old_rules[old_end - 1], new_rules[new_end - 1])) --old_end, --new_end;
  const auto take_old = [&](std::size_t to) { for (; i < to; ++i) boxes.push_back(box_of(before, old_rules[i], translated)); };
  const auto take_new = [&](std::size_t to) { for (; j < to; ++j) boxes.push_back(box_of(after, new_rules[j], translated)); };
  while (i < old_end && j < new_end) {
    if (same.rules(old_rules[i], new_rules[j])) {
      ++i, ++j;
      continue;
    }
    std::size_t put_in = j, taken_away = i;
    while (put_in < std::min(new_end, j + look_ahead) && !same.rules(old_rules[i], new_rules[put_in])) ++put_in;
    while (taken_away < std::min(old_end, i + look_ahead) && !same.rules(old_rules[taken_away], new_rules[j])) ++taken_away;
    const bool found_new = put_in < std::min(new_end, j + look_ahead), found_old = taken_away < std::min(old_end, i + look_ahead);
    if (found_new && (!found_old || put_in - j <= taken_away - i)) take_new(put_in);
    else if (found_old) take_old(taken_away);
    else take_old(i + 1), take_new(j + 1);
  }
  take_old(old_end);
  take_new(new_end);
}

}  // namespace

std::vector<Box> changed_boxes(const ir::Firewall& before, const ir::Firewall& after, ir::Path path) {
  const Same same(before, after);
  if (!same.frames()) return std::vector<Box>(1);
  const bool translated = translates(before) || translates(after);
  const std::vector<bool> old_reached = reached(before, path, translated), new_reached = reached(after, path, translated);
  std::vector<Box> boxes;
  for (ir::ListId list = 0; list < before.lists.size(); ++list)
    if (old_reached[list] || new_reached[list])
      changed_rules(before, before.rules_of(before.lists[list]), after, after.rules_of(after.lists[list]), same, translated, boxes);
  std::vector<Box> different;
  for (Box& box : boxes)
    if (std::ranges::none_of(different, [&](const Box& other) { return other.values == box.values; })) different.push_back(std::move(box));
  return different;
}

ChangedBoxes changed_boxes(const ir::Firewall& before, const ir::Firewall& after) {
  ChangedBoxes boxes;
  for (const ir::Path path : ir::all_paths) boxes[static_cast<std::size_t>(path)] = changed_boxes(before, after, path);
  return boxes;
}

bool touches(const std::vector<Box>& boxes, const Box& question) {
  return std::ranges::any_of(boxes, [&](const Box& box) {
    for (std::size_t i = 0; i < box.values.size(); ++i)
      if (!box.values[i].empty() && !question.values[i].empty() && ir::intersection(box.values[i], question.values[i]).empty()) return false;
    return true;
  });
}

}  // namespace wallcheck::fix
