// Matches on the packet's own headers: addresses, ports, flags, types.

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "frontend/iptables/icmp.h"
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
constexpr std::uint8_t only_sctp[] = {protocol::sctp};
constexpr std::uint8_t only_dccp[] = {protocol::dccp};

constexpr OptionSpec source_port{.name = "source-port", .alias = "sport", .value = Value::port_range, .meaning = Meaning::field,
                                 .invertible = true, .field = Field::source_port};
constexpr OptionSpec destination_port{.name = "destination-port", .alias = "dport", .value = Value::port_range, .meaning = Meaning::field,
                                      .invertible = true, .field = Field::destination_port};

constexpr OptionSpec tcp_options[] = {
    source_port,
    destination_port,
    {.name = "tcp-flags", .value = Value::tcp_flags, .meaning = Meaning::field, .invertible = true, .field = Field::tcp_flags, .excludes = 1},
    {.name = "syn", .meaning = Meaning::lowered, .invertible = true, .excludes = 1},
    {.name = "tcp-option", .value = Value::number, .meaning = Meaning::opaque_each, .invertible = true, .min = 1, .max = 255,
     .reason = "depends on options of the TCP header"},
};
// The kernel's udp and dccp matches take ranges that run backwards; no port lies in one.
constexpr OptionSpec backwards(OptionSpec option) {
  option.backwards = true;
  return option;
}
constexpr OptionSpec udp_options[] = {backwards(source_port), backwards(destination_port)};
constexpr OptionSpec dccp_options[] = {
    backwards(source_port),
    backwards(destination_port),
    {.name = "dccp-types", .value = Value::choices, .meaning = Meaning::opaque, .invertible = true,
     .words = "REQUEST RESPONSE DATA ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK INVALID", .reason = "depends on the type of the DCCP packet"},
    {.name = "dccp-option", .value = Value::number, .meaning = Meaning::opaque, .invertible = true, .min = 1, .max = 255,
     .reason = "depends on options of the DCCP header"},
};
constexpr OptionSpec sctp_options[] = {
    source_port,
    destination_port,
    {.name = "chunk-types", .value = Value::pair, .meaning = Meaning::opaque, .invertible = true, .reason = "depends on the chunks of the SCTP packet"},
};

/// `--syn` is `--tcp-flags FIN,SYN,RST,ACK SYN`.
void lower_tcp(RuleBuilder& rule, const Use& use) {
  using namespace ir::tcp_flag;
  if (const Given* given = use.find("syn")) rule.masked(Field::tcp_flags, syn, fin | syn | rst | ack, given->negated);
}

/// `all|any|only CHUNK[:FLAGS][,...]`: an upper case letter is a flag that is set, a lower case one a flag that is not.
void lower_sctp(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("chunk-types");
  if (given == nullptr) return;
  constexpr std::string_view chunks =
      "DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR "
      "SHUTDOWN_COMPLETE I_DATA RE_CONFIG PAD ASCONF ASCONF_ACK FORWARD_TSN I_FORWARD_TSN ALL NONE";
  if (!index_of_word("all any only", given->first.text)) return rule.bad_value(*given, given->first, "all, any or only, and then chunk types");
  split(given->second.text, ',', [&](std::string_view part) {
    const std::size_t colon = part.find(':');
    const std::string_view chunk = part.substr(0, colon);
    const std::string_view flags = colon == std::string_view::npos ? std::string_view() : part.substr(colon + 1);
    const std::string_view allowed = index_of_word("DATA I_DATA", chunk) ? "IUBEiube" : index_of_word("ABORT SHUTDOWN_COMPLETE", chunk) ? "Tt" : "";
    const bool good = index_of_word(chunks, chunk) && flags.find_first_not_of(allowed) == std::string_view::npos;
    if (!good) rule.bad_value(*given, given->second, part, "chunk types such as DATA,INIT or DATA:Be");
    return good;
  });
}

// --- ecn: two bits of the TCP flags, two of the TOS byte ---

constexpr OptionSpec ecn_options[] = {
    {.name = "ecn-tcp-cwr", .meaning = Meaning::lowered, .invertible = true},
    {.name = "ecn-tcp-ece", .meaning = Meaning::lowered, .invertible = true},
    {.name = "ecn-ip-ect", .value = Value::number, .meaning = Meaning::opaque_each, .invertible = true, .max = 3,
     .reason = "depends on the TOS byte, which routers and rules change"},
};

void lower_ecn(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    if (given.option->name == "ecn-ip-ect") continue;
    if (rule.protocol() != protocol::tcp) return rule.fail(given.name.where, fmt::format("--{} needs -p tcp", given.option->name), "-p tcp");
    const std::uint8_t bit = given.option->name == "ecn-tcp-cwr" ? ir::tcp_flag::cwr : ir::tcp_flag::ece;
    rule.masked(Field::tcp_flags, bit, bit, given.negated);
  }
}

// --- icmp, icmp6 ---

/// ICMP type 255 is "any", whatever the code (the kernel's icmp_type_code_match); ICMPv6 has no such word.
void lower_icmp(RuleBuilder& rule, const Use& use) {
  const bool v4 = rule.family() == Family::ipv4;
  for (const Given& given : use.given) {
    const bool any = v4 && index_of_word("any", given.first.text);
    const auto range = any ? std::optional(ir::Range{0xff00, 0xffff})
                           : read_icmp(given.first.text, rule.family());
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
    {.name = "icmp-type", .value = Value::text, .meaning = Meaning::lowered, .invertible = true, .required = true},
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
    {.name = "tcp", .options = tcp_options, .protocols = only_tcp, .next_header = true, .lower = lower_tcp},
    {.name = "udp", .options = udp_options, .protocols = only_udp, .next_header = true},
    {.name = "sctp", .options = sctp_options, .protocols = only_sctp, .next_header = true, .lower = lower_sctp},
    {.name = "dccp", .options = dccp_options, .protocols = only_dccp, .next_header = true},
    {.name = "ecn", .options = ecn_options, .any_option = true, .lower = lower_ecn},
    {.name = "icmp", .options = icmp_options, .families = Families::ipv4, .protocols = only_icmp, .next_header = true, .lower = lower_icmp},
    {.name = "icmp6", .options = icmp6_options, .families = Families::ipv6, .protocols = only_icmpv6, .next_header = true, .lower = lower_icmp},
    {.name = "multiport", .options = multiport_options, .protocols = with_ports, .any_option = true, .next_header = true, .lower = lower_multiport},
    {.name = "iprange", .options = iprange_options, .any_option = true},
};

}  // namespace

std::span<const Extension> header_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
