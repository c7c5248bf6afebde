// Effects: what rules do to the packet (marks, tags, translation). iptables-extensions(8) MARK, CONNMARK, CT, DNAT, REDIRECT,
// SNAT, MASQUERADE; pf.conf(5) tag, rdr-to, nat-to.

#include <algorithm>

#include <fmt/format.h>

#include "evaluate/choices.h"
#include "evaluate/trace_walk.h"

namespace wallcheck::evaluate {

using ir::Effect;
using ir::EffectKind;

namespace {

/// `address` and `port` after a translation, in every way that the rule leaves open. No address of the packet's family to
/// choose from, or no ports in its protocol: that part is kept.
struct Endpoint {
  Address address = 0;
  std::uint16_t port = 0;
};
std::vector<Endpoint> translated(const ir::Firewall& firewall, const Choices& choices, const Effect& effect, const ir::Packet& packet, Endpoint from) {
  std::vector<Uint128> addresses = choices.addresses, ports = choices.ports;
  const auto keep = [&](std::vector<Uint128>& values, ir::RangesId ranges, Uint128 own) {
    if (firewall.ranges.contains(ranges, own) && std::ranges::find(values, own) == values.end()) values.push_back(own);
  };
  if (choices.may_keep_address) keep(addresses, effect.addresses, from.address);
  std::erase_if(addresses, [&](Address address) { return family_of(address) != family_of(packet.destination); });
  if (addresses.empty()) addresses.push_back(from.address);
  // A port that already lies in the range is usually, but not always, kept.
  if (choices.may_keep_port) keep(ports, effect.ports, from.port);
  if (!ir::protocol::has_ports(packet.protocol) || ports.empty()) ports = {from.port};
  std::vector<Endpoint> result;
  for (const Uint128 address : addresses)
    for (const Uint128 port : ports) result.push_back({address, static_cast<std::uint16_t>(port)});
  return result;
}

std::string name(const ir::Packet& packet, Address address, std::uint16_t port) {
  std::string text = wallcheck::to_string(address);
  if (!ir::protocol::has_ports(packet.protocol)) return text;
  return family_of(address) == Family::ipv6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

void add_words(Changed& to, std::string_view words) {
  if (!to.words.empty()) to.words += ", ";
  to.words += words;
}

void translate_destination(const ir::Firewall& firewall, const Choices& choices, const Effect& effect, ir::Point point, const Changed& from,
                           std::vector<Changed>& to) {
  const ir::Packet& old = from.carried.packet;
  // Redirected in OUTPUT it goes to the loopback address. Elsewhere it goes to the first address of the interface that it came in
  // through: the only address that an ingress packet's host is known to have is the packet's destination; a forwarding host's
  // addresses are not known at all.
  Endpoint target{old.destination, old.destination_port};
  if (effect.to_local && point == ir::Point::output)
    target.address = family_of(old.destination) == Family::ipv4 ? ipv4(0x7f00'0001u) : Address{1};
  for (const Endpoint& end : translated(firewall, choices, effect, old, target)) {
    Changed one = from;
    ir::Packet& packet = one.carried.packet;
    packet.destination = end.address;
    packet.destination_port = end.port;
    if (effect.addresses != 0) one.carried.destination_unknown = one.carried.redirected = false;
    if (effect.to_local) {
      one.carried.destination_unknown = point != ir::Point::output && old.path == ir::Path::forward;
      one.carried.redirected = true;
    }
    const bool differs = packet.destination != old.destination || packet.destination_port != old.destination_port ||
                         one.carried.destination_unknown;
    // Connection tracking calls a connection translated only if something did change.
    packet.dnat |= differs;
    one.carried.destination_rewritten |= differs;
    if (one.carried.destination_unknown) add_words(one, "destination becomes this host");
    else add_words(one, "destination becomes " + name(packet, end.address, end.port));
    to.push_back(std::move(one));
  }
}

void translate_source(const ir::Firewall& firewall, const Choices& choices, const Effect& effect, const Changed& from, std::vector<Changed>& to) {
  const ir::Packet& old = from.carried.packet;
  for (const Endpoint& end : translated(firewall, choices, effect, old, {old.source, old.source_port})) {
    Changed one = from;
    ir::Packet& packet = one.carried.packet;
    packet.source = end.address;
    packet.source_port = end.port;
    if (effect.addresses != 0) one.carried.source_unknown = false;
    if (effect.from_local) one.carried.source_unknown = old.path == ir::Path::forward;
    const bool differs = packet.source != old.source || packet.source_port != old.source_port || one.carried.source_unknown;
    packet.snat |= differs;
    one.carried.source_rewritten |= differs;
    if (one.carried.source_unknown) add_words(one, "source becomes this host");
    else add_words(one, "source becomes " + name(packet, end.address, end.port));
    to.push_back(std::move(one));
  }
}

/// Everything but translation has one result; so have translations whose choices are too many.
void change_in_place(const ir::Firewall& firewall, const Effect& effect, Changed& it) {
  ir::Packet& packet = it.carried.packet;
  switch (effect.kind) {
    case EffectKind::set_mark:
      // Restoring the connection's mark without a connection does nothing at all.
      if (effect.other != 0 && !has_connection(packet)) return add_words(it, "no connection, mark kept");
      packet.mark = (packet.mark & effect.keep) ^ (packet.connmark & effect.other) ^ effect.flip;
      return add_words(it, fmt::format("mark {:#x}", packet.mark));
    case EffectKind::set_connmark:
      if (!has_connection(packet)) return add_words(it, "no connection to mark");
      packet.connmark = (packet.connmark & effect.keep) ^ (packet.mark & effect.other) ^ effect.flip;
      return add_words(it, fmt::format("connection mark {:#x}", packet.connmark));
    case EffectKind::set_tag:
      packet.tag = static_cast<std::uint16_t>(effect.value);
      return add_words(it, fmt::format("tag {}", firewall.strings[firewall.tags[packet.tag]]));
    case EffectKind::untrack:
      it.carried.untracked = true;
      packet.state = ir::State::untracked;
      return add_words(it, "untracked");
    case EffectKind::unknown_rewrite:
      it.carried.all_unknown = true;
      return add_words(it, "rewritten in a way that is not modelled");
    case EffectKind::translate_destination:
    case EffectKind::translate_source:
      it.carried.all_unknown = true;
      return add_words(it, "translated in too many ways to follow");
  }
}

}  // namespace

std::vector<Changed> changed(const ir::Firewall& firewall, std::span<const Effect> effects, const Carried& carried, ir::Point point) {
  std::vector<Changed> results{{carried, {}}};
  for (const Effect& effect : effects) {
    std::vector<Changed> next;
    const bool destination = effect.kind == EffectKind::translate_destination;
    const bool translates = destination || effect.kind == EffectKind::translate_source;
    const auto choices = translates ? choices_of(firewall, destination, effect.addresses, effect.ports) : Choices{};
    for (Changed& one : results) {
      if (!translates || !choices) {
        change_in_place(firewall, effect, one);
        next.push_back(std::move(one));
      } else if (destination) {
        translate_destination(firewall, *choices, effect, point, one, next);
      } else {
        translate_source(firewall, *choices, effect, one, next);
      }
    }
    results = std::move(next);
  }
  return results;
}

}  // namespace wallcheck::evaluate
