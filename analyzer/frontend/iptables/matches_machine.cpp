// Matches on what the machine knows beside the packet: sockets and their owners, frames and bridges, routes, IPsec, helpers, processors.
// No rule file says it, but for one packet the answer is always the same: equal texts are one unknown.

#include <string>

#include <fmt/format.h>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

constexpr std::uint8_t on_the_way_in = at_prerouting | at_input | at_forward;
constexpr std::string_view name_expected = "a name or a number";

/// Fails unless the rule stands where the packet's other side is known. User chains are not looked into.
bool in_chain(RuleBuilder& rule, const Given& given, std::initializer_list<std::string_view> unfit) {
  for (const std::string_view chain : unfit)
    if (rule.chain() == chain) {
      rule.fail(given.name.where, fmt::format("--{} has no meaning in {}", given.option->name, chain));
      return false;
    }
  return true;
}

// --- owner, cgroup, socket ---

constexpr std::string_view owner_reason = "depends on the process that sends the packet";
constexpr OptionSpec owner_options[] = {
    {.name = "uid-owner", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = owner_reason},
    {.name = "gid-owner", .value = Value::text, .meaning = Meaning::lowered, .invertible = true},
    {.name = "suppl-groups", .meaning = Meaning::lowered},
    {.name = "socket-exists", .meaning = Meaning::opaque, .invertible = true, .reason = owner_reason},
};

/// `id`, `id-id`, or a name that the machine's users and groups may have.
void lower_owner(RuleBuilder& rule, const Use& use) {
  constexpr std::uint64_t largest = 0xffff'fffeu;
  for (const Given& given : use.given) {
    const std::string_view text = given.first.text;
    if (given.option->value == Value::none) continue;
    const std::size_t dash = text.find('-');
    const auto first = read_number(text.substr(0, dash), 0, largest);
    const auto last = dash == std::string_view::npos ? first : read_number(text.substr(dash + 1), 0, largest);
    const bool digits = text.find_first_not_of("0123456789-") == std::string_view::npos;
    if (text.empty() || (digits && (!first || !last || *first > *last))) return rule.bad_value(given, given.first, "an id, a range of ids or a name");
  }
  const Given *group = use.find("gid-owner"), *all_groups = use.find("suppl-groups");
  if (all_groups != nullptr && group == nullptr) return rule.fail(all_groups->name.where, "--suppl-groups needs --gid-owner", "--gid-owner");
  if (group == nullptr) return;
  const std::string text = rule.text_of(use, *group) + (all_groups != nullptr ? " --suppl-groups" : "");
  rule.match(rule.shared_opaque(text, owner_reason, group->name.where, group->negated));
}

constexpr std::string_view cgroup_reason = "depends on the control group of a socket";
constexpr OptionSpec cgroup_options[] = {
    {.name = "cgroup", .value = Value::number, .meaning = Meaning::opaque, .invertible = true, .reason = cgroup_reason, .excludes = 1},
    {.name = "path", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = cgroup_reason, .excludes = 1},
};
constexpr OptionSpec socket_options[] = {
    {.name = "transparent"},
    {.name = "nowildcard"},
    {.name = "restore-skmark"},
};

/// The mark of the socket is not known.
void lower_socket(RuleBuilder& rule, const Use& use) {
  if (use.find("restore-skmark") != nullptr) rule.on_match(ir::Effect{.kind = ir::EffectKind::unknown_rewrite});
}

// --- mac, eui64, pkttype, physdev, devgroup ---

constexpr OptionSpec mac_options[] = {
    {.name = "mac-source", .value = Value::text, .meaning = Meaning::opaque, .invertible = true,
     .reason = "depends on the Ethernet address of the sender", .required = true},
};

void lower_mac(RuleBuilder& rule, const Use& use) {
  const Given& given = use.given.front();
  if (!is_ethernet_address(given.first.text)) rule.bad_value(given, given.first, "an Ethernet address such as 02:00:5e:10:00:01");
}

constexpr OptionSpec pkttype_options[] = {
    {.name = "pkt-type", .value = Value::choice, .meaning = Meaning::opaque, .invertible = true,
     .words = "unicast host broadcast bcast multicast mcast otherhost", .reason = "depends on how the frame was addressed", .required = true},
};

constexpr std::string_view bridge_reason = "depends on the ports of a bridge";
constexpr OptionSpec physdev_options[] = {
    {.name = "physdev-in", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .max = 15, .reason = bridge_reason},
    {.name = "physdev-out", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .max = 15, .reason = bridge_reason},
    {.name = "physdev-is-in", .meaning = Meaning::opaque, .invertible = true, .reason = bridge_reason},
    {.name = "physdev-is-out", .meaning = Meaning::opaque, .invertible = true, .reason = bridge_reason},
    {.name = "physdev-is-bridged", .meaning = Meaning::opaque, .invertible = true, .reason = bridge_reason},
};

void lower_physdev(RuleBuilder& rule, const Use& use) {
  const Given* out = use.find("physdev-out");
  if (out != nullptr) in_chain(rule, *out, {"OUTPUT"});
}

constexpr std::string_view group_reason = "depends on the groups of interfaces";
constexpr OptionSpec devgroup_options[] = {
    {.name = "src-group", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = group_reason},
    {.name = "dst-group", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = group_reason},
};

/// `value`, `value/mask`, or a name that iproute2 knows on the machine.
void check_number_or_name(RuleBuilder& rule, const Given& given) {
  const std::string_view text = given.first.text;
  const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
  if (text.empty() || (is_number && !read_masked(text))) rule.bad_value(given, given.first, std::string(name_expected));
}
void lower_devgroup(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    if (given.option->name == "src-group" ? !in_chain(rule, given, {"OUTPUT", "POSTROUTING"}) : !in_chain(rule, given, {"PREROUTING", "INPUT"})) return;
    check_number_or_name(rule, given);
  }
}

// --- Routes and IPsec ---

constexpr OptionSpec rpfilter_options[] = {
    {.name = "loose"},
    {.name = "validmark"},
    {.name = "accept-local"},
    {.name = "invert"},
};

void lower_rpfilter(RuleBuilder& rule, const Use& use) {
  std::string text = "-m rpfilter";
  for (const std::string_view option : {"loose", "validmark", "accept-local"})
    if (use.find(option) != nullptr) text += fmt::format(" --{}", option);
  rule.match(rule.shared_opaque(text, "depends on the routing table", use.name.where, use.find("invert") != nullptr));
}

constexpr OptionSpec realm_options[] = {
    {.name = "realm", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = "depends on the realms of routes",
     .required = true},
};
void lower_realm(RuleBuilder& rule, const Use& use) { check_number_or_name(rule, use.given.front()); }

constexpr OptionSpec policy_options[] = {
    {.name = "dir", .value = Value::keyword, .words = "in out", .required = true},
    {.name = "pol", .value = Value::keyword, .words = "none ipsec"},
    {.name = "strict"},
    {.name = "reqid", .value = Value::number, .invertible = true, .repeatable = true},
    {.name = "spi", .value = Value::number, .invertible = true, .repeatable = true},
    {.name = "proto", .value = Value::choice, .invertible = true, .words = "ah esp ipcomp", .repeatable = true},
    {.name = "mode", .value = Value::keyword, .invertible = true, .words = "tunnel transport", .repeatable = true},
    {.name = "tunnel-src", .value = Value::address, .invertible = true, .repeatable = true},
    {.name = "tunnel-dst", .value = Value::address, .invertible = true, .repeatable = true},
    {.name = "next", .repeatable = true},
};

void lower_policy(RuleBuilder& rule, const Use& use) {
  const Given &dir = *use.find("dir"), *pol = use.find("pol"), *strict = use.find("strict");
  if (dir.first.text == "in" ? !in_chain(rule, dir, {"OUTPUT", "POSTROUTING"}) : !in_chain(rule, dir, {"PREROUTING", "INPUT"})) return;
  const bool none = pol != nullptr && pol->first.text == "none";
  const bool tunnel = use.find("mode") != nullptr && use.find("mode")->first.text == "tunnel";
  bool element = false;
  for (const Given& given : use.given) {
    const std::string_view name = given.option->name;
    if (name == "next" && strict == nullptr) return rule.fail(given.name.where, "--next needs --strict", "--strict");
    if (name.starts_with("tunnel-") && !tunnel) return rule.fail(given.name.where, fmt::format("--{} needs --mode tunnel", name), "--mode tunnel");
    element |= name != "dir" && name != "pol" && name != "strict";
  }
  if (strict != nullptr && (none || !element))
    return rule.fail(strict->name.where, "--strict needs --pol ipsec and an element of the policy", "--reqid, --spi, --proto...");
  // `none` is where `ipsec` without elements is not.
  const std::string text = element ? rule.text_of(use) : fmt::format("-m policy --dir {} --pol ipsec", dir.first.text);
  rule.match(rule.shared_opaque(text, "depends on the IPsec policy of the packet", use.name.where, none && !element));
}

constexpr OptionSpec ipvs_options[] = {
    {.name = "ipvs", .invertible = true},
    {.name = "vproto", .value = Value::protocol, .invertible = true},
    {.name = "vaddr", .value = Value::address, .invertible = true},
    {.name = "vport", .value = Value::port_range, .invertible = true},
    {.name = "vdir", .value = Value::choice, .words = "ORIGINAL REPLY"},
    {.name = "vmethod", .value = Value::choice, .invertible = true, .words = "GATE IPIP MASQ"},
    {.name = "vportctl", .value = Value::port_range, .invertible = true},
};

// --- The connection's helper and labels; processors; clusters ---

constexpr OptionSpec helper_options[] = {
    {.name = "helper", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .max = 29,
     .reason = "depends on the helper of the connection", .required = true},
};
constexpr OptionSpec connlabel_options[] = {
    {.name = "label", .value = Value::text, .invertible = true, .required = true},
    {.name = "set"},
};

void lower_connlabel(RuleBuilder& rule, const Use& use) {
  const Given& given = *use.find("label");
  const std::string_view text = given.first.text;
  const bool is_number = text.empty() || text.find_first_not_of("0123456789-") == std::string_view::npos;
  if (is_number && !read_number(text, 0, 127)) rule.bad_value(given, given.first, "a number from 0 to 127 or a name of connlabel.conf");
}

constexpr OptionSpec cpu_options[] = {
    {.name = "cpu", .value = Value::number, .meaning = Meaning::opaque, .invertible = true, .reason = "depends on the processor that handles the packet",
     .required = true},
};
constexpr OptionSpec cluster_options[] = {
    {.name = "cluster-total-nodes", .value = Value::number, .min = 1, .max = 32, .required = true},
    {.name = "cluster-local-node", .value = Value::number, .invertible = true, .min = 1, .max = 32, .excludes = 1},
    {.name = "cluster-local-nodemask", .value = Value::number, .invertible = true, .min = 1, .excludes = 1},
    {.name = "cluster-hash-seed", .value = Value::number, .required = true},
};

void lower_cluster(RuleBuilder& rule, const Use& use) {
  const Given* node = use.find("cluster-local-node");
  if (node == nullptr && use.find("cluster-local-nodemask") == nullptr)
    return rule.fail(use.name.where, "cluster needs --cluster-local-node or --cluster-local-nodemask", "--cluster-local-node");
  const std::uint64_t nodes = *read_number(use.find("cluster-total-nodes")->first.text, 1, 32);
  if (node != nullptr && !read_number(node->first.text, 1, nodes)) rule.bad_value(*node, node->first, fmt::format("a number from 1 to {}", nodes));
}

constexpr Extension extensions[] = {
    {.name = "owner", .options = owner_options, .any_option = true, .hooks = at_output | at_postrouting, .lower = lower_owner},
    {.name = "cgroup", .options = cgroup_options, .any_option = true},
    {.name = "socket", .options = socket_options, .whole_reason = "depends on the open sockets of this host", .hooks = at_prerouting | at_input,
     .lower = lower_socket},
    {.name = "mac", .options = mac_options, .hooks = on_the_way_in, .lower = lower_mac},
    {.name = "eui64", .families = Families::ipv6, .whole_reason = "depends on the Ethernet address of the sender", .hooks = on_the_way_in},
    {.name = "pkttype", .options = pkttype_options},
    {.name = "physdev", .options = physdev_options, .any_option = true, .lower = lower_physdev},
    {.name = "devgroup", .options = devgroup_options, .any_option = true, .lower = lower_devgroup},
    {.name = "rpfilter", .options = rpfilter_options, .tables = in_raw | in_mangle, .hooks = at_prerouting, .lower = lower_rpfilter},
    {.name = "realm", .options = realm_options, .families = Families::ipv4, .lower = lower_realm},
    {.name = "policy", .options = policy_options, .lower = lower_policy},
    {.name = "ipvs", .options = ipvs_options, .any_option = true, .whole_reason = "depends on IPVS connections"},
    {.name = "helper", .options = helper_options},
    {.name = "connlabel", .options = connlabel_options, .whole_reason = "depends on the labels of the connection", .whole_each = true,
     .lower = lower_connlabel},
    {.name = "cpu", .options = cpu_options},
    {.name = "cluster", .options = cluster_options, .whole_reason = "depends on a hash of the connection's source address", .lower = lower_cluster},
};

}  // namespace

std::span<const Extension> machine_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
