// GCP VPC firewall rules, as `gcloud compute firewall-rules list --format json` and the API print them. After the Compute Engine API
// reference of firewalls and "VPC firewall rules".

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/decoders.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::frontend::cloud {

using ir::Path;
using json::Kind;
using json::Value;

const GcpNames gcp_names{"allowed", "denied", "IPProtocol", "sourceRanges", "destinationRanges", "sourceTags", "targetTags", "sourceServiceAccounts", "targetServiceAccounts"};
const GcpNames terraform_gcp_names{"allow", "deny", "protocol", "source_ranges", "destination_ranges", "source_tags", "target_tags", "source_service_accounts",
                                   "target_service_accounts"};

namespace {

constexpr std::int64_t default_priority = 1000;

std::string_view last_part(std::string_view url) { return url.substr(url.rfind('/') + 1); }

void add_networks(Document& document, Permission& permission, Peer& peer, const Fields& rule, std::string_view key) {
  const Value list = rule.at[key];
  if (rule.is_unknown(key)) peer.add({ReferenceKind::expression, key, rule.at.span(), "known after apply"});
  if (list && !list.is(Kind::array)) return document.unreadable(permission, peer, list, fmt::format("{} is {}", key, json::a(list.kind())), "an array of networks");
  for (const Value network : list) document.network(permission, peer, network);
}

void add_names(Document& document, Permission& permission, Peer& peer, const Fields& rule, std::string_view key, ReferenceKind kind) {
  const Value list = rule.at[key];
  if (rule.is_unknown(key)) peer.add({ReferenceKind::expression, key, rule.at.span(), "known after apply"});
  if (list && !list.is(Kind::array)) return document.unreadable(permission, peer, list, fmt::format("{} is {}", key, json::a(list.kind())), "an array of names");
  for (const Value name : list) {
    if (name.is(Kind::string)) peer.add({kind, name.text(), name.span()});
    else document.unreadable(permission, peer, name, fmt::format("{} where a name should be", json::a(name.kind())), "a string");
  }
}

/// One entry of allowed or denied: a protocol and its ports.
void read_service(Document& document, Permission& permission, Value entry, const GcpNames& names) {
  const Value protocol = entry[names.protocol], ports = entry["ports"];
  permission.where = ports.size() > 0 ? (*ports.begin()).span() : protocol ? protocol.member() : entry.span();
  document.known_keys(permission, entry, {names.protocol, "ports"});
  const Scalar word = scalar(protocol);
  if (!word.text) return document.no_value(permission, protocol ? word : Scalar{entry}, "an entry without a readable protocol", "tcp, udp, icmp, all or a number");
  if (!document.protocol(permission, *word.text, protocol)) return;
  if (ports && !ports.is(Kind::array)) return document.unreadable(permission, ports, fmt::format("ports are {}", json::a(ports.kind())), "an array such as [\"80\", \"8000-8099\"]");
  if (ports.size() == 0) return;
  if (!has_ports(permission)) return document.unreadable(permission, ports, "ports of a protocol that has none", "tcp, udp or sctp");
  for (const Value port : ports) {
    const Scalar text = scalar(port);
    const auto range = text.text ? port_range(*text.text) : std::nullopt;
    if (range) permission.destination_ports.push_back(*range);
    else document.ports(permission, permission.destination_ports, std::nullopt, std::nullopt, port);
  }
  permission.destination_ports = ir::normalised(std::move(permission.destination_ports));
}

}  // namespace

void add_gcp_rule(Document& document, ir::Format format, const Fields& rule, const GcpNames& names, std::string_view given_network) {
  const Value network = rule.at["network"];
  const std::string_view network_name = !given_network.empty() ? given_network : network.is(Kind::string) ? last_part(network.text()) : rule.is_unknown("network") ? "network known after apply" : "default";
  Group* group = document.find_group(format, network_name);
  if (group == nullptr) {
    group = &document.add_group(format, network_name, {}, network ? network.member() : rule.at.span());
    group->ordered = group->deny_wins = true;
    group->egress.otherwise = ir::Fallthrough::accept;  // the implied rule of every network
  }
  if (rule.at["disabled"].truth()) return;

  Permission common;
  const Scalar direction = rule["direction"], priority = rule["priority"];
  const bool directed = !direction || document.direction(common, direction, "INGRESS", "EGRESS", rule.at);
  common.priority = priority.number().value_or(default_priority);
  if (priority && !priority.number()) document.no_value(common, priority, "this is not a priority", "a number from 0 to 65535");
  const bool in = common.direction == Path::ingress;
  add_networks(document, common, common.source, rule, names.source_ranges);
  add_networks(document, common, common.destination, rule, names.destination_ranges);
  add_names(document, common, common.source, rule, names.source_tags, ReferenceKind::network_tag);
  add_names(document, common, common.source, rule, names.source_accounts, ReferenceKind::service_account);
  // Whom the rule is for: instances by tag or account. All of the network, if it names none.
  Peer& own = in ? common.destination : common.source;
  Peer target;
  add_names(document, common, target, rule, names.target_tags, ReferenceKind::network_tag);
  add_names(document, common, target, rule, names.target_accounts, ReferenceKind::service_account);
  if (!target.any && !own.any) {
    common.unknowns.push_back({"target", "whether the instance is a target of the rule is not in the file", rule.at.span()});
  } else if (!target.any) {
    own = std::move(target);
  }
  document.description(rule.at["description"], rule.at.span());

  bool any = false;
  for (const auto& [key, effect] : {std::pair{names.allow, Effect::allow}, std::pair{names.deny, Effect::deny}}) {
    const Value list = rule.at[key];
    for (const Value entry : list) {
      any = true;
      Permission& permission = group->permissions.emplace_back(common);
      permission.effect = effect;
      read_service(document, permission, entry, names);
      if (directed) continue;
      group->permissions.push_back(permission);
      group->permissions.back().direction = Path::egress;
    }
  }
  if (any) return;
  Permission& permission = group->permissions.emplace_back(std::move(common));
  permission.effect = Effect::unreadable;
  permission.where = rule.at.span();
  document.unreadable(permission, rule.at, "a rule that neither allows nor denies", fmt::format("{} or {}", names.allow, names.deny));
}

void choose_gcp_targets(Document& document) {
  const auto own = [](Permission& permission) -> Peer& { return permission.direction == Path::ingress ? permission.destination : permission.source; };
  const auto is_named = [&](const Reference& r) { return std::ranges::find(document.options.groups, r.name) != document.options.groups.end(); };
  const auto is_target = [](const Reference& r) { return r.kind == ReferenceKind::network_tag || r.kind == ReferenceKind::service_account; };
  for (Group& group : document.groups)
    if (group.deny_wins)
      for (Permission& permission : group.permissions)
        for (const Reference& reference : own(permission).references)
          if (is_target(reference) && is_named(reference)) document.chosen_targets.insert(std::string(reference.name));
  if (document.chosen_targets.empty()) return;
  for (Group& group : document.groups) {
    if (!group.deny_wins) continue;
    std::erase_if(group.permissions, [&](Permission& permission) {
      Peer& peer = own(permission);
      if (peer.references.empty() || !std::ranges::all_of(peer.references, is_target)) return false;
      if (std::ranges::none_of(peer.references, is_named)) return true;
      peer = Peer{};
      return false;
    });
  }
}

bool knows_gcp_rule(Value object) {
  if (object["kind"].text() == "compute#firewall") return true;
  const Value entries = object["allowed"].is(Kind::array) ? object["allowed"] : object["denied"];
  return entries.is(Kind::array) && (*entries.begin())["IPProtocol"].exists();
}

void decode_gcp_rule(Document& document, Value rule) { add_gcp_rule(document, ir::Format::gcp, {rule}, gcp_names); }

}  // namespace wallcheck::frontend::cloud
