#include "describe.h"

#include <fmt/format.h>

namespace wallcheck::tests {
namespace {

using namespace ir;

constexpr std::string_view field_names[] = {"source", "destination", "protocol", "source_port", "destination_port", "icmp", "tcp_flags",
                                            "state", "direction", "dnat", "snat", "in", "out", "source_type", "destination_type",
                                            "fragment", "mark", "connmark", "tag"};
constexpr std::string_view action_names[] = {"continue", "accept", "drop", "reject", "undecided", "return", "jump", "goto"};

bool is_address(Field field) { return field == Field::source || field == Field::destination; }

std::string number(Field field, Uint128 value) {
  if (is_address(field)) return to_string(value);
  if (field == Field::icmp) return fmt::format("{}/{}", low64(value) >> 8, low64(value) & 255);
  if (field == Field::mark || field == Field::connmark || field == Field::tcp_flags) return fmt::format("{:#x}", low64(value));
  return fmt::format("{}", low64(value));
}

std::string values(const Firewall& firewall, Field field, RangesId id) {
  std::string text;
  for (const Range& range : firewall.ranges[id]) {
    if (!text.empty()) text += ",";
    if (is_address(field)) text += to_string(AddressRange{range.first, range.last});
    else if (range.first == range.last) text += number(field, range.first);
    else text += number(field, range.first) + ":" + number(field, range.last);
  }
  return text.empty() ? "none" : text;
}

std::string describe_effect(const Firewall& firewall, const Effect& effect) {
  std::string translation;
  if (effect.addresses != 0) translation += " " + values(firewall, Field::source, effect.addresses);
  if (effect.ports != 0) translation += " port " + values(firewall, Field::source_port, effect.ports);
  if (effect.to_local || effect.from_local) translation += " local";
  switch (effect.kind) {
    case EffectKind::set_mark: return fmt::format("mark keep {:#x} other {:#x} flip {:#x}", effect.keep, effect.other, effect.flip);
    case EffectKind::set_connmark: return fmt::format("connmark keep {:#x} other {:#x} flip {:#x}", effect.keep, effect.other, effect.flip);
    case EffectKind::set_tag: return fmt::format("tag {}", effect.value);
    case EffectKind::untrack: return "untrack";
    case EffectKind::translate_destination: return "dnat" + translation;
    case EffectKind::translate_source: return "snat" + translation;
    case EffectKind::unknown_rewrite: return "rewrite";
  }
  return {};
}

}  // namespace

std::string describe(const Firewall& firewall, const Match& match) {
  const std::string_view sign = match.negated ? "not " : "";
  const std::string_view field = field_names[static_cast<std::size_t>(match.field)];
  switch (match.kind) {
    case MatchKind::ranges: return fmt::format("{}{} {}", sign, field, values(firewall, match.field, match.value));
    case MatchKind::masked: {
      const Masked& masked = firewall.masked[match.value];
      return fmt::format("{}{} {}/{}", sign, field, number(match.field, masked.value), number(match.field, masked.mask));
    }
    case MatchKind::interface: return fmt::format("{}{} {}", sign, field, firewall.strings[match.value]);
    case MatchKind::any_of: {
      std::string text;
      for (const Conjunction& conjunction : firewall.conjunctions_of(match.value)) {
        std::string all;
        for (const Match& inner : firewall.matches_of(conjunction)) all += (all.empty() ? "" : " & ") + describe(firewall, inner);
        text += (text.empty() ? "" : " | ") + (all.empty() ? "always" : all);
      }
      return fmt::format("{}({})", sign, text.empty() ? "never" : text);
    }
    case MatchKind::opaque: return fmt::format("{}opaque<{}>", sign, firewall.strings[firewall.opaques[match.value].text]);
  }
  return {};
}

std::string describe(const Firewall& firewall, const Rule& rule) {
  std::string text;
  for (const Match& match : firewall.matches_of(rule)) text += (text.empty() ? "" : ", ") + describe(firewall, match);
  if (text.empty()) text = "always";
  text += fmt::format(" -> {}", action_names[static_cast<std::size_t>(rule.action)]);
  if (rule.target != none) text += fmt::format(" {}", firewall.strings[firewall.lists[rule.target].name]);
  for (const EffectsId effects : {rule.on_match, rule.on_decide})
    for (const Effect& effect : firewall.effects_of(effects)) text += ", " + describe_effect(firewall, effect);
  return text;
}

std::string describe(const Firewall& firewall) {
  constexpr std::string_view defaults[] = {"return", "accept", "drop"};
  std::string text;
  for (const RuleList& list : firewall.lists) {
    text += fmt::format("{} {} ({}{})\n", firewall.strings[list.table], firewall.strings[list.name],
                        defaults[static_cast<std::size_t>(list.fallthrough)], list.declared ? "" : ", undeclared");
    for (const RuleId rule : firewall.rules_of(list)) text += "  " + describe(firewall, firewall.rules[rule]) + "\n";
  }
  return text;
}

std::string describe_path(const Firewall& firewall, Path path) {
  std::string text;
  for (const Stage& stage : firewall.path(path)) text += (text.empty() ? "" : ", ") + std::string(firewall.strings[stage.name]);
  return text;
}

}  // namespace wallcheck::tests
