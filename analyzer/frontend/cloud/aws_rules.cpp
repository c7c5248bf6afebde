// After the EC2 API reference: IpPermission, NetworkAclEntry.

#include "frontend/cloud/aws_rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

Span aws_place(Value permission, Value from, Value to, Value protocol) {
  for (const Value value : {from, to, protocol})
    if (value) return value.member();
  return permission.span();
}

void aws_service(Document& document, Permission& permission, Value rule, const Scalar& protocol, const Scalar& from, const Scalar& to) {
  if (!protocol.text) {
    if (protocol) document.no_value(permission, protocol, "this is not a protocol", "\"tcp\", or \"-1\" for all");
    else document.unreadable(permission, rule, "a rule without a protocol", "\"tcp\", or \"-1\" for all");
    return;
  }
  if (!document.protocol(permission, *protocol.text, protocol.at) || permission.protocols.empty()) return;  // with every protocol ports are not asked
  for (const Scalar* port : {&from, &to}) {
    if (!*port || port->number()) continue;
    document.no_value(permission, *port, fmt::format("{} is not a port", printable(port->at.raw().substr(0, 40))), "a number from 0 to 65535");
    return;
  }
  const auto first = from.number(), last = to.number();
  const bool all = first.value_or(-1) == -1 && last.value_or(-1) == -1;
  const auto number = permission.protocols[0].first;
  if (is_icmp(permission)) {
    document.icmp(permission, first, last, from.at);
  } else if (number == ir::protocol::tcp || number == ir::protocol::udp) {
    if (!from && !to) {
      document.unreadable(permission, protocol.at, fmt::format("a rule for {} without ports", printable(*protocol.text)), "a first and a last port");
    } else if (!all) {
      if (first == 0 && last == 0)
        document.trap("WC424", from.at.member(), fmt::format("ports 0 to 0 are port 0 alone, not every {} port", printable(*protocol.text)));
      document.ports(permission, permission.destination_ports, first, last, from ? from.at : to.at);
    }
  } else if (!all && !(first.value_or(0) == 0 && (last.value_or(0) == 0 || last == 65535))) {
    document.trap("WC423", (from ? from : to).at.member(), fmt::format("protocol {} has no ports that AWS looks at: the rule lets all of it pass", printable(*protocol.text)));
  }
}

Group& add_acl(Document& document, ir::Format format, std::string_view id, Span where) {
  Group& acl = document.add_group(format, id, {}, where);
  acl.ordered = true;
  acl.stateful = false;
  return acl;
}

void add_acl_entry(Document& document, Group& acl, const AclEntry& entry) {
  Permission permission;
  permission.direction = entry.egress.at.truth() || entry.egress.text == "true" ? Path::egress : Path::ingress;
  permission.where = entry.at.span();
  for (const Scalar* part : {&entry.number, &entry.icmp_type, &entry.from_port})
    if (*part) permission.where = part->at.member();

  permission.priority = entry.number.number().value_or(0);
  if (!entry.number.number())
    document.no_value(permission, entry.number ? entry.number : Scalar{entry.at}, "an entry without a readable rule number", "a number from 1 to 32766");
  document.effect(permission, entry.action, entry.at);
  if (!entry.protocol.text) {
    document.no_value(permission, entry.protocol ? entry.protocol : Scalar{entry.at}, "an entry without a readable protocol", "a protocol number, or -1 for all");
  } else if (document.protocol(permission, *entry.protocol.text, entry.protocol.at)) {
    const bool icmp = is_icmp(permission);
    const Scalar& first = icmp ? entry.icmp_type : entry.from_port;
    const Scalar& last = icmp ? entry.icmp_code : entry.to_port;
    if (first.is_unknown()) document.no_value(permission, first, {}, {});
    else if (last.is_unknown()) document.no_value(permission, last, {}, {});
    else if (icmp) document.icmp(permission, first.number(), last.number(), first.at);
    else if (has_ports(permission) && (first || last)) document.ports(permission, permission.destination_ports, first.number(), last.number(), first ? first.at : last.at);
  }
  Peer& peer = other_end(permission);
  for (const Scalar& network : entry.networks) {
    if (network.text) document.network(permission, peer, *network.text, network.at);
    else if (network.is_unknown()) peer.add({ReferenceKind::expression, network.key.empty() ? network.at.raw() : network.key, network.at.member(), network.reason});
    else document.unreadable(permission, peer, network.at, fmt::format("{} is not a network", json::a(network.at.kind())), "a string such as \"10.0.0.0/8\"");
  }
  if (entry.networks.empty()) document.unreadable(permission, peer, entry.at, "an entry that names no addresses", "an IPv4 or IPv6 network");
  acl.permissions.push_back(permission);
  const bool says = entry.egress.at.is(Kind::boolean) || entry.egress.text == "true" || entry.egress.text == "false";
  if (!says) {
    document.no_value(acl.permissions.back(), entry.egress ? entry.egress : Scalar{entry.at}, "an entry that does not say whether it is about egress", "true or false");
    acl.permissions.push_back(acl.permissions.back());
    acl.permissions.back().direction = Path::egress;
  }
}

namespace {

bool covers(const std::vector<ir::Range>& outer, const std::vector<ir::Range>& inner) {
  if (outer.empty()) return true;
  return !inner.empty() && std::ranges::all_of(inner, [&](const ir::Range& i) {
    return std::ranges::any_of(outer, [&](const ir::Range& o) { return o.first <= i.first && o.last >= i.last; });
  });
}

bool covers(const Peer& outer, const Peer& inner) {
  if (outer.any) return true;
  return !inner.any && inner.references.empty() && covers(outer.addresses, inner.addresses) && !outer.addresses.empty();
}

}  // namespace

void find_dead_allows(Document& document, const Group& acl) {
  constexpr std::size_t many = 2000;  // AWS itself takes 40 a direction
  if (acl.permissions.size() > many) return;
  for (const Permission& allow : acl.permissions) {
    if (allow.effect != Effect::allow) continue;
    const auto denies = [&](const Permission& deny) {
      return deny.effect == Effect::deny && deny.direction == allow.direction && deny.priority < allow.priority && deny.unknowns.empty() &&
             covers(deny.protocols, allow.protocols) && covers(deny.source, allow.source) && covers(deny.destination, allow.destination) &&
             covers(deny.destination_ports, allow.destination_ports) && covers(deny.source_ports, allow.source_ports) && covers(deny.icmp, allow.icmp);
    };
    const auto deny = std::ranges::find_if(acl.permissions, denies);
    if (deny == acl.permissions.end()) continue;
    document.trap("WC425", allow.where, fmt::format("rule {} allows what rule {} has denied before: it has no effect", allow.priority, deny->priority),
                  Severity::warning, {{deny->where, "denied here"}});
  }
}

void add_unknown_rest(Group& group, std::string_view reason, Span where) {
  for (const Path direction : {Path::ingress, Path::egress}) {
    Permission& permission = group.permissions.emplace_back();
    permission.direction = direction;
    permission.where = where;
    permission.unknowns.push_back({"other rules of the group", reason, where});
  }
}

bool permits_everything(const Permission& permission) {
  const auto& peer = permission.direction == Path::ingress ? permission.source : permission.destination;
  return permission.effect == Effect::allow && permission.protocols.empty() && permission.unknowns.empty() &&
         (peer.any || covers(peer.addresses, {all_of(Family::ipv4).begin(), all_of(Family::ipv4).end()}));
}

}  // namespace wallcheck::frontend::cloud
