// pf.conf(5) rules: a pass rule where it takes effect. The last rule that matches decides, unless a quick one matches before: a new rule
// stands behind the rule that decides, or quick before it.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/address.h"
#include "fix/words.h"
#include "fix/writer.h"

namespace wallcheck::fix {

namespace {

using check::Conversation;
using check::Leg;

std::string_view protocol_word(const policy::Service& service) {
  switch (service.protocol) {
    case ir::protocol::tcp: return "tcp";
    case ir::protocol::udp: return "udp";
    case ir::protocol::icmp: return "icmp";
    case ir::protocol::icmpv6: return "icmp6";
    default: return service.protocol_name;
  }
}

/// One word, or several in braces.
std::string in_braces(const std::vector<std::string>& words) {
  return words.size() == 1 ? words[0] : fmt::format("{{ {} }}", fmt::join(words, ", "));
}

/// The words of a list, sorted: blanks, commas and order make no difference.
std::string bare(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (std::string_view(" \t,\n\r\\{}\"").find(c) == std::string_view::npos) words.back() += c;
    else if (!words.back().empty()) words.emplace_back();
  if (words.back().empty()) words.pop_back();
  std::ranges::sort(words);
  return fmt::format("{}", fmt::join(words, " "));
}

/// Names that the file has for values: macros (`name = "value"`) and tables without files, by their bare value. A guess from the text of
/// whole lines; that it means the same is proved with the rest of the fix.
std::map<std::string, std::string> names_in(std::string_view text) {
  std::map<std::string, std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    while (end != std::string_view::npos && end > at && text[end - 1] == '\\') end = text.find('\n', end + 1);
    end = std::min(end, text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::size_t name_end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    const std::size_t equals = line.find_first_not_of(" \t", name_end);
    if (name_end > 0 && equals != std::string_view::npos && line[equals] == '=') {
      names.emplace(bare(line.substr(equals + 1)), fmt::format("${}", line.substr(0, name_end)));
    } else if (line.starts_with("table") && line.find("file") == std::string_view::npos) {
      const std::size_t open = line.find('<'), close = line.find('>'), brace = line.find('{', close);
      if (open < close && brace != std::string_view::npos) names.emplace(bare(line.substr(brace)), std::string(line.substr(open, close - open + 1)));
    }
  }
  return names;
}

std::string port(const ir::Range& range) {
  return range.first == range.last ? fmt::format("{}", low64(range.first)) : fmt::format("{}:{}", low64(range.first), low64(range.last));
}

/// The file's name for exactly these words, else the words.
std::string named(const std::vector<std::string>& words, const std::map<std::string, std::string>& names) {
  const auto name = names.find(bare(fmt::format("{}", fmt::join(words, " "))));
  return name != names.end() ? name->second : in_braces(words);
}

std::string ports(const std::vector<ir::Range>& list, const std::map<std::string, std::string>& names) {
  if (list.empty() || (list.size() == 1 && list[0].first == 0 && list[0].last == 0xffff)) return {};
  std::vector<std::string> words;
  words.reserve(list.size());
  for (const ir::Range& range : list) words.push_back(port(range));
  return " port " + named(words, names);
}

std::string addresses(const check::End& end, const std::map<std::string, std::string>& names) {
  if (!end.given) return "any";
  std::vector<std::string> words;
  for (const ir::Range& range : end.addresses) words.push_back(to_string(AddressRange{range.first, range.last}));
  return named(words, names);
}

/// Does the family have to be said? Only where no address says it.
std::string family(const Conversation& talk) {
  if (talk.client.given || talk.server.given) return {};
  const auto only = [](const std::vector<ir::Range>& ranges, Family wanted) {
    return !ranges.empty() && std::ranges::all_of(ranges, [&](const ir::Range& range) { return family_of(range.first) == wanted && family_of(range.last) == wanted; });
  };
  if (only(talk.client.addresses, Family::ipv4)) return "inet ";
  return only(talk.client.addresses, Family::ipv6) ? "inet6 " : "";
}

/// One direction of the way: "in" or "out", and the interfaces that the site names for it.
struct Direction {
  std::string_view word;
  std::vector<std::string> interfaces;
};

/// The directions in which the leg passes pf: a gateway filters a packet twice.
std::vector<Direction> directions(const Need& need, const Conversation& talk, bool back) {
  const bool towards_outside = talk.site_opens != back;
  if (talk.path == ir::Path::forward) {
    const std::vector<std::string> none;
    const auto& inside = need.site ? need.site->inside : none;
    const auto& outside = need.site ? need.site->outside : none;
    return {{"in", towards_outside ? inside : outside}, {"out", towards_outside ? outside : inside}};
  }
  return {{towards_outside ? "out" : "in", need.site ? need.site->outside : std::vector<std::string>{}}};
}

std::vector<ir::Range> joined(const std::vector<const policy::Service*>& services) {
  std::vector<ir::Range> all;
  for (const policy::Service* service : services) all.insert(all.end(), service->ports.begin(), service->ports.end());
  return ir::normalised(std::move(all));
}

/// The rules for one leg, without indentation.
std::vector<std::string> rules(const Need& need, bool back, bool quick, std::string_view ending, std::string_view only_direction, const std::map<std::string, std::string>& names) {
  // Services that one rule can let through: the same protocol and source ports.
  std::vector<std::pair<const Blocked*, std::vector<const policy::Service*>>> groups;
  for (const Blocked& blocked : need.blocked) {
    const policy::Service& service = *blocked.conversation.service;
    const auto fits = [&](const auto& group) {
      const policy::Service& other = *group.second.front();
      return other.protocol == service.protocol && other.source_ports == service.source_ports && other.one_way == service.one_way;
    };
    const auto group = std::ranges::find_if(groups, fits);
    if (group == groups.end()) groups.push_back({&blocked, {&service}});
    else if (std::ranges::find(group->second, &service) == group->second.end()) group->second.push_back(&service);
  }
  std::vector<std::string> lines;
  for (const auto& [blocked, services] : groups) {
    const Conversation& talk = blocked->conversation;
    const policy::Service& service = *services.front();
    const bool has_ports = ir::protocol::has_ports(service.protocol);
    std::string from = addresses(talk.client, names) + (has_ports ? ports(service.source_ports, names) : "");
    std::string to = addresses(talk.server, names) + (has_ports ? ports(joined(services), names) : "");
    if (back) std::swap(from, to);
    std::string icmp;
    if (service.protocol == ir::protocol::icmp) icmp = back ? " icmp-type echorep" : " icmp-type echoreq";
    if (service.protocol == ir::protocol::icmpv6) icmp = back ? " icmp6-type echorep" : " icmp6-type echoreq";
    for (const Direction& direction : directions(need, talk, back)) {
      if (!only_direction.empty() && direction.word != only_direction) continue;
      const std::string on = direction.interfaces.empty() ? "" : fmt::format("on {} ", named(direction.interfaces, names));
      lines.push_back(fmt::format("pass {} {}{}{}proto {} from {} to {}{}{}", direction.word, quick ? "quick " : "", on, family(talk), protocol_word(service), from, to, icmp, ending));
    }
  }
  return lines;
}

/// A place for whole lines, and what the lines around it look like.
struct Slot {
  std::size_t at = 0;
  bool quick = false;
  std::string indent;
};

std::size_t line_begin(std::string_view bytes, std::size_t at) {
  const std::size_t newline = bytes.substr(0, at).rfind('\n');
  return newline == std::string_view::npos ? 0 : newline + 1;
}

/// Behind the line end of what ends at `at`.
std::size_t line_end(std::string_view bytes, std::size_t at) {
  const std::size_t newline = bytes.find('\n', at);
  return newline == std::string_view::npos ? bytes.size() : newline + 1;
}

std::string indent_of(std::string_view bytes, std::size_t begin) {
  const std::size_t end = std::min(bytes.find_first_not_of(" \t", begin), bytes.size());
  return std::string(bytes.substr(begin, end - begin));
}

std::vector<Slot> slots_for(const Need& need) {
  const std::string_view bytes = need.sources[0]->bytes();
  std::vector<Slot> slots;
  if (const auto& id = need.blocked.front().rule) {
    const ir::Rule& rule = need.firewall.rules[*id];
    const std::size_t begin = line_begin(bytes, rule.where.begin), end = line_end(bytes, std::max(rule.where.end, rule.where.begin + 1) - 1);
    const std::string indent = indent_of(bytes, begin);
    if (rule.quick) slots.push_back({begin, true, indent});
    else slots.push_back({end, false, indent});
    slots.push_back({begin, true, indent});
  }
  slots.push_back({bytes.size(), false, ""});
  slots.push_back({bytes.size(), true, ""});
  return slots;
}

Edit edit_at(std::string_view bytes, const Slot& slot, const std::vector<std::string>& lines) {
  const std::size_t newline = bytes.find('\n');
  const std::string_view line_end = newline != std::string_view::npos && newline > 0 && bytes[newline - 1] == '\r' ? "\r\n" : "\n";
  const bool after_open_line = slot.at == bytes.size() && !bytes.empty() && bytes.back() != '\n';
  std::string text;
  for (const std::string& line : lines) text += after_open_line ? fmt::format("{}{}{}", line_end, slot.indent, line) : fmt::format("{}{}{}", slot.indent, line, line_end);
  const auto at = static_cast<std::uint32_t>(slot.at);
  return {{at, at, 0}, std::move(text)};
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const Blocked& first = need.blocked.front();
  if (first.rule && need.firewall.rules[*first.rule].where.file != 0) {
    why_not = fmt::format("the rule that decides stands in {}, which this file includes: it has to be changed there", need.sources[need.firewall.rules[*first.rule].where.file]->path());
    return {};
  }
  const std::string_view bytes = need.sources[0]->bytes();
  const bool only_back = std::ranges::all_of(need.blocked, [](const Blocked& blocked) { return blocked.leg == Leg::reply; });
  // The file's names for values first; the values themselves where a name is defined too late to be used.
  const std::map<std::string, std::string> named = names_in(bytes), plain;
  const std::string_view habit = bytes.find("keep state") != std::string_view::npos ? " keep state" : "";

  std::vector<Candidate> candidates;
  const auto add = [&](const Slot& slot, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    Candidate candidate;
    candidate.edits = {edit_at(bytes, slot, lines)};
    candidate.title = title_of(need);
    candidate.opens = {opens_of(need)};
    candidates.push_back(std::move(candidate));
  };
  for (const Slot& slot : slots_for(need)) {
    // One direction may be enough on a gateway, where the other one passes already.
    const bool gateway = first.conversation.path == ir::Path::forward;
    for (const std::string_view direction : gateway ? std::vector<std::string_view>{"out", "in", ""} : std::vector<std::string_view>{""}) {
      const auto lines = rules(need, false, slot.quick, habit, direction, named), literal = rules(need, false, slot.quick, habit, direction, plain);
      add(slot, lines);
      if (literal != lines) add(slot, literal);
    }
    // Answers of connections that make no state need a rule of their own.
    if (only_back) add(slot, rules(need, true, slot.quick, " no state", "", named));
  }
  return candidates;
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  for (const ir::RuleId rule : rules)
    if (const FileId file = firewall.rules[rule].where.file; file != 0) {
      why_not = fmt::format("the rule stands in {}, which this file includes", sources[file]->path());
      return {};
    }
  const std::string_view bytes = sources[0]->bytes();
  Candidate candidate;
  candidate.edits = without_lines(firewall, rules, [&](Span where) {
    return Span{static_cast<std::uint32_t>(line_begin(bytes, where.begin)), static_cast<std::uint32_t>(line_end(bytes, std::max(where.end, where.begin + 1) - 1)), 0};
  });
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer pf_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
