#include "check/conversation.h"

#include <algorithm>

namespace wallcheck::check {

using ir::Field;
using ir::Range;
namespace dimension = packets::dimension;

std::string_view to_string(Leg leg) {
  switch (leg) {
    case Leg::open: return "open";
    case Leg::onward: return "onward";
    case Leg::reply: return "reply";
  }
  return "open";
}

std::vector<Range> routable(bool v4, bool v6, bool unicast) {
  std::vector<Range> ranges;
  if (v4) {
    const AddressRange loopback = prefix(ipv4(0x7f000000), 8);
    ranges.push_back({unicast ? ipv4(0x01000000) : ipv4_first, loopback.first - 1});
    ranges.push_back({loopback.last + 1, unicast ? ipv4(0xdfffffff) : ipv4_last});
  }
  if (v6) {
    if (!unicast) ranges.push_back({0, 0});
    ranges.push_back({2, ipv4_first - 1});
    ranges.push_back({ipv4_last + 1, unicast ? (Uint128{0xff} << 120) - 1 : ~Uint128{0}});
  }
  return ir::normalised(std::move(ranges));
}

std::vector<Range> interfaces(const evaluate::Symbolic& symbolic, const std::vector<std::string>& names) {
  std::vector<Range> values;
  for (const std::string& name : names) {
    const Uint128 value = symbolic.interface_value(name);
    values.push_back({value, value});
  }
  if (!names.empty()) return ir::normalised(std::move(values));
  Uint128 next = 1;
  for (const Range& loopback : symbolic.loopback_interfaces()) {
    values.push_back({next, loopback.first - 1});
    next = loopback.last + 1;
  }
  values.push_back({next, symbolic.last_interface()});
  return ir::normalised(std::move(values));
}

namespace {

End end_of(const policy::Role* role, bool v4, bool v6) {
  if (role == nullptr || !role->addresses) return {routable(v4, v6, true), false};
  std::vector<Range> given;
  for (const AddressRange& range : *role->addresses) given.push_back({range.first, range.last});
  return {ir::intersection(ir::normalised(std::move(given)), routable(v4, v6, false)), true};
}

std::vector<Range> single(Uint128 value) { return {{value, value}}; }
Uint128 number(ir::State state) { return static_cast<Uint128>(state); }

std::vector<Range> icmp_message(std::uint8_t protocol, bool reply) {
  if (protocol == ir::protocol::icmp) return single((reply ? 0u : 8u) << 8);
  return single((reply ? 129u : 128u) << 8);
}

bool is_icmp(std::uint8_t protocol) { return protocol == ir::protocol::icmp || protocol == ir::protocol::icmpv6; }

/// TCP flags of a leg: what a sane peer sends. Every one has to pass.
std::vector<Range> flags(Leg leg) {
  using namespace ir::tcp_flag;
  if (leg == Leg::open) return single(syn);
  std::vector<Range> values{{ack, ack}, {ack | psh, ack | psh}, {ack | fin, ack | fin}, {ack | psh | fin, ack | psh | fin}};
  if (leg == Leg::reply) values.push_back({syn | ack, syn | ack});
  return ir::normalised(std::move(values));
}

}  // namespace

evaluate::Box Conversation::box(Leg leg, bool untracked) const {
  const bool back = leg == Leg::reply;
  const std::uint8_t protocol = service->protocol;
  evaluate::Box box;
  box[Field::protocol] = single(protocol);
  box[Field::source] = back ? server.addresses : client.addresses;
  box[Field::destination] = back ? client.addresses : server.addresses;
  box[Field::in_interface] = back ? out_interfaces : in_interfaces;
  box[Field::out_interface] = back ? in_interfaces : out_interfaces;
  if (ir::protocol::has_ports(protocol)) {
    box[Field::source_port] = back ? service->ports : service->source_ports;
    box[Field::destination_port] = back ? service->source_ports : service->ports;
  }
  if (protocol == ir::protocol::tcp) box[Field::tcp_flags] = flags(leg);
  if (is_icmp(protocol)) box[Field::icmp] = icmp_message(protocol, back);
  box[Field::fragment] = single(0);
  if (leg == Leg::open) {
    box[Field::state] = single(number(ir::State::new_));
  } else if (untracked) {
    box[Field::state] = ir::normalised({{number(ir::State::new_), number(ir::State::new_)}, {number(ir::State::invalid), number(ir::State::invalid)}});
  } else {
    box[Field::state] = single(number(ir::State::established));
  }
  box[Field::direction] = single(static_cast<Uint128>(back && !untracked ? ir::Direction::reply : ir::Direction::original));
  return box;
}

std::vector<packets::Dimension> Conversation::fixed() const {
  std::vector<packets::Dimension> dimensions{dimension::protocol, dimension::source_port, dimension::destination_port};
  if (client.given) dimensions.push_back(dimension::source);
  if (server.given) dimensions.push_back(dimension::destination);
  if (in_given) dimensions.push_back(dimension::in_interface);
  if (out_given) dimensions.push_back(dimension::out_interface);
  return dimensions;
}

Conversation Conversation::opposite() const {
  Conversation other = *this;
  std::swap(other.path, other.reply_path);
  std::swap(other.client, other.server);
  std::swap(other.in_interfaces, other.out_interfaces);
  std::swap(other.in_given, other.out_given);
  other.site_opens = !site_opens;
  return other;
}

std::optional<Conversation> conversation(const ir::Firewall& firewall, const evaluate::Symbolic& symbolic, const policy::Pack& pack,
                                         const policy::Flow& flow, const policy::Service& service, const policy::Site& site,
                                         policy::FlowDirection direction, std::string& why_not) {
  const bool v4 = firewall.ipv4 && pack.family != Family::ipv6 && service.protocol != ir::protocol::icmpv6;
  const bool v6 = firewall.ipv6 && pack.family != Family::ipv4 && service.protocol != ir::protocol::icmp;
  if (!v4 && !v6) {
    const bool policy_decides = firewall.ipv4 != firewall.ipv6 && pack.family.has_value();
    why_not = !policy_decides           ? "the file does not filter the packets of this protocol"
              : firewall.ipv4           ? "the policy is about IPv6 only, and the file filters IPv4"
                                        : "the policy is about IPv4 only, and the file filters IPv6";
    return std::nullopt;
  }
  Conversation c;
  c.service = &service;
  c.client = end_of(pack.role(flow.from), v4, v6);
  c.server = end_of(pack.role(flow.to), v4, v6);
  if (c.client.addresses.empty() || c.server.addresses.empty()) {
    why_not = "no address of role \"" + (c.client.addresses.empty() ? flow.from : flow.to) + "\" is of a family that the file filters";
    return std::nullopt;
  }
  const bool egress = direction == policy::FlowDirection::egress;
  c.site_opens = egress;
  const std::vector<Range> outside = interfaces(symbolic, site.outside);
  if (site.position == policy::Position::gateway) {
    const std::vector<Range> inside = interfaces(symbolic, site.inside);
    c.path = c.reply_path = ir::Path::forward;
    c.in_interfaces = egress ? inside : outside;
    c.out_interfaces = egress ? outside : inside;
    c.in_given = !(egress ? site.inside : site.outside).empty();
    c.out_given = !(egress ? site.outside : site.inside).empty();
    return c;
  }
  c.path = egress ? ir::Path::egress : ir::Path::ingress;
  c.reply_path = egress ? ir::Path::ingress : ir::Path::egress;
  c.in_interfaces = egress ? single(0) : outside;
  c.out_interfaces = outside;
  c.in_given = egress || !site.outside.empty();
  c.out_given = egress && !site.outside.empty();
  if (!egress) {
    // What the host sends on to another address (containers) leaves through any interface; the rest through none.
    c.out_interfaces = interfaces(symbolic, {});
    c.out_interfaces.push_back({0, 0});
    c.out_interfaces = ir::normalised(std::move(c.out_interfaces));
  }
  return c;
}

}  // namespace wallcheck::check
