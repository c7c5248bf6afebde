// WC209: a published port (Docker, Kubernetes, by hand) whose packets are sent on before INPUT sees them.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/world.h"
#include "check/legs.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using ir::Range;
using packets::Set;

namespace {

constexpr std::size_t findings_kept = 32;
constexpr std::size_t parts_looked_at = 5000;  ///< ports, or ranges of ports that are open alike

bool translates(const ir::Firewall& firewall) {
  return std::ranges::any_of(firewall.path(ir::Path::ingress), [](const ir::Stage& stage) { return stage.translates; }) &&
         std::ranges::any_of(firewall.effects, [](const ir::Effect& effect) { return effect.kind == ir::EffectKind::translate_destination; });
}

/// WC202 has said that everything is open, whichever way it goes.
bool all_is_open(const AuditContext& context, std::uint8_t protocol) {
  const std::string_view name = protocol == ir::protocol::tcp ? "every TCP port" : "every UDP port";
  return std::ranges::any_of(context.site.findings, [&](const Finding& finding) {
    return finding.diagnostic.code == "WC202" && finding.diagnostic.severity == Severity::error && finding.diagnostic.message.find(name) != std::string::npos;
  });
}

}  // namespace

void around_input(const AuditContext& context) {
  const bool is_iptables = context.firewall.format == ir::Format::iptables || context.firewall.format == ir::Format::ip6tables;
  if (!is_iptables || !translates(context.firewall)) return;
  const World world(context);
  std::size_t told = 0, more = 0, looked_at = 0;
  for (const std::uint8_t protocol : {ir::protocol::tcp, ir::protocol::udp}) {
    if (all_is_open(context, protocol)) continue;
    const std::vector<Range> every{{1, 0xffff}};
    const Traffic traffic = world.ask(ir::Path::ingress, protocol, every);
    const Set sent_on = traffic.partition.where([](const Outcome& o) { return o.verdict == evaluate::Verdict::accept && o.diverted; });
    const Set published = traffic.sure & sent_on.onto(connection_dimensions());
    if (!world.reach(ir::Path::ingress, published)) continue;
    // What INPUT would say of these packets.
    const Set around = published - world.ask(ir::Path::ingress, protocol, every, World::Translation::passed_over).possible;
    for (const Range& ports : around.values_of(dimension::destination_port)) {
      const auto at = [&](const Range& some) { return around & Set::values(context.diagrams, dimension::destination_port, std::array{some}); };
      // Neighbours may be for different sources: all of them for everybody, or else one by one.
      std::vector<Range> parts{ports};
      if (!world.reach_at_every_port(traffic, at(ports), parts)) {
        parts.clear();
        for (Uint128 port = ports.first; port <= ports.last; ++port) parts.push_back({port, port});
      }
      for (const Range& part : parts) {
        if (++looked_at > parts_looked_at) break;
        const auto reach = world.reach_at_every_port(traffic, at(part), {part});
        if (!reach) continue;
        if (told++ >= findings_kept) {
          ++more;
          continue;
        }
        Proof proof = world.prove(traffic, world.within(at(part) & sent_on, *reach));
        const std::string words = part.first == part.last ? fmt::format("{}", low64(part.first)) : fmt::format("{}-{}", low64(part.first), low64(part.last));
        std::string message = fmt::format("published around INPUT: {} {} from {} is sent on and accepted, though the rules of INPUT refuse it",
                                          protocol == ir::protocol::tcp ? "tcp" : "udp", words, world.who(*reach));
        report(context, "WC209", Severity::warning, std::move(message), std::move(proof));
      }
    }
  }
  if (looked_at > parts_looked_at) {
    context.incomplete = true;
    context.site.findings.push_back({.diagnostic = {"WC904", Severity::error, fmt::format("published around INPUT: only {} ports are looked at one by one", parts_looked_at), {}}});
  }
  if (more > 0) context.site.findings.push_back({.diagnostic = {"WC209", Severity::warning, fmt::format("published around INPUT: {} more ports, which are not listed", more), {}}});
}

}  // namespace wallcheck::check::audit
