// iptables-save lines: a rule that lets a flow's packets through, as the file's own rules are written.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/address.h"
#include "fix/iptables_place.h"
#include "fix/words.h"
#include "fix/writer.h"

namespace wallcheck::fix {

namespace {

using check::Conversation;
using check::Leg;

constexpr std::size_t most_lines = 64;      // one change; more should be an ipset, which is a person's decision
constexpr std::size_t multiport_slots = 15; // iptables-extensions(8): a range takes two

/// How the file writes its rules.
struct Style {
  std::string indent, line_end = "\n";
  bool counters = false;        ///< "[0:0] -A ..."
  std::string_view state = "-m conntrack --ctstate";
  bool knows_states = false;    ///< some rule tests a state
  bool says_new = false;        ///< ... and some accepts NEW only
};

Style style_of(const Need& need, std::string_view neighbour) {
  Style style;
  const std::string_view bytes = need.sources[0]->bytes();
  style.indent = neighbour.substr(0, std::min(neighbour.find_first_not_of(" \t"), neighbour.size()));
  const std::size_t newline = bytes.find('\n');
  if (newline != std::string_view::npos && newline > 0 && bytes[newline - 1] == '\r') style.line_end = "\r\n";
  const bool old_words = bytes.find("--state ") != std::string_view::npos && bytes.find("--ctstate ") == std::string_view::npos;
  if (old_words) style.state = "-m state --state";
  for (const ir::Rule& rule : need.firewall.rules) {
    if (rule.where.file != 0) continue;
    const std::string_view text = need.sources[0]->text(rule.where);
    const bool tests = text.find("state ") != std::string_view::npos;
    style.knows_states |= tests;
    style.says_new |= tests && rule.action == ir::ActionKind::accept && text.find("NEW") != std::string_view::npos && text.find("ESTABLISHED") == std::string_view::npos;
    const std::size_t line = Lines{bytes}.begin(rule.where.begin);
    style.counters |= Lines{bytes}.trimmed(line).starts_with('[');
  }
  return style;
}

/// Networks as -s and -d take them; what is no network is a range for -m iprange.
struct Address {
  std::string option;  ///< with the blank behind it; empty: any
  std::string match;
};
std::vector<Address> addresses(const check::End& end, std::string_view flag, std::string_view range_flag) {
  if (!end.given) return {{}};
  std::vector<Address> result;
  for (const ir::Range& range : end.addresses) {
    const std::string text = to_string(AddressRange{range.first, range.last});
    const bool is_range = text.find('-') != std::string::npos;
    const std::string_view bits = family_of(range.first) == Family::ipv4 ? "/32" : "/128";
    if (is_range) result.push_back({{}, fmt::format(" -m iprange --{} {}", range_flag, text)});
    else result.push_back({fmt::format("-{} {}{} ", flag, text, text.find('/') == std::string::npos ? bits : ""), {}});
  }
  return result;
}

std::string port(const ir::Range& range) {
  return range.first == range.last ? fmt::format("{}", low64(range.first)) : fmt::format("{}:{}", low64(range.first), low64(range.last));
}

bool every_port(const std::vector<ir::Range>& ports) { return ports.empty() || (ports.size() == 1 && ports[0].first == 0 && ports[0].last == 0xffff); }

std::size_t slots(const std::vector<ir::Range>& ports) {
  std::size_t count = 0;
  for (const ir::Range& range : ports) count += range.first == range.last ? 1 : 2;
  return count;
}

/// The matches on both ports, as few as they need.
std::string ports(std::string_view protocol, const std::vector<ir::Range>& source, const std::vector<ir::Range>& destination) {
  std::string plain, several;
  const auto add = [&](const std::vector<ir::Range>& list, std::string_view single, std::string_view many) {
    if (every_port(list)) return;
    if (list.size() == 1) {
      plain += fmt::format(" --{} {}", single, port(list[0]));
      return;
    }
    std::vector<std::string> words;
    words.reserve(list.size());
    for (const ir::Range& range : list) words.push_back(port(range));
    several += fmt::format(" -m multiport --{} {}", many, fmt::join(words, ","));
  };
  add(source, "sport", "sports");
  add(destination, "dport", "dports");
  return (plain.empty() ? "" : fmt::format(" -m {}{}", protocol, plain)) + several;
}

std::string icmp(std::uint8_t protocol, bool back) {
  if (protocol == ir::protocol::icmp) return fmt::format(" -m icmp --icmp-type {}/0", back ? 0 : 8);
  if (protocol == ir::protocol::icmpv6) return fmt::format(" -m icmp6 --icmpv6-type {}/0", back ? 129 : 128);
  return {};
}

std::string protocol_word(std::uint8_t protocol) {
  switch (protocol) {
    case ir::protocol::tcp: return "tcp";
    case ir::protocol::udp: return "udp";
    case ir::protocol::icmp: return "icmp";
    case ir::protocol::icmpv6: return "ipv6-icmp";
    case ir::protocol::sctp: return "sctp";
    case ir::protocol::dccp: return "dccp";
    case ir::protocol::udplite: return "udplite";
    default: return fmt::format("{}", protocol);
  }
}

/// Services that one rule can let through: the same protocol and source ports.
struct Group {
  Conversation talk;
  std::vector<ir::Range> ports;
};

std::vector<Group> grouped(const Need& need, bool back) {
  std::vector<Group> groups;
  std::set<const policy::Service*> done;
  for (const Blocked& blocked : need.blocked) {
    const policy::Service& service = *blocked.conversation.service;
    if ((blocked.leg == Leg::reply) != back || !done.insert(&service).second) continue;
    const auto fits = [&](const Group& group) {
      const policy::Service& other = *group.talk.service;
      std::vector<ir::Range> all = group.ports;
      all.insert(all.end(), service.ports.begin(), service.ports.end());
      return ir::protocol::has_ports(service.protocol) && other.protocol == service.protocol && other.source_ports == service.source_ports &&
             other.one_way == service.one_way && slots(ir::normalised(all)) <= multiport_slots;
    };
    const auto group = std::ranges::find_if(groups, fits);
    if (group == groups.end()) {
      groups.push_back({blocked.conversation, service.ports});
      continue;
    }
    group->ports.insert(group->ports.end(), service.ports.begin(), service.ports.end());
    group->ports = ir::normalised(group->ports);
  }
  return groups;
}

/// Interface words: the policy's names, where the site gives them.
std::vector<std::string> interfaces(const Need& need, const Conversation& talk, bool back) {
  std::vector<std::string> in{""}, out{""};
  const auto names = [](const std::vector<std::string>& list, std::string_view flag) {
    std::vector<std::string> words;
    words.reserve(list.size());
    for (const std::string& name : list) words.push_back(fmt::format("-{} {} ", flag, name));
    return words.empty() ? std::vector<std::string>{""} : words;
  };
  if (need.site != nullptr && need.site->position == policy::Position::gateway) {
    const bool towards_outside = talk.site_opens != back;
    in = names(towards_outside ? need.site->inside : need.site->outside, "i");
    out = names(towards_outside ? need.site->outside : need.site->inside, "o");
  } else if (need.site != nullptr) {
    if (talk.site_opens != back) out = names(need.site->outside, "o");
    else in = names(need.site->outside, "i");
  }
  std::vector<std::string> all;
  for (const std::string& i : in)
    for (const std::string& o : out) all.push_back(i + o);
  return all;
}

/// The rules for one direction; `state` is the list of states, empty: no test. Without "-A CHAIN ".
std::vector<std::string> rules(const Need& need, const Style& style, bool back, std::string_view state, bool by_flags) {
  std::vector<std::string> lines;
  for (const Group& group : grouped(need, back)) {
    const Conversation& talk = group.talk;
    const policy::Service& service = *talk.service;
    const std::string protocol = protocol_word(service.protocol);
    std::string match = fmt::format("-p {}", protocol);
    if (ir::protocol::has_ports(service.protocol)) match += back ? ports(protocol, group.ports, service.source_ports) : ports(protocol, service.source_ports, group.ports);
    match += icmp(service.protocol, back);
    if (by_flags && service.protocol == ir::protocol::tcp) match += " -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN";
    else if (!state.empty()) match += fmt::format(" {} {}", style.state, state);
    for (const Address& source : addresses(back ? talk.server : talk.client, "s", "src-range"))
      for (const Address& destination : addresses(back ? talk.client : talk.server, "d", "dst-range"))
        for (const std::string& interface : interfaces(need, talk, back))
          lines.push_back(fmt::format("{}{}{}{}{}{} -j ACCEPT", source.option, destination.option, interface, match, source.match, destination.match));
  }
  return lines;
}

Edit edit_at(const Slot& slot, const Style& style, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    const std::string whole = style.indent + (style.counters ? "[0:0] " : "") + slot.command + line;
    text += slot.after_open_line ? style.line_end + whole : whole + style.line_end;
  }
  return {{slot.at, slot.at, 0}, std::move(text)};
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  bool open = false, onward = false, reply = false, untracked = false;
  for (const Blocked& blocked : need.blocked) {
    open |= blocked.leg == Leg::open;
    onward |= blocked.leg == Leg::onward;
    reply |= blocked.leg == Leg::reply;
  }
  for (const ir::Effect& effect : need.firewall.effects) untracked |= effect.kind == ir::EffectKind::untrack;

  const std::vector<Slot> slots = slots_for(need);
  if (slots.empty()) {
    why_not = fmt::format("the file has no table {} with a COMMIT line, where a rule could stand", need.firewall.strings[need.firewall.lists[need.blocked.front().list].table]);
    return {};
  }

  // In the order of the file's habits: where rules leave connections that are known to one rule, a new one may say NEW or nothing.
  std::vector<std::string_view> there, back;
  const Style style = style_of(need, slots.front().neighbour);
  if (open && onward) there = style.knows_states ? std::vector<std::string_view>{"NEW,ESTABLISHED", ""} : std::vector<std::string_view>{"", "NEW,ESTABLISHED"};
  else if (open) there = style.says_new ? std::vector<std::string_view>{"NEW", ""} : std::vector<std::string_view>{"", "NEW"};
  else if (onward) there = {"ESTABLISHED", ""};
  else there = {""};
  back = {"ESTABLISHED"};

  std::vector<Candidate> candidates;
  for (const Slot& slot : slots)
    for (const std::string_view there_state : there)
      for (const bool by_flags : {false, true}) {
        if (by_flags && (!untracked || !reply)) continue;
        Style here = style_of(need, slot.neighbour);
        std::vector<std::string> lines;
        if (open || onward) lines = rules(need, here, false, there_state, false);
        if (reply)
          for (std::string& line : rules(need, here, true, back.front(), by_flags)) lines.push_back(std::move(line));
        if (lines.size() > most_lines) {
          why_not = fmt::format("it takes {} rules, one for each pair of networks: an ipset is a better place for so many", lines.size());
          return {};
        }
        Candidate candidate;
        candidate.edits = {edit_at(slot, here, lines)};
        candidate.title = title_of(need);
        candidate.opens = {opens_of(need)};
        candidates.push_back(std::move(candidate));
      }
  return candidates;
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string&) {
  const Lines lines{sources[0]->bytes()};
  Candidate candidate;
  candidate.edits = without_lines(firewall, rules, [&](Span where) {
    const std::size_t line = lines.begin(where.begin), end = std::min(lines.end(line) + 1, lines.bytes.size());
    return Span{static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(end), 0};
  });
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer iptables_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
