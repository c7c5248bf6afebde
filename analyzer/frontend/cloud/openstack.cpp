// OpenStack security groups: the Networking API (also the project's tools that print it), and what `openstack security group show`
// and `openstack security group rule list` print with -f json. After the Networking API v2 reference, "Security groups".

#include <array>

#include <fmt/format.h>

#include "frontend/cloud/decoders.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

namespace {

/// A rule's parts, from whatever shape.
struct Parts {
  Value at;
  Scalar direction, ethertype, protocol, port_min, port_max, prefix, group, address_group;
};

Peer& remote_end(Permission& permission) { return permission.direction == Path::ingress ? permission.source : permission.destination; }

/// "null", "None", "any" and nothing at all: the rule does not ask.
bool says(const Scalar& scalar) { return scalar && !(scalar.text && (scalar.text->empty() || *scalar.text == "None" || same_word(*scalar.text, "any"))); }

void read_service(Document& document, Permission& permission, const Parts& parts, std::optional<Family> family) {
  if (!says(parts.protocol)) {
    if (says(parts.port_min) || says(parts.port_max)) document.no_value(permission, parts.port_min, "ports without a protocol", "a protocol");
    return;
  }
  if (!parts.protocol.text) return document.no_value(permission, parts.protocol, "this is not a protocol", "tcp, udp, icmp or a number");
  if (!document.protocol(permission, *parts.protocol.text, parts.protocol.at) || permission.protocols.empty()) return;
  // Neutron takes icmp with IPv6 for ICMPv6.
  if (family == Family::ipv6 && permission.protocols[0].first == ir::protocol::icmp) permission.protocols[0] = {ir::protocol::icmpv6, ir::protocol::icmpv6};
  const bool any_port = !says(parts.port_min) && !says(parts.port_max);
  if (any_port) return;
  for (const Scalar* port : {&parts.port_min, &parts.port_max})
    if (says(*port) && !port->number()) return document.no_value(permission, *port, "this is not a port", "a number from 0 to 65535");
  const auto low = parts.port_min.number(), high = parts.port_max.number();
  if (low.value_or(-1) == -1 && high.value_or(-1) == -1) return;
  const Value where = says(parts.port_min) ? parts.port_min.at : parts.port_max.at;
  if (is_icmp(permission)) document.icmp(permission, low, high, where);
  else if (has_ports(permission)) document.ports(permission, permission.destination_ports, low, high, where);
  else document.unreadable(permission, where, "ports of a protocol that has none", "tcp, udp, sctp, dccp or udplite");
}

void add(Document& document, Group& group, const Parts& parts) {
  Permission permission;
  permission.where = parts.at.span();
  for (const Scalar* part : {&parts.direction, &parts.protocol, &parts.port_min})
    if (says(*part) && part->at.id() != parts.at.id()) permission.where = part->at.member();
  const bool directed = document.direction(permission, parts.direction, "ingress", "egress", parts.at);

  std::optional<Family> family;
  const std::string_view ethertype = parts.ethertype.text.value_or("");
  if (same_word(ethertype, "IPv4")) family = Family::ipv4;
  else if (same_word(ethertype, "IPv6")) family = Family::ipv6;
  else if (parts.ethertype) document.no_value(permission, parts.ethertype, "this is not an ethertype", "IPv4 or IPv6");
  read_service(document, permission, parts, family);

  Peer& peer = remote_end(permission);
  if (says(parts.prefix)) {
    if (parts.prefix.text) document.network(permission, peer, *parts.prefix.text, parts.prefix.at);
    else if (parts.prefix.is_unknown()) peer.add({ReferenceKind::expression, "remote_ip_prefix", parts.at.span(), parts.prefix.reason});
    else document.unreadable(permission, peer, parts.prefix.at, "this is not a network", "a network such as 10.0.0.0/8");
  }
  const auto refer = [&](const Scalar& name, ReferenceKind kind) {
    if (!says(name)) return;
    if (name.text) peer.add({kind, *name.text, name.at.member()});
    else if (name.is_unknown()) peer.add({ReferenceKind::expression, kind_name(kind), name.at.span(), name.reason});
    else document.unreadable(permission, peer, name.at, "this is not the name of a group", "a string");
  };
  refer(parts.group, ReferenceKind::group);
  refer(parts.address_group, ReferenceKind::address_group);
  if (peer.any && family) peer.add(all_of(*family));
  if (!peer.references.empty()) permission.family = family;
  group.permissions.push_back(permission);
  if (!directed) {
    std::swap(permission.source, permission.destination);
    permission.direction = Path::egress;
    group.permissions.push_back(std::move(permission));
  }
}

/// The client's older form of rules: one text, a rule a line, `direction='ingress', protocol='tcp', ...`. The places of its parts are the text's.
void add_written_rules(Document& document, Group& group, Value text) {
  std::string_view rest = text.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Parts parts{text, {}, {}, {}, {}, {}, {}, {}, {}};
    const std::array<std::pair<std::string_view, Scalar*>, 8> names{{{"direction", &parts.direction}, {"ethertype", &parts.ethertype},
                                                                    {"protocol", &parts.protocol}, {"port_range_min", &parts.port_min},
                                                                    {"port_range_max", &parts.port_max}, {"remote_ip_prefix", &parts.prefix},
                                                                    {"remote_group_id", &parts.group}, {"remote_address_group_id", &parts.address_group}}};
    bool any = false;
    while (!line.empty()) {
      const std::size_t equals = line.find("='");
      const std::size_t close = equals == std::string_view::npos ? equals : line.find('\'', equals + 2);
      if (close == std::string_view::npos) break;
      std::string_view key = line.substr(0, equals);
      key.remove_prefix(std::min(key.find_first_not_of(", "), key.size()));
      for (const auto& [name, part] : names)
        if (name == key) *part = Scalar{text, line.substr(equals + 2, close - equals - 2)}, any = true;
      line.remove_prefix(close + 1);
    }
    if (any) add(document, group, parts);
    else document.problem("WC902", text.member(), "rules in a form that is not known", "rules as a list: newer clients print them so");
  }
}

}  // namespace

Group& add_openstack_group(Document& document, ir::Format format, std::string_view id, std::string_view name, Span where) {
  if (Group* const known = document.find_group(format, id)) return *known;
  return document.add_group(format, id, name, where);
}

void add_openstack_rule(Document& document, Group& group, const Fields& rule, const Scalar* remote_group) {
  Parts parts{rule.at, rule["direction"], rule["ethertype"] ? rule["ethertype"] : rule["ether_type"], rule["protocol"], rule["port_range_min"],
              rule["port_range_max"], rule["remote_ip_prefix"], rule["remote_group_id"], rule["remote_address_group_id"]};
  if (remote_group != nullptr) {
    parts.group = *remote_group;
    if (parts.port_min.number() == 0 && parts.port_max.number() == 0) parts.port_min = parts.port_max = {};
  }
  add(document, group, parts);
  document.known_keys(group.permissions.back(), rule.at,
                      {"direction", "ethertype", "ether_type", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id", "remote_address_group_id",
                       "id", "security_group_id", "tenant_id", "project_id", "description", "created_at", "updated_at", "revision_number", "standard_attr_id", "tags",
                       "normalized_cidr", "belongs_to_default_sg", "name", "location", "region", "timeouts", "if_revision_match"});
}

bool knows_openstack_group(Value object) {
  if (object["security_group_rules"].is(Kind::array) && (object["id"].exists() || object["name"].exists())) return true;
  const Value rules = object["rules"];
  if (rules.is(Kind::string)) return rules.text().find("ethertype='") != std::string_view::npos;
  return rules.is(Kind::array) && (*rules.begin())["ethertype"].exists();
}

void decode_openstack_group(Document& document, Value value) {
  const Value id = value["id"], name = value["name"], rules = value["security_group_rules"].exists() ? value["security_group_rules"] : value["rules"];
  Group& group = add_openstack_group(document, ir::Format::openstack, id ? id.text() : name.text(), name.text(), id ? id.member() : name ? name.member() : value.span());
  group.stateful = !(value["stateful"].is(Kind::boolean) && !value["stateful"].truth());
  document.description(value["description"]);
  group.ingress.where = group.egress.where = rules.key();
  if (rules.is(Kind::string)) return add_written_rules(document, group, rules);
  for (const Value rule : rules) {
    if (rule.is(Kind::object)) add_openstack_rule(document, group, {rule});
    else document.problem("WC902", rule.span(), fmt::format("{} where a rule should be", json::a(rule.kind())), "an object");
    document.description(rule["description"], rule.span());
  }
}

bool knows_openstack_rule(Value object) {
  return object["IP Protocol"].exists() || (object["security_group_id"].exists() && object["direction"].exists() && object["ethertype"].exists());
}

void decode_openstack_rule(Document& document, Value value) {
  if (!value["IP Protocol"].exists()) {
    Group& group = add_openstack_group(document, ir::Format::openstack, value["security_group_id"].text(), {}, value["security_group_id"].member());
    return add_openstack_rule(document, group, {value});
  }
  // The columns of `openstack security group rule list`.
  const Value group_id = value["Security Group"], ports = value["Port Range"];
  Group& group = add_openstack_group(document, ir::Format::openstack, group_id ? group_id.text() : "security group", {}, group_id ? group_id.member() : value.span());
  const auto column = [&](std::string_view name) { return value[name] ? scalar(value[name]) : Scalar{}; };
  Parts parts{value, column("Direction"), column("Ethertype"), column("IP Protocol"), {}, {}, column("IP Range"), column("Remote Security Group"), column("Remote Address Group")};
  if (!ports.text().empty()) {
    // "22:22"; of ICMP "type=8:code=0".
    std::string_view low = ports.text().substr(0, ports.text().find(':')), high = ports.text().substr(std::min(low.size() + 1, ports.text().size()));
    if (low.starts_with("type=")) low.remove_prefix(5);
    if (high.starts_with("code=")) high.remove_prefix(5);
    parts.port_min = {ports, low};
    parts.port_max = high.empty() ? Scalar{} : Scalar{ports, high};
  }
  // An empty range of addresses is any; the client fills it with the family's 0/0 or leaves it.
  if (parts.prefix.text && parts.group) parts.prefix = {};
  add(document, group, parts);
}

}  // namespace wallcheck::frontend::cloud
