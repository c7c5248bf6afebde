#include "frontend/iptables/icmp.h"

#include <cstdint>
#include <span>

#include "frontend/iptables/values.h"

namespace wallcheck::frontend::iptables {
namespace {

struct IcmpName {
  std::string_view name;
  std::uint8_t type;
  std::optional<std::uint8_t> code = {};
};

// Numbers: IANA, ICMP and ICMPv6 parameters.
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

ir::Range types(std::uint32_t type, std::optional<std::uint32_t> code) {
  return {type << 8 | code.value_or(0), type << 8 | code.value_or(255)};
}

}  // namespace

std::optional<ir::Range> read_icmp(std::string_view text, Family family) {
  const auto names = family == Family::ipv4 ? std::span<const IcmpName>(icmp_names) : std::span<const IcmpName>(icmp6_names);
  std::optional<ir::Range> found;
  for (const IcmpName& entry : names) {
    if (index_of_word(entry.name, text)) return types(entry.type, entry.code);
    if (text.empty() || !index_of_word(entry.name.substr(0, text.size()), text)) continue;
    const ir::Range range = types(entry.type, entry.code);
    if (found && *found != range) return std::nullopt;
    found = range;
  }
  if (found) return found;
  const std::size_t slash = text.find('/');
  const auto type = read_number(text.substr(0, slash), 0, 255);
  if (!type) return std::nullopt;
  if (slash == std::string_view::npos) return types(static_cast<std::uint32_t>(*type), std::nullopt);
  const auto code = read_number(text.substr(slash + 1), 0, 255);
  if (!code) return std::nullopt;
  return types(static_cast<std::uint32_t>(*type), static_cast<std::uint32_t>(*code));
}

}  // namespace wallcheck::frontend::iptables
