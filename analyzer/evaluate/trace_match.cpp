// Matches: does a condition hold for a packet?

#include "evaluate/trace_walk.h"

namespace wallcheck::evaluate {

using ir::AddressType;
using ir::Field;

namespace {

bool in_prefix(Address address, Address base, unsigned length) {
  const AddressRange range = prefix(base, length);
  return address >= range.first && address <= range.last;
}

bool is_loopback(Address address) { return in_prefix(address, ipv4(0x7f00'0000u), 8) || address == 1; }

AddressType type_of(Address address, bool owned) {
  if (in_prefix(address, ipv4(0xe000'0000u), 4) || in_prefix(address, Uint128{0xff} << 120, 8)) return AddressType::multicast;
  if (in_prefix(address, ipv4(0), 8) || address == ipv4_last) return AddressType::broadcast;
  return owned || is_loopback(address) ? AddressType::local : AddressType::unicast;
}

Uint128 value_of(Field field, const ir::Packet& packet) {
  switch (field) {
    case Field::source: return packet.source;
    case Field::destination: return packet.destination;
    case Field::protocol: return packet.protocol;
    case Field::source_port: return packet.source_port;
    case Field::destination_port: return packet.destination_port;
    case Field::icmp: return packet.icmp_type * 256u + packet.icmp_code;
    case Field::tcp_flags: return packet.tcp_flags;
    case Field::state: return static_cast<unsigned>(packet.state);
    case Field::direction: return static_cast<unsigned>(packet.direction);
    case Field::dnat: return packet.dnat;
    case Field::snat: return packet.snat;
    case Field::source_type: return static_cast<unsigned>(source_type(packet));
    case Field::destination_type: return static_cast<unsigned>(destination_type(packet));
    case Field::fragment: return packet.fragment;
    case Field::mark: return packet.mark;
    case Field::connmark: return packet.connmark;
    case Field::tag: return packet.tag;
    case Field::in_interface:
    case Field::out_interface: break;  // compared by name
  }
  return 0;
}

bool is_known(Field field, const Carried& carried) {
  if (carried.all_unknown) return false;
  if (field == Field::source) return !carried.source_unknown;
  if (field == Field::destination) return !carried.destination_unknown;
  return true;
}

/// Of an address that is not known its family is: ranges with the whole family hold, ranges without any of it do not.
std::optional<bool> holds_for_family(std::span<const ir::Range> ranges, Family family) {
  if (family == Family::ipv6) {
    if (ranges.empty() || (ranges.front().first >= ipv4_first && ranges.back().last <= ipv4_last)) return false;
    return std::nullopt;
  }
  for (const ir::Range& range : ranges) {
    if (range.first <= ipv4_first && range.last >= ipv4_last) return true;
    if (range.first <= ipv4_last && range.last >= ipv4_first) return std::nullopt;
  }
  return false;
}

std::optional<bool> plain_holds(const ir::Firewall& firewall, const ir::Match& match, const Carried& carried) {
  const ir::Packet& packet = carried.packet;
  const bool known = is_known(match.field, carried);
  switch (match.kind) {
    case ir::MatchKind::ranges:
      if (known) return firewall.ranges.contains(match.value, value_of(match.field, packet));
      if (carried.all_unknown) return std::nullopt;
      return holds_for_family(firewall.ranges[match.value], family_of(value_of(match.field, packet)));
    case ir::MatchKind::masked: {
      if (!known) return std::nullopt;
      const ir::Masked& masked = firewall.masked[match.value];
      return (value_of(match.field, packet) & masked.mask) == masked.value;
    }
    case ir::MatchKind::interface:
      return ir::interface_matches(firewall.strings[match.value],
                                   match.field == Field::in_interface ? packet.in_interface : packet.out_interface);
    default: return std::nullopt;
  }
}

/// Recursion: alternatives nest as deep as a front-end writes them (a few levels), not as deep as the input likes.
Truth truth(const ir::Firewall& firewall, const ir::Match& match, const Carried& carried, const Answers& answers) {
  Truth result;
  if (match.kind == ir::MatchKind::opaque) {
    if (answers) result.value = answers(match.value);
    if (!result.value) result.pending = match.value;
  } else if (match.kind == ir::MatchKind::any_of) {
    result.value = false;
    for (const ir::Conjunction& conjunction : firewall.conjunctions_of(match.value)) {
      const Truth one = all_hold(firewall, firewall.matches_of(conjunction), carried, answers);
      if (one.value == true) {
        result = one;
        break;
      }
      if (!one.value && (result.value || result.pending == ir::none)) result = one;
    }
  } else {
    result.value = plain_holds(firewall, match, carried);
  }
  if (result.value && match.negated) result.value = !*result.value;
  return result;
}

}  // namespace

Truth all_hold(const ir::Firewall& firewall, std::span<const ir::Match> matches, const Carried& carried, const Answers& answers) {
  Truth result{true};
  for (const ir::Match& match : matches) {
    const Truth one = truth(firewall, match, carried, answers);
    if (one.value == false) return one;
    if (!one.value && (result.value || result.pending == ir::none)) result = one;
  }
  return result;
}

std::optional<bool> holds(const ir::Firewall& firewall, const ir::Match& match, const ir::Packet& packet, const Answers& answers) {
  return truth(firewall, match, Carried{.packet = packet}, answers).value;
}

bool has_connection(const ir::Packet& packet) {
  return packet.state != ir::State::invalid && packet.state != ir::State::untracked;
}

AddressType source_type(const ir::Packet& packet) { return type_of(packet.source, packet.path == ir::Path::egress); }
AddressType destination_type(const ir::Packet& packet) { return type_of(packet.destination, packet.path == ir::Path::ingress); }

}  // namespace wallcheck::evaluate
