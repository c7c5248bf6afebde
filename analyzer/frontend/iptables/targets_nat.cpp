// Targets of the nat table: what becomes of a connection's addresses and ports.

#include <array>
#include <optional>
#include <string>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::ActionKind;
using ir::Effect;
using ir::EffectKind;

constexpr OptionSpec dnat_options[] = {
    {.name = "to-destination", .value = Value::text, .meaning = Meaning::lowered, .required = true},
    {.name = "random"},
    {.name = "persistent"},
};
constexpr OptionSpec snat_options[] = {
    {.name = "to-source", .value = Value::text, .meaning = Meaning::lowered, .required = true},
    {.name = "random"},
    {.name = "random-fully"},
    {.name = "persistent"},
};
constexpr OptionSpec masquerade_options[] = {
    {.name = "to-ports", .value = Value::text, .meaning = Meaning::lowered},
    {.name = "random"},
    {.name = "random-fully"},
};
constexpr OptionSpec redirect_options[] = {
    {.name = "to-ports", .value = Value::text, .meaning = Meaning::lowered},
    {.name = "random"},
};
constexpr OptionSpec netmap_options[] = {
    {.name = "to", .value = Value::address, .meaning = Meaning::lowered, .required = true},
};

/// `port` or `port-port`; with `base` also `port-port/base` (DNAT's shifted ranges).
std::optional<ir::Range> read_ports(std::string_view text, std::uint8_t protocol, bool base) {
  if (const std::size_t slash = text.find('/'); base && slash != std::string_view::npos) {
    if (!read_port(text.substr(slash + 1), protocol)) return std::nullopt;
    text = text.substr(0, slash);
  }
  const std::size_t dash = text.find('-');
  if (const auto port = read_port(text, protocol)) return ir::Range{*port, *port};  // service names may have a '-'
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = read_number(text.substr(0, dash), 0, 65535), last = read_number(text.substr(dash + 1), 0, 65535);
  if (!first || !last || *first > *last) return std::nullopt;
  return ir::Range{*first, *last};
}

/// `[address[-address]][:ports]`; IPv6 addresses stand in brackets where ports follow.
bool read_translation(RuleBuilder& rule, const Given& given, Effect& effect) {
  const bool v4 = rule.family() == Family::ipv4;
  std::string_view addresses = given.first.text, ports;
  if (v4) {
    const std::size_t colon = addresses.find(':');
    if (colon != std::string_view::npos) {
      ports = addresses.substr(colon + 1);
      addresses = addresses.substr(0, colon);
      if (ports.empty()) return false;
    }
  } else if (addresses.starts_with('[')) {
    const std::size_t close = addresses.find(']');
    if (close == std::string_view::npos) return false;
    ports = addresses.substr(close + 1);
    if (!ports.empty() && ports.front() != ':') return false;
    if (!ports.empty()) ports.remove_prefix(1);
    addresses = addresses.substr(1, close - 1);
  } else if (addresses.starts_with(':') && addresses.find(':', 1) == std::string_view::npos) {
    ports = addresses.substr(1);
    addresses = {};
  }
  if (addresses.empty() && ports.empty()) return false;
  if (!addresses.empty()) {
    const std::size_t dash = addresses.find('-');
    const auto first = read_address(addresses.substr(0, dash), rule.family());
    const auto last = dash == std::string_view::npos ? first : read_address(addresses.substr(dash + 1), rule.family());
    const auto is_host = [](const auto& a) { return a.has_value() && !a->host_name && a->mask == ~Address{0}; };
    if (!is_host(first) || !is_host(last) || addresses.find('/') != std::string_view::npos || first->address > last->address) return false;
    effect.addresses = rule.firewall().ranges.intern(ir::Range{first->address, last->address});
  }
  if (!ports.empty()) {
    const auto range = read_ports(ports, rule.protocol(), effect.kind == EffectKind::translate_destination);
    if (!range) return false;
    effect.ports = rule.firewall().ranges.intern(*range);
  }
  return true;
}

/// Ports can be given to protocols that have them only.
bool ports_fit(RuleBuilder& rule, const Given& given, const Effect& effect) {
  if (effect.ports == 0 || ir::protocol::has_ports(rule.protocol()) || rule.protocol() == ir::protocol::icmp ||
      rule.protocol() == ir::protocol::icmpv6)
    return true;
  rule.fail(given.first.where, "ports need -p tcp, udp, dccp or sctp", "-p tcp, udp, dccp or sctp");
  return false;
}

void finish(RuleBuilder& rule, const Effect& effect) {
  rule.on_decide(effect);
  rule.cover(ir::Coverage::modelled);
}

void lower_translation(RuleBuilder& rule, const Use& use, EffectKind kind, std::string_view option) {
  Effect effect{.kind = kind};
  const Given& given = *use.find(option);
  if (!read_translation(rule, given, effect)) return rule.bad_value(given, given.first, "address[-address][:port[-port]]");
  if (ports_fit(rule, given, effect)) finish(rule, effect);
}
void lower_dnat(RuleBuilder& rule, const Use& use) { lower_translation(rule, use, EffectKind::translate_destination, "to-destination"); }
void lower_snat(RuleBuilder& rule, const Use& use) { lower_translation(rule, use, EffectKind::translate_source, "to-source"); }

void lower_local(RuleBuilder& rule, const Use& use, Effect effect) {
  if (const Given* given = use.find("to-ports")) {
    const auto range = read_ports(given->first.text, rule.protocol(), false);
    if (!range) return rule.bad_value(*given, given->first, "port or port-port");
    effect.ports = rule.firewall().ranges.intern(*range);
    if (!ports_fit(rule, *given, effect)) return;
  }
  finish(rule, effect);
}
void lower_masquerade(RuleBuilder& rule, const Use& use) {
  lower_local(rule, use, Effect{.kind = EffectKind::translate_source, .from_local = true});
}
void lower_redirect(RuleBuilder& rule, const Use& use) {
  lower_local(rule, use, Effect{.kind = EffectKind::translate_destination, .to_local = true});
}

/// The network part is replaced, the host part kept; which side depends on the hook. "One of the new network's addresses" is what the IR
/// can say: exact for a single address, wider than the truth for a network. In user chains the hook is not known.
void lower_netmap(RuleBuilder& rule, const Use& use) {
  const auto network = read_address(use.given.front().first.text, rule.family());
  if (!network->is_range()) return rule.bad_value(use.given.front(), use.given.front().first, "a network whose mask is a prefix");
  const bool destination = rule.chain() == "PREROUTING" || rule.chain() == "OUTPUT";
  const bool source = rule.chain() == "POSTROUTING" || rule.chain() == "INPUT";
  Effect effect{.kind = EffectKind::unknown_rewrite};
  if (destination || source) {
    effect.kind = destination ? EffectKind::translate_destination : EffectKind::translate_source;
    effect.addresses = rule.firewall().ranges.intern(ir::Range{network->range().first, network->range().last});
  }
  if (effect.addresses == 0 || network->mask != ~Address{0}) rule.cover(ir::Coverage::opaque);
  finish(rule, effect);
}

constexpr Extension extensions[] = {
    {.name = "DNAT", .options = dnat_options, .tables = in_nat, .hooks = at_prerouting | at_output, .action = ActionKind::accept, .lower = lower_dnat},
    {.name = "SNAT", .options = snat_options, .tables = in_nat, .hooks = at_input | at_postrouting, .action = ActionKind::accept, .lower = lower_snat},
    {.name = "MASQUERADE", .options = masquerade_options, .tables = in_nat, .hooks = at_postrouting, .action = ActionKind::accept, .lower = lower_masquerade},
    {.name = "REDIRECT", .options = redirect_options, .tables = in_nat, .hooks = at_prerouting | at_output, .action = ActionKind::accept, .lower = lower_redirect},
    {.name = "NETMAP", .options = netmap_options, .tables = in_nat, .action = ActionKind::accept, .lower = lower_netmap},
};

}  // namespace

std::span<const Extension> nat_targets() { return extensions; }

}  // namespace wallcheck::frontend::iptables
