#include "fix/opening.h"

#include <algorithm>

#include <fmt/format.h>

#include "fix/grants.h"
#include "frontend/cloud/document.h"

namespace wallcheck::fix {

using check::Conversation;
using check::Leg;

namespace {

bool every_port(const std::vector<ir::Range>& ports) { return ports.empty() || (ports.size() == 1 && ports[0].first == 0 && ports[0].last == 0xffff); }

bool same_end(const check::End& a, const check::End& b) { return a.given == b.given && a.addresses == b.addresses; }

Opening opening_of(const Need& need, const Blocked& blocked) {
  const Conversation& talk = blocked.conversation;
  const policy::Service& service = *talk.service;
  const bool back = blocked.leg == Leg::reply;
  Opening opening;
  opening.egress = is_egress(need.firewall, blocked.list);
  opening.protocol = service.protocol;
  opening.source = back ? talk.server : talk.client;
  opening.destination = back ? talk.client : talk.server;
  if (ir::protocol::has_ports(service.protocol)) {
    opening.source_ports = back ? service.ports : service.source_ports;
    opening.destination_ports = back ? service.source_ports : service.ports;
    for (auto* ports : {&opening.source_ports, &opening.destination_ports})
      if (every_port(*ports)) ports->clear();
  }
  return opening;
}

}  // namespace

std::vector<Opening> openings_of(const Need& need) {
  std::vector<Opening> openings;
  for (const Blocked& blocked : need.blocked) {
    Opening opening = opening_of(need, blocked);
    const auto fits = [&](const Opening& other) {
      return other.egress == opening.egress && other.protocol == opening.protocol && other.source_ports == opening.source_ports &&
             other.destination_ports.empty() == opening.destination_ports.empty() && same_end(other.source, opening.source) && same_end(other.destination, opening.destination);
    };
    const auto known = std::ranges::find_if(openings, fits);
    if (known == openings.end()) {
      openings.push_back(std::move(opening));
      continue;
    }
    known->destination_ports.insert(known->destination_ports.end(), opening.destination_ports.begin(), opening.destination_ports.end());
    known->destination_ports = ir::normalised(std::move(known->destination_ports));
  }
  return openings;
}

std::vector<Family> families_of(const Opening& opening) {
  std::vector<Family> families;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto has = [&](const check::End& end) { return std::ranges::any_of(end.addresses, [&](const ir::Range& range) { return family_of(range.first) == family; }); };
    if (has(opening.source) && has(opening.destination)) families.push_back(family);
  }
  return families;
}

std::vector<std::string> networks_of(const check::End& end, Family family) {
  std::vector<std::string> texts;
  for (const Network& network : networks_of(end))
    if (network.is_ipv6 == (family == Family::ipv6)) texts.push_back(network.text);
  return texts;
}

std::string port_words(const ir::Range& ports) {
  return ports.first == ports.last ? fmt::format("{}", low64(ports.first)) : fmt::format("{}-{}", low64(ports.first), low64(ports.last));
}

std::vector<JsonText::Value> around_what_decides(const Need& need, const JsonText& json) {
  const Blocked& blocked = need.blocked.front();
  const Span where = blocked.rule ? need.firewall.rules[*blocked.rule].where : need.firewall.lists[blocked.list].where;
  return json.around(where.begin);
}

std::vector<Edit> added(const JsonText& json, JsonText::Value list, JsonText::Value like, std::span<const Json> elements) {
  if (list.exists()) return {json.append(list, elements)};
  const bool several = json.roots().size() > 1, open = like.raw().find('\n') != std::string_view::npos;
  const Span first = json.roots().front().span(), last = json.roots().back().span();
  std::string text;
  for (const Json& element : elements) text += (several ? "\n" : ",\n") + element.dump(open ? 2 : -1, ' ', true, Json::error_handler_t::replace);
  if (several) return {{{last.end, last.end, last.file}, text}};
  return {{{first.begin, first.begin, first.file}, "["}, {{last.end, last.end, last.file}, text + "]"}};
}

std::optional<std::int64_t> number_at(const JsonText& json, Span where, std::initializer_list<std::string_view> keys) {
  const auto around = json.around(where.begin);
  for (auto value = around.rbegin(); value != around.rend(); ++value)
    for (const std::string_view key : keys)
      if (const JsonText::Value number = (*value)[key]) return frontend::cloud::scalar(number).number();
  return std::nullopt;
}

std::map<std::int64_t, bool> numbers_of(const Need& need, const JsonText& json, std::initializer_list<std::string_view> keys) {
  std::map<std::int64_t, bool> numbers;
  for (const ir::RuleId rule : need.firewall.rules_of(need.firewall.lists[need.blocked.front().list])) {
    const auto number = number_at(json, need.firewall.rules[rule].where, keys);
    if (!number) continue;
    const bool accepts = need.firewall.rules[rule].action == ir::ActionKind::accept;
    const auto [known, is_new] = numbers.try_emplace(*number, accepts);
    if (!is_new) known->second &= accepts;
  }
  return numbers;
}

std::optional<std::int64_t> number_before(const std::map<std::int64_t, bool>& used, std::int64_t decides, std::int64_t lowest, std::int64_t step) {
  while (decides > lowest) {
    const auto above = used.lower_bound(decides);
    const bool is_first = above == used.begin() || std::prev(above)->first < lowest;
    const std::int64_t before = is_first ? lowest - 1 : std::prev(above)->first;
    if (before + 1 < decides) {
      for (std::int64_t by = step; by > 1; by /= 10)
        if (const std::int64_t round = (before / by + 1) * by; round < decides) return round;
      return before + 1;
    }
    if (is_first || !std::prev(above)->second) return std::nullopt;
    decides = before;
  }
  return std::nullopt;
}

std::string new_name(const std::set<std::string, std::less<>>& used, std::string_view wanted, std::size_t longest) {
  std::string base;
  for (const char c : wanted) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (kept || lower != c) base += lower;
    else if (!base.empty() && base.back() != '-') base += '-';
  }
  if (base.empty()) base = "allow";
  for (unsigned i = 1;; ++i) {
    const std::string suffix = i == 1 ? "" : fmt::format("-{}", i);
    std::string name = base.substr(0, longest - suffix.size());
    while (!name.empty() && name.back() == '-') name.pop_back();
    name += suffix;
    if (!used.contains(name)) return name;
  }
}

}  // namespace wallcheck::fix
