#include "check/audit/world.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "check/conversation.h"
#include "check/evidence.h"
#include "check/flow.h"
#include "check/legs.h"
#include "ir/packet_words.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using ir::Field;
using ir::Range;
using packets::Set;

namespace {

constexpr std::size_t rules_shown = 8;
constexpr std::size_t interfaces_tried = 256;  ///< of those on which a file makes a difference

std::vector<Range> single(Uint128 value) { return {{value, value}}; }

/// RFC 6890: what is not globally reachable, ascending. Documentation networks are left in.
std::vector<Range> public_addresses(bool v4, bool v6) {
  constexpr std::array not_public{"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15"};
  std::vector<Range> ranges;
  if (v4) {
    Uint128 next = ipv4(0x01000000);
    for (const char* const text : not_public) {
      const AddressRange hole = *parse_prefix(text);
      ranges.push_back({next, hole.first - 1});
      next = hole.last + 1;
    }
    ranges.push_back({next, ipv4(0xdfffffff)});
  }
  if (v6) {
    const AddressRange global = *parse_prefix("2000::/3");
    ranges.push_back({global.first, global.last});
  }
  return ir::normalised(std::move(ranges));
}

/// Addresses of each family in a list.
std::pair<Uint128, Uint128> count(const std::vector<Range>& ranges) {
  Uint128 v4 = 0, v6 = 0;
  for (const Range& range : ranges) (family_of(range.first) == Family::ipv4 ? v4 : v6) += range.last - range.first + 1;
  return {v4, v6};
}

bool accepts(const Outcome& outcome) { return outcome.verdict == Verdict::accept; }
bool may_accept(const Outcome& outcome) { return outcome.verdict == Verdict::accept || outcome.verdict == Verdict::undecided; }

/// Does the condition ask whether an address is in a set whose members are not in the file? Only its reason tells.
bool asks_for_members(std::string_view reason) {
  return reason.find("members") != std::string_view::npos || reason.starts_with("who is in ") || reason.find("what the name stands for") != std::string_view::npos;
}

}  // namespace

Set World::plainly(Set set) const {
  for (const packets::Dimension d : set.support())
    if (const auto opaque = context_.symbolic.opaque_of(d))
      if (asks_for_members(context_.firewall.strings[context_.firewall.opaques[*opaque].reason])) set = set.restricted(d, 0);
  return set;
}

std::vector<ir::Path> World::ways_in() const {
  if (context_.request.site.position == policy::Position::gateway) return {ir::Path::ingress, ir::Path::forward};
  return {ir::Path::ingress};
}

evaluate::Box World::box(ir::Path path) const {
  const ir::Firewall& firewall = context_.firewall;
  const policy::Site& site = context_.request.site;
  const std::vector<Range> outside = interfaces(context_.symbolic, site.outside);
  evaluate::Box box;
  box[Field::source] = box[Field::destination] = routable(firewall.ipv4, firewall.ipv6, true);
  box[Field::fragment] = single(0);
  box[Field::state] = single(static_cast<Uint128>(ir::State::new_));
  box[Field::direction] = single(static_cast<Uint128>(ir::Direction::original));
  switch (path) {
    case ir::Path::ingress: {
      // What the host sends on to another address (containers) leaves through any interface; the rest through none.
      std::vector<Range> out = interfaces(context_.symbolic, {});
      out.push_back({0, 0});
      box[Field::in_interface] = outside;
      box[Field::out_interface] = ir::normalised(std::move(out));
      break;
    }
    case ir::Path::forward:
      box[Field::in_interface] = outside;
      box[Field::out_interface] = interfaces(context_.symbolic, site.inside);
      break;
    case ir::Path::egress:
      box[Field::in_interface] = single(0);
      box[Field::out_interface] = outside;
      break;
  }
  return box;
}

Traffic World::ask(ir::Path path, std::uint8_t protocol, std::vector<Range> ports, Translation translation) const {
  evaluate::Question question;
  question.untranslated = translation == Translation::passed_over;
  question.path = path;
  question.box = box(path);
  question.box[path == ir::Path::egress ? Field::destination : Field::source] = public_addresses(context_.firewall.ipv4, context_.firewall.ipv6);
  question.box[Field::protocol] = single(protocol);
  question.box[Field::destination_port] = std::move(ports);
  if (protocol == ir::protocol::tcp) question.box[Field::tcp_flags] = single(ir::tcp_flag::syn);
  evaluate::Partition partition = context_.symbolic.evaluate(question);
  const Set all = partition.all();
  const Set asked = all.onto(connection_dimensions());
  const Set sure = asked - (all - partition.with(Verdict::accept)).onto(connection_dimensions());
  const Set possible = plainly(partition.where(may_accept)).onto(connection_dimensions());
  return {path, std::move(partition), asked, sure, possible};
}

evaluate::Question World::anything(ir::Path path) const {
  evaluate::Question question;
  question.path = path;
  question.box = box(path);
  return question;
}

std::optional<Reach> World::reach(ir::Path path, const Set& open) const {
  const bool out = path == ir::Path::egress;
  const packets::Dimension address = out ? dimension::destination : dimension::source;
  const packets::Dimension interface = out ? dimension::out_interface : dimension::in_interface;
  const auto [all4, all6] = count(public_addresses(context_.firewall.ipv4, context_.firewall.ipv6));
  const auto judge = [&, all4 = all4, all6 = all6](const Set& set) -> std::optional<Reach> {
    const auto [open4, open6] = count(set.values_of(address));
    Reach reach;
    reach.ipv4 = open4 > all4 / 2;
    reach.ipv6 = open6 > all6 / 2;
    if (!reach.ipv4 && !reach.ipv6) return std::nullopt;
    reach.all = (!reach.ipv4 || open4 == all4) && (!reach.ipv6 || open6 == all6);
    return reach;
  };
  const std::array both{interface, address};
  const Set projected = open.onto(both);
  if (!judge(projected)) return std::nullopt;
  const std::vector<Range> wanted = interfaces(context_.symbolic, context_.request.site.outside);
  const std::array one{interface};
  const Set everywhere = projected.forall_in(Set::values(context_.diagrams, interface, wanted), one);
  if (auto reach = judge(everywhere)) return reach;
  std::optional<Reach> best;
  std::size_t tried = 0;
  for (const Range& range : projected.values_of(interface))
    for (Uint128 value = range.first; value <= range.last && tried < interfaces_tried; ++value, ++tried) {
      auto reach = judge(projected.restricted(interface, value));
      if (!reach) continue;
      if (!best) best = *reach;
      best->every_interface = false;
      best->ipv4 |= reach->ipv4, best->ipv6 |= reach->ipv6, best->all &= reach->all;
      best->interfaces.push_back(static_cast<std::uint32_t>(value));
    }
  return best;
}

std::optional<Reach> World::reach_at_every_port(const Traffic& traffic, const Set& open, const std::vector<Range>& ports) const {
  const bool out = traffic.path == ir::Path::egress;
  const std::array kept{out ? dimension::out_interface : dimension::in_interface, dimension::destination_port, out ? dimension::destination : dimension::source};
  const std::array port{dimension::destination_port};
  const Set every = open.onto(kept).forall_in(Set::values(context_.diagrams, dimension::destination_port, ports), port);
  return reach(traffic.path, every);
}

Proof World::prove(const Traffic& traffic, const Set& packets) const { return prove(traffic.path, traffic.partition, packets); }

Proof World::prove(ir::Path path, const evaluate::Partition& partition, const Set& packets) const {
  const ir::Firewall& firewall = context_.firewall;
  const evaluate::Symbolic& symbolic = context_.symbolic;
  const std::vector<Uint128> names{symbolic.interface_value("eth0"), symbolic.interface_value("eth1"), symbolic.last_interface()};
  std::vector<Uint128> out_names = names;
  if (path == ir::Path::ingress) out_names.insert(out_names.begin(), 0);
  else std::ranges::reverse(out_names);
  const std::vector<Uint128> theirs{ipv4(0xcb007101), ipv4(0xc6336401), ipv4(0xc0000201), *parse_address("2001:db8::1"), *parse_address("2600::1")};
  const std::vector<Uint128> ours{ipv4(0x0a000001), ipv4(0xc0a80001), ipv4(0xac100001), *parse_address("2001:db8::2")};
  const bool out = path == ir::Path::egress;
  const std::vector<packets::Preference> preferences{
      {dimension::protocol, {ir::protocol::tcp, ir::protocol::udp}},
      {dimension::in_interface, names},
      {dimension::out_interface, out_names},
      {dimension::destination, out ? theirs : ours},
      {dimension::source, out ? ours : theirs},
      {dimension::source_port, {40000, 1024}},
      {dimension::destination_port, {80, 22}},
      {dimension::icmp, {8u << 8}},
      {dimension::tcp_flags + 1, {1}},
  };
  const Set accepted = packets & partition.with(Verdict::accept);
  const Set shown = accepted.empty() ? packets & partition.where(may_accept) : accepted;
  const auto point = shown.witness(preferences);
  if (!point) throw Contradiction("what is said to be open has no packet");
  const Outcome* const outcome = partition.at(*point);
  if (outcome == nullptr) throw Contradiction("a witness lies outside its question");
  const ir::Packet packet = symbolic.to_packet(path, *point);
  const evaluate::TraceResult replay = evaluate::trace(firewall, packet, symbolic.answers(*point));
  confirm(replay, *outcome);

  Proof proof;
  proof.packet = ir::to_string(packet);
  if (outcome->rule) proof.where = firewall.rules[*outcome->rule].where;
  else if (outcome->list) proof.where = firewall.lists[*outcome->list].where;
  if (!outcome->rule) proof.by = outcome->list ? default_text(firewall, *outcome->list) : "nothing decides against it";
  const auto relate = [&](Span where, std::string text) {
    const bool known = where == proof.where || std::ranges::any_of(proof.related, [&](const Label& label) { return label.where == where; });
    if (where != Span{} && !known && proof.related.size() < rules_shown) proof.related.push_back({where, std::move(text)});
  };
  for (const packets::Dimension d : (packets & partition.where(may_accept)).support())
    if (const auto opaque = symbolic.opaque_of(d)) {
      const ir::Opaque& condition = firewall.opaques[*opaque];
      relate(condition.where, fmt::format("turns on `{}`: {}", printable(firewall.strings[condition.text]), printable(firewall.strings[condition.reason])));
    }
  if (outcome->translated_by) relate(firewall.rules[*outcome->translated_by].where, "sends it on to another destination");
  for (const std::size_t index : partition.outcomes_in(shown)) {
    const Outcome& other = partition.outcomes()[index];
    if (!may_accept(other)) continue;
    proof.accepting.push_back(other);
    if (other.rule) relate(firewall.rules[*other.rule].where, accepts(other) ? "accepts some of it" : "what happens here is not known");
    else if (other.list) relate(firewall.lists[*other.list].where, default_text(firewall, *other.list) + " accepts the rest");
  }
  return proof;
}

std::string World::who(const Reach& reach) const {
  const std::string_view family = reach.ipv4 && reach.ipv6 ? "" : reach.ipv4 ? " IPv4" : " IPv6";
  std::string text = fmt::format("{} public{} address{}", reach.all ? "every" : "most", family, reach.all ? "" : "es");
  for (std::size_t i = 0; i < reach.interfaces.size(); ++i) {
    text += i == 0 ? ", on " : ", ";
    if (i == 4) return text + "...";
    text += printable(context_.symbolic.interface_label(reach.interfaces[i]));
  }
  return text;
}

bool World::names_sources(ir::RuleId rule) const {
  return std::ranges::any_of(context_.firewall.matches_of(context_.firewall.rules[rule]), [](const ir::Match& match) {
    return match.kind == ir::MatchKind::any_of || (match.field == Field::source && match.kind != ir::MatchKind::opaque);
  });
}

std::optional<World::EveryPort> World::open_at_every_port(ir::Path path, std::uint8_t protocol) const {
  // What is closed at one of these is not open everywhere; nearly always that answers it, for the price of three ports.
  const std::vector<Range> probes{{19, 19}, {4711, 4711}, {49999, 49999}};
  const std::vector<Range> every{{1, 0xffff}};
  const Traffic probe = ask(path, protocol, probes);
  if (!reach_at_every_port(probe, probe.possible, probes)) return std::nullopt;
  Traffic traffic = ask(path, protocol, every);
  if (auto sure = reach_at_every_port(traffic, traffic.sure, every)) return EveryPort{std::move(traffic), *sure, true};
  if (auto possible = reach_at_every_port(traffic, traffic.possible, every)) return EveryPort{std::move(traffic), *possible, false};
  return std::nullopt;
}

Set World::within(const Set& open, const Reach& reach) const {
  if (reach.every_interface) return open;
  const std::vector<Range> in = open.values_of(dimension::in_interface);
  const bool from_here = in.size() == 1 && in[0].last == 0;  // what this host sends came in nowhere
  const packets::Dimension interface = from_here ? dimension::out_interface : dimension::in_interface;
  return open & Set::value(context_.diagrams, interface, reach.interfaces.front());
}

void World::complete(std::string& message, const Reach& reach, const Proof& proof) const {
  if (guesses(reach)) message += " (--outside says which interfaces face the world)";
  if (!proof.by.empty()) message += ", by " + proof.by;
}

void World::say_if_pieced_together(const Reach& reach, const Proof& proof, std::string_view what) const {
  const bool every_one_names = std::ranges::all_of(proof.accepting, [&](const Outcome& o) { return o.rule && names_sources(*o.rule); });
  if (proof.accepting.size() < 2 || !every_one_names) return;
  report(context_, "WC207", Severity::warning,
         fmt::format("{} rules that each name their sources together accept {} from {}", proof.accepting.size(), what, who(reach)), proof);
}

void report(const AuditContext& context, std::string code, Severity severity, std::string message, Proof proof) {
  message += fmt::format("; for example `{}`", proof.packet);
  context.site.findings.push_back({.diagnostic = {std::move(code), severity, std::move(message), proof.where, std::move(proof.related)}});
}

}  // namespace wallcheck::check::audit
