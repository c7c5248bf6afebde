#pragma once
// The proof of a fix: which packets have another verdict in the changed file, and that all of them are of the flow.

#include <optional>
#include <string>
#include <vector>

#include "check/conversation.h"
#include "ir/firewall.h"
#include "base/limits.h"

namespace wallcheck::fix {

/// What a change may touch, and which way.
enum class Allowed : std::uint8_t {
  lets_through,  ///< packets of the conversations, and answers to them
  takes_away,    ///< packets that were accepted, of the conversations' protocols and paths
};

/// What rules of a format cannot test. A rule that lets a flow through lets through whatever differs in that alone, too, and says so.
struct Untested {
  bool source_ports = false;
  bool icmp_types = false;
  bool own_address = false;  ///< of the end that a rule is attached to: that an interface has it is not for the rule to say
  bool interfaces = false;
};
Untested untested_by(ir::Format format);

struct Proof {
  bool holds = false;
  std::string changes;  ///< holds: "+udp any:1024-65535 > any:3011 out, nothing else"
  std::string why_not;  ///< does not hold: the packets that change besides, or why that is not known
};

/// Compares the two on all packets of all paths. Throws packets::BudgetExceeded.
/// What the format's rules cannot test is no part of what a conversation is held to.
/// `stateless`: answers are told from requests by nothing but their ports.
Proof prove(const ir::Firewall& before, const ir::Firewall& after, const std::vector<check::Conversation>& conversations, Allowed allowed,
            bool stateless, const Limits& limits);

}  // namespace wallcheck::fix
