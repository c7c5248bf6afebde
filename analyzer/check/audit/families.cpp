// WC208: IPv6 open beside a closed IPv4.

#include "check/describe.h"
#include "check/audit/families.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/world.h"
#include "check/evidence.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using ir::Range;
using packets::Set;

namespace {

constexpr std::size_t most_questions = 20'000;  // a port list without end; each is small
constexpr Range every_port{1, 0xffff};

/// The ports at which `open` is open to the world. Halves a range until all or none of it is.
std::vector<Range> open_ports(const World& world, const Traffic& traffic, const Set& open) {
  std::vector<Range> found, left{every_port};
  packets::Diagrams& diagrams = world.context().diagrams;
  std::size_t questions = 0;
  while (!left.empty()) {
    if (++questions > most_questions) throw packets::BudgetExceeded("the ports that are open come in too many pieces");
    const Range range = left.back();
    left.pop_back();
    const std::vector<Range> ports{range};
    const Set here = open & Set::values(diagrams, dimension::destination_port, ports);
    if (here.empty() || !world.reach(traffic.path, here)) continue;
    if (world.reach_at_every_port(traffic, here, ports)) {
      found.push_back(range);
    } else if (range.first != range.last) {
      const Uint128 middle = range.first + (range.last - range.first) / 2;
      left.push_back({middle + 1, range.last});
      left.push_back({range.first, middle});
    }
  }
  return ir::normalised(std::move(found));
}

std::string words(const std::vector<Range>& ports, std::string_view protocol) {
  if (ports.size() == 1 && ports[0] == every_port) return fmt::format("every {} port", protocol);
  constexpr std::size_t shown = 8;
  std::string text = fmt::format("{} ", protocol);
  for (std::size_t i = 0; i < ports.size() && i < shown; ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ",", low64(ports[i].first));
    if (ports[i].last != ports[i].first) text += fmt::format("-{}", low64(ports[i].last));
  }
  return ports.size() > shown ? text + " and more" : text;
}

/// What IPv4 does to the first of the ports instead: "dropped by line 9 of rules.v4".
std::string instead(const AuditContext& v4, const Traffic& traffic, Uint128 port, std::string_view path) {
  const Set asked = traffic.partition.all() & Set::value(v4.diagrams, dimension::destination_port, port);
  for (const std::size_t index : traffic.partition.outcomes_in(asked)) {
    const Outcome& outcome = traffic.partition.outcomes()[index];
    if (outcome.verdict == evaluate::Verdict::accept || outcome.verdict == evaluate::Verdict::undecided) continue;
    const std::string_view how = outcome.verdict == evaluate::Verdict::drop ? "dropped" : "rejected";
    if (outcome.rule) {
      const Span where = v4.firewall.rules[*outcome.rule].where;
      if (where.file < v4.sources.size()) return fmt::format("{} by line {} of {}", how, v4.sources[where.file]->place(where.begin).line, printable(path));
    }
    if (outcome.list) return fmt::format("{} by {} in {}", how, default_text(v4.firewall, *outcome.list), printable(path));
  }
  return fmt::format("not accepted in {}", printable(path));
}

}  // namespace

void open_by_ipv6_only(const AuditContext& v6, const AuditContext& v4, std::string_view v4_path) {
  const World world6(v6), world4(v4);
  for (const ir::Path path : world6.ways_in())
    for (const std::uint8_t protocol : {ir::protocol::tcp, ir::protocol::udp}) {
      const Traffic by6 = world6.ask(path, protocol, {every_port});
      const std::vector<Range> open6 = open_ports(world6, by6, by6.sure);
      if (open6.empty()) continue;
      const Traffic by4 = world4.ask(path, protocol, {every_port});
      const std::vector<Range> gap = ir::difference(open6, open_ports(world4, by4, by4.possible));
      if (gap.empty()) continue;
      const Set open = by6.sure & Set::values(v6.diagrams, dimension::destination_port, gap);
      const auto reach = world6.reach(path, open);
      if (!reach) continue;
      Proof proof = world6.prove(by6, world6.within(open, *reach));
      std::string message = fmt::format("IPv6 is open where IPv4 is closed: {} is accepted from {}, and by IPv4 {}",
                                        words(gap, protocol == ir::protocol::tcp ? "TCP" : "UDP"), world6.who(*reach), instead(v4, by4, gap.front().first, v4_path));
      world6.complete(message, *reach, proof);
      report(v6, "WC208", Severity::warning, std::move(message), std::move(proof));
    }
}

}  // namespace wallcheck::check::audit
