#pragma once
// Small firewalls for tests, written as calls: chains, rules in order, and the path of iptables.

#include <string>
#include <string_view>
#include <vector>

#include "evaluate/trace.h"
#include "ir/firewall.h"

namespace wallcheck::test {

using namespace ir;
using evaluate::trace, evaluate::TraceResult, evaluate::Verdict;

constexpr auto accept = ActionKind::accept;
constexpr auto drop = ActionKind::drop;
constexpr auto policy_drop = Fallthrough::drop;

/// A firewall under construction. Rules may be added to chains in any order; `build` puts each chain's rules together.
class FilterBuilder {
 public:
  Firewall fw;

  ListId chain(std::string_view name, Fallthrough fallthrough = Fallthrough::return_, std::string_view table = "filter",
               Discipline discipline = Discipline::first_match) {
    rules_.emplace_back();
    return fw.add_list(name, table, discipline, fallthrough, {});
  }
  /// A base chain with policy ACCEPT, and its stage at the end of the path.
  ListId base(Path path, std::string_view table, std::string_view name, Point point, Fallthrough policy = Fallthrough::accept) {
    const ListId list = chain(name, policy, table);
    stage(path, table, list, point);
    return list;
  }
  Stage& stage(Path path, std::string_view table, ListId list, Point point) {
    Stage stage;
    stage.name = fw.strings.intern(table);
    stage.list = list;
    stage.point = point;
    stage.translates = table == "nat";
    stage.before_tracking = table == "raw";
    stage.filter = table == "filter";
    auto& stages = fw.paths[static_cast<std::size_t>(path)];
    stages.push_back(stage);
    return stages.back();
  }

  RuleId rule(ListId list, std::vector<Match> matches, ActionKind action, Rule rest = {}) {
    rest.action = action;
    const RuleId id = fw.add_rule(matches, rest);
    rules_[list].push_back(id);
    return id;
  }
  RuleId jump(ListId list, std::vector<Match> matches, ListId target, bool quick = false) {
    return rule(list, std::move(matches), ActionKind::jump, {.quick = quick, .target = target});
  }
  RuleId go_to(ListId list, std::vector<Match> matches, ListId target) {
    return rule(list, std::move(matches), ActionKind::go_to, {.target = target});
  }
  /// A rule that changes the packet and goes on.
  RuleId set(ListId list, std::vector<Match> matches, Effect effect) {
    return rule(list, std::move(matches), ActionKind::continue_, {.on_match = fw.add_effects({&effect, 1})});
  }
  /// A rule that changes the packet and ends the stage: DNAT and the like.
  RuleId translate(ListId list, std::vector<Match> matches, Effect effect) {
    return rule(list, std::move(matches), ActionKind::accept, {.on_decide = fw.add_effects({&effect, 1})});
  }

  // Matches, in the words of iptables.
  Match source(std::string_view prefix, bool negated = false) { return address(Field::source, prefix, negated); }
  Match destination(std::string_view prefix, bool negated = false) { return address(Field::destination, prefix, negated); }
  Match protocol(std::uint8_t number) { return fw.range_match(Field::protocol, number, number); }
  Match dport(std::uint16_t first, std::uint16_t last = 0, bool negated = false) {
    return fw.range_match(Field::destination_port, first, last ? last : first, negated);
  }
  Match is(Field field, Uint128 value, bool negated = false) { return fw.range_match(field, value, value, negated); }
  Match state(State value) { return is(Field::state, static_cast<unsigned>(value)); }
  Match in(std::string_view pattern, bool negated = false) { return fw.interface_match(Field::in_interface, pattern, negated); }
  Match out(std::string_view pattern, bool negated = false) { return fw.interface_match(Field::out_interface, pattern, negated); }
  Match mark(std::uint32_t value, std::uint32_t mask = ~0u) { return fw.masked_match(Field::mark, value, mask); }
  Match unknown(std::string_view text, bool negated = false) { return fw.opaque_match(text, "not in the file", {}, negated); }

  // Effects.
  static Effect mark_effect(std::uint32_t value, std::uint32_t mask = ~0u) { return {.kind = EffectKind::set_mark, .keep = ~mask, .flip = value}; }
  Effect dnat(std::string_view first, std::string_view last = {}, std::uint16_t port = 0) {
    Effect effect{.kind = EffectKind::translate_destination};
    if (!first.empty()) effect.addresses = fw.ranges.intern(Range{*parse_address(first), *parse_address(last.empty() ? first : last)});
    if (port) effect.ports = fw.ranges.intern(Range{port, port});
    return effect;
  }
  Effect redirect(std::uint16_t port) {
    Effect effect = dnat({}, {}, port);
    effect.to_local = true;
    return effect;
  }

  const Firewall& build() {
    for (std::size_t list = 0; list < rules_.size(); ++list) {
      fw.lists[list].first = static_cast<std::uint32_t>(fw.order.size());
      fw.lists[list].count = static_cast<std::uint32_t>(rules_[list].size());
      fw.order.insert(fw.order.end(), rules_[list].begin(), rules_[list].end());
    }
    return fw;
  }

 private:
  Match address(Field field, std::string_view text, bool negated) {
    const AddressRange range = *parse_prefix(text);
    return fw.range_match(field, range.first, range.last, negated);
  }
  std::vector<std::vector<RuleId>> rules_;
};

/// "10.0.0.1:1024 > 10.0.0.2:80", TCP SYN, NEW; in through eth0 and out through eth1 as the path has it.
inline Packet packet(Path path, std::string_view source = "10.0.0.1", std::string_view destination = "10.0.0.2", std::uint16_t port = 80) {
  Packet packet;
  packet.path = path;
  packet.source = *parse_address(source);
  packet.destination = *parse_address(destination);
  packet.source_port = 1024;
  packet.destination_port = port;
  packet.tcp_flags = tcp_flag::syn;
  if (path != Path::egress) packet.in_interface = "eth0";
  if (path != Path::ingress) packet.out_interface = "eth1";
  return packet;
}

/// A filter INPUT chain with policy DROP.
struct InputFilter : FilterBuilder {
  ListId input = base(Path::ingress, "filter", "INPUT", Point::input, policy_drop);
  TraceResult run(std::uint16_t port = 80) {
    return trace(build(), packet(Path::ingress, "10.0.0.1", "10.0.0.2", port));
  }
};

}  // namespace wallcheck::test
