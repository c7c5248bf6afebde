// WC203: a filter that lets in whatever its rules forgot.

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/world.h"
#include "check/evidence.h"

namespace wallcheck::check::audit {

using packets::Set;

namespace {

/// Does a filter stage of the path end in accept? Only then its rules matter at all.
bool may_fall_through(const ir::Firewall& firewall, ir::Path path) {
  for (const ir::Stage& stage : firewall.path(path))
    if (stage.filter && firewall.lists[stage.list].fallthrough == ir::Fallthrough::accept) return true;
  return false;
}

Set by_default(const evaluate::Partition& partition) {
  return partition.where([](const evaluate::Outcome& o) { return o.verdict == evaluate::Verdict::accept && !o.rule; });
}

/// Rare ports of two protocols: mostly one of them falls through, and the question about all packets need not be asked.
std::optional<Proof> quick(const World& world, ir::Path path) {
  for (const std::uint8_t protocol : {ir::protocol::tcp, ir::protocol::udp}) {
    const Traffic traffic = world.ask(path, protocol, {{4711, 4711}});
    const Set open = by_default(traffic.partition);
    if (!open.empty()) return world.prove(traffic, open);
  }
  return std::nullopt;
}

}  // namespace

void accept_by_default(const AuditContext& context) {
  const World world(context);
  const bool gateway = context.request.site.position == policy::Position::gateway;
  for (const ir::Path path : {ir::Path::ingress, ir::Path::forward}) {
    if (!may_fall_through(context.firewall, path)) continue;
    std::optional<Proof> proof = quick(world, path);
    if (!proof) {
      const evaluate::Partition partition = context.symbolic.evaluate(world.anything(path));
      const Set open = by_default(partition);
      if (!open.empty()) proof = world.prove(path, partition, open);
    }
    if (!proof) continue;
    proof->related.clear();
    const bool forwards = path == ir::Path::forward;
    std::string message = fmt::format("accept by default: {} packets that no rule decides are let {}", forwards ? "forwarded" : "incoming", forwards ? "through" : "in");
    if (!proof->by.empty()) message += ", by " + proof->by;
    report(context, "WC203", forwards && !gateway ? Severity::note : Severity::warning, std::move(message), std::move(*proof));
  }
}

}  // namespace wallcheck::check::audit
