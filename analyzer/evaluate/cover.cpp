#include "evaluate/cover.h"

#include <algorithm>

namespace wallcheck::evaluate {

using ir::Field;
using ir::MatchKind;
using ir::Range;

namespace {

/// Looks at one rule and one piece of the region; a question that needs more is left to BackWalk.
constexpr std::size_t most_steps = 30'000;
constexpr std::size_t most_pieces = 256;

double size_of(const Range& range) { return static_cast<double>(range.last - range.first) + 1; }

/// The part of `values` inside `range`, as a share of it.
double share(std::span<const Range> values, const Range& range) {
  double inside = 0;
  for (auto at = std::ranges::lower_bound(values, range.first, {}, &Range::last); at != values.end() && at->first <= range.last; ++at)
    inside += size_of({std::max(at->first, range.first), std::min(at->last, range.last)});
  return inside / size_of(range);
}

}  // namespace

Cover::Cover(HitsTools& tools, const Entrance& entrance, const ir::Rule& rule) : tools_(tools), firewall_(tools.firewall), rule_(rule), view_(entrance.view), packet_(entrance.view) {
  Box& box = view_.reach.box;
  for (const Field field : fields) box[field] = {{0, packets::last_value(MatchSets::number_of(field))}};
  for (const Field field : {Field::source, Field::destination})
    if (!firewall_.ipv6) box[field] = {{ipv4_first, ipv4_last}};
    else if (!firewall_.ipv4) cut(box[field], std::array{Range{ipv4_first, ipv4_last}}, true);
  const Range named{1, tools.sets.interfaces.last()}, none{0, 0};
  box[Field::in_interface] = {view_.shows_in_interface() ? named : none};
  box[Field::out_interface] = {view_.shows_out_interface() ? named : none};
  if (view_.reassembled) box[Field::fragment] = {{0, 0}};
  // What the nat table is shown may be the first packet of a connection.
  if (entrance.translates) box[Field::state] = {Range{0, 0}, Range{2, 2}};
  std::vector<Condition> conditions;
  const Matched matched = conditions_of(rule, conditions);
  exact_ = matched == Matched::where_conditions_hold && !entrance.translates;
  bool empty = matched == Matched::nowhere;
  for (const Condition& condition : conditions) empty |= !cut(box[fields[condition.axis]], condition.values, false);
  pieces_ = empty ? std::vector<Piece>{} : pieces();
}

Cover::Matched Cover::conditions_of(const ir::Rule& rule, std::vector<Condition>& conditions) const {
  bool all = true;
  for (const ir::Match& match : firewall_.matches_of(rule)) {
    const Overlap overlap = tools_.sets.overlap(match, view_);
    if (overlap == Overlap::never) return Matched::nowhere;
    const auto at = std::ranges::find(fields, match.field);
    const bool plain = match.kind == MatchKind::ranges && at != fields.end(), named = match.kind == MatchKind::interface;
    if (overlap == Overlap::always) continue;
    if (!plain && !named) {
      // What a rule has in common with the rule that is asked about holds for its packets: nothing changes the flags.
      const auto own = firewall_.matches_of(rule_);
      all &= match.kind == MatchKind::masked && match.field == Field::tcp_flags && &rule != &rule_ && std::ranges::find(own, match) != own.end();
      continue;
    }
    std::span<const Range> values = named ? tools_.sets.interface_values(match.value) : std::span<const Range>(firewall_.ranges[match.value]);
    if (match.negated) {
      std::vector<Range> others{{0, ~Uint128{0}}};
      cut(others, values, true);
      values = *complements_.emplace_back(std::make_shared<const std::vector<Range>>(std::move(others)));
    }
    conditions.push_back({static_cast<std::uint32_t>(at - fields.begin()), values});
  }
  return all ? Matched::where_conditions_hold : Matched::not_clear;
}

bool Cover::touches(const ir::Rule& rule) const {
  return std::ranges::none_of(firewall_.matches_of(rule), [&](const ir::Match& match) { return tools_.sets.overlap(match, view_) == Overlap::never; });
}

bool Cover::add_behind(ir::RuleId id, bool alike) {
  Behind& added = behind_.emplace_back(Behind{id, alike, {}});
  return conditions_of(firewall_.rules[id], added.conditions) != Matched::not_clear;
}

void Cover::add(ir::RuleId id, std::uint32_t position) {
  Coverer coverer{id, position, {}};
  if (conditions_of(firewall_.rules[id], coverer.conditions) == Matched::where_conditions_hold) coverers_.push_back(std::move(coverer));
}

std::vector<ir::RuleId> Cover::added() const {
  std::vector<std::pair<std::uint32_t, ir::RuleId>> sorted;
  for (const Coverer& coverer : coverers_) sorted.emplace_back(coverer.position, coverer.rule);
  std::ranges::sort(sorted);
  std::vector<ir::RuleId> result;
  result.reserve(sorted.size());
  for (const auto& [position, rule] : sorted) result.push_back(rule);
  return result;
}

std::optional<std::vector<Cover::Piece>> Cover::pieces() const {
  std::vector<Piece> result{{}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::vector<Range>& values = view_.reach.box[fields[i]];
    if (values.size() * result.size() > most_pieces) return std::nullopt;
    std::vector<Piece> next;
    next.reserve(values.size() * result.size());
    for (const Piece& piece : result)
      for (const Range& range : values) next.emplace_back(piece)[i] = range;
    result = std::move(next);
  }
  if (!firewall_.ipv4 || !firewall_.ipv6) return result;
  // Both addresses are of one family.
  static_assert(fields[0] == Field::destination && fields[1] == Field::source);
  const std::array<Range, 3> families{Range{0, ipv4_first - 1}, Range{ipv4_first, ipv4_last}, Range{ipv4_last + 1, ~Uint128{0}}};
  std::vector<Piece> parted;
  for (const Piece& piece : result) {
    for (std::size_t d = 0; d < families.size(); ++d) {
      for (std::size_t s = 0; s < families.size(); ++s) {
        if ((d == 1) != (s == 1)) continue;
        std::vector<Range> to{piece[0]}, from{piece[1]};
        if (!cut(to, std::span(&families[d], 1), false) || !cut(from, std::span(&families[s], 1), false)) continue;
        parted.push_back(piece);
        parted.back()[0] = to.front();
        parted.back()[1] = from.front();
      }
    }
  }
  return parted;
}

bool Cover::may_take_packet(const ir::Rule& rule) const {
  return std::ranges::none_of(firewall_.matches_of(rule), [&](const ir::Match& match) { return tools_.sets.overlap(match, packet_) == Overlap::never; });
}

std::optional<std::vector<Cover::Piece>> Cover::pieces_in(std::initializer_list<ir::RuleId> rules) const {
  if (!pieces_) return std::nullopt;
  std::vector<Piece> all = *pieces_;
  for (const ir::RuleId id : rules) {
    std::vector<Condition> conditions;
    if (conditions_of(firewall_.rules[id], conditions) == Matched::nowhere) return std::vector<Piece>{};
    for (const auto& [axis, values] : conditions) {
      std::vector<Piece> narrower;
      for (const Piece& piece : all) {
        std::vector<Range> with{piece[axis]};
        if (cut(with, values, false))
          for (const Range& range : with) narrower.emplace_back(piece)[axis] = range;
      }
      all = std::move(narrower);
      if (all.size() > most_pieces) return std::nullopt;
    }
  }
  return all;
}

Cover::Answer Cover::ask(std::initializer_list<ir::RuleId> also, std::uint32_t from, std::uint32_t to, const std::function<void()>& add_rules) {
  std::optional<std::vector<Piece>> all = pieces_in(also);
  if (!all) return Answer::undecided;
  from_ = from;
  to_ = to;
  add_rules_ = &add_rules;
  steps_ = 0;
  Answer result = Answer::covered;
  for (Piece& piece : *all) {
    const Answer answer = ask(piece, {});
    if (answer != Answer::covered) result = answer;
    if (answer == Answer::open) break;
  }
  return result;
}

/// Some of the piece that no rule matches.
Cover::Answer Cover::ask(Piece& piece, const Among& among) {
  Among touching;
  double most = 0;
  std::uint32_t best = 0;
  /// Notes the coverer, if it touches the piece. true: it takes all of it.
  const auto look_at = [&](std::uint32_t coverer) {
    if (coverers_[coverer].position < from_ || coverers_[coverer].position >= to_) return false;
    bool all = true;
    double part = 1;
    for (const Condition& condition : coverers_[coverer].conditions) {
      const Overlap overlap = compare(condition.values, std::span(&piece[condition.axis], 1));
      if (overlap == Overlap::never) return false;
      if (overlap == Overlap::always) continue;
      all = false;
      part *= share(condition.values, piece[condition.axis]);
    }
    touching.some.push_back(coverer);
    if (part > most) most = part, best = coverer;
    return all;
  };
  touching.end = among.end;
  bool whole = std::ranges::any_of(among.some, look_at);
  for (bool asked = false;;) {
    for (; !whole && touching.end < coverers_.size(); ++touching.end) whole = look_at(static_cast<std::uint32_t>(touching.end));
    if (whole) return Answer::covered;
    steps_ += touching.some.size() + 1;
    if (steps_ > most_steps) return Answer::undecided;
    if (!touching.some.empty()) break;
    for (std::size_t i = 0; i < fields.size(); ++i) packet_.reach.box[fields[i]] = {{piece[i].first, piece[i].first}};
    if (asked) return Answer::open;
    (*add_rules_)();
    asked = true;
  }
  std::erase(touching.some, best);
  return outside(piece, coverers_[best].conditions, [&](Piece& part) { return ask(part, touching); });
}

/// Asks about the parts of the piece for which not all of these conditions hold, as long as they are covered.
Cover::Answer Cover::outside(Piece& piece, std::span<const Condition> conditions, const std::function<Answer(Piece&)>& ask_part) {
  if (conditions.empty()) return Answer::covered;
  const auto [axis, values] = conditions.front();
  Range& own = piece[axis];
  const Range range = own;
  std::vector<Range> outside_values{range}, inside_values{range};
  if (!cut(outside_values, values, true)) outside_values.clear();
  if (!cut(inside_values, values, false)) inside_values.clear();
  Answer result = Answer::covered;
  const auto is_covered = [&](const Range& part, bool is_inside) {
    own = part;
    const Answer answer = is_inside ? outside(piece, conditions.subspan(1), ask_part) : ask_part(piece);
    if (answer != Answer::covered) result = answer;
    return answer == Answer::covered;
  };
  const bool all_covered = std::ranges::all_of(outside_values, [&](const Range& part) { return is_covered(part, false); }) &&
                           std::ranges::all_of(inside_values, [&](const Range& part) { return is_covered(part, true); });
  own = range;
  return all_covered ? Answer::covered : result;
}

Cover::Answer Cover::deciding_behind(bool ends_otherwise, std::vector<ir::RuleId>& told) {
  for (std::size_t i = behind_.size(); i-- > 0;) {
    const auto& [rule, alike, conditions] = behind_[i];
    if (!alike) continue;
    const Answer answer = comes_to_other(rule, std::span(behind_).subspan(i + 1), ends_otherwise);
    if (answer == Answer::undecided) return answer;
    if (answer == Answer::open && std::ranges::find(told, rule) == told.end()) told.push_back(rule);
  }
  return Answer::covered;
}

/// Of packets of the region that match the rule, which is the first of those behind it that they match? open: of some it is one that is not
/// alike, or, where `ends_otherwise`, none. covered: it is alike, whatever the packet.
Cover::Answer Cover::comes_to_other(ir::RuleId rule, std::span<const Behind> behind, bool ends_otherwise) {
  std::optional<std::vector<Piece>> all = pieces_in({rule});
  if (!all) return Answer::undecided;
  steps_ = 0;
  for (Piece& piece : *all)
    if (const Answer answer = first_is_other(piece, behind, ends_otherwise); answer != Answer::covered) return answer;
  return Answer::covered;
}

/// Packets that match the first rule that touches the piece do not come further; the others do.
Cover::Answer Cover::first_is_other(Piece& piece, std::span<const Behind> behind, bool ends_otherwise) {
  const auto touches = [&](const Condition& condition) { return compare(condition.values, std::span(&piece[condition.axis], 1)) != Overlap::never; };
  const auto first = std::ranges::find_if(behind, [&](const Behind& one) { return std::ranges::all_of(one.conditions, touches); });
  steps_ += static_cast<std::size_t>(first - behind.begin()) + 1;
  if (steps_ > most_steps) return Answer::undecided;
  if (first == behind.end()) return ends_otherwise ? Answer::open : Answer::covered;
  if (!first->alike) return Answer::open;
  const auto rest = behind.subspan(static_cast<std::size_t>(first - behind.begin()) + 1);
  return outside(piece, first->conditions, [&](Piece& part) { return first_is_other(part, rest, ends_otherwise); });
}

}  // namespace wallcheck::evaluate
