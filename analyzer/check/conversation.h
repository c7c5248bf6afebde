#pragma once
// What a documented flow means at a site: which packets, on which paths.

#include <optional>
#include <string>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"
#include "packets/dimensions.h"
#include "policy/policy.h"

namespace wallcheck::check {

/// The parts of a connection that a firewall has to let through, each a question of its own.
enum class Leg : std::uint8_t {
  open,    ///< the first packet: TCP SYN, the first datagram, an echo request; state NEW
  onward,  ///< later packets the same way: ESTABLISHED
  reply,   ///< packets the other way: ESTABLISHED
};
std::string_view to_string(Leg leg);

/// One end of a connection. An address that the policy leaves open is any one that a host elsewhere can have: unicast, not loopback.
struct End {
  std::vector<ir::Range> addresses;
  bool given = false;
};

/// All connections of one service between two roles, as they pass one site: `client` opens, `server` answers.
struct Conversation {
  const policy::Service* service = nullptr;
  ir::Path path = ir::Path::egress;        ///< of the open leg
  ir::Path reply_path = ir::Path::ingress;
  End client, server;
  /// Of the open leg; the reply takes the same interfaces the other way round. 0 is "none".
  std::vector<ir::Range> in_interfaces, out_interfaces;
  bool in_given = false, out_given = false;
  bool site_opens = true;                  ///< the client is the site, or behind it

  /// The packets of a leg. `untracked`: connection tracking does not know the connection, so that its later packets are NEW (an
  /// ACK picked up in the middle) or INVALID (a SYN,ACK of nowhere) rather than ESTABLISHED.
  evaluate::Box box(Leg leg, bool untracked = false) const;
  ir::Path path_of(Leg leg) const { return leg == Leg::reply ? reply_path : path; }
  /// The dimensions that the policy fixes: every value must pass. The others are left open: some value has to.
  std::vector<packets::Dimension> fixed() const;
  /// The same service opened from the server's end.
  Conversation opposite() const;
};

/// What a site is asked about one service.
struct Asked {
  std::optional<Conversation> conversation;  ///< none: nothing is asked
  std::string why_not;                       ///< then: a sentence for the reader
  std::string question;                      ///< services of which it is the same are the same question at one site
};

/// The conversation of a service of `flow` at a site, or why there is none: a sentence for the reader.
/// `direction` is egress or ingress.
std::optional<Conversation> conversation(const ir::Firewall& firewall, const evaluate::Symbolic& symbolic, const policy::Pack& pack,
                                         const policy::Flow& flow, const policy::Service& service, const policy::Site& site,
                                         policy::FlowDirection direction, std::string& why_not);

/// Every address of the families in question but loopback (127.0.0.0/8, ::1). `unicast`: those that a host can have, so not "this
/// network" (0.0.0.0/8, ::), nor multicast, reserved and broadcast (224.0.0.0/3, ff00::/8). Otherwise a rule that lets multicast out
/// would count as a way to an end whose address is not known, and one that refuses it as a restriction.
std::vector<ir::Range> routable(bool v4, bool v6, bool unicast);

/// The interfaces that are named, or all but loopback.
std::vector<ir::Range> interfaces(const evaluate::Symbolic& symbolic, const std::vector<std::string>& names);

}  // namespace wallcheck::check
