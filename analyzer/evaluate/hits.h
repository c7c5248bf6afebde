#pragma once
// evaluate/hits: which rules packets can hit, and what would be missed without a rule. What the audits of rules ask.
//
// A packet *hits* a rule if it comes to it and all of its matches hold (what the counters of iptables count); of rules of which the last one
// decides (pf), a rule that decides is hit only if its word stands in the end. Rules are asked about one by one, backwards: from the packets
// that the rule matches, the rules before it take away theirs, list by list up to the base list. A rule is dead if nothing arrives there.
//
// Where packets hit a rule as they may come to its stage, the stages before are asked, the last one first: do they let such packets pass?
//
// "Dead" has to be true whatever else the machine does, so that whatever is not certain is taken to be possible. Packets come to the first
// stage with any marks, tags, state and translation; of a connection's later packets, and of those that come over loopback, it is not known what
// the nat table made of the first one; routing may call any address local;
// a target that is not known may let the packet go on, changed in any way;
// a rule that goes on without a modelled effect (a log, a set that grows, a header that is rewritten) may change what conditions that are
// not decidable say. Undecided conditions are variables: a rule is dead only if it is for every answer.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "ir/firewall.h"
#include "ir/packet.h"
#include "packets/diagrams.h"
#include "packets/set.h"

namespace wallcheck::evaluate {

/// What becomes of a rule.
enum class Fate : std::uint8_t {
  hit,         ///< some packet hits it (or that cannot be ruled out)
  not_called,  ///< nothing leads to its list
  impossible,  ///< its matches contradict each other, or what every packet is at the place where it stands
  not_coming,  ///< its matches contradict what leads to its list
  taken,       ///< other rules take every packet that it matches
  held_back,   ///< stages before its own, and the rules before it, let no packet come that it matches
};

struct RuleFate {
  Fate fate = Fate::hit;
  /// taken, held_back: rules without which the rule would be hit, in the order of the file. No smaller part of them takes everything, unless there are
  /// very many. Verdicts, RETURN and goto; also rules behind it, where the last one decides. held_back: none, where a policy drops all.
  std::vector<ir::RuleId> takers;
};

/// Asks about the rules of one firewall. Not thread-safe. All questions throw packets::BudgetExceeded where one would cost too much;
/// the next question can be asked all the same.
class Hits {
 public:
  /// Limits::graph_nodes is the budget of one question; where very many end beyond it, later ones have less.
  Hits(const ir::Firewall& firewall, const Limits& limits);
  ~Hits();
  Hits(const Hits&) = delete;
  Hits& operator=(const Hits&) = delete;

  RuleFate fate(ir::RuleId rule);

  /// A packet that the rule matches, at a place where it stands; none where its fate is `impossible`.
  struct Example {
    ir::Path path = ir::Path::ingress;
    packets::Point packet;
  };
  std::optional<Example> example(ir::RuleId rule);

  /// Packets that hit the rule, as they are at the beginning of the stage where it stands: all or some of them, one entry a way to it. Valid
  /// until the next question.
  struct Hitting {
    ir::Path path;
    packets::Set packets;
  };
  std::vector<Hitting> hitting(ir::RuleId rule);

  /// impossible: the fewest of its matches that exclude each other (or what every packet is), as indices into matches_of(rule).
  std::vector<std::size_t> contradiction(ir::RuleId rule);

  /// Do two rules that decide say the same, also in what the IR does not know of them (REJECT's answer, a queue, a log)?
  using Alike = std::function<bool(ir::RuleId, ir::RuleId)>;
  /// Would some packet be treated otherwise if the rule were not there? Rules for which `absent` holds are not there already. "Otherwise"
  /// includes other marks, another log, a rate that is counted elsewhere; `alike` is asked of rules with the same action only. True where
  /// that cannot be ruled out.
  /// Of a rule that is not needed, `instead` is given rules that decide about its packets in its place (beside the default).
  bool needed(ir::RuleId rule, const std::function<bool(ir::RuleId)>& absent, const Alike& alike, std::vector<ir::RuleId>& instead);

  /// An earlier rule of the same list that takes some packets of a rule, and decides otherwise; and one of these packets. Only rules that
  /// cross: of an address or port each has values that the other one has not. An exception before what it is an exception from does not.
  struct Crossing {
    ir::RuleId earlier = 0;
    ir::Packet packet;
  };
  std::optional<Crossing> crossing(ir::RuleId rule);

  /// Lists in which the rule stands, each once, and rules that call a list.
  std::vector<ir::ListId> lists_of(ir::RuleId rule) const;
  std::vector<ir::RuleId> callers_of(ir::ListId list) const;
  bool is_base(ir::ListId list) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wallcheck::evaluate
