#pragma once
// What the world can reach: questions about new connections from public addresses, and what proves an answer.
//
// *Public* is what can be the source of a packet that comes over the internet: IPv4 unicast without the private, shared, link-local
// and benchmarking networks (RFC 6890), IPv6 2000::/3. Documentation networks count as public: they stand for public ones.
// *Open to the world* is what more than half of all public addresses of a family can open through one interface: less is a
// firewall that names its friends, however many; more cannot be anything but everybody, perhaps without a few that are banned.
// Destination, source port and interfaces are the attacker's choice: a port is open if it is for some of them.

#include <optional>
#include <string>
#include <vector>

#include "check/audit.h"
#include "packets/set.h"

namespace wallcheck::check::audit {

/// The sources that can open something, through the interface through which most can.
struct Reach {
  bool ipv4 = false, ipv6 = false;        ///< families of which more than half of the public addresses can
  bool all = true;                        ///< of these families it is every address
  bool every_interface = true;
  std::vector<std::uint32_t> interfaces;  ///< else: those through which it is the world; Symbolic::interface_value
};

/// New connections on one path: what becomes of them, and which of them are accepted.
///   sure:      whatever the undecided conditions do;
///   possible:  if rates and the like are kind, and nobody is in the sets (groups, lists, host names) whose members the file does
///              not give: they are not taken for the world.
/// Both are over packets' addresses, ports, protocol and interfaces; the rest is projected away.
struct Traffic {
  ir::Path path = ir::Path::ingress;
  evaluate::Partition partition;
  packets::Set asked, sure, possible;
};

/// What a finding shows of a set of accepted packets.
struct Proof {
  Span where;                  ///< the rule (or the default's list) that accepts the witness
  std::string by;              ///< the default that accepts it: "policy ACCEPT of filter INPUT"; empty for a rule
  std::string packet;          ///< the witness in trace's words, replayed
  std::vector<Label> related;  ///< other rules that accept some of the set, and undecided conditions
  std::vector<evaluate::Outcome> accepting;
};

class World {
 public:
  explicit World(const AuditContext& context) : context_(context) {}

  /// The paths by which the world comes: to the host, and through a gateway.
  std::vector<ir::Path> ways_in() const;
  /// Asks about new TCP or UDP connections to (egress: from this site to) public addresses.
  enum class Translation : std::uint8_t { counts, passed_over };
  Traffic ask(ir::Path path, std::uint8_t protocol, std::vector<ir::Range> ports, Translation translation = Translation::counts) const;
  /// Every first packet of every protocol from every unicast source: what lists' defaults may decide about.
  evaluate::Question anything(ir::Path path) const;

  /// Is this open to the world? `open`: accepted packets; nullopt: no.
  std::optional<Reach> reach(ir::Path path, const packets::Set& open) const;
  /// The same, of what is open at all of the ports.
  std::optional<Reach> reach_at_every_port(const Traffic& traffic, const packets::Set& open, const std::vector<ir::Range>& ports) const;

  /// What proves that `packets` (over addresses, ports, protocol, interfaces) are accepted. Throws Contradiction if they are not.
  Proof prove(const Traffic& traffic, const packets::Set& packets) const;
  Proof prove(ir::Path path, const evaluate::Partition& partition, const packets::Set& packets) const;

  /// "every public IPv4 address", "most public addresses"; " in on eth1" where it is not every interface.
  std::string who(const Reach& reach) const;
  /// Every port of the protocol to (or from) the world; nullopt: not even if undecided conditions are kind.
  struct EveryPort {
    Traffic traffic;
    Reach reach;
    bool is_sure = false;
  };
  std::optional<EveryPort> open_at_every_port(ir::Path path, std::uint8_t protocol) const;

  /// The part of `open` that goes through an interface through which it is the world.
  packets::Set within(const packets::Set& open, const Reach& reach) const;
  /// Is it not said which interfaces face the world, and open on some only?
  bool guesses(const Reach& reach) const { return !reach.every_interface && context_.request.site.outside.empty(); }
  /// Adds to a message what proves it, and what was not known.
  void complete(std::string& message, const Reach& reach, const Proof& proof) const;
  /// WC207: no rule says "everybody", but all of them together do.
  void say_if_pieced_together(const Reach& reach, const Proof& proof, std::string_view what) const;

  const AuditContext& context() const { return context_; }

 private:
  /// With nobody in the sets whose members are not known.
  packets::Set plainly(packets::Set set) const;
  bool names_sources(ir::RuleId rule) const;
  evaluate::Box box(ir::Path path) const;
  const AuditContext& context_;
};

/// WC202 of one path and protocol. nullopt: there is nothing to tell; false: it turns on something undecided.
std::optional<bool> everything_open(const World& world, ir::Path path, std::uint8_t protocol);

/// Where a diagnostic of this code goes.
void report(const AuditContext& context, std::string code, Severity severity, std::string message, Proof proof);

}  // namespace wallcheck::check::audit
