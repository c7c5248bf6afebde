// WC202: every port from everywhere; WC206: the same on the way out.

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/world.h"

namespace wallcheck::check::audit {

std::optional<bool> everything_open(const World& world, ir::Path path, std::uint8_t protocol) {
  const auto open = world.open_at_every_port(path, protocol);
  if (!open) return std::nullopt;
  Proof proof = world.prove(open->traffic, world.within(open->is_sure ? open->traffic.sure : open->traffic.possible, open->reach));
  const std::string what = fmt::format("every {} port", protocol == ir::protocol::tcp ? "TCP" : "UDP");
  std::string message = open->is_sure ? fmt::format("everything open: {} is accepted from {}", what, world.who(open->reach))
                                      : fmt::format("perhaps everything open: whether {} is accepted from {} turns on what the file does not decide", what,
                                                    world.who(open->reach));
  world.complete(message, open->reach, proof);
  if (open->is_sure) world.say_if_pieced_together(open->reach, proof, what);
  const bool is_certain = open->is_sure && !world.guesses(open->reach);
  report(world.context(), "WC202", is_certain ? Severity::error : Severity::warning, std::move(message), std::move(proof));
  return open->is_sure;
}

void unrestricted_egress(const AuditContext& context) {
  const World world(context);
  if (context.firewall.path(ir::Path::egress).empty()) return;  // the format has no such rules
  const auto open = world.open_at_every_port(ir::Path::egress, ir::protocol::tcp);
  if (!open || !open->is_sure) return;
  Proof proof = world.prove(open->traffic, world.within(open->traffic.sure, open->reach));
  std::string message = fmt::format("outgoing traffic is not restricted: every TCP port of {} can be reached from here", world.who(open->reach));
  if (!proof.by.empty()) message += ", by " + proof.by;
  report(context, "WC206", Severity::note, std::move(message), std::move(proof));
}

}  // namespace wallcheck::check::audit
