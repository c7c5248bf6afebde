#include "check/evidence.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "check/walk.h"

namespace wallcheck::check {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using packets::Set;

namespace {

/// Addresses that people recognise: the first host of what the policy names, else documentation and private ones.
std::vector<Uint128> usual_addresses(const End& end, bool own) {
  std::vector<Uint128> values;
  if (end.given) {
    for (const ir::Range& range : end.addresses) values.push_back(range.first == range.last ? range.first : range.first + 1);
    for (const ir::Range& range : end.addresses) values.push_back(range.first);
  }
  // No packet of a host to itself: that would go through the loopback interface.
  if (own) values.insert(values.end(), {ipv4(0x0a000001), ipv4(0xc0a80001), ipv4(0xac100001), *parse_address("2001:db8::2")});
  values.insert(values.end(), {ipv4(0xcb007101), ipv4(0xc6336401), ipv4(0xc0000201), *parse_address("2001:db8::1"), *parse_address("2600::1")});
  return values;
}

/// The first rule that sets connection marks.
std::optional<ir::RuleId> connection_marker(const ir::Firewall& firewall) {
  for (ir::RuleId id = 0; id < firewall.rules.size(); ++id)
    for (const ir::EffectsId list : {firewall.rules[id].on_match, firewall.rules[id].on_decide})
      for (const ir::Effect& effect : firewall.effects_of(list))
        if (effect.kind == ir::EffectKind::set_connmark) return id;
  return std::nullopt;
}

}  // namespace

std::string list_name(const ir::Firewall& firewall, ir::ListId id) {
  const ir::RuleList& list = firewall.lists[id];
  std::string name;
  if (list.table != 0) name = std::string(firewall.strings[list.table]) + " ";
  return printable(name + std::string(firewall.strings[list.name]));
}

std::string default_text(const ir::Firewall& firewall, ir::ListId id) {
  const ir::RuleList& list = firewall.lists[id];
  const std::string name = list_name(firewall, id);
  const bool is_iptables = firewall.format == ir::Format::iptables || firewall.format == ir::Format::ip6tables;
  const std::string_view not_set = list.declared ? "" : " (not in the file)";
  if (list.fallthrough == ir::Fallthrough::return_) return (list.declared ? "end of " : "undefined chain ") + name;
  if (!is_iptables) return "the default, since no rule matches";
  return fmt::format("policy {} of {}{}", list.fallthrough == ir::Fallthrough::accept ? "ACCEPT" : "DROP", name, not_set);
}

std::string effect_of(const Outcome& outcome) {
  if (outcome.verdict == Verdict::accept && outcome.diverted) return "diverted";
  return std::string(to_string(outcome.verdict));
}

Evidence::Evidence(const FlowContext& context, const Conversation& conversation, const Set& asked)
    : context_(context), conversation_(conversation), describer_(context.symbolic, asked, conversation.fixed()) {}

Set Evidence::inside(const Answer& answer, const Set& connections) const {
  return answer.partition.all() & (answer.leg == Leg::reply ? turned_round(connections) : connections);
}

void locate(DecidedBy& by, const ir::Firewall& firewall, const Sources& sources) {
  if (by.in_list) by.list = list_name(firewall, *by.in_list);
  if (by.rule) {
    by.where = firewall.rules[*by.rule].where;
    by.text = std::string(sources[by.where.file]->text(by.where));
    const auto origin = std::ranges::lower_bound(firewall.origins, *by.rule, {}, &ir::Origin::rule);
    const bool has_origin = origin != firewall.origins.end() && origin->rule == *by.rule;
    by.origin = has_origin ? printable(firewall.strings[origin->text]) : std::string();
  } else if (by.in_list) {
    by.where = firewall.lists[*by.in_list].where;
    by.text = default_text(firewall, *by.in_list);
  }
}

DecidedBy decided_by(const ir::Firewall& firewall, const Sources& sources, const Outcome& outcome, bool known_connection) {
  DecidedBy by;
  by.effect = effect_of(outcome);
  const bool translates = by.effect == "diverted" && outcome.translated_by;
  by.rule = translates ? outcome.translated_by : outcome.rule;
  if (!translates || by.rule == outcome.rule) by.in_list = outcome.list;
  by.is_default = !by.rule;
  const bool is_known = known_connection && firewall.tracking == ir::Tracking::by_state;
  if (by.is_default) by.text = is_known ? "the connection is known" : "nothing decides against it";
  locate(by, firewall, sources);
  return by;
}

DecidedBy Evidence::decided_by(const Outcome& outcome, Leg leg) const {
  DecidedBy by = check::decided_by(context_.firewall, context_.sources, outcome, leg != Leg::open);
  by.leg = to_string(leg);
  return by;
}

DecidedBy Evidence::describe(const Outcome& outcome, Leg leg, const Set& packets) const {
  DecidedBy by = decided_by(outcome, leg);
  const Set connections = packets.onto(connection_dimensions());
  const bool back = leg == Leg::reply;
  by.packets = describer_.line(back ? turned_round(connections) : connections, back);
  return by;
}

std::vector<DecidedBy> Evidence::decided_by(const Answer& answer, const Set& connections,
                                            const std::function<bool(const Outcome&)>& wanted) const {
  std::vector<DecidedBy> result;
  const Set region = inside(answer, connections);
  std::vector<std::size_t> shown;
  for (const std::size_t index : answer.partition.outcomes_in(region)) {
    if (shown.size() == rules_shown) break;
    if (wanted(answer.partition.outcomes()[index])) shown.push_back(index);
  }
  const evaluate::Partition part = answer.partition.part(region, shown);
  for (std::size_t i = 0; i < shown.size(); ++i) result.push_back(describe(part.outcomes()[i], answer.leg, part.of(i)));
  sort_by_place(result);
  return result;
}

void sort_by_place(std::vector<DecidedBy>& decided) {
  const auto place = [](const DecidedBy& d) { return std::tie(d.where, d.effect, d.text, d.packets); };
  std::ranges::sort(decided, [&](const DecidedBy& a, const DecidedBy& b) { return place(a) < place(b); });
  const auto same = [&](const DecidedBy& a, const DecidedBy& b) { return place(a) == place(b); };
  decided.erase(std::unique(decided.begin(), decided.end(), same), decided.end());
}

std::optional<Evidence::Shown> Evidence::shown(const Answer& answer, const Set& packets) const {
  const bool back = answer.leg == Leg::reply;
  const auto client = usual_addresses(conversation_.client, conversation_.site_opens);
  const auto server = usual_addresses(conversation_.server, !conversation_.site_opens);
  const evaluate::Symbolic& symbolic = context_.symbolic;
  const std::vector<Uint128> interfaces{symbolic.interface_value("eth0"), symbolic.interface_value("eth1"), symbolic.last_interface()};
  // A path that has no such interface shows none, where the packet may do without.
  const auto on_path = [&](ir::Path without, bool last_first) {
    std::vector<Uint128> values = interfaces;
    if (last_first) std::ranges::reverse(values);
    if (answer.path == without) values.insert(values.begin(), 0);
    return values;
  };
  const std::vector<packets::Preference> preferences{
      {dimension::in_interface, on_path(ir::Path::egress, back)},
      {dimension::out_interface, on_path(ir::Path::ingress, false)},
      {dimension::destination, back ? client : server},
      {dimension::source, back ? server : client},
      {back ? dimension::destination_port : dimension::source_port, {1024, 40000, 32768}},
      {dimension::tcp_flags + 4, {answer.leg == Leg::open ? Uint128{0} : Uint128{1}}},
  };
  const auto point = packets.witness(preferences);
  if (!point) return std::nullopt;
  const Outcome* const outcome = answer.partition.at(*point);
  if (outcome == nullptr) throw Contradiction("a witness lies outside its question");

  Witness witness;
  witness.packet = symbolic.to_packet(answer.path, *point);
  const evaluate::TraceResult replay = evaluate::trace(context_.firewall, witness.packet, symbolic.answers(*point));
  const bool later = answer.leg != Leg::open;  // translations and states of the first packet are not part of a single packet
  const bool comparable = !later || (context_.firewall.tracking == ir::Tracking::by_rules && !outcome->diverted);
  if (comparable) confirm(replay, *outcome);
  witness.shows = effect_of(*outcome);
  if (comparable && context_.steps) witness.steps = walk(context_.firewall, context_.sources, replay.steps, Words::shown);
  return Shown{std::move(witness), outcome};
}

std::optional<Witness> Evidence::witness(const Answer& answer, const Set& connections, const std::function<bool(const Outcome&)>& wanted,
                                         std::vector<DecidedBy>& decided) const {
  const Set set = inside(answer, connections) & answer.partition.where(wanted);
  auto found = shown(answer, set);
  if (!found) return std::nullopt;
  const DecidedBy said = describe(*found->outcome, answer.leg, set);
  const auto front = std::ranges::find_if(decided, [&](const DecidedBy& d) { return d.where == said.where && d.effect == said.effect && d.text == said.text; });
  if (front != decided.end()) std::rotate(decided.begin(), front, front + 1);
  else decided.insert(decided.begin(), said);
  return std::move(found->witness);
}

std::vector<Assumption> Evidence::assumptions(const Answer& answer, const Set& connections) const {
  const ir::Firewall& firewall = context_.firewall;
  std::vector<Assumption> result;
  const auto add = [&](Assumption assumption) {
    const auto same = [&](const Assumption& a) { return a.where == assumption.where && a.text == assumption.text; };
    if (std::ranges::none_of(result, same)) result.push_back(std::move(assumption));
  };
  const Set region = inside(answer, connections);
  const Set accepted = region & answer.partition.with(Verdict::accept);
  const Set undecided = region & answer.partition.with(Verdict::undecided);
  for (const Set& set : {accepted, undecided}) {
    for (const packets::Dimension d : set.support()) {
      const auto marker = d >= dimension::connmark && d < dimension::connmark + 32 ? connection_marker(firewall) : std::nullopt;
      if (marker) {
        const Span where = firewall.rules[*marker].where;
        add({where, std::string(context_.sources[where.file]->text(where)), "which mark the connection has by then is not followed"});
      }
      const auto opaque = context_.symbolic.opaque_of(d);
      if (!opaque) continue;
      const ir::Opaque& condition = firewall.opaques[*opaque];
      add({condition.where, std::string(firewall.strings[condition.text]), std::string(firewall.strings[condition.reason])});
    }
  }
  for (const std::size_t index : answer.partition.outcomes_in(undecided)) {
    const Outcome& outcome = answer.partition.outcomes()[index];
    if (outcome.verdict != Verdict::undecided) continue;
    if (outcome.rule) {
      const Span where = firewall.rules[*outcome.rule].where;
      add({where, std::string(context_.sources[where.file]->text(where)), "what happens to the packet from here on cannot be told from the file"});
    } else if (outcome.list) {
      add({firewall.lists[*outcome.list].where, default_text(firewall, *outcome.list), "what this does is not in the file"});
    }
  }
  std::ranges::sort(result, {}, [](const Assumption& a) { return std::tie(a.where, a.text); });
  return result;
}

}  // namespace wallcheck::check
