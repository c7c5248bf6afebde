// WC201, WC204, WC205: services that nobody should offer to everybody.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/listeners.h"
#include "check/audit/world.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using ir::Range;
using packets::Set;

namespace {

std::string_view kind_of(std::string_view code) {
  if (code == "WC201") return "management";
  return code == "WC204" ? "database" : "orchestration";
}

Severity lower(Severity severity) { return severity == Severity::error ? Severity::warning : Severity::note; }

/// "5900-5903"; "5900, 5902"
std::string words(const std::vector<Range>& ports) {
  std::string text;
  for (const Range& range : ports) {
    text += text.empty() ? "" : ", ";
    text += fmt::format("{}", low64(range.first));
    if (range.last != range.first) text += fmt::format("-{}", low64(range.last));
  }
  return text;
}

/// Services that one rule opens, told together: a rule that opens everything under a condition would otherwise be told twenty times.
struct Group {
  std::string_view code;
  Severity severity;
  bool is_sure;
  std::string who;
  std::string services;
  Reach reach;
  Proof proof;
};

class Judge {
 public:
  Judge(const World& world, const Traffic& traffic, bool only_sure) : world_(world), traffic_(traffic), only_sure_(only_sure) {}

  void judge(const Listener& listener) {
    if (!judge(listener, traffic_.sure, true) && !only_sure_) judge(listener, traffic_.possible, false);
  }

  void tell() {
    for (Group& group : groups_) {
      std::string message = group.is_sure
                                ? fmt::format("{} port open to the world: {} is accepted from {}", kind_of(group.code), group.services, group.who)
                                : fmt::format("{} port perhaps open to the world: whether {} is accepted from {} turns on what the file does not decide",
                                              kind_of(group.code), group.services, group.who);
      world_.complete(message, group.reach, group.proof);
      if (group.is_sure) world_.say_if_pieced_together(group.reach, group.proof, group.services);
      report(world_.context(), std::string(group.code), group.severity, std::move(message), std::move(group.proof));
    }
  }

 private:
  bool judge(const Listener& listener, const Set& accepted, bool is_sure) {
    std::vector<Range> ports;
    std::optional<Reach> reached;
    Set open = Set::none(world_.context().diagrams);
    for (std::uint32_t port = listener.first; port <= listener.last; ++port) {
      const Set here = accepted & Set::value(world_.context().diagrams, dimension::destination_port, port);
      const auto reach = world_.reach(traffic_.path, here);
      if (!reach) continue;
      if (!reached) reached = reach;
      open |= here;
      ports.push_back({port, port});
    }
    if (!reached) return false;
    const std::string service = fmt::format("{} ({} {})", listener.name, listener.protocol == ir::protocol::tcp ? "tcp" : "udp", words(ir::normalised(std::move(ports))));
    Severity severity = listener.severity;
    if (!is_sure) severity = lower(severity);
    if (world_.guesses(*reached)) severity = lower(severity);
    Proof proof = world_.prove(traffic_, world_.within(open, *reached));
    const std::string who = world_.who(*reached);
    const auto known = std::ranges::find_if(groups_, [&](const Group& g) {
      return g.code == listener.code && g.severity == severity && g.is_sure == is_sure && g.who == who && g.proof.where == proof.where && g.proof.related.size() == proof.related.size();
    });
    if (known != groups_.end()) known->services += ", " + service;
    else groups_.push_back({listener.code, severity, is_sure, who, service, *reached, std::move(proof)});
    return true;
  }

  const World& world_;
  const Traffic& traffic_;
  const bool only_sure_;
  std::vector<Group> groups_;
};

}  // namespace

void exposed_services(const AuditContext& context) {
  const World world(context);
  for (const ir::Path path : world.ways_in())
    for (const std::uint8_t protocol : {ir::protocol::tcp, ir::protocol::udp}) {
      const std::optional<bool> all = everything_open(world, path, protocol);
      if (all == true) continue;  // that includes every service
      std::vector<Range> ports;
      for (const Listener& listener : listeners())
        if (listener.protocol == protocol) ports.push_back({listener.first, listener.last});
      const Traffic traffic = world.ask(path, protocol, ir::normalised(std::move(ports)));
      if (!world.reach(path, traffic.possible)) continue;
      Judge judge(world, traffic, all.has_value());
      for (const Listener& listener : listeners())
        if (listener.protocol == protocol) judge.judge(listener);
      judge.tell();
    }
}

}  // namespace wallcheck::check::audit
