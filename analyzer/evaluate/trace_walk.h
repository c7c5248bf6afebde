#pragma once
// Private to evaluate/trace: the state of one walk, and what can be asked of it or done to it.
//
// A walk is a value. Where the file does not say how it goes on (an undecided condition, a translation to one of several
// addresses) it is copied and both copies go on; trace.cpp keeps the copies and puts their ends together.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/trace.h"

namespace wallcheck::evaluate {

/// The packet as the rules of the present stage see it, and what is not known of it.
struct Carried {
  ir::Packet packet;
  bool source_unknown = false;       ///< some address of a host whose addresses are not known (MASQUERADE of a forwarded packet)
  bool destination_unknown = false;  ///< the same for the destination (REDIRECT of a forwarded packet)
  bool all_unknown = false;          ///< rewritten in a way that is not modelled
  bool untracked = false;            ///< a rule told connection tracking to leave it alone
  bool redirected = false;           ///< its destination became this host
  bool destination_rewritten = false;
  bool source_rewritten = false;
};

/// What a condition comes to. Kleene's logic: one false match decides a conjunction, whatever the unknown ones are.
struct Truth {
  std::optional<bool> value;
  /// Where the value is not known: the first undecided condition that it turns on; ir::none if it turns on something that is
  /// not known of the packet itself.
  ir::OpaqueId pending = ir::none;
};
Truth all_hold(const ir::Firewall& firewall, std::span<const ir::Match> matches, const Carried& carried, const Answers& answers);

/// Connection tracking has a connection for the packet: without one there is no connection mark to read or to set.
bool has_connection(const ir::Packet& packet);

/// One thing that effects can make of a packet, with words for people ("mark 0x1, destination becomes 10.0.0.1:80").
struct Changed {
  Carried carried;
  std::string words;
};
/// Does the effects in order. More than one result where a translation leaves a choice (choices.h).
std::vector<Changed> changed(const ir::Firewall& firewall, std::span<const ir::Effect> effects, const Carried& carried, ir::Point point);

/// A list that is being walked.
struct Frame {
  ir::ListId list = 0;
  std::uint32_t next = 0;         ///< the next rule to look at, an index into the list
  bool by_goto = false;           ///< what comes back from here also leaves the list below
  bool quick = false;             ///< last match: entered by a quick rule, a decision made inside is final
  std::uint32_t decided_before = 0;  ///< last match: decisions made when it was entered
};

/// The last rule that decided so far (last match), or the one that did.
struct Decision {
  ir::RuleId rule = 0;
  ir::ListId list = 0;
};

struct Walk {
  Carried carried;
  ir::Packet arrived;               ///< as it came in: the interfaces and the state, which not every stage sees
  ir::Path path = ir::Path::ingress;
  std::size_t stage = 0;
  std::vector<Frame> frames;        ///< empty: between stages
  std::vector<bool> entered;        ///< by list: it is in `frames`; a second entry is a cycle
  std::optional<Decision> decision;
  std::uint32_t decisions = 0;
  bool skips_filter = false;        ///< the next filter stage is not asked

  std::optional<ir::RuleId> rule;   ///< who is blamed for an accept, so far
  std::optional<ir::ListId> list;
  bool filter_blamed = false;
  std::optional<ir::RuleId> translated_by;  ///< the first rule that changed the destination

  bool opening = false;             ///< by_state: this is the connection's first packet, walked to see which states it makes
  std::uint32_t states = 0;         ///< by_state: trackers (bit t) that know the connection
  std::uint32_t states_made = 0;    ///< trackers at which this packet makes a state

  std::vector<std::pair<ir::OpaqueId, bool>> answers;  ///< assumed on this walk
  std::size_t last_step = 0;        ///< index into the steps of all walks; 0 = none
  std::size_t node = 0;             ///< its leaf in the tree of forks
  std::optional<Verdict> verdict;   ///< set: the walk has ended
};

/// Follows all walks of one packet and puts their ends together.
class Tracer {
 public:
  Tracer(const ir::Firewall& firewall, const ir::Packet& packet, const Answers& answers, bool repeat_translation)
      : firewall_(firewall), packet_(packet), answers_(answers), repeat_translation_(repeat_translation) {}
  TraceResult run();

 private:
  // trace_stages.cpp: along the path.
  Walk start(const ir::Packet& packet) const;
  void enter_stage(Walk& walk);
  bool passes_unasked(Walk& walk, const ir::Stage& stage);
  void show_packet(Walk& walk, const ir::Stage& stage) const;
  void next_stage(Walk& walk);
  void route(Walk& walk);
  void accepted(Walk& walk, std::optional<ir::RuleId> rule, ir::ListId list, bool keeps_state);
  void end(Walk& walk, Verdict verdict, std::optional<ir::RuleId> rule, std::optional<ir::ListId> list);
  void begin_later_packet(Walk& walk, std::uint32_t states);
  const ir::Stage& stage_of(const Walk& walk) const { return firewall_.path(walk.path)[walk.stage]; }

  // trace_rules.cpp: along the lists of one stage.
  void next_rule(Walk& walk);
  void held(Walk& walk, ir::RuleId id);
  void perform(Walk& walk, ir::RuleId id, std::string words);
  void enter_list(Walk& walk, ir::RuleId id, std::string words);
  void leave_list(Walk& walk);
  void conclude(Walk& walk);
  void decide(Walk& walk, Decision decision);
  void default_of(Walk& walk, ir::ListId base);

  // trace.cpp: several walks.
  void note(Walk& walk, std::optional<ir::RuleId> rule, ir::ListId list, std::string effect);
  std::optional<bool> answer(const Walk& walk, ir::OpaqueId condition);
  /// Both answers to a condition: the walk goes on with `true`, a copy with `false`.
  void ask(Walk& walk, ir::OpaqueId condition);
  /// Does the effects, then goes on with `then(walk, words)` in every way that they leave open.
  template <class Then>
  void change(Walk& walk, std::span<const ir::Effect> effects, Then&& then);
  /// Room for `ways` copies of the walk in the tree; false if there are too many walks already.
  bool fork(Walk& walk, std::optional<ir::OpaqueId> condition, std::size_t ways);
  void give_up(Walk& walk, std::string_view why);
  TraceResult combined() const;

  /// Where a walk was copied, or how it ended.
  struct Node {
    std::optional<ir::OpaqueId> condition;
    std::vector<std::size_t> ways;
    Verdict verdict = Verdict::undecided;
  };
  struct NotedStep {
    Step step;
    std::size_t previous = 0;  ///< of the same walk; walks share what they did before they parted
  };

  const ir::Firewall& firewall_;
  const ir::Packet& packet_;
  const Answers& answers_;
  const bool repeat_translation_;
  std::vector<Walk> waiting_;
  std::vector<Walk> ended_;
  std::vector<Node> tree_{1};
  std::vector<NotedStep> steps_{1};
  std::vector<std::pair<ir::OpaqueId, bool>> asked_;  ///< in order; true: `answers` knew
  std::size_t looked_at_ = 0;
  bool gave_up_ = false;
};

template <class Then>
void Tracer::change(Walk& walk, std::span<const ir::Effect> effects, Then&& then) {
  if (effects.empty()) return then(walk, std::string{});
  std::vector<Changed> ways = changed(firewall_, effects, walk.carried, stage_of(walk).point);
  if (ways.size() > 1 && !fork(walk, std::nullopt, ways.size())) return;
  const std::vector<std::size_t> nodes = tree_[walk.node].ways;
  for (std::size_t i = ways.size(); i-- > 1;) {
    Walk other = walk;
    other.node = nodes[i];
    other.carried = std::move(ways[i].carried);
    then(other, std::move(ways[i].words));
    waiting_.push_back(std::move(other));
  }
  if (ways.size() > 1) walk.node = nodes[0];
  walk.carried = std::move(ways[0].carried);
  then(walk, std::move(ways[0].words));
}

}  // namespace wallcheck::evaluate
