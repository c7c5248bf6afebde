#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "frontend/iptables/options.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

bool serves(const Extension& extension, Family family) {
  switch (extension.families) {
    case Families::ipv4: return family == Family::ipv4;
    case Families::ipv6: return family == Family::ipv6;
    default: return true;
  }
}

/// Extensions of one family by name.
using Index = std::unordered_map<std::string_view, const Extension*>;

Index make_index(std::initializer_list<std::span<const Extension>> lists, Family family) {
  Index index;
  for (const auto& list : lists)
    for (const Extension& extension : list)
      if (serves(extension, family)) index.emplace(extension.name, &extension);
  return index;
}

const Index& matches(Family family) {
  static const std::array<Index, 2> indices = [] {
    const auto make = [](Family f) { return make_index({header_matches(), connection_matches(), set_matches(), other_matches(), content_matches(),
                                                    traffic_matches(), machine_matches()}, f); };
    return std::array{make(Family::ipv4), make(Family::ipv6)};
  }();
  return indices[static_cast<std::size_t>(family)];
}

const Index& targets(Family family) {
  static const std::array<Index, 2> indices = [] {
    const auto make = [](Family f) { return make_index({verdict_targets(), nat_targets(), packet_targets()}, f); };
    return std::array{make(Family::ipv4), make(Family::ipv6)};
  }();
  return indices[static_cast<std::size_t>(family)];
}

const Extension* find(const Index& index, std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

std::vector<std::string_view> names(const Index& index) {
  std::vector<std::string_view> list;
  for (const auto& [name, extension] : index) list.push_back(name);
  std::ranges::sort(list);
  return list;
}

}  // namespace

const Extension* find_match(std::string_view name, Family family) {
  // Names that are other modules: iptables itself asks for icmp6 where a dump or a person says icmpv6.
  if (name == "icmpv6" || name == "ipv6-icmp") name = "icmp6";
  return find(matches(family), name);
}

const Extension* find_target(std::string_view name, Family family) { return find(targets(family), name); }

const Extension* implied_match(std::uint8_t protocol, Family family) {
  switch (protocol) {
    case ir::protocol::tcp: return find_match("tcp", family);
    case ir::protocol::udp: return find_match("udp", family);
    case ir::protocol::icmp: return find_match("icmp", family);
    case ir::protocol::icmpv6: return find_match("icmp6", family);
    case ir::protocol::sctp: return find_match("sctp", family);
    case ir::protocol::dccp: return find_match("dccp", family);
    case ir::protocol::esp: return find_match("esp", family);
    case ir::protocol::ah: return find_match("ah", family);
    case 108: return find_match("ipcomp", family);
    case 135: return find_match("mh", family);
    default: return nullptr;
  }
}

std::vector<std::string_view> matches_with_option(std::string_view option, Family family) {
  std::vector<std::string_view> list;
  for (const auto& [name, extension] : matches(family))
    if (std::ranges::any_of(extension->options, [&](const OptionSpec& o) { return o.name == option || o.alias == option; })) list.push_back(name);
  std::ranges::sort(list);
  return list;
}

std::vector<std::string_view> match_names(Family family) { return names(matches(family)); }
std::vector<std::string_view> target_names(Family family) { return names(targets(family)); }

}  // namespace wallcheck::frontend::iptables
