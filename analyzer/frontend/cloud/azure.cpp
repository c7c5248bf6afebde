// Azure network security groups, as the REST API and as `az` print them (also inside ARM templates). After the REST reference of
// NetworkSecurityGroups and "Network security groups: how they work", "Virtual network service tags".

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/decoders.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

const AzureNames azure_names{"protocol", "access", "direction", "priority", "description",
                             {"sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups", "sourcePortRange", "sourcePortRanges"},
                             {"destinationAddressPrefix", "destinationAddressPrefixes", "destinationApplicationSecurityGroups", "destinationPortRange", "destinationPortRanges"}};
const AzureNames terraform_azure_names{"protocol", "access", "direction", "priority", "description",
                                       {"source_address_prefix", "source_address_prefixes", "source_application_security_group_ids", "source_port_range", "source_port_ranges"},
                                       {"destination_address_prefix", "destination_address_prefixes", "destination_application_security_group_ids", "destination_port_range",
                                        "destination_port_ranges"}};

namespace {

constexpr std::string_view virtual_network = "VirtualNetwork", load_balancer = "AzureLoadBalancer", internet = "Internet";

/// Where the health probes of the load balancer come from, and nothing else does.
void know_load_balancer(Document& document) {
  const Address probe = ipv4(0xa83f8110);  // 168.63.129.16
  document.sets.try_emplace(std::string(load_balancer), Members{{{probe, probe}}, true});
}

bool is_expression(std::string_view text) { return text.starts_with('[') && text.ends_with(']'); }

/// The last part of a resource's path.
std::string_view last_part(std::string_view id) { return id.substr(id.rfind('/') + 1); }

class RuleReader {
 public:
  RuleReader(Document& document, const Fields& rule, const AzureNames& names) : document_(document), rule_(rule), names_(names) {}

  void read(Group& group) {
    Permission permission;
    permission.where = rule_.at.span();
    for (const Value part : {rule_.at[names_.priority], rule_.at[names_.destination.ports], rule_.at[names_.destination.port]}) {
      if (part.is(Kind::array) ? part.size() > 0 : static_cast<bool>(part) && part.raw() != "\"\"")
        permission.where = part.is(Kind::array) ? (*part.begin()).span() : part.member();
    }
    const bool directed = document_.direction(permission, rule_[names_.direction], "Inbound", "Outbound", rule_.at);
    const Scalar priority = rule_[names_.priority];
    permission.priority = priority.number().value_or(0);
    if (!priority.number()) document_.no_value(permission, priority ? priority : Scalar{rule_.at}, "a rule without a readable priority", "a number from 100 to 4096");
    document_.effect(permission, rule_[names_.access], rule_.at);
    service(permission);
    peer(permission, permission.source, names_.source, permission.direction == Path::egress);
    peer(permission, permission.destination, names_.destination, permission.direction == Path::ingress);
    document_.description(rule_.at[names_.description], rule_.at.span());
    group.permissions.push_back(permission);
    if (directed) return;
    permission.direction = Path::egress;
    group.permissions.push_back(std::move(permission));
  }

 private:
  /// The singular and the plural field count together.
  template <class Each>
  bool each(Permission& permission, std::string_view one, std::string_view several, Each&& call) {
    bool any = false;
    const auto visit = [&](Value value) {
      if (!value) return;
      any = true;
      if (value.is(Kind::string) && is_expression(value.text())) document_.undecided(permission, value, "an expression of the template");
      else call(value);
    };
    const Value single = rule_.at[one];
    if (!(single.is(Kind::string) && single.text().empty())) visit(single);
    const Value list = rule_.at[several];
    if (list && !list.is(Kind::array)) visit(list);
    else
      for (const Value value : list) visit(value);
    for (const std::string_view key : {one, several}) {
      if (key.empty() || !rule_.is_unknown(key)) continue;
      any = true;
      permission.unknowns.push_back({key, "known after apply", rule_.at.span()});
    }
    return any;
  }

  void ports(Permission& permission, std::vector<ir::Range>& ports, const AzureNames::End& end) {
    bool every = false;
    each(permission, end.port, end.ports, [&](Value value) {
      const Scalar text = scalar(value);
      if (text.text == "*") {
        every = true;
        return;
      }
      const auto range = text.text ? port_range(*text.text) : std::nullopt;
      if (range) ports.push_back(*range);
      else document_.ports(permission, ports, std::nullopt, std::nullopt, value);
    });
    ports = ir::normalised(std::move(ports));
    if (every || (ports.size() == 1 && ports[0] == ir::Range{0, 65535})) ports.clear();
  }

  void service(Permission& permission) {
    const Scalar protocol = rule_[names_.protocol];
    if (!protocol.text) document_.no_value(permission, protocol ? protocol : Scalar{rule_.at}, "a rule without a readable protocol", "Tcp, Udp, Icmp, Esp, Ah or *");
    else if (is_expression(*protocol.text)) document_.undecided(permission, protocol.at, "an expression of the template");
    else document_.protocol(permission, *protocol.text, protocol.at);
    ports(permission, permission.source_ports, names_.source);
    ports(permission, permission.destination_ports, names_.destination);
    if (permission.source_ports.empty() && permission.destination_ports.empty()) return;
    // With every protocol, ports mean those that have some.
    if (permission.protocols.empty()) permission.protocols = {{ir::protocol::tcp, ir::protocol::tcp}, {ir::protocol::udp, ir::protocol::udp}};
    if (has_ports(permission)) return;
    permission.source_ports.clear();
    permission.destination_ports.clear();
    document_.undecided(permission, protocol.at, "what ports mean with this protocol is not documented");
  }

  /// `own`: the end that the group is attached to. Its address is one of the virtual network: "VirtualNetwork" says nothing there.
  void peer(Permission& permission, Peer& peer, const AzureNames::End& end, bool own) {
    bool any = false;
    const bool said = each(permission, end.prefix, end.prefixes, [&](Value value) {
      const std::string_view text = value.text();
      const bool is_address = text.find_first_of("./:") != std::string_view::npos && !text.empty() && (text.find(':') != std::string_view::npos || (text[0] >= '0' && text[0] <= '9'));
      if (!value.is(Kind::string)) document_.unreadable(permission, peer, value, fmt::format("{} where addresses should be", json::a(value.kind())), "a string");
      else if (text == "*" || same_word(text, "any") || (own && same_word(text, virtual_network))) any = true;
      else if (is_address) document_.network(permission, peer, value);
      else peer.add({ReferenceKind::service_tag, canonical(text), value.member()});
    });
    const bool groups = each(permission, {}, end.groups, [&](Value value) {
      const Value id = value.is(Kind::object) ? value["id"] : value;
      if (id.is(Kind::string)) peer.add({ReferenceKind::application_group, last_part(id.text()), id.member()});
      else document_.unreadable(permission, peer, value, "this is not an application security group", "an object with an id");
    });
    if (any) peer = Peer{};
    if (!said && !groups) document_.unreadable(permission, peer, rule_.at, fmt::format("a rule without {}", end.prefix), "an address prefix, or *");
  }

  /// Tags in one spelling, so that they are one set.
  static std::string_view canonical(std::string_view tag) {
    for (const std::string_view known : {virtual_network, load_balancer, internet})
      if (same_word(tag, known)) return known;
    return tag;
  }

  Document& document_;
  const Fields& rule_;
  const AzureNames& names_;
};

/// A rule's own object: under `properties` in the REST form.
Value rule_body(Value rule) { return rule["properties"].is(Kind::object) ? rule["properties"] : rule; }
bool is_rule(Value body) { return body["access"].exists() && body["direction"].exists() && body["priority"].exists() && body["protocol"].exists(); }

}  // namespace

Group& add_azure_group(Document& document, ir::Format format, std::string_view name, Span where) {
  if (Group* const known = document.find_group(format, name)) return *known;
  Group& group = document.add_group(format, name, {}, where);
  group.ordered = true;
  know_load_balancer(document);
  return group;
}

void add_azure_rule(Document& document, Group& group, const Fields& rule, const AzureNames& names) { RuleReader(document, rule, names).read(group); }

void add_azure_defaults(Document& document, Group& group) {
  const auto add = [&](Path direction, std::int64_t priority, Effect effect, std::string_view source, std::string_view destination) {
    if (std::ranges::any_of(group.permissions, [&](const Permission& p) { return p.direction == direction && p.priority == priority; })) return;
    Permission& permission = group.permissions.emplace_back();
    permission.direction = direction;
    permission.priority = priority;
    permission.effect = effect;
    permission.where = group.where;
    if (!source.empty()) permission.source.add({ReferenceKind::service_tag, source, group.where});
    if (!destination.empty()) permission.destination.add({ReferenceKind::service_tag, destination, group.where});
  };
  add(Path::ingress, 65000, Effect::allow, virtual_network, {});
  add(Path::ingress, 65001, Effect::allow, load_balancer, {});
  add(Path::ingress, 65500, Effect::deny, {}, {});
  add(Path::egress, 65000, Effect::allow, {}, virtual_network);
  add(Path::egress, 65001, Effect::allow, {}, internet);
  add(Path::egress, 65500, Effect::deny, {}, {});
  know_load_balancer(document);
}

bool knows_azure_group(Value object) { return object["properties"]["securityRules"].is(Kind::array) || object["securityRules"].is(Kind::array); }

void decode_azure_group(Document& document, Value value) {
  const Value body = value["securityRules"].exists() ? value : value["properties"];
  const Value name = value["name"].exists() ? value["name"] : value["id"];
  Group& group = add_azure_group(document, ir::Format::azure, last_part(name.text()), name ? name.member() : value.span());
  for (const std::string_view key : {"securityRules", "defaultSecurityRules"}) {
    const Value rules = body[key];
    if (rules) group.ingress.where = group.egress.where = rules.key();
    for (const Value rule : rules) add_azure_rule(document, group, {rule_body(rule)}, azure_names);
  }
}

bool knows_azure_rule(Value object) { return is_rule(rule_body(object)); }

/// `az network nsg rule list`: the group is in the rule's id.
void decode_azure_rule(Document& document, Value value) {
  const std::string_view id = value["id"].text();
  constexpr std::string_view mark = "/networkSecurityGroups/";
  const std::size_t at = id.find(mark);
  const std::string_view name = at == std::string_view::npos ? "network security group" : id.substr(at + mark.size(), id.find('/', at + mark.size()) - at - mark.size());
  add_azure_rule(document, add_azure_group(document, ir::Format::azure, name, value["id"] ? value["id"].member() : value.span()), {rule_body(value)}, azure_names);
}

void finish_azure(Document& document) {
  for (Group& group : document.groups)
    if (group.format == ir::Format::azure) add_azure_defaults(document, group);
}

}  // namespace wallcheck::frontend::cloud
