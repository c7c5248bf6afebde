#include "check/compare.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "check/describe.h"
#include "check/evidence.h"
#include "check/flow.h"
#include "check/legs.h"
#include "ir/packet_words.h"

namespace wallcheck::check {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using packets::Dimension;
using packets::Set;

namespace {

constexpr std::array paths{ir::Path::ingress, ir::Path::forward, ir::Path::egress};
constexpr std::size_t changes_shown = 64;

/// Addresses and ports that people recognise.
std::vector<packets::Preference> usual(const evaluate::Symbolic& symbolic, ir::Path path) {
  const std::vector<Uint128> own{ipv4(0x0a000001), ipv4(0xc0a80001), *parse_address("2001:db8::2")};
  const std::vector<Uint128> other{ipv4(0xcb007101), ipv4(0xc6336401), *parse_address("2001:db8::1")};
  std::vector<Uint128> interfaces{symbolic.interface_value("eth0"), symbolic.interface_value("eth1"), symbolic.last_interface()};
  std::vector<Uint128> in = interfaces, out = interfaces;
  if (path == ir::Path::egress) in.insert(in.begin(), 0);
  if (path == ir::Path::ingress) out.insert(out.begin(), 0);
  return {{dimension::protocol, {ir::protocol::tcp, ir::protocol::udp}},
          {dimension::in_interface, in},
          {dimension::out_interface, out},
          {dimension::destination, path == ir::Path::ingress ? own : other},
          {dimension::source, path == ir::Path::ingress ? other : own},
          {dimension::destination_port, {80}},
          {dimension::source_port, {40000, 1024}},
          {dimension::state, {static_cast<Uint128>(ir::State::new_)}},
          {dimension::fragment, {0}},
          {dimension::tcp_flags + 1, {1}}};
}

/// Everything else that a set may depend on, in words; a connection's addresses, ports and interfaces are said by the regions.
std::string beyond_connections(const Set& set) {
  std::string text;
  const auto support = set.support();
  const auto depends = [&](Dimension first, unsigned width) {
    return std::ranges::any_of(support, [&](Dimension d) { return d >= first && d < first + width; });
  };
  if (depends(dimension::state, 1)) {
    std::vector<std::string> states;
    for (const ir::Range& range : set.values_of(dimension::state))
      for (Uint128 value = range.first; value <= range.last; ++value)
        if (value <= static_cast<Uint128>(ir::State::untracked)) states.emplace_back(ir::state_name(static_cast<ir::State>(value)));
    if (states.size() < 5) text += fmt::format(" {}", fmt::join(states, ","));
    else text += " (turns on the state)";
  }
  if (depends(dimension::icmp, 1)) text += " of some ICMP types";
  if (depends(dimension::tcp_flags, 8)) text += " with some TCP flags";
  // Whole packets are what one thinks of: that fragments are not among them needs no word.
  if (depends(dimension::fragment, 1) && !set.restricted(dimension::fragment, 1).empty())
    text += set.restricted(dimension::fragment, 0).empty() ? " (fragments)" : " (turns on fragments)";
  if (depends(dimension::mark, 32) || depends(dimension::connmark, 32)) text += " with some marks";
  return text;
}

class Reporter {
 public:
  Reporter(Version before, Version after, const Alignment& alignment, Differences& differences, packets::Diagrams& diagrams, const Limits& limits, Comparison& out)
      : before_(before), after_(after), alignment_(alignment), differences_(differences), diagrams_(diagrams), limits_(limits), out_(out) {}

  void report(ir::Path path) {
    Set told = Set::none(diagrams_);
    for (const Concern& concern : differences_.concerns()) {
      if (!concern.on(path)) continue;
      Differences::Fates fates = differences_.on(path, concern.box);
      note_families(fates);
      fates.changed -= told;
      told |= fates.changed;
      if (!fates.changed.empty()) report(path, fates, concern.of_a_rule);
    }
  }

 private:
  /// Packets that change from one fate to another because of one rule that is not in both versions: one change for the reader, however many
  /// rules of the other version decide about them. Where others have the last word (the rule sets a mark, or calls them), it is one change if
  /// what is asked about is that rule's box; else a change is of one rule and one rule.
  void report(ir::Path path, const Differences::Fates& fates, bool of_a_rule) {
    const auto [first, end] = differences_.before().opaque_dimensions();
    for (const Group& group : groups(path, fates, of_a_rule)) {
      // What is certain and what turns on undecided conditions are two things to say.
      const Set certain = group.packets.forall_between(first, end);
      for (const Set& packets : {certain, group.packets - certain}) {
        if (packets.empty()) continue;
        if (out_.changes.size() == changes_shown) {
          out_.complete = false;
          return;
        }
        out_.changes.push_back(change(path, packets, fates));
      }
    }
  }

  struct Group {
    Set packets;
    bool old_rule = false;             ///< it is the old version's
    std::optional<ir::RuleId> rule;    ///< that is not in both versions, and decides in one; none: neither does
    std::string from, to;
  };

  /// By the old version's rules in their order.
  std::vector<Group> groups(ir::Path path, const Differences::Fates& fates, bool of_a_rule) const {
    std::vector<Group> found;
    const evaluate::Partition was = fates.was.within(fates.changed);
    for (const std::size_t i : was.outcomes_in(fates.changed)) {
      const Outcome& old_outcome = was.outcomes()[i];
      const Set old_part = was.of(i);
      const evaluate::Partition is = fates.is.within(old_part);
      const bool is_removed = among(alignment_.removed, old_outcome.rule);
      const std::string from = differences_.fate(before_.firewall, old_outcome, path);
      for (const std::size_t j : is.outcomes_in(old_part)) {
        const Outcome& new_outcome = is.outcomes()[j];
        Group group{is.of(j), is_removed, is_removed ? old_outcome.rule : among(alignment_.added, new_outcome.rule) ? new_outcome.rule : std::nullopt,
                    from, differences_.fate(after_.firewall, new_outcome, path)};
        const auto same = std::ranges::find_if(found, [&](const Group& g) {
          return (g.rule || of_a_rule) && g.rule == group.rule && g.old_rule == group.old_rule && g.from == group.from && g.to == group.to;
        });
        if (same != found.end()) same->packets |= group.packets;
        else if (!group.packets.empty()) found.push_back(std::move(group));
        if (found.size() > changes_shown) return found;
      }
    }
    return found;
  }

  static bool among(const std::vector<ir::RuleId>& rules, std::optional<ir::RuleId> rule) {
    return rule && std::ranges::find(rules, *rule) != rules.end();
  }

  void note_families(const Differences::Fates& fates) {
    const auto note = [&](const Set& more, std::string_view who) {
      if (more.empty()) return;
      const std::string text = fmt::format("only the {} version sees {} packets: they are not compared", who, before_.firewall.ipv6 && after_.firewall.ipv6 ? "IPv4" : "IPv6");
      if (std::ranges::find(out_.notes, text) == out_.notes.end()) out_.notes.push_back(text);
    };
    note(fates.was.all() - fates.both, "old");
    note(fates.is.all() - fates.both, "new");
  }

  Change change(ir::Path path, const Set& packets, const Differences::Fates& fates) {
    Change change;
    change.path = path;
    change.packets = regions(packets, path);
    const packets::Point point = *packets.witness(usual(differences_.before(), path));
    const Outcome &was = *fates.was.at(point), &is = *fates.is.at(point);
    change.from = differences_.fate(before_.firewall, was, path);
    change.to = differences_.fate(after_.firewall, is, path);
    change.witness = witness(path, point, was, is);
    change.before = decided_by(before_.firewall, before_.sources, was);
    change.after = decided_by(after_.firewall, after_.sources, is);
    change.before.packets = change.after.packets = fmt::format("{}", fmt::join(change.packets, "; "));
    change.also_before = others(before_, fates.was.within(packets), packets, change.before);
    change.also_after = others(after_, fates.is.within(packets), packets, change.after);
    assumptions(packets, change);
    return change;
  }

  /// What else decides about some of the packets, by place.
  static std::vector<DecidedBy> others(const Version& version, const evaluate::Partition& partition, const Set& packets, const DecidedBy& first) {
    std::vector<DecidedBy> list;
    const auto place = [](const DecidedBy& by) { return std::tie(by.where, by.text, by.effect); };
    for (const std::size_t index : partition.outcomes_in(packets)) {
      DecidedBy by = decided_by(version.firewall, version.sources, partition.outcomes()[index]);
      if (place(by) != place(first)) list.push_back(std::move(by));
    }
    std::ranges::sort(list, [&](const DecidedBy& a, const DecidedBy& b) { return place(a) < place(b); });
    list.erase(std::unique(list.begin(), list.end(), [&](const DecidedBy& a, const DecidedBy& b) { return place(a) == place(b); }), list.end());
    return list;
  }

  /// "any" is any packet of the path, whatever box was asked about.
  std::vector<std::string> regions(const Set& packets, ir::Path path) {
    const auto [first, end] = differences_.before().opaque_dimensions();
    const std::string more = beyond_connections(packets.exists_between(first, end));
    const Set connections = packets.onto(connection_dimensions());
    std::vector<std::string> lines =
        Describer(differences_.before(), differences_.all(path).onto(connection_dimensions()), {}).lines(connections, limits_.regions);
    for (std::string& line : lines) line += more;
    return lines;
  }

  Witness witness(ir::Path path, const packets::Point& point, const Outcome& was, const Outcome& is) {
    const evaluate::Symbolic& symbolic = differences_.before();
    Witness witness;
    witness.packet = symbolic.to_packet(path, point);
    const auto replay = [&](const ir::Firewall& firewall, const Outcome& claimed) {
      confirm(evaluate::trace(firewall, witness.packet, symbolic.answers(point)), claimed);
    };
    replay(before_.firewall, was);
    replay(after_.firewall, is);
    witness.shows = fmt::format("{}, then {}", differences_.fate(before_.firewall, was, path), differences_.fate(after_.firewall, is, path));
    return witness;
  }

  void assumptions(const Set& packets, Change& change) {
    for (const Dimension d : packets.support()) {
      const auto opaque = differences_.before().opaque_of(d);
      if (!opaque) continue;
      const auto add = [&](const Version& version, std::vector<Assumption>& into) {
        const ir::Opaque& condition = version.firewall.opaques[*opaque];
        if (condition.where.empty()) return;  // the other version's
        into.push_back({condition.where, std::string(version.firewall.strings[condition.text]), std::string(version.firewall.strings[condition.reason])});
      };
      add(before_, change.assumptions_before);
      add(after_, change.assumptions_after);
    }
  }

  Version before_, after_;
  const Alignment& alignment_;
  Differences& differences_;
  packets::Diagrams& diagrams_;
  const Limits& limits_;
  Comparison& out_;
};

}  // namespace

Differences::Differences(const ir::Firewall& before, const ir::Firewall& after, const Alignment& alignment, packets::Diagrams& diagrams)
    : before_(before), after_(after), alignment_(alignment), diagrams_(diagrams), old_symbolic_(before, diagrams), new_symbolic_(after, diagrams),
      concerns_(concerned(before, after, alignment)) {}

std::string Differences::fate(const ir::Firewall& firewall, const Outcome& outcome, ir::Path path) const {
  std::string word = effect_of(outcome);
  if (before_.tracking != ir::Tracking::by_state || after_.tracking != ir::Tracking::by_state || outcome.verdict != Verdict::accept) return word;
  // A forwarded packet passes two places that may make a state: the way in and the way out.
  std::string_view made = "";
  std::size_t count = 0, missing = 0;
  for (const ir::Stage& stage : firewall.path(path)) {
    if (stage.tracker < 0) continue;
    ++count;
    if ((outcome.states >> stage.tracker & 1) == 0) ++missing;
    else made = stage.point == ir::Point::postrouting || stage.point == ir::Point::output ? " with a state on the way out only" : " with a state on the way in only";
  }
  if (missing == count) return word + " without state";
  if (missing > 0) word += made;
  return word;
}

evaluate::Question Differences::question(ir::Path path, const evaluate::Box& box) const {
  evaluate::Question question;
  question.path = path;
  question.box = box;
  if (path == ir::Path::egress) question.box[ir::Field::in_interface] = {{0, 0}};
  const bool by_rules = before_.tracking == ir::Tracking::by_rules && after_.tracking == ir::Tracking::by_rules;
  if (!by_rules) question.box[ir::Field::state] = {{static_cast<Uint128>(ir::State::new_), static_cast<Uint128>(ir::State::new_)}};
  return question;
}

Set Differences::all(ir::Path path) {
  const evaluate::Question everything = question(path, {});
  return old_symbolic_.asked(everything) & new_symbolic_.asked(everything);
}

Differences::Fates Differences::on(ir::Path path, const evaluate::Box& box) {
  diagrams_.begin_question();
  const evaluate::Question asked = question(path, box);
  Fates fates{old_symbolic_.evaluate(asked), new_symbolic_.evaluate(asked), Set::none(diagrams_), Set::none(diagrams_)};
  fates.both = fates.was.all() & fates.is.all();
  std::set<std::string> words;
  for (const Outcome& outcome : fates.was.outcomes()) words.insert(fate(before_, outcome, path));
  for (const Outcome& outcome : fates.is.outcomes()) words.insert(fate(after_, outcome, path));
  for (const std::string& word : words) {
    const Set was = fates.was.where([&](const Outcome& outcome) { return fate(before_, outcome, path) == word; });
    const Set is = fates.is.where([&](const Outcome& outcome) { return fate(after_, outcome, path) == word; });
    fates.changed |= was - is;
    if (word.starts_with("diverted") && alignment_.translations) fates.changed |= was & is;  // perhaps to another place
  }
  fates.changed &= fates.both;
  return fates;
}

Comparison compare(Version before, Version after, const Limits& limits) {
  Comparison result;
  const Alignment alignment = align(before.firewall, after.firewall);
  if (alignment.equal()) return result;
  packets::Diagrams diagrams(limits);
  Differences differences(before.firewall, after.firewall, alignment, diagrams);
  if (before.firewall.tracking != after.firewall.tracking)
    result.notes.emplace_back("one version tests states in rules, the other keeps states: first packets are compared");
  Reporter reporter(before, after, alignment, differences, diagrams, limits, result);
  for (const ir::Path path : paths) reporter.report(path);
  std::ranges::stable_sort(result.changes, [](const Change& a, const Change& b) { return std::tie(a.path, a.after.where, a.before.where) < std::tie(b.path, b.after.where, b.before.where); });
  return result;
}

}  // namespace wallcheck::check
