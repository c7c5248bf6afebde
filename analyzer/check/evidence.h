#pragma once
// What proves a verdict: the rules that decide, a packet that trace replays, the conditions that it turns on.

#include <string>
#include <vector>

#include "check/describe.h"
#include "check/flow.h"
#include "check/legs.h"

namespace wallcheck::check {

class Evidence {
 public:
  Evidence(const FlowContext& context, const Conversation& conversation, const packets::Set& asked);

  /// The rules and defaults that decide about `connections` in a leg, those whose outcome `wanted` accepts; by place in the file.
  std::vector<DecidedBy> decided_by(const Answer& answer, const packets::Set& connections,
                                    const std::function<bool(const evaluate::Outcome&)>& wanted) const;
  /// A packet of the leg, of one of the connections, whose outcome is wanted; replayed. nullopt: there is none.
  /// Moves what is said of its outcome to the front of `decided`.
  std::optional<Witness> witness(const Answer& answer, const packets::Set& connections,
                                 const std::function<bool(const evaluate::Outcome&)>& wanted, std::vector<DecidedBy>& decided) const;
  /// The most usual of these packets of the leg, replayed, and what decides it. nullopt: there is none.
  struct Shown {
    Witness witness;
    const evaluate::Outcome* outcome;  ///< of the answer's partition
  };
  std::optional<Shown> shown(const Answer& answer, const packets::Set& packets) const;
  /// What an outcome of a leg stands for, without the packets.
  DecidedBy decided_by(const evaluate::Outcome& outcome, Leg leg) const;
  /// The undecided conditions and actions on which the acceptance of these connections turns.
  std::vector<Assumption> assumptions(const Answer& answer, const packets::Set& connections) const;

  const Describer& describer() const { return describer_; }

  /// ... and with those of the leg's packets that it decides.
  DecidedBy describe(const evaluate::Outcome& outcome, Leg leg, const packets::Set& packets) const;
  static constexpr std::size_t rules_shown = 16;

 private:
  packets::Set inside(const Answer& answer, const packets::Set& connections) const;

  const FlowContext& context_;
  const Conversation& conversation_;
  Describer describer_;
};

/// By place in the file; what is said twice is said once.
void sort_by_place(std::vector<DecidedBy>& decided);

/// The rule (or the default) that an outcome stands for, without the packets.
DecidedBy decided_by(const ir::Firewall& firewall, const Sources& sources, const evaluate::Outcome& outcome, bool known_connection = false);

/// Fills in where its rule or default stands in this firewall, and what it says there. Where it has neither, nothing changes.
void locate(DecidedBy& by, const ir::Firewall& firewall, const Sources& sources);

/// "accept", "drop", "reject", "undecided", or "diverted" where an accepted packet was rewritten.
std::string effect_of(const evaluate::Outcome& outcome);

/// "filter OUTPUT": table and chain, fit to be printed.
std::string list_name(const ir::Firewall& firewall, ir::ListId id);

/// What happens at the end of a list, for people: "policy DROP of filter INPUT".
std::string default_text(const ir::Firewall& firewall, ir::ListId id);

}  // namespace wallcheck::check
