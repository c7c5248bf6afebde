#pragma once
// The three legs of a conversation, asked of a firewall and brought together connection by connection.

#include <optional>
#include <span>
#include <vector>

#include "check/conversation.h"
#include "check/verdict.h"
#include "evaluate/symbolic.h"
#include "packets/set.h"

namespace wallcheck::check {

/// One question's answer. `partition` speaks of the leg's own packets; the sets speak of *connections*: addresses, ports and interfaces
/// of the opening packet (a reply is turned round), everything else projected away. Whatever a leg's packets may still differ in
/// (TCP flags, undecided conditions) is asked of all of them:
///   sure:      every packet is accepted, whatever the undecided conditions do;
///   possible:  every packet is accepted if the undecided conditions are kind;
///   diverted:  some packet that may be accepted is rewritten to another destination.
struct Answer {
  Leg leg = Leg::open;
  ir::Path path = ir::Path::egress;
  evaluate::Partition partition;
  packets::Set asked, sure, possible, diverted;
};

/// A leg of all connections. For later packets there may be several questions: what follows depends on how the connection
/// was opened (which states it made, whether it is tracked); `about[i]` says which connections the i-th answer may concern.
struct LegResult {
  Leg leg = Leg::open;
  std::vector<Answer> answers;
  std::vector<packets::Set> about;
  packets::Set asked, sure, possible, diverted;
  FlowVerdict verdict = FlowVerdict::blocked;
};

/// Classifies a set of connections by what is surely and possibly accepted of it. `fixed`: dimensions whose every value must pass.
FlowVerdict classify(const packets::Set& asked, const packets::Set& sure, const packets::Set& possible, const packets::Set& diverted,
                     const std::vector<packets::Dimension>& fixed);

/// All legs of a conversation: open, and unless the service is one-way, onward and reply.
std::vector<LegResult> ask(const ir::Firewall& firewall, evaluate::Symbolic& symbolic, const Conversation& conversation);

/// Asks for one leg of it.
Answer ask_leg(evaluate::Symbolic& symbolic, Leg leg, const evaluate::Question& question, const evaluate::Focus* focus = nullptr);

/// Replies come from where the connection was sent to, and filters see that address. The diverted connections are taken as a whole: every
/// reply from any of the new destinations has to pass; which connection goes where is not followed.
struct DivertedReplies {
  std::vector<evaluate::Question> questions;
  bool undecided = false;                 ///< there is more to it, which is not followed
  std::vector<ir::Range> new_addresses;   ///< of the destination; empty: it may be kept
};
/// `question`: of the replies, were they not diverted.
DivertedReplies diverted_replies(const ir::Firewall& firewall, const Conversation& conversation, std::span<const ir::RuleId> diverting_rules,
                                 evaluate::Question question);

/// The set with source and destination, and the interfaces, exchanged.
packets::Set turned_round(const packets::Set& set);

/// The dimensions that make a connection.
const std::vector<packets::Dimension>& connection_dimensions();

}  // namespace wallcheck::check
