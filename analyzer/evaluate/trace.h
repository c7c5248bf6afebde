#pragma once
// evaluate/trace: one concrete packet and the manual, line by line. The reference; keep it free of cleverness.
// Written after iptables(8), iptables-extensions(8), the netfilter packet-flow diagram and pf.conf(5).

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ir/firewall.h"
#include "ir/packet.h"

namespace wallcheck::evaluate {

enum class Verdict : std::uint8_t { accept, drop, reject, undecided };

/// "accept", "drop", "reject", "undecided".
std::string_view to_string(Verdict verdict);

/// One step of a walk, for people: a rule that held (or a list's default), and what it did.
struct Step {
  std::size_t stage = 0;            ///< index into the path's stages (of the path the packet was on then)
  ir::Path path = ir::Path::ingress;
  ir::ListId list = 0;
  std::optional<ir::RuleId> rule;   ///< none: the list's default
  std::string effect;               ///< "jump to web", "accept", "mark 0x4000", "destination becomes 10.0.0.1:80", "policy drop"
};

struct TraceResult {
  Verdict verdict = Verdict::undecided;
  std::optional<ir::RuleId> rule;        ///< the rule that decides; none: a default
  std::optional<ir::ListId> list;        ///< the list whose rule or default decides
  std::vector<Step> steps;
  std::vector<ir::OpaqueId> assumptions; ///< undecided conditions, each once, in the order asked: all that `answers` answered, and
                                         ///< of the others those that the verdict turns on (none: it is the same whatever they are)
  ir::Packet packet;                     ///< as it leaves (translated, marked)
  bool translated_destination = false;
  std::optional<ir::RuleId> translated_by;  ///< the first rule that did
  bool gave_up = false;                  ///< there was too much to follow: `undecided`, and nothing is said about the packet
  bool keeps_state = false;              ///< by_state formats: the accepting rules make states for later packets at every stage
};

/// How an undecided condition is answered: true, false, or not known.
using Answers = std::function<std::optional<bool>(ir::OpaqueId)>;

/// Walks the packet through every stage of its path.
///
/// Routing after destination translation in PREROUTING is followed: an ingress packet whose new destination is not this
/// host's goes on through FORWARD and POSTROUTING (out through `packet.out_interface`, or "eth1" if that is empty); a forwarded
/// packet that is redirected to this host goes on through INPUT; a packet from this host keeps its interface.
/// Translation to one of several addresses tries each that a rule can tell from the others and is `undecided` where they differ.
/// ESTABLISHED packets in by_state formats pass where the connection's opening packet (ports and addresses swapped back for
/// replies) would have made a state.
/// Where `answers` does not know a condition, both answers are followed; the verdict is `undecided` if they differ
/// (or if the number of combinations passes a fixed bound), and `assumptions` names the conditions that it turns on.
/// Rule, steps and packet are then those of the walk on which the conditions hold.
/// With `repeat_translation` an established packet of the original direction is shown to the nat stages like its connection's
/// first packet was: connection tracking repeats that translation. Without, its connection is one that was not translated.
TraceResult trace(const ir::Firewall& firewall, const ir::Packet& packet, const Answers& answers = {}, bool repeat_translation = false);

/// Does one match hold for the packet? nullopt: not known. For tests and for `trace`.
std::optional<bool> holds(const ir::Firewall& firewall, const ir::Match& match, const ir::Packet& packet, const Answers& answers);

/// Routing's class of the packet's addresses: the host owns the destination of an ingress packet and the source of an egress one,
/// 127.0.0.0/8 and ::1 always; 224.0.0.0/4 and ff00::/8 are multicast; 0.0.0.0/8 and 255.255.255.255 broadcast.
ir::AddressType source_type(const ir::Packet& packet);
ir::AddressType destination_type(const ir::Packet& packet);

}  // namespace wallcheck::evaluate
