#include "frontend/cloud/build.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/names.h"

namespace wallcheck::frontend::cloud {
namespace {

using ir::Field;
using ir::Match;
using ir::Path;
using ir::Range;

/// Addresses that only a private network has: RFC 1918, RFC 6598, RFC 3927, loopback; unique local and link-local IPv6.
std::vector<Range> private_addresses() {
  std::vector<Range> ranges;
  for (const char* const text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "0.0.0.0/8", "224.0.0.0/3",
                                 "::/127", "fc00::/7", "fe80::/10", "ff00::/8"}) {
    const auto parts = parse_network(text);
    ranges.insert(ranges.end(), parts->begin(), parts->end());
  }
  return ir::normalised(std::move(ranges));
}

std::string number_list(std::span<const Range> ranges) {
  std::string text;
  for (const Range& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(low64(range.first));
    if (range.last != range.first) text.append("-").append(std::to_string(low64(range.last)));
  }
  return text;
}

/// Lowers permissions into one firewall.
class Builder {
 public:
  explicit Builder(Document& document) : document_(document) {}

  ir::Firewall firewall;

  void stage(const std::vector<const Group*>& groups, std::string_view label, int tracker, bool filter);
  void finish();

 private:
  struct Stages {
    ir::Stage ingress, egress;
  };

  ir::ListId list(const std::vector<const Group*>& groups, std::string_view label, Path direction);
  void add_rule(const Group& group, const Permission& permission);
  void add_peer(const Peer& peer, Field field);
  void add_reference(const Reference& reference, Field field);
  Match internet(const Reference& reference, Field field);
  Match membership(const Reference& reference, Field field);
  Match opaque(std::string_view text, std::string_view reason, Span where, std::uint32_t place);
  std::string words(const Group& group, const Permission& permission) const;
  std::string words(const Peer& peer) const;
  void name_set(const Reference& reference, const Members* members);

  Document& document_;
  std::vector<Stages> stages_;
  std::vector<Match> conditions_;
  std::vector<std::vector<Match>> cases_;
  /// By what is unknown, and where it makes a difference by place.
  std::map<std::pair<std::string, std::uint32_t>, ir::OpaqueId> opaques_;
  std::unordered_set<ir::StringId> named_;
  bool is_opaque_ = false, has_budget_ = true;
};

/// The same question is one unknown wherever it is asked: membership in a named set (`place` 0). What could not be read is a question of
/// its own at each place.
Match Builder::opaque(std::string_view text, std::string_view reason, Span where, std::uint32_t place) {
  is_opaque_ = true;
  const auto [found, is_new] = opaques_.try_emplace({std::string(text), place}, 0);
  if (is_new) {
    found->second = firewall.opaque_match(text, reason, where).value;
    firewall.opaques[found->second].each_time = place != 0;
  }
  return {ir::MatchKind::opaque, Field::source, false, found->second};
}

void Builder::name_set(const Reference& reference, const Members* members) {
  const ir::StringId id = firewall.strings.intern(reference.name);
  if (!named_.insert(id).second) return;
  ir::NamedSet set{.name = id, .where = reference.where};
  if (members != nullptr) {
    set.knowledge = members->complete ? ir::Knowledge::known : ir::Knowledge::partly_known;
    set.members = static_cast<std::uint32_t>(members->addresses.size());
  }
  firewall.named_sets.push_back(set);
}

/// Is the address in this set? For as far as nobody says who is in it.
Match Builder::membership(const Reference& reference, Field field) {
  const std::string_view side = field == Field::source ? "source" : "destination";
  if (reference.kind == ReferenceKind::expression)
    return opaque(fmt::format("{} is {}", side, reference.name), reference.reason, reference.where, reference.where.begin + 1);
  const std::string reason =
      !reference.reason.empty() ? std::string(reference.reason)
                                : fmt::format("who is in {} {} is not in the file; --address-set {}=FILE says it", kind_name(reference.kind), reference.name, reference.name);
  return opaque(fmt::format("{} in {} {}", side, kind_name(reference.kind), reference.name), reason, reference.where, 0);
}

/// Azure: "the IP address space that's outside the virtual network and reachable by the public internet". A public address is in one or the
/// other; whether a private one that is not in the virtual network counts is not said.
void add_internet_cases(std::vector<std::vector<Match>>& cases, ir::Firewall& firewall, Field field, Match in_network, Match in_internet) {
  const auto privates = private_addresses();
  const Range every{0, ~Uint128{0}};
  in_network.negated = true;
  cases.push_back({firewall.ranges_match(field, ir::difference(std::span(&every, 1), privates)), in_network});
  cases.push_back({firewall.ranges_match(field, privates), in_internet});
}

void Builder::add_reference(const Reference& reference, Field field) {
  const auto found = document_.sets.find(reference.name);
  const Members* const members = found == document_.sets.end() ? nullptr : &found->second;
  if (reference.kind != ReferenceKind::expression) name_set(reference, members);
  if (members != nullptr) {
    cases_.push_back({firewall.ranges_match(field, members->addresses)});
    if (members->complete) return;
  }
  if (reference.kind == ReferenceKind::service_tag && same_word(reference.name, "Internet") && members == nullptr) {
    const Reference network{ReferenceKind::service_tag, "VirtualNetwork", reference.where};
    return add_internet_cases(cases_, firewall, field, membership(network, field), membership(reference, field));
  }
  cases_.push_back({membership(reference, field)});
}

void Builder::add_peer(const Peer& peer, Field field) {
  if (peer.any) return;
  cases_.clear();
  if (!peer.addresses.empty()) cases_.push_back({firewall.ranges_match(field, peer.addresses)});
  for (const Reference& reference : peer.references) add_reference(reference, field);
  if (cases_.size() == 1 && cases_[0].size() == 1) conditions_.push_back(cases_[0][0]);
  else conditions_.push_back(firewall.any_of_match(cases_));
}

void Builder::add_rule(const Group& group, const Permission& permission) {
  if (firewall.rules.size() >= document_.options.limits.rules) {
    if (std::exchange(has_budget_, false))
      document_.problem("WC904", permission.where, fmt::format("more than {} rules {}: the rest was not read", document_.options.limits.rules, limit_words("rules")));
    return;
  }
  conditions_.clear();
  is_opaque_ = false;
  if (!permission.protocols.empty()) conditions_.push_back(firewall.ranges_match(Field::protocol, permission.protocols));
  if (permission.family) conditions_.push_back(firewall.ranges_match(permission.direction == Path::ingress ? Field::source : Field::destination, all_of(*permission.family)));
  add_peer(permission.source, Field::source);
  add_peer(permission.destination, Field::destination);
  const auto numbers = [&](const std::vector<Range>& values, Field field) {
    const bool every = values.size() == 1 && values[0] == Range{0, 65535};
    if (!values.empty() && !every) conditions_.push_back(firewall.ranges_match(field, values));
  };
  numbers(permission.source_ports, Field::source_port);
  numbers(permission.destination_ports, Field::destination_port);
  numbers(permission.icmp, Field::icmp);
  for (const Unknown& unknown : permission.unknowns)
    conditions_.push_back(opaque(unknown.text, unknown.reason, unknown.where, unknown.where.begin + 1));

  ir::Rule rule;
  rule.where = permission.where;
  rule.action = permission.effect == Effect::allow  ? ir::ActionKind::accept
                : permission.effect == Effect::deny ? ir::ActionKind::drop
                                                    : ir::ActionKind::undecided;
  rule.keeps_state = group.stateful && permission.effect == Effect::allow;
  if (permission.unrecognised) rule.coverage = ir::Coverage::unrecognised;
  else if (is_opaque_ || permission.effect == Effect::unreadable) rule.coverage = ir::Coverage::opaque;
  const ir::RuleId id = firewall.add_rule(conditions_, rule);
  firewall.order.push_back(id);
  firewall.origins.push_back({id, firewall.strings.intern(words(group, permission)), permission.where});
}

std::string Builder::words(const Peer& peer) const {
  if (peer.any) return "any";
  std::string text;
  const auto add = [&](std::string_view part) { text += text.empty() ? "" : ",", text += part; };
  constexpr std::size_t few = 4;
  const std::size_t parts = peer.addresses.size() + peer.references.size();
  if (std::ranges::equal(peer.addresses, all_of(Family::ipv6)) && peer.references.empty()) return "::/0";
  for (std::size_t i = 0; i < std::min(peer.addresses.size(), few); ++i) add(to_string(AddressRange{peer.addresses[i].first, peer.addresses[i].last}));
  for (std::size_t i = 0; i < peer.references.size() && i + peer.addresses.size() < few; ++i) add(peer.references[i].name);
  if (parts > few) add(fmt::format("{} more", parts - few));
  return parts == 0 ? "nobody" : text;
}

/// The permission in one line, since its own place shows no more than a port.
std::string Builder::words(const Group& group, const Permission& permission) const {
  std::string text;
  text.reserve(64);
  if (group.ordered) text.append(std::to_string(permission.priority)).append(" ");
  text += permission.effect == Effect::allow ? "" : permission.effect == Effect::deny ? "deny " : "unread ";
  text += permission.direction == Path::ingress ? "ingress" : "egress";
  std::string protocols;
  for (const Range& range : permission.protocols) {
    const std::string_view name = range.first != range.last ? "" : range.first == ir::protocol::icmpv6 ? "icmpv6" : protocol_name(static_cast<std::uint8_t>(range.first));
    protocols += protocols.empty() ? "" : ",";
    protocols += name.empty() ? number_list(std::span(&range, 1)) : std::string(name);
  }
  if (!protocols.empty()) text.append(" ").append(protocols);
  if (!permission.icmp.empty()) text.append(" type ").append(std::to_string(low64(permission.icmp[0].first) >> 8));
  if (!permission.source_ports.empty()) text.append(" source port ").append(number_list(permission.source_ports));
  if (!permission.destination_ports.empty()) text.append(" ").append(number_list(permission.destination_ports));
  const bool in = permission.direction == Path::ingress;
  text.append(in ? " from " : " to ").append(words(in ? permission.source : permission.destination));
  const Peer& own = in ? permission.destination : permission.source;
  if (!own.any) text.append(in ? " to " : " from ").append(words(own));
  return text;
}

ir::ListId Builder::list(const std::vector<const Group*>& groups, std::string_view label, Path direction) {
  const Default& otherwise = direction == Path::ingress ? groups.front()->ingress : groups.front()->egress;
  // A union: one group that lets everything else pass is enough.
  ir::Fallthrough fallthrough = otherwise.otherwise;
  for (const Group* group : groups)
    if ((direction == Path::ingress ? group->ingress : group->egress).otherwise == ir::Fallthrough::accept) fallthrough = ir::Fallthrough::accept;
  const ir::ListId id = firewall.add_list(direction == Path::ingress ? "ingress" : "egress", label, ir::Discipline::first_match, fallthrough, otherwise.where);
  firewall.lists[id].policy_keeps_state = groups.front()->stateful;
  const auto first = static_cast<std::uint32_t>(firewall.order.size());
  for (const Group* group : groups) {
    std::vector<const Permission*> permissions;
    for (const Permission& permission : group->permissions)
      if (permission.direction == direction) permissions.push_back(&permission);
    if (group->ordered)
      std::ranges::stable_sort(permissions, {}, [&](const Permission* p) { return std::pair(p->priority, group->deny_wins && p->effect != Effect::deny); });
    for (const Permission* permission : permissions) add_rule(*group, *permission);
  }
  firewall.lists[id].first = first;
  firewall.lists[id].count = static_cast<std::uint32_t>(firewall.order.size()) - first;
  return id;
}

void Builder::stage(const std::vector<const Group*>& groups, std::string_view label, int tracker, bool filter) {
  Stages stages;
  const auto make = [&](ir::Stage& stage, Path direction, ir::Point point) {
    stage.list = list(groups, label, direction);
    stage.name = firewall.strings.intern(fmt::format("{} of {}", direction == Path::ingress ? "ingress" : "egress", label));
    stage.point = point;
    stage.filter = filter;
  };
  make(stages.ingress, Path::ingress, ir::Point::input);
  make(stages.egress, Path::egress, ir::Point::output);
  if (groups.front()->stateful) {
    stages.egress.tracker = stages.ingress.reply_tracker = static_cast<std::int8_t>(2 * tracker);
    stages.ingress.tracker = stages.egress.reply_tracker = static_cast<std::int8_t>(2 * tracker + 1);
  }
  stages_.push_back(stages);
}

/// Stages were made from the outside in.
void Builder::finish() {
  auto& paths = firewall.paths;
  auto& forward = paths[static_cast<std::size_t>(Path::forward)];
  for (const Stages& stages : stages_) {
    paths[static_cast<std::size_t>(Path::ingress)].push_back(stages.ingress);
    forward.push_back(stages.ingress);
  }
  for (auto stages = stages_.rbegin(); stages != stages_.rend(); ++stages) {
    paths[static_cast<std::size_t>(Path::egress)].push_back(stages->egress);
    forward.push_back(stages->egress);
  }
  for (ir::Stage& stage : forward) stage.point = ir::Point::forward;
}

std::string label_of(const std::vector<const Group*>& groups) {
  std::string label;
  for (const Group* group : groups) {
    if (!label.empty()) label += "+";
    label += group->id.empty() ? group->name : group->id;
  }
  return label;
}

}  // namespace

ir::Firewall build(Document& document, const std::vector<const Group*>& groups, const Group* network_acl) {
  Builder builder(document);
  ir::Firewall& firewall = builder.firewall;
  firewall.format = groups.front()->format;
  firewall.ipv4 = firewall.ipv6 = true;
  firewall.tracking = ir::Tracking::by_state;
  firewall.group = label_of(groups);
  for (const Group* group : groups) {
    if (group->name.empty() || group->name == group->id) continue;
    if (!firewall.group_name.empty()) firewall.group_name += "+";
    firewall.group_name += group->name;
  }
  if (network_acl != nullptr) builder.stage({network_acl}, label_of({network_acl}), 0, false);
  std::vector<const Group*> together;
  int tracker = 0;
  for (const Group* group : groups) {
    if (group->ordered) builder.stage({group}, label_of({group}), tracker++, true);
    else together.push_back(group);
  }
  if (!together.empty()) builder.stage(together, label_of(together), tracker, true);
  builder.finish();
  return std::move(firewall);
}

}  // namespace wallcheck::frontend::cloud
