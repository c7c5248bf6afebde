// Matches on the packet's own headers: addresses, ports, flags, types.

#include <array>
#include <optional>
#include <string>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Field;
namespace protocol = ir::protocol;

// --- tcp, udp ---

constexpr std::uint8_t only_tcp[] = {protocol::tcp};
constexpr std::uint8_t only_udp[] = {protocol::udp};
constexpr std::uint8_t only_udplite[] = {protocol::udplite};

constexpr OptionSpec source_port{.name = "source-port", .alias = "sport", .value = Value::port_range, .meaning = Meaning::field,
                                 .invertible = true, .field = Field::source_port};
constexpr OptionSpec destination_port{.name = "destination-port", .alias = "dport", .value = Value::port_range, .meaning = Meaning::field,
                                      .invertible = true, .field = Field::destination_port};

constexpr OptionSpec tcp_options[] = {
    source_port,
    destination_port,
    {.name = "tcp-flags", .value = Value::tcp_flags, .meaning = Meaning::field, .invertible = true, .field = Field::tcp_flags, .excludes = 1},
    {.name = "syn", .meaning = Meaning::lowered, .invertible = true, .excludes = 1},
    {.name = "tcp-option", .value = Value::number, .meaning = Meaning::opaque, .invertible = true, .min = 1, .max = 255,
     .reason = "depends on options of the TCP header"},
};
constexpr OptionSpec udp_options[] = {source_port, destination_port};

/// `--syn` is `--tcp-flags FIN,SYN,RST,ACK SYN`.
void lower_tcp(RuleBuilder& rule, const Use& use) {
  using namespace ir::tcp_flag;
  if (const Given* given = use.find("syn")) rule.masked(Field::tcp_flags, syn, fin | syn | rst | ack, given->negated);
}

// --- icmp, icmp6 ---

struct IcmpName {
  std::string_view name;
  std::uint8_t type;
  std::optional<std::uint8_t> code = {};
};

// Names as `iptables -p icmp -h` lists them; numbers: IANA, ICMP and ICMPv6 parameters.
constexpr IcmpName icmp_names[] = {
    {"echo-reply", 0}, {"pong", 0}, {"destination-unreachable", 3}, {"network-unreachable", 3, 0}, {"host-unreachable", 3, 1},
    {"protocol-unreachable", 3, 2}, {"port-unreachable", 3, 3}, {"fragmentation-needed", 3, 4}, {"source-route-failed", 3, 5},
    {"network-unknown", 3, 6}, {"host-unknown", 3, 7}, {"network-prohibited", 3, 9}, {"host-prohibited", 3, 10},
    {"TOS-network-unreachable", 3, 11}, {"TOS-host-unreachable", 3, 12}, {"communication-prohibited", 3, 13},
    {"host-precedence-violation", 3, 14}, {"precedence-cutoff", 3, 15}, {"source-quench", 4}, {"redirect", 5},
    {"network-redirect", 5, 0}, {"host-redirect", 5, 1}, {"TOS-network-redirect", 5, 2}, {"TOS-host-redirect", 5, 3},
    {"echo-request", 8}, {"ping", 8}, {"router-advertisement", 9}, {"router-solicitation", 10}, {"time-exceeded", 11},
    {"ttl-exceeded", 11}, {"ttl-zero-during-transit", 11, 0}, {"ttl-zero-during-reassembly", 11, 1}, {"parameter-problem", 12},
    {"ip-header-bad", 12, 0}, {"required-option-missing", 12, 1}, {"timestamp-request", 13}, {"timestamp-reply", 14},
    {"address-mask-request", 17}, {"address-mask-reply", 18},
};
constexpr IcmpName icmp6_names[] = {
    {"destination-unreachable", 1}, {"no-route", 1, 0}, {"communication-prohibited", 1, 1}, {"beyond-scope", 1, 2},
    {"address-unreachable", 1, 3}, {"port-unreachable", 1, 4}, {"failed-policy", 1, 5}, {"reject-route", 1, 6}, {"packet-too-big", 2},
    {"time-exceeded", 3}, {"ttl-exceeded", 3}, {"ttl-zero-during-transit", 3, 0}, {"ttl-zero-during-reassembly", 3, 1},
    {"parameter-problem", 4}, {"bad-header", 4, 0}, {"unknown-header-type", 4, 1}, {"unknown-option", 4, 2}, {"echo-request", 128},
    {"ping", 128}, {"echo-reply", 129}, {"pong", 129}, {"router-solicitation", 133}, {"router-advertisement", 134},
    {"neighbour-solicitation", 135}, {"neighbor-solicitation", 135}, {"neighbour-advertisement", 136},
    {"neighbor-advertisement", 136}, {"redirect", 137},
};

/// A name, a unique beginning of one, `type` or `type/code`, as a range of type * 256 + code.
std::optional<ir::Range> read_icmp(std::string_view text, std::span<const IcmpName> names) {
  const auto of = [](std::uint32_t type, std::optional<std::uint32_t> code) {
    return ir::Range{type << 8 | code.value_or(0), type << 8 | code.value_or(255)};
  };
  std::optional<ir::Range> found;
  for (const IcmpName& entry : names) {
    if (index_of_word(entry.name, text)) return of(entry.type, entry.code);
    if (text.empty() || !index_of_word(entry.name.substr(0, text.size()), text)) continue;
    const ir::Range range = of(entry.type, entry.code);
    if (found && *found != range) return std::nullopt;
    found = range;
  }
  if (found) return found;
  const std::size_t slash = text.find('/');
  const auto type = read_number(text.substr(0, slash), 0, 255);
  if (!type) return std::nullopt;
  if (slash == std::string_view::npos) return of(static_cast<std::uint32_t>(*type), std::nullopt);
  const auto code = read_number(text.substr(slash + 1), 0, 255);
  if (!code) return std::nullopt;
  return of(static_cast<std::uint32_t>(*type), static_cast<std::uint32_t>(*code));
}

/// ICMP type 255 is "any", whatever the code (the kernel's icmp_type_code_match); ICMPv6 has no such word.
void lower_icmp(RuleBuilder& rule, const Use& use) {
  const bool v4 = rule.family() == Family::ipv4;
  for (const Given& given : use.given) {
    const bool any = v4 && index_of_word("any", given.first.text);
    const auto range = any ? std::optional(ir::Range{0xff00, 0xffff})
                           : read_icmp(given.first.text, v4 ? std::span<const IcmpName>(icmp_names) : std::span<const IcmpName>(icmp6_names));
    if (!range) return rule.bad_value(given, given.first, v4 ? "an ICMP type, type/code or name" : "an ICMPv6 type, type/code or name");
    if (v4 && range->first >> 8 == 255) {
      if (given.negated) rule.never();
    } else {
      rule.range(Field::icmp, range->first, range->last, given.negated);
    }
  }
}

constexpr std::uint8_t only_icmp[] = {protocol::icmp};
constexpr std::uint8_t only_icmpv6[] = {protocol::icmpv6};
constexpr OptionSpec icmp_options[] = {
    {.name = "icmp-type", .value = Value::text, .meaning = Meaning::lowered, .invertible = true},
};
constexpr OptionSpec icmp6_options[] = {
    {.name = "icmpv6-type", .value = Value::text, .meaning = Meaning::lowered, .invertible = true, .required = true},
};

// --- multiport ---

constexpr std::uint8_t with_ports[] = {protocol::tcp, protocol::udp, protocol::udplite, protocol::dccp, protocol::sctp};
constexpr OptionSpec multiport_options[] = {
    {.name = "source-ports", .alias = "sports", .value = Value::port_list, .meaning = Meaning::field, .invertible = true,
     .field = Field::source_port, .excludes = 1},
    {.name = "destination-ports", .alias = "dports", .value = Value::port_list, .meaning = Meaning::field, .invertible = true,
     .field = Field::destination_port, .excludes = 1},
    {.name = "ports", .value = Value::port_list, .meaning = Meaning::lowered, .invertible = true, .excludes = 1},
};

/// `--ports`: the source or the destination port is one of these; negated, neither is.
void lower_multiport(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("ports");
  if (given == nullptr) return;
  std::vector<ir::Range> ports;
  split(given->first.text, ',', [&](std::string_view part) {
    ports.push_back(*read_port_range(part, rule.protocol()));
    return true;
  });
  const std::array<std::vector<ir::Match>, 2> either = {std::vector{rule.firewall().ranges_match(Field::source_port, ports)},
                                                        std::vector{rule.firewall().ranges_match(Field::destination_port, ports)}};
  rule.match(rule.firewall().any_of_match(either, given->negated));
}

// --- iprange ---

constexpr OptionSpec iprange_options[] = {
    {.name = "src-range", .value = Value::address_range, .meaning = Meaning::field, .invertible = true, .field = Field::source},
    {.name = "dst-range", .value = Value::address_range, .meaning = Meaning::field, .invertible = true, .field = Field::destination},
};

constexpr Extension extensions[] = {
    {.name = "tcp", .options = tcp_options, .protocols = only_tcp, .lower = lower_tcp},
    {.name = "udp", .options = udp_options, .protocols = only_udp},
    {.name = "udplite", .options = udp_options, .protocols = only_udplite},
    {.name = "icmp", .options = icmp_options, .families = Families::ipv4, .protocols = only_icmp, .lower = lower_icmp},
    {.name = "icmp6", .options = icmp6_options, .families = Families::ipv6, .protocols = only_icmpv6, .lower = lower_icmp},
    {.name = "multiport", .options = multiport_options, .protocols = with_ports, .any_option = true, .lower = lower_multiport},
    {.name = "iprange", .options = iprange_options, .any_option = true},
};

}  // namespace

std::span<const Extension> header_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
