#include "fix/words.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::fix {

using check::Conversation;
using check::Leg;

namespace {

std::string ports_words(const policy::Service& service) {
  return service.ports_text.empty() ? service.protocol_name : service.protocol_name + " " + service.ports_text;
}

}  // namespace

std::string title_of(const Need& need) {
  std::vector<std::string> services;
  bool only_back = true, with_answers = false;
  for (const Blocked& blocked : need.blocked) {
    const std::string words = ports_words(*blocked.conversation.service);
    if (std::ranges::find(services, words) == services.end()) services.push_back(words);
    only_back &= blocked.leg == Leg::reply;
    with_answers |= blocked.leg == Leg::reply;
  }
  const Conversation& talk = need.blocked.front().conversation;
  const std::string_view way = talk.path == ir::Path::egress ? "out" : talk.path == ir::Path::ingress ? "in" : "through";
  const std::string_view back = talk.path == ir::Path::egress ? "in" : talk.path == ir::Path::ingress ? "out" : "through";
  if (only_back) return fmt::format("let the answers of {} ({}) {}", need.flow.id, fmt::join(services, ", "), back);
  return fmt::format("let {} ({}){} {}", need.flow.id, fmt::join(services, ", "), with_answers ? " and its answers" : "", way);
}

std::string opens_of(const Need& need, const Untested& untested) {
  const Conversation& talk = need.blocked.front().conversation;
  const auto open_end = [&](const std::string& role, std::string_view word) {
    return fmt::format("{} any address, since the policy gives none for role \"{}\" (--role-address {}=CIDR narrows it)", word, role, role);
  };
  std::vector<std::string> parts;
  const bool egress = talk.site_opens;
  if (egress && !talk.server.given) parts.push_back(open_end(need.flow.to, "to"));
  if (!egress && !talk.client.given) parts.push_back(open_end(need.flow.from, "from"));
  const auto some = [&](auto&& is) { return std::ranges::any_of(need.blocked, [&](const Blocked& blocked) { return is(*blocked.conversation.service); }); };
  if (untested.source_ports && some([](const policy::Service& service) { return !service.source_ports.empty() && service.source_ports != std::vector<ir::Range>{{0, 65535}}; }))
    parts.emplace_back("from any port, since these rules do not test source ports");
  if (untested.icmp_types && some([](const policy::Service& service) { return service.protocol == ir::protocol::icmp || service.protocol == ir::protocol::icmpv6; }))
    parts.emplace_back("for every ICMP message, since these rules do not test types");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string opens_of(const Need& need) { return opens_of(need, untested_by(need.firewall.format)); }

std::string removal_title(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules) {
  std::vector<std::size_t> lines;
  for (const ir::RuleId rule : rules) {
    const Span where = firewall.rules[rule].where;
    const std::size_t line = sources[where.file]->place(where.begin).line;
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  std::ranges::sort(lines);
  if (lines.size() == 1) return fmt::format("take away line {}, which accepts it the wrong way round", lines[0]);
  return fmt::format("take away lines {}, which accept it the wrong way round", fmt::join(lines, ", "));
}

std::vector<Edit> without_lines(const ir::Firewall& firewall, std::span<const ir::RuleId> rules, const std::function<Span(Span where)>& line_of) {
  std::vector<Edit> edits;
  for (const ir::RuleId rule : rules) {
    const Edit edit{line_of(firewall.rules[rule].where), ""};
    if (std::ranges::find(edits, edit) == edits.end()) edits.push_back(edit);
  }
  std::ranges::sort(edits, {}, &Edit::where);
  return edits;
}

}  // namespace wallcheck::fix
