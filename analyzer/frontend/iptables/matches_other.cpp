// The match on routing's class of an address, and the one that looks at nothing.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "frontend/directives.h"
#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Field;

// --- comment ---

constexpr OptionSpec comment_options[] = {
    {.name = "comment", .value = Value::text, .max = 255, .required = true},
};

/// `--comment "wallcheck: ignore WC301 reason"` speaks to us.
void lower_comment(RuleBuilder& rule, const Use& use) {
  const Word& comment = use.given.front().first;
  add_rule_directive(comment.text, comment.where, rule.file().directives);
}

// --- addrtype ---

constexpr std::string_view address_types = "UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW NAT XRESOLVE";
constexpr OptionSpec addrtype_options[] = {
    {.name = "src-type", .value = Value::choices, .meaning = Meaning::lowered, .invertible = true, .words = address_types},
    {.name = "dst-type", .value = Value::choices, .meaning = Meaning::lowered, .invertible = true, .words = address_types},
    {.name = "limit-iface-in", .meaning = Meaning::lowered, .excludes = 1},
    {.name = "limit-iface-out", .meaning = Meaning::lowered, .excludes = 1},
};
constexpr std::string_view routing_reason = "depends on the routing table";

/// IPv4: routing gives an address one type, which has to be among those listed.
ir::Match addrtype4(RuleBuilder& rule, const Given& given, Field field, std::string_view text) {
  constexpr std::string_view modelled = "UNICAST LOCAL BROADCAST MULTICAST";  // in the order of ir::AddressType
  std::vector<ir::Range> types;
  bool other = false;
  split(given.first.text, ',', [&](std::string_view word) {
    if (const auto type = index_of_word(modelled, word)) types.push_back({*type, *type});
    else other |= !index_of_word("UNSPEC", word);  // no route has that type
    return true;
  });
  if (!other) return rule.firewall().ranges_match(field, types, given.negated);
  const std::array<std::vector<ir::Match>, 2> cases = {
      std::vector{rule.firewall().ranges_match(field, types)},
      std::vector{rule.shared_opaque(text, routing_reason, given.name.where)}};
  rule.cover(ir::Coverage::opaque);
  return rule.firewall().any_of_match(cases, given.negated);
}

/// IPv6: UNICAST, MULTICAST and UNSPEC are read off the address and *all* have to hold; of LOCAL, ANYCAST and UNREACHABLE, what
/// routing says, one has to hold (match_type6 of xt_addrtype.c).
ir::Match addrtype6(RuleBuilder& rule, const Given& given, Field field, std::string_view text) {
  ir::Firewall& firewall = rule.firewall();
  const Field address = field == Field::source_type ? Field::source : Field::destination;
  const AddressRange multicast = prefix(Address{0xff} << 120, 8);
  std::vector<ir::Match> all;
  bool local = false, other = false;
  split(given.first.text, ',', [&](std::string_view word) {
    if (index_of_word("UNICAST", word)) {
      const std::array<ir::Range, 2> not_unicast = {ir::Range{multicast.first, multicast.last}, ir::Range{0, 0}};
      all.push_back(firewall.ranges_match(address, not_unicast, true));
    } else if (index_of_word("MULTICAST", word)) {
      all.push_back(firewall.range_match(address, multicast.first, multicast.last));
    } else if (index_of_word("UNSPEC", word)) {
      all.push_back(firewall.range_match(address, 0, 0));
    } else if (index_of_word("LOCAL", word)) {
      local = true;
    } else {
      other = true;
    }
    return true;
  });
  const auto is_local = firewall.range_match(field, static_cast<unsigned>(ir::AddressType::local), static_cast<unsigned>(ir::AddressType::local));
  if (other) {
    std::vector<std::vector<ir::Match>> routed = {{rule.shared_opaque(text, routing_reason, given.name.where)}};
    if (local) routed.push_back({is_local});
    all.push_back(firewall.any_of_match(routed));
    rule.cover(ir::Coverage::opaque);
  } else if (local) {
    all.push_back(is_local);
  }
  if (all.size() == 1 && !given.negated) return all.front();
  return firewall.any_of_match(std::array{all}, given.negated);
}

void lower_addrtype(RuleBuilder& rule, const Use& use) {
  constexpr std::string_view ipv4_only = "BROADCAST BLACKHOLE PROHIBIT THROW NAT XRESOLVE";
  for (const Given& given : use.given) {
    if (rule.family() == Family::ipv4) break;
    split(given.first.text, ',', [&](std::string_view type) {
      if (!index_of_word(ipv4_only, type)) return true;
      rule.bad_value(given, given.first, type, "a type that IPv6 routes have: UNSPEC, UNICAST, LOCAL, ANYCAST, MULTICAST, UNREACHABLE");
      return false;
    });
    if (rule.failed()) return;
  }
  const bool limited = use.find("limit-iface-in") != nullptr || use.find("limit-iface-out") != nullptr;
  if (use.find("src-type") == nullptr && use.find("dst-type") == nullptr)
    return rule.fail(use.name.where, "addrtype needs --src-type or --dst-type", "--src-type or --dst-type");
  if (use.find("limit-iface-in") != nullptr && (rule.chain() == "OUTPUT" || rule.chain() == "POSTROUTING"))
    return rule.fail(use.find("limit-iface-in")->name.where, fmt::format("--limit-iface-in has no meaning in {}", rule.chain()));
  if (use.find("limit-iface-out") != nullptr && (rule.chain() == "INPUT" || rule.chain() == "PREROUTING"))
    return rule.fail(use.find("limit-iface-out")->name.where, fmt::format("--limit-iface-out has no meaning in {}", rule.chain()));
  if (limited) return rule.match(rule.shared_opaque(rule.text_of(use), "depends on the addresses of an interface", use.name.where));
  for (const Given& given : use.given) {
    const Field field = given.option->name == "src-type" ? Field::source_type : Field::destination_type;
    const std::string text = rule.text_of(use, given);
    rule.match(rule.family() == Family::ipv4 ? addrtype4(rule, given, field, text) : addrtype6(rule, given, field, text));
    rule.cover(ir::Coverage::modelled_conditionally);
  }
}

constexpr Extension extensions[] = {
    {.name = "comment", .options = comment_options, .lower = lower_comment},
    {.name = "addrtype", .options = addrtype_options, .lower = lower_addrtype},
};

}  // namespace

std::span<const Extension> other_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
