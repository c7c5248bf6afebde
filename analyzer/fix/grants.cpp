#include "fix/grants.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/address.h"

namespace wallcheck::fix {

using check::Leg;
using ir::Field;
using ir::Range;

namespace {

constexpr std::size_t most_rules = 60;  // more than a person reads, and than providers take in one group by default

/// A range as prefixes, the fewest that make it up. An IPv6 range holds no IPv4-mapped addresses.
void add_prefixes(std::vector<Network>& networks, Range range) {
  for (Address at = range.first;;) {
    unsigned length = 0;
    while (prefix(at, length).first != at || prefix(at, length).last > range.last) ++length;
    const AddressRange network = prefix(at, length);
    networks.push_back({fmt::format("{}/{}", to_string(at), length), family_of(at) == Family::ipv6, {{network.first, network.last}}});
    if (network.last == range.last) return;
    at = network.last + 1;
  }
}

/// For calls with a list of ranges in braces.
bool covers(std::span<const Range> outer, const std::vector<Range>& inner) { return ir::contains(outer, inner); }

std::vector<Range> values(const Numbers& numbers) { return {{numbers.from, numbers.to}}; }

/// Does the rule accept all of it, whatever else a packet says?
bool permits(const ir::Firewall& firewall, const ir::Rule& rule, const Grant& grant, const Network& network) {
  if (rule.action != ir::ActionKind::accept) return false;
  const Field other_end = grant.egress ? Field::destination : Field::source;
  return std::ranges::all_of(firewall.matches_of(rule), [&](const ir::Match& match) {
    if (match.kind != ir::MatchKind::ranges || match.negated) return false;
    const auto ranges = firewall.ranges[match.value];
    if (match.field == Field::protocol) return covers(ranges, {{grant.protocol, grant.protocol}});
    if (match.field == other_end) return covers(ranges, network.addresses);
    if (match.field == Field::destination_port) return grant.ports && covers(ranges, values(*grant.ports));
    if (match.field == Field::icmp) return grant.icmp && covers(ranges, {{grant.icmp->from * 256 + grant.icmp->to, grant.icmp->from * 256 + grant.icmp->to}});
    return false;
  });
}

/// Is a packet between these networks one that the rule could decide about, as far as its addresses go?
bool concerns(const ir::Firewall& firewall, const ir::Rule& rule, bool egress, const Network& network) {
  const Field other_end = egress ? Field::destination : Field::source;
  return std::ranges::all_of(firewall.matches_of(rule), [&](const ir::Match& match) {
    if (match.kind != ir::MatchKind::ranges || match.negated || match.field != other_end) return true;
    return ir::overlap(firewall.ranges[match.value], network.addresses);
  });
}

/// The rules of which one is enough; where rules have an order, one that comes too late is not.
std::span<const ir::RuleId> alternatives(const Need& need, ir::ListId list) {
  if (need.blocked.front().rule) return {};  // in a union none refuses
  return need.firewall.rules_of(need.firewall.lists[list]);
}

}  // namespace

std::vector<Network> networks_of(const check::End& end) {
  std::vector<Network> networks;
  if (end.given) {
    for (const Range& range : end.addresses) add_prefixes(networks, range);
    return networks;
  }
  const auto has = [&](Family family) { return std::ranges::any_of(end.addresses, [&](const Range& range) { return family_of(range.first) == family; }); };
  if (has(Family::ipv4)) networks.push_back({"0.0.0.0/0", false, {{ipv4_first, ipv4_last}}});
  if (has(Family::ipv6)) networks.push_back({"::/0", true, {{0, ipv4_first - 1}, {ipv4_last + 1, ~Uint128{0}}}});
  return networks;
}

bool is_egress(const ir::Firewall& firewall, ir::ListId list) { return firewall.strings[firewall.lists[list].name] == "egress"; }

std::vector<Grant> grants_of(const Need& need, std::string& why_not) {
  const ir::Firewall& firewall = need.firewall;
  const ir::ListId list = need.blocked.front().list;
  const bool egress = is_egress(firewall, list);
  // Services of one protocol with the same other end: their ports together.
  struct Part {
    std::uint8_t protocol;
    const check::End* other;
    std::vector<Range> ports, icmp;
  };
  std::vector<Part> parts;
  for (const Blocked& blocked : need.blocked) {
    const check::Conversation& talk = blocked.conversation;
    const evaluate::Box box = talk.box(blocked.leg);
    const bool back = blocked.leg == Leg::reply;
    const check::End& other = egress == back ? talk.client : talk.server;
    const auto same = [&](const Part& part) { return part.protocol == talk.service->protocol && part.other->addresses == other.addresses; };
    auto part = std::ranges::find_if(parts, same);
    if (part == parts.end()) part = parts.insert(parts.end(), Part{talk.service->protocol, &other, {}, {}});
    part->ports.insert(part->ports.end(), box[Field::destination_port].begin(), box[Field::destination_port].end());
    part->icmp.insert(part->icmp.end(), box[Field::icmp].begin(), box[Field::icmp].end());
  }
  std::vector<Grant> grants;
  for (const Part& part : parts) {
    Grant grant{egress, part.protocol, {}, {}, networks_of(*part.other)};
    const auto number = [](Uint128 value) { return static_cast<unsigned>(value); };
    for (const Range& range : ir::normalised(part.ports)) {
      grant.ports = Numbers{number(range.first), number(range.last)};
      grants.push_back(grant);
    }
    for (const Range& range : ir::normalised(part.icmp))
      for (Uint128 message = range.first; message <= range.last; ++message) {
        grant.icmp = Numbers{number(message) >> 8, number(message) & 0xff};
        grants.push_back(grant);
      }
    if (part.ports.empty() && part.icmp.empty()) grants.push_back(grant);
  }
  std::size_t rules = 0;
  for (Grant& grant : grants) {
    const auto& decides = need.blocked.front().rule;
    std::erase_if(grant.networks, [&](const Network& network) {
      if (decides && !concerns(firewall, firewall.rules[*decides], egress, network)) return true;
      return std::ranges::any_of(alternatives(need, list), [&](ir::RuleId rule) { return permits(firewall, firewall.rules[rule], grant, network); });
    });
    rules += grant.networks.size();
  }
  std::erase_if(grants, [](const Grant& grant) { return grant.networks.empty(); });
  if (rules > most_rules) {
    why_not = fmt::format("it takes {} rules, one for each network and range of ports: a list of prefixes that the provider keeps is a better place for so many", rules);
    grants.clear();
  } else if (grants.empty()) {
    why_not = "rules that permit it are there, and it does not pass all the same";
  }
  return grants;
}

std::string protocol_word(std::uint8_t protocol) {
  switch (protocol) {
    case ir::protocol::tcp: return "tcp";
    case ir::protocol::udp: return "udp";
    case ir::protocol::icmp: return "icmp";
    case ir::protocol::icmpv6: return "icmpv6";
    default: return std::to_string(protocol);
  }
}

std::string answers_opened(const Need& need) {
  const bool any_port = std::ranges::any_of(need.blocked, [](const Blocked& blocked) {
    return blocked.leg == Leg::reply && ir::protocol::has_ports(blocked.conversation.service->protocol);
  });
  return any_port ? "to the answers' ports for packets that answer nothing, too, since these rules know no connections" : "";
}

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string word;
  if (printable(text) == text) {
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return "'" + word + "'";
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) word += fmt::format("\\x{:02x}", byte);
    else if (c == '\'' || c == '\\') word += '\\', word += c;
    else word += c;
  }
  return "$'" + word + "'";
}

std::string shell_option(std::string_view name, std::string_view value) {
  return fmt::format(" {}{}{}", name, value.starts_with('-') ? "=" : " ", shell_word(value));
}

}  // namespace wallcheck::fix
