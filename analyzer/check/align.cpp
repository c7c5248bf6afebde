#include "check/align.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "check/arrivals.h"

namespace wallcheck::check {

using ir::Field;
using ir::Firewall;
using ir::ListId;
using ir::Match;
using ir::MatchKind;
using ir::OpaqueId;
using ir::RuleId;

namespace {

/// What a rule means, as bytes: equal bytes, equal meaning, whatever ids the firewall gave.
class Meaning {
 public:
  explicit Meaning(const Firewall& firewall) : firewall_(firewall) {}

  const std::string& of(const ir::Rule& rule) {
    out_.clear();
    number(static_cast<unsigned>(rule.action));
    number((rule.quick ? 1u : 0u) | (rule.keeps_state ? 2u : 0u));
    if (rule.target != ir::none) text(name(rule.target));
    for (const Match& match : firewall_.matches_of(rule)) put(match);
    for (const ir::EffectsId list : {rule.on_match, rule.on_decide}) {
      number(0xffff);
      for (const ir::Effect& effect : firewall_.effects_of(list)) put(effect);
    }
    return out_;
  }

  std::string name(ListId id) const {
    const ir::RuleList& list = firewall_.lists[id];
    return std::string(firewall_.strings[list.table]) + '\0' + std::string(firewall_.strings[list.name]);
  }

 private:
  void bytes(const void* data, std::size_t size) { out_.append(static_cast<const char*>(data), size); }
  void number(Uint128 value) { bytes(&value, sizeof value); }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }
  void ranges(ir::RangesId id) {
    const auto list = firewall_.ranges[id];
    number(list.size());
    for (const ir::Range& range : list) number(range.first), number(range.last);
  }

  void put(const Match& match) {
    number(static_cast<unsigned>(match.kind) << 16 | static_cast<unsigned>(match.field) << 8 | (match.negated ? 1u : 0u));
    switch (match.kind) {
      case MatchKind::ranges: return ranges(match.value);
      case MatchKind::masked:
        number(firewall_.masked[match.value].value);
        return number(firewall_.masked[match.value].mask);
      case MatchKind::interface: return text(firewall_.strings[match.value]);
      case MatchKind::opaque: return text(firewall_.strings[firewall_.opaques[match.value].text]);
      case MatchKind::any_of:
        number(firewall_.alternatives[match.value].count);
        for (const ir::Conjunction& conjunction : firewall_.conjunctions_of(match.value)) {
          number(conjunction.match_count);
          for (const Match& inner : firewall_.matches_of(conjunction)) put(inner);
        }
    }
  }

  void put(const ir::Effect& effect) {
    number(static_cast<unsigned>(effect.kind) << 8 | (effect.to_local ? 1u : 0u) | (effect.from_local ? 2u : 0u) | (effect.skips_filter ? 4u : 0u));
    number(effect.keep), number(effect.other), number(effect.flip);
    if (effect.kind == ir::EffectKind::set_tag) text(firewall_.strings[firewall_.tags[effect.value]]);
    ranges(effect.addresses), ranges(effect.ports);
  }

  const Firewall& firewall_;
  std::string out_;
};

/// A rule without any consequence (LOG, a counter).
bool does_nothing(const ir::Rule& rule) { return rule.action == ir::ActionKind::continue_ && rule.on_match == 0 && rule.on_decide == 0; }

struct Numbered {
  std::vector<RuleId> rules;
  std::vector<std::uint32_t> meaning;
};

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
using Part = std::span<const std::uint32_t>;

/// Longest common subsequence by the table; for small parts.
void by_table(Part a, Part b, std::size_t a0, std::size_t b0, Pairs& pairs) {
  std::vector<std::uint32_t> length((a.size() + 1) * (b.size() + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return length[i * (b.size() + 1) + j]; };
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;) at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) pairs.emplace_back(a0 + i++, b0 + j++);
    else if (at(i + 1, j) >= at(i, j + 1)) ++i;
    else ++j;
  }
}

constexpr std::size_t table_cells = 4'000'000;

void common(Part a, Part b, std::size_t a0, std::size_t b0, Pairs& pairs);

/// What stands once in each, in the longest row that goes up in both; between these, the same again.
void by_anchors(Part a, Part b, std::size_t a0, std::size_t b0, Pairs& pairs) {
  std::unordered_map<std::uint32_t, std::array<std::size_t, 4>> seen;  // count and place in a, in b
  for (std::size_t i = 0; i < a.size(); ++i) ++seen[a[i]][0], seen[a[i]][1] = i;
  for (std::size_t j = 0; j < b.size(); ++j) ++seen[b[j]][2], seen[b[j]][3] = j;
  struct Anchor {
    std::size_t i, j, before;
  };
  std::vector<Anchor> anchors;
  std::vector<std::size_t> ends;  // patience: the anchor that ends the best row of each length
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto& counts = seen[a[i]];
    if (counts[0] != 1 || counts[2] != 1) continue;
    const std::size_t j = counts[3];
    const auto pile = std::ranges::lower_bound(ends, j, {}, [&](std::size_t k) { return anchors[k].j; });
    anchors.push_back({i, j, pile == ends.begin() ? anchors.size() : *(pile - 1)});
    if (pile == ends.end()) ends.push_back(anchors.size() - 1);
    else *pile = anchors.size() - 1;
  }
  if (ends.empty()) return;
  std::vector<Anchor> row;
  for (std::size_t k = ends.back();; k = anchors[k].before) {
    row.push_back(anchors[k]);
    if (anchors[k].before == k) break;
  }
  std::ranges::reverse(row);
  std::size_t i = 0, j = 0;
  for (const Anchor& anchor : row) {
    common(a.subspan(i, anchor.i - i), b.subspan(j, anchor.j - j), a0 + i, b0 + j, pairs);
    pairs.emplace_back(a0 + anchor.i, b0 + anchor.j);
    i = anchor.i + 1, j = anchor.j + 1;
  }
  common(a.subspan(i), b.subspan(j), a0 + i, b0 + j, pairs);
}

void common(Part a, Part b, std::size_t a0, std::size_t b0, Pairs& pairs) {
  std::size_t front = 0;
  for (; front < std::min(a.size(), b.size()) && a[front] == b[front]; ++front) pairs.emplace_back(a0 + front, b0 + front);
  a = a.subspan(front), b = b.subspan(front), a0 += front, b0 += front;
  std::size_t back = 0;
  while (back < std::min(a.size(), b.size()) && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const Part middle_a = a.first(a.size() - back), middle_b = b.first(b.size() - back);
  if (!middle_a.empty() && !middle_b.empty()) {
    if (middle_a.size() <= table_cells / middle_b.size()) by_table(middle_a, middle_b, a0, b0, pairs);
    else by_anchors(middle_a, middle_b, a0, b0, pairs);
  }
  for (std::size_t k = back; k > 0; --k) pairs.emplace_back(a0 + a.size() - k, b0 + b.size() - k);
}

bool same_stages(const Firewall& a, const Meaning& a_names, const Firewall& b, const Meaning& b_names) {
  for (std::size_t path = 0; path < a.paths.size(); ++path) {
    const auto same = [&](const ir::Stage& x, const ir::Stage& y) {
      return a_names.name(x.list) == b_names.name(y.list) && x.point == y.point && x.translates == y.translates &&
             x.before_tracking == y.before_tracking && x.reassembled == y.reassembled && x.filter == y.filter && x.tracker == y.tracker && x.reply_tracker == y.reply_tracker;
    };
    if (!std::ranges::equal(a.paths[path], b.paths[path], same)) return false;
  }
  return true;
}

bool translates(const Firewall& firewall, const ir::Rule& rule) {
  for (const ir::EffectsId list : {rule.on_match, rule.on_decide})
    for (const ir::Effect& effect : firewall.effects_of(list))
      if (effect.kind == ir::EffectKind::translate_destination || effect.kind == ir::EffectKind::translate_source) return true;
  return false;
}

/// The undecided conditions that rules ask, in their order.
void asked(const Firewall& firewall, std::span<const Match> matches, std::vector<OpaqueId>& out) {
  for (const Match& match : matches) {
    if (match.kind == MatchKind::opaque) out.push_back(match.value);
    if (match.kind == MatchKind::any_of)
      for (const ir::Conjunction& conjunction : firewall.conjunctions_of(match.value)) asked(firewall, firewall.matches_of(conjunction), out);
  }
}

std::vector<OpaqueId> asked(const Firewall& firewall, RuleId rule) {
  std::vector<OpaqueId> out;
  asked(firewall, firewall.matches_of(firewall.rules[rule]), out);
  return out;
}

/// Conditions that are the same unknown wherever they are asked, by their text. One that stands in a file more than once as a condition
/// of its own (a line that could not be read) is not.
class Lasting {
 public:
  explicit Lasting(const Firewall& firewall) {
    for (OpaqueId id = 0; id < firewall.opaques.size(); ++id) {
      if (firewall.opaques[id].each_time) continue;
      const auto [known, is_new] = by_text_.emplace(firewall.strings[firewall.opaques[id].text], id);
      if (!is_new) known->second = ir::none;
    }
  }
  /// none: there is no such condition.
  OpaqueId of(std::string_view text) const {
    const auto found = by_text_.find(text);
    return found == by_text_.end() ? ir::none : found->second;
  }
  bool has(const Firewall& firewall, OpaqueId id) const { return of(firewall.strings[firewall.opaques[id].text]) == id; }

 private:
  std::map<std::string_view, OpaqueId> by_text_;
};

/// The same unknown gets the same number: the old version's, new ones behind.
void number_conditions(Firewall& before, Firewall& after, const std::vector<std::pair<RuleId, RuleId>>& kept) {
  std::vector<OpaqueId> number(after.opaques.size(), ir::none);
  const Lasting old_lasting(before), new_lasting(after);
  for (OpaqueId id = 0; id < after.opaques.size(); ++id)
    if (new_lasting.has(after, id)) number[id] = old_lasting.of(after.strings[after.opaques[id].text]);
  for (const auto& [old_rule, new_rule] : kept) {
    const auto old_asked = asked(before, old_rule), new_asked = asked(after, new_rule);
    for (std::size_t i = 0; i < std::min(old_asked.size(), new_asked.size()); ++i)
      if (number[new_asked[i]] == ir::none && !old_lasting.has(before, old_asked[i])) number[new_asked[i]] = old_asked[i];
  }
  const std::size_t old_count = before.opaques.size();
  const auto copy = [](const Firewall& from, const ir::Opaque& opaque, Firewall& to) {
    return ir::Opaque{to.strings.intern(from.strings[opaque.text]), to.strings.intern(from.strings[opaque.reason]), {}, opaque.each_time};
  };
  std::vector<ir::Opaque> numbered;
  for (std::size_t i = 0; i < old_count; ++i) numbered.push_back(copy(before, before.opaques[i], after));
  for (OpaqueId id = 0; id < after.opaques.size(); ++id) {
    if (number[id] == ir::none) {
      number[id] = static_cast<OpaqueId>(numbered.size());
      numbered.emplace_back();
      before.opaques.push_back(copy(after, after.opaques[id], before));
    }
    numbered[number[id]] = after.opaques[id];
  }
  after.opaques = std::move(numbered);
  for (Match& match : after.matches)
    if (match.kind == MatchKind::opaque) match.value = number[match.value];
}

/// Every name that a rule of either mentions is known to both; a match that belongs to no rule mentions it.
void know_interfaces(const Firewall& from, Firewall& to) {
  std::set<std::string_view> names;
  for (const Match& match : from.matches)
    if (match.kind == MatchKind::interface) names.insert(from.strings[match.value]);
  for (const std::string_view name : names) to.matches.push_back(to.interface_match(Field::in_interface, name));
}

constexpr std::size_t boxes_asked = 128;

}  // namespace

Alignment align(Firewall& before, Firewall& after) {
  Alignment result;
  Meaning old_meaning(before), new_meaning(after);
  std::unordered_map<std::string, std::uint32_t> numbers;
  const auto numbered = [&](const Firewall& firewall, Meaning& meaning, const ir::RuleList& list) {
    Numbered out;
    for (const RuleId id : firewall.rules_of(list)) {
      const ir::Rule& rule = firewall.rules[id];
      if (does_nothing(rule)) continue;
      out.rules.push_back(id);
      out.meaning.push_back(numbers.emplace(meaning.of(rule), static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    return out;
  };
  result.everywhere = before.ipv4 != after.ipv4 || before.ipv6 != after.ipv6 || before.tracking != after.tracking ||
                      !same_stages(before, old_meaning, after, new_meaning);
  // Lists of the same name (pf: the rules for each direction) are told apart by their order.
  using Key = std::pair<std::string, std::size_t>;
  const auto key = [](std::map<std::string, std::size_t>& seen, const std::string& name) { return Key{name, seen[name]++}; };
  std::map<std::string, std::size_t> old_seen, new_seen;
  std::map<Key, ListId> old_lists;
  for (ListId id = 0; id < before.lists.size(); ++id) old_lists.emplace(key(old_seen, old_meaning.name(id)), id);
  std::vector<std::pair<RuleId, RuleId>> kept;
  for (ListId id = 0; id < after.lists.size(); ++id) {
    const ir::RuleList& list = after.lists[id];
    const auto old = old_lists.extract(key(new_seen, new_meaning.name(id)));
    Numbered was;
    if (!old.empty()) {
      const ir::RuleList& old_list = before.lists[old.mapped()];
      result.everywhere |= list.discipline != old_list.discipline || list.fallthrough != old_list.fallthrough || list.declared != old_list.declared ||
                           list.policy_keeps_state != old_list.policy_keeps_state;
      was = numbered(before, old_meaning, old_list);
    }
    const Numbered is = numbered(after, new_meaning, list);
    Pairs pairs;
    common(was.meaning, is.meaning, 0, 0, pairs);
    std::size_t i = 0, j = 0;
    for (const auto& [a, b] : pairs) {
      for (; i < a; ++i) result.removed.push_back(was.rules[i]);
      for (; j < b; ++j) result.added.push_back(is.rules[j]);
      kept.emplace_back(was.rules[i++], is.rules[j++]);
    }
    result.removed.insert(result.removed.end(), was.rules.begin() + static_cast<std::ptrdiff_t>(i), was.rules.end());
    result.added.insert(result.added.end(), is.rules.begin() + static_cast<std::ptrdiff_t>(j), is.rules.end());
  }
  for (const auto& [name, id] : old_lists) {
    const Numbered was = numbered(before, old_meaning, before.lists[id]);
    result.removed.insert(result.removed.end(), was.rules.begin(), was.rules.end());
  }
  for (const RuleId id : result.removed) result.translations |= translates(before, before.rules[id]);
  for (const RuleId id : result.added) result.translations |= translates(after, after.rules[id]);
  number_conditions(before, after, kept);
  know_interfaces(before, after);
  know_interfaces(after, before);
  return result;
}

std::vector<Concern> concerned(const Firewall& before, const Firewall& after, const Alignment& alignment) {
  if (alignment.everywhere) return {Concern{}};
  std::vector<Concern> concerns;
  const auto add = [&](const Firewall& firewall, const std::vector<RuleId>& rules) {
    if (rules.empty()) return;
    const Arrivals arrivals(firewall, Arrivals::Behind::kept_values);
    std::vector<ListId> list_of(firewall.rules.size(), 0);
    for (ListId id = 0; id < firewall.lists.size(); ++id)
      for (const RuleId rule : firewall.rules_of(firewall.lists[id])) list_of[rule] = id;
    for (const RuleId rule : rules)
      if (arrivals.paths(list_of[rule]) != 0) concerns.push_back({arrivals.box(list_of[rule], firewall.rules[rule]), arrivals.paths(list_of[rule]), true});
  };
  add(before, alignment.removed);
  add(after, alignment.added);
  std::uint8_t paths = 0;
  for (const Concern& concern : concerns) paths |= concern.paths;
  if (concerns.size() <= boxes_asked) {
    std::vector<Concern> different;  // a rule that was rewritten often has the box that it had
    for (Concern& concern : concerns) {
      const auto same = std::ranges::find_if(different, [&](const Concern& other) { return other.box.values == concern.box.values; });
      if (same == different.end()) different.push_back(std::move(concern));
      else same->paths |= concern.paths;
    }
    return different;
  }
  evaluate::Box around;
  for (const Field field : Arrivals::fields) {
    auto& into = around[field];
    for (const Concern& concern : concerns) into.insert(into.end(), concern.box[field].begin(), concern.box[field].end());
    if (std::ranges::any_of(concerns, [&](const Concern& concern) { return concern.box[field].empty(); })) into.clear();
    into = ir::normalised(std::move(into));
  }
  return {{around, paths}};
}

}  // namespace wallcheck::check
