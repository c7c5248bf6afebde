// WC201, WC204, WC205: services that nobody should offer to everybody.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/world.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using ir::Range;
using packets::Set;

namespace {

struct Listener {
  std::string_view code;
  std::string_view name;
  std::uint8_t protocol;
  std::uint16_t first, last;
  Severity severity;
};

constexpr std::uint8_t tcp = ir::protocol::tcp, udp = ir::protocol::udp;

/// Ports as IANA and the programs' manuals give them. SSH is meant for networks that nobody trusts: a warning, the rest is an error.
constexpr Listener listeners[] = {
    {"WC201", "SSH", tcp, 22, 22, Severity::warning},
    {"WC201", "Telnet", tcp, 23, 23, Severity::error},
    {"WC201", "SMB", tcp, 445, 445, Severity::error},
    {"WC201", "IPMI", udp, 623, 623, Severity::error},
    {"WC201", "RDP", tcp, 3389, 3389, Severity::error},
    {"WC201", "RDP", udp, 3389, 3389, Severity::error},
    {"WC201", "VNC", tcp, 5900, 5903, Severity::error},
    {"WC201", "WinRM", tcp, 5985, 5986, Severity::error},
    {"WC204", "SQL Server", tcp, 1433, 1433, Severity::error},
    {"WC204", "SQL Server Browser", udp, 1434, 1434, Severity::error},
    {"WC204", "Oracle", tcp, 1521, 1521, Severity::error},
    {"WC204", "MySQL", tcp, 3306, 3306, Severity::error},
    {"WC204", "PostgreSQL", tcp, 5432, 5432, Severity::error},
    {"WC204", "CouchDB", tcp, 5984, 5984, Severity::error},
    {"WC204", "Redis", tcp, 6379, 6379, Severity::error},
    {"WC204", "Cassandra", tcp, 9042, 9042, Severity::error},
    {"WC204", "Elasticsearch", tcp, 9200, 9200, Severity::error},
    {"WC204", "memcached", tcp, 11211, 11211, Severity::error},
    {"WC204", "memcached", udp, 11211, 11211, Severity::error},
    {"WC204", "MongoDB", tcp, 27017, 27019, Severity::error},
    {"WC205", "Docker", tcp, 2375, 2376, Severity::error},
    {"WC205", "etcd", tcp, 2379, 2380, Severity::error},
    {"WC205", "Kubernetes API", tcp, 6443, 6443, Severity::error},
    {"WC205", "Consul", tcp, 8500, 8500, Severity::error},
    {"WC205", "kubelet", tcp, 10250, 10250, Severity::error},
    {"WC205", "kubelet (read only)", tcp, 10255, 10255, Severity::error},
};

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
    const std::string service = fmt::format("{} ({} {})", listener.name, listener.protocol == tcp ? "tcp" : "udp", words(ir::normalised(std::move(ports))));
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
    for (const std::uint8_t protocol : {tcp, udp}) {
      const std::optional<bool> all = everything_open(world, path, protocol);
      if (all == true) continue;  // that includes every service
      std::vector<Range> ports;
      for (const Listener& listener : listeners)
        if (listener.protocol == protocol) ports.push_back({listener.first, listener.last});
      const Traffic traffic = world.ask(path, protocol, ir::normalised(std::move(ports)));
      if (!world.reach(path, traffic.possible)) continue;
      Judge judge(world, traffic, all.has_value());
      for (const Listener& listener : listeners)
        if (listener.protocol == protocol) judge.judge(listener);
      judge.tell();
    }
}

}  // namespace wallcheck::check::audit
