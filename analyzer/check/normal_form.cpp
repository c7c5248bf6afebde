#include "check/normal_form.h"

#include <algorithm>
#include <tuple>

namespace wallcheck::check {

using ir::Field;
using ir::Match;
using ir::MatchKind;

namespace {

/// Ids of values that only this room knows, apart from those of the pools.
constexpr std::uint32_t of_our_own = 0x8000'0000u;
constexpr std::uint32_t every_field = ~std::uint32_t{0};

constexpr std::uint32_t bit(Field field) { return 1u << static_cast<unsigned>(field); }

template <class T>
void put(const T& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(const Match& match, std::string& out) {
  put(static_cast<std::uint32_t>(static_cast<unsigned>(match.kind) << 16 | static_cast<unsigned>(match.field) << 8 | (match.negated ? 1u : 0u)), out);
  put(match.value, out);
}

bool before(const Match& a, const Match& b) {
  return std::tuple(a.field, a.kind, a.negated, a.value) < std::tuple(b.field, b.kind, b.negated, b.value);
}

bool plain_ranges(const Match& match) { return match.kind == MatchKind::ranges && !match.negated; }

}  // namespace

std::uint32_t NormalForms::number(const std::string& bytes) {
  return of_our_own | numbers_.emplace(bytes, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

void NormalForms::append(const Match& match, std::string& out) { put(canonical(match), out); }

/// Ranges, names and undecided conditions are one entry a value already; masks and alternatives are not.
Match NormalForms::canonical(const Match& match) {
  Match result = match;
  if (match.kind == MatchKind::opaque || match.kind == MatchKind::any_of) result.field = Field::source;
  std::string bytes;
  if (match.kind == MatchKind::masked) {
    put(firewall_.masked[match.value].value, bytes);
    put(firewall_.masked[match.value].mask, bytes);
    result.value = number(bytes);
  } else if (match.kind == MatchKind::any_of) {
    for (const ir::Conjunction& conjunction : firewall_.conjunctions_of(match.value)) {
      bytes += '|';
      for (const Match& inner : firewall_.matches_of(conjunction)) append(inner, bytes);
    }
    result.value = number("any of " + bytes);
  }
  return result;
}

/// Every packet that the filter sees has such an address, such a port.
bool NormalForms::always_holds(const Match& match) const {
  if (!plain_ranges(match)) return false;
  const auto values = firewall_.ranges[match.value];
  if (values.size() != 1) return false;
  if (match.field == Field::source || match.field == Field::destination) {
    if (values[0] == ir::Range{0, ~Uint128{0}}) return true;
    return !firewall_.ipv6 && values[0] == ir::Range{ipv4_first, ipv4_last};
  }
  return false;
}

/// Both conditions on a field at once.
std::uint32_t NormalForms::both(ir::RangesId a, ir::RangesId b) {
  if (a == b) return a;
  const auto [known, is_new] = intersections_.try_emplace(static_cast<std::uint64_t>(std::min(a, b)) << 32 | std::max(a, b), 0);
  if (!is_new) return known->second;
  const std::vector<ir::Range> common = ir::intersection(firewall_.ranges[a], firewall_.ranges[b]);
  if (std::ranges::equal(common, firewall_.ranges[a])) return known->second = a;
  if (std::ranges::equal(common, firewall_.ranges[b])) return known->second = b;
  std::string bytes = "ranges ";
  for (const ir::Range& range : common) put(range, bytes);
  return known->second = number(bytes);
}

const NormalForm& NormalForms::of(const ir::Rule& rule) {
  form_.action = static_cast<std::uint64_t>(rule.action) << 8 | (rule.quick ? 1u : 0u) | (rule.keeps_state ? 2u : 0u);
  form_.target = rule.target;
  form_.effects = 0;
  if (rule.on_match != 0 || rule.on_decide != 0) {
    std::string bytes;
    for (const ir::EffectsId list : {rule.on_match, rule.on_decide}) {
      bytes += '|';
      for (const ir::Effect& effect : firewall_.effects_of(list)) {
        put(effect.kind, bytes);
        for (const std::uint32_t value : {effect.keep, effect.other, effect.flip, effect.value, effect.addresses, effect.ports}) put(value, bytes);
        for (const bool value : {effect.to_local, effect.from_local, effect.skips_filter}) put(value, bytes);
      }
    }
    form_.effects = number("effects " + bytes);
  }
  form_.conditions.clear();
  for (const Match& match : firewall_.matches_of(rule))
    if (!always_holds(match)) form_.conditions.push_back(canonical(match));
  std::ranges::sort(form_.conditions, before);
  auto& list = form_.conditions;
  std::size_t kept = 0;
  for (const Match& match : list) {
    if (kept > 0 && list[kept - 1] == match) continue;
    const bool joins = kept > 0 && plain_ranges(match) && plain_ranges(list[kept - 1]) && list[kept - 1].field == match.field &&
                       list[kept - 1].value < of_our_own && match.value < of_our_own;
    if (joins) list[kept - 1].value = both(list[kept - 1].value, match.value);
    else list[kept++] = match;
  }
  list.resize(kept);
  return form_;
}

void NormalForms::append_bytes(const NormalForm& form, std::string& out) {
  put(form.action, out), put(form.target, out), put(form.effects, out);
  for (const Match& match : form.conditions) put(match, out);
}

void NormalForms::append_bytes_without(const NormalForm& form, Field without, std::string& out) {
  put(without, out), put(form.action, out), put(form.target, out), put(form.effects, out);
  for (const Match& match : form.conditions)
    if (!plain_ranges(match) || match.field != without) put(match, out);
}

std::uint32_t NormalForms::looks_at(std::span<const Match> matches) const {
  std::uint32_t fields = 0;
  for (const Match& match : matches) {
    if (match.kind == MatchKind::opaque) return every_field;
    if (match.kind != MatchKind::any_of) fields |= bit(match.field);
    else
      for (const ir::Conjunction& conjunction : firewall_.conjunctions_of(match.value)) fields |= looks_at(firewall_.matches_of(conjunction));
  }
  return fields;
}

std::uint32_t NormalForms::changes(ir::EffectsId effects) const {
  using ir::EffectKind;
  std::uint32_t fields = 0;
  for (const ir::Effect& effect : firewall_.effects_of(effects)) {
    switch (effect.kind) {
      case EffectKind::set_mark: fields |= bit(Field::mark); break;
      case EffectKind::set_connmark: fields |= bit(Field::connmark); break;
      case EffectKind::set_tag: fields |= bit(Field::tag); break;
      case EffectKind::untrack: fields |= bit(Field::state) | bit(Field::direction) | bit(Field::dnat) | bit(Field::snat); break;
      case EffectKind::translate_destination: fields |= bit(Field::destination) | bit(Field::destination_port) | bit(Field::destination_type) | bit(Field::dnat); break;
      case EffectKind::translate_source: fields |= bit(Field::source) | bit(Field::source_port) | bit(Field::source_type) | bit(Field::snat); break;
      case EffectKind::unknown_rewrite: return every_field;
    }
  }
  return fields;
}

bool NormalForms::asks_each_time(std::span<const Match> matches) const {
  return std::ranges::any_of(matches, [&](const Match& match) {
    if (match.kind == MatchKind::opaque) return firewall_.opaques[match.value].each_time;
    if (match.kind != MatchKind::any_of) return false;
    return std::ranges::any_of(firewall_.conjunctions_of(match.value), [&](const ir::Conjunction& c) { return asks_each_time(firewall_.matches_of(c)); });
  });
}

}  // namespace wallcheck::check
