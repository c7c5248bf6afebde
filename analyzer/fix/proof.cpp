#include "fix/proof.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "check/describe.h"
#include "check/legs.h"
#include "fix/changed.h"
#include "ir/packet_words.h"

namespace wallcheck::fix {

namespace dimension = packets::dimension;
using check::Conversation;
using check::Leg;
using evaluate::Verdict;
using packets::Set;

namespace {

constexpr std::array paths{ir::Path::egress, ir::Path::ingress, ir::Path::forward};

/// Filters of one interface: what is forwarded passes both its lists, a host's own packets one of them.
bool is_cloud(ir::Format format) { return format > ir::Format::pf; }

/// May a change for a conversation whose packets are on one path show on another one?
bool shares_rules(ir::Format format, ir::Path path, ir::Path other, bool back) {
  if (path == other) return true;
  // pf filters what a host sends, takes and forwards by the same rules: packets of the other paths are named beside the flow's own.
  if (format == ir::Format::pf) return !back;
  return is_cloud(format) && (path == ir::Path::forward || other == ir::Path::forward);
}

/// All packets that the conversation, or its answers, may consist of: an end, an interface that the policy leaves open is any; TCP
/// flags and states are whatever connections show. What comes back has to be an answer.
Set traffic(packets::Diagrams& diagrams, const Conversation& talk, ir::Path path, bool back, bool stateless, const Untested& untested) {
  const evaluate::Box box = talk.box(back ? Leg::reply : Leg::open);
  Set set = Set::all(diagrams);
  const auto within = [&](packets::Dimension d, ir::Field field) {
    if (!box[field].empty()) set &= Set::values(diagrams, d, box[field]);
  };
  within(dimension::protocol, ir::Field::protocol);
  if (!untested.source_ports) within(dimension::source_port, ir::Field::source_port);
  within(dimension::destination_port, ir::Field::destination_port);
  if (!untested.icmp_types) within(dimension::icmp, ir::Field::icmp);
  const bool own_is_client = talk.site_opens, own_is_tested = !untested.own_address;
  if (talk.client.given && (own_is_tested || !own_is_client)) within(back ? dimension::destination : dimension::source, back ? ir::Field::destination : ir::Field::source);
  if (talk.server.given && (own_is_tested || own_is_client)) within(back ? dimension::source : dimension::destination, back ? ir::Field::source : ir::Field::destination);
  // A host's own packets come in through no interface, and what the host takes in goes out through none.
  const auto through = [&](bool given, packets::Dimension d, ir::Field field) {
    const bool shown = d == dimension::in_interface ? path != ir::Path::egress : path != ir::Path::ingress;
    if (given && shown && !untested.interfaces) within(d, field);
  };
  const bool opens_here = talk.path == ir::Path::egress;  // then "in" is none
  through(talk.in_given && !opens_here, back ? dimension::out_interface : dimension::in_interface, back ? ir::Field::out_interface : ir::Field::in_interface);
  through(talk.out_given, back ? dimension::in_interface : dimension::out_interface, back ? ir::Field::in_interface : ir::Field::out_interface);
  if (!back || stateless) return set;
  const auto flag = [&](unsigned bit) { return Set::value(diagrams, dimension::tcp_flags + bit, 1); };
  const Set opens = flag(1) - flag(0) - flag(2) - flag(4);  // SYN of FIN, SYN, RST, ACK: as iptables' --syn
  const Set known = Set::value(diagrams, dimension::state, static_cast<Uint128>(ir::State::established)) |
                    Set::value(diagrams, dimension::state, static_cast<Uint128>(ir::State::related));
  return set & (known | (Set::value(diagrams, dimension::protocol, ir::protocol::tcp) - opens));
}

/// A rule that is taken away takes all that it accepted.
Set same_protocol(packets::Diagrams& diagrams, const Conversation& talk) {
  return Set::value(diagrams, dimension::protocol, talk.service->protocol);
}

/// Addresses that ends may have which the policy leaves open. An end that rules cannot test has any.
Set addresses(packets::Diagrams& diagrams, const Conversation& talk, bool back, const Untested& untested) {
  Set set = Set::all(diagrams);
  if (!talk.client.given && !(untested.own_address && talk.site_opens)) set &= Set::values(diagrams, back ? dimension::destination : dimension::source, talk.client.addresses);
  if (!talk.server.given && !(untested.own_address && !talk.site_opens)) set &= Set::values(diagrams, back ? dimension::source : dimension::destination, talk.server.addresses);
  return set;
}

/// What is said of packets. A packet to the host goes out nowhere, one of its own comes in nowhere.
Set in_words(const Set& packets, ir::Path path) {
  const Set connections = packets.onto(check::connection_dimensions());
  if (path == ir::Path::forward) return connections;
  const packets::Dimension none = path == ir::Path::ingress ? dimension::out_interface : dimension::in_interface;
  return connections.exists(std::vector{none}) & Set::value(packets.diagrams(), none, 0);
}

/// What the policy fixes, for the reader: interfaces only where they are given.
/// What is taken away is what a rule accepted, whatever the policy fixes.
std::vector<packets::Dimension> given(const Conversation& talk, bool gains, const Untested& untested) {
  std::vector<packets::Dimension> dimensions = talk.fixed();
  std::erase_if(dimensions, [&](packets::Dimension d) {
    return (talk.path == ir::Path::egress && d == dimension::in_interface) || (!gains && (d == dimension::source || d == dimension::destination)) ||
           (untested.own_address && d == (talk.site_opens ? dimension::source : dimension::destination));
  });
  return dimensions;
}

/// The same interface classes and the same undecided conditions, by number: one store of sets can speak of both.
bool comparable(const ir::Firewall& before, const evaluate::Symbolic& a, const ir::Firewall& after, const evaluate::Symbolic& b) {
  if (a.last_interface() != b.last_interface() || before.opaques.size() != after.opaques.size()) return false;
  for (std::uint32_t i = 0; i <= a.last_interface(); ++i)
    if (a.interface_label(i) != b.interface_label(i)) return false;
  for (std::size_t i = 0; i < before.opaques.size(); ++i)
    if (before.strings[before.opaques[i].text] != after.strings[after.opaques[i].text]) return false;
  return true;
}

/// The first rule that needs connection tracking turns it on, and with it the reassembly of fragments, for all packets; without the last one
/// it ends.
bool reassembles(const ir::Firewall& firewall) {
  return std::ranges::any_of(firewall.paths, [](const auto& stages) { return std::ranges::any_of(stages, [](const ir::Stage& stage) {
           return stage.point != ir::Point::input && stage.reassembled;
         }); });
}

std::string_view way(ir::Path path) { return path == ir::Path::egress ? "out" : path == ir::Path::ingress ? "in" : "through"; }

}  // namespace

Untested untested_by(ir::Format format) {
  switch (format) {
    case ir::Format::iptables:
    case ir::Format::ip6tables:
    case ir::Format::pf: return {};
    case ir::Format::azure: return {.icmp_types = true, .interfaces = true};
    case ir::Format::gcp: return {.source_ports = true, .icmp_types = true, .own_address = true, .interfaces = true};
    default: return {.source_ports = true, .own_address = true, .interfaces = true};
  }
}

Proof prove(const ir::Firewall& before, const ir::Firewall& after, const std::vector<Conversation>& conversations, Allowed allowed, bool stateless,
            const Limits& limits) {
  const ChangedBoxes boxes = changed_boxes(before, after);
  if (std::ranges::all_of(boxes, &std::vector<evaluate::Box>::empty)) return {true, "nothing", ""};
  packets::Diagrams diagrams(limits);
  evaluate::Symbolic old_symbolic(before, diagrams), new_symbolic(after, diagrams);
  Proof proof;
  if (!comparable(before, old_symbolic, after, new_symbolic)) {
    proof.why_not = "the change cannot be compared with the file";
    return proof;
  }
  const bool gains = allowed == Allowed::lets_through;
  const bool tracking_begins = !reassembles(before) && reassembles(after), tracking_ends = reassembles(before) && !reassembles(after);
  const Untested untested = untested_by(before.format);
  std::vector<std::string> said;
  for (const ir::Path path : paths) {
    Set changed = Set::none(diagrams), was_accepted = changed, is_accepted = changed, gained = changed, lost = changed;
    for (const evaluate::Box& box : boxes[static_cast<std::size_t>(path)]) {
      evaluate::Question question;
      question.path = path;
      question.box = box;
      question.reassembled = tracking_begins || tracking_ends;
      if (path == ir::Path::egress) question.box[ir::Field::in_interface] = {{0, 0}};
      const evaluate::Partition was = old_symbolic.evaluate(question), is = new_symbolic.evaluate(question);
      for (const Verdict verdict : {Verdict::accept, Verdict::drop, Verdict::reject, Verdict::undecided}) changed |= was.with(verdict) - is.with(verdict);
      // Where connections are known by a state, making one is what lets answers pass.
      for (const std::uint32_t states : {0u, 1u, 2u, 3u}) {
        const Set before_with = was.where([=](const evaluate::Outcome& o) { return o.verdict == Verdict::accept && o.states == states; });
        gained |= before_with & is.where([=](const evaluate::Outcome& o) { return o.verdict == Verdict::accept && (o.states & ~states) != 0; });
        lost |= before_with & is.where([=](const evaluate::Outcome& o) { return o.verdict == Verdict::accept && (states & ~o.states) != 0; });
      }
      was_accepted |= was.with(Verdict::accept);
      is_accepted |= is.with(Verdict::accept);
    }
    changed |= gained | lost;
    if (changed.empty()) continue;
    const Set universe = old_symbolic.universe(path);
    const Set loopback = Set::values(diagrams, dimension::in_interface, old_symbolic.loopback_interfaces()) |
                         Set::values(diagrams, dimension::out_interface, old_symbolic.loopback_interfaces());
    const Set wrong = (changed - (gains ? is_accepted : was_accepted)) | (gains ? lost : gained);
    Set outside = changed;
    for (const bool back : {false, true})
      for (const Conversation& talk : conversations) {
        if (!shares_rules(before.format, talk.path_of(back ? Leg::reply : Leg::open), path, back) || (back && !gains)) continue;
        const Set allowed_set = gains ? traffic(diagrams, talk, path, back, stateless, untested) : same_protocol(diagrams, talk);
        const Set here = changed & allowed_set;
        outside -= allowed_set;
        changed -= here;
        // A host's packets pass one of the two lists; that forwarded ones pass it too is nothing that its owner has to be told.
        if (here.empty() || (is_cloud(before.format) && path == ir::Path::forward && talk.path != path)) continue;
        // Loopback, multicast and the like are no part of a flow. "any" speaks of them too; else they get words of their own.
        const Set usual = untested.interfaces ? addresses(diagrams, talk, back, untested) : addresses(diagrams, talk, back, untested) - loopback;
        const Set shown = (here & usual).empty() ? here : here & usual;
        const Set asked = in_words(universe & allowed_set & usual, path);
        const Set connections = in_words(shown, path);
        const check::Describer describer(new_symbolic, back ? check::turned_round(asked) : asked, given(talk, gains, untested));
        const bool answers = here.subset_of(Set::value(diagrams, dimension::state, static_cast<Uint128>(ir::State::established)));
        const std::string packets = describer.line(back ? check::turned_round(connections) : connections, back);
        const std::vector<packets::Dimension> ends{dimension::source, dimension::destination, dimension::in_interface, dimension::out_interface};
        const bool besides = !(connections == (asked & connections.exists(ends))) && !(here - shown).empty();
        const bool way_is_said = packets.find(fmt::format(" {} ", way(path))) != std::string::npos;  // by the interface
        const bool state_only = here.subset_of(gained | lost);
        said.push_back(fmt::format("{}{}{}{}{}{}{}", gains ? '+' : '-', state_only ? "a state for " : "", packets, way_is_said ? "" : " ", way_is_said ? "" : way(path),
                                   answers ? " (established)" : "", besides ? " (and loopback, multicast or reserved addresses)" : ""));
      }
    if (!wrong.empty() || !outside.empty()) {
      const Set odd = wrong.empty() ? outside : wrong;
      const auto point = odd.witness();
      proof.why_not = fmt::format("it would also change the verdict on other packets, such as {}", ir::to_string(new_symbolic.to_packet(path, *point)));
      return proof;
    }
  }
  proof.holds = true;
  if (tracking_begins) said.push_back("connection tracking begins with it, which puts fragments together before rules see them");
  if (tracking_ends) said.push_back("connection tracking ends with it, which puts fragments together before rules see them");
  proof.changes = said.empty() ? "nothing" : fmt::format("{}, nothing else", fmt::join(said, ", "));
  return proof;
}

}  // namespace wallcheck::fix
