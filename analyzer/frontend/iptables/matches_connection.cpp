// Matches on connection tracking and on marks.

#include <array>
#include <vector>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Field;

// The words stand in the order of ir::State, so that a word's index is the state.
constexpr std::string_view states = "NEW ESTABLISHED RELATED INVALID UNTRACKED";

constexpr ir::Range no_connection[] = {{3, 4}};  ///< INVALID, UNTRACKED
constexpr ir::Range new_or_established[] = {{0, 1}};
constexpr ir::Range related[] = {{2, 2}};

constexpr OptionSpec state_options[] = {
    {.name = "state", .value = Value::choices, .meaning = Meaning::field, .invertible = true, .field = Field::state, .words = states,
     .required = true},
};

constexpr std::string_view tuple_reason = "depends on the addresses and ports the connection began with";

constexpr OptionSpec conntrack_options[] = {
    {.name = "ctstate", .value = Value::choices, .meaning = Meaning::lowered, .invertible = true,
     .words = "NEW ESTABLISHED RELATED INVALID UNTRACKED SNAT DNAT"},
    {.name = "ctdir", .value = Value::choice, .meaning = Meaning::lowered, .words = "ORIGINAL REPLY"},
    {.name = "ctproto", .value = Value::protocol, .meaning = Meaning::lowered, .invertible = true},
    {.name = "ctorigsrc", .value = Value::address, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason},
    {.name = "ctorigdst", .value = Value::address, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason},
    {.name = "ctreplsrc", .value = Value::address, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason},
    {.name = "ctrepldst", .value = Value::address, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason},
    {.name = "ctorigsrcport", .value = Value::port_range, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason, .backwards = true},
    {.name = "ctorigdstport", .value = Value::port_range, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason, .backwards = true},
    {.name = "ctreplsrcport", .value = Value::port_range, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason, .backwards = true},
    {.name = "ctrepldstport", .value = Value::port_range, .meaning = Meaning::lowered, .invertible = true, .reason = tuple_reason, .backwards = true},
    {.name = "ctstatus", .value = Value::choices, .meaning = Meaning::lowered, .invertible = true,
     .words = "NONE EXPECTED SEEN_REPLY ASSURED CONFIRMED", .reason = "depends on what the connection has seen so far"},
    {.name = "ctexpire", .value = Value::range, .meaning = Meaning::lowered, .invertible = true,
     .reason = "depends on the time left to the connection", .backwards = true},
};

/// `--ctstate` is a mask of states and of the two translation flags: one of them has to hold.
void lower_states(RuleBuilder& rule, const Given& given) {
  constexpr std::string_view flags = "SNAT DNAT";
  constexpr std::array flag_fields = {Field::snat, Field::dnat};
  std::vector<ir::Range> values;
  std::vector<std::vector<ir::Match>> cases;
  split(given.first.text, ',', [&](std::string_view word) {
    if (const auto state = index_of_word(states, word)) values.push_back({*state, *state});
    else cases.push_back({rule.firewall().range_match(flag_fields[*index_of_word(flags, word)], 1, 1)});
    return true;
  });
  if (cases.empty()) return rule.ranges(Field::state, values, given.negated);
  if (!values.empty()) cases.push_back({rule.firewall().ranges_match(Field::state, values)});
  rule.match(rule.firewall().any_of_match(cases, given.negated));
}

/// Packets that belong to no connection (INVALID, UNTRACKED) fail every option but `--ctstate`; where that is given and holds,
/// the kernel asks no further (conntrack_mt of xt_conntrack.c).
void lower_conntrack(RuleBuilder& rule, const Use& use) {
  const Given* state = use.find("ctstate");
  if (state != nullptr) lower_states(rule, *state);
  if (use.given.size() == (state != nullptr ? 1u : 0u)) return;

  ir::Firewall& firewall = rule.firewall();
  std::vector<ir::Match> tracked = {firewall.ranges_match(Field::state, no_connection, true)};
  for (const Given& given : use.given) {
    const OptionSpec& option = *given.option;
    if (option.name == "ctdir") {
      const auto direction = *index_of_word(option.words, given.first.text);
      tracked.push_back(firewall.range_match(Field::direction, direction, direction));
    } else if (option.name == "ctproto") {
      // The connection's protocol is the packet's, but for ICMP errors about another connection (RELATED).
      const auto number = *read_protocol(given.first.text);
      const std::array<std::vector<ir::Match>, 2> cases = {
          std::vector{firewall.ranges_match(Field::state, new_or_established), firewall.range_match(Field::protocol, number, number)},
          std::vector{firewall.ranges_match(Field::state, related),
                      rule.shared_opaque(rule.text_of(use, given), "depends on the connection that a RELATED packet is about", given.name.where)}};
      tracked.push_back(firewall.any_of_match(cases, given.negated));
    } else if (&given != state) {
      const bool each = option.name == "ctstatus" || option.name == "ctexpire";  // changes while the connection lives
      const std::string text = rule.text_of(use, given);
      tracked.push_back(each ? rule.fresh_opaque(text, option.reason, given.name.where, given.negated)
                             : rule.shared_opaque(text, option.reason, given.name.where, given.negated));
      rule.cover(ir::Coverage::opaque);
    }
  }
  if (state == nullptr) {
    for (const ir::Match& condition : tracked) rule.match(condition);
    return;
  }
  const std::array<std::vector<ir::Match>, 2> cases = {tracked, std::vector{firewall.ranges_match(Field::state, no_connection)}};
  rule.match(firewall.any_of_match(cases));
}

constexpr OptionSpec mark_options[] = {
    {.name = "mark", .value = Value::masked, .meaning = Meaning::field, .invertible = true, .field = Field::mark, .required = true},
};
/// The mark of the connection; a packet without one never matches, negated or not.
constexpr OptionSpec connmark_options[] = {
    {.name = "mark", .value = Value::masked, .meaning = Meaning::field, .invertible = true, .field = Field::connmark, .required = true},
};

void lower_connmark(RuleBuilder& rule, const Use&) {
  rule.ranges(Field::state, no_connection, true);
}

constexpr Extension extensions[] = {
    {.name = "state", .options = state_options},
    {.name = "conntrack", .options = conntrack_options, .any_option = true, .lower = lower_conntrack},
    {.name = "mark", .options = mark_options},
    {.name = "connmark", .options = connmark_options, .lower = lower_connmark},
};

}  // namespace

std::span<const Extension> connection_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
