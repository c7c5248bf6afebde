#pragma once
// Private to evaluate/symbolic: what the lists of one stage do to the packets of a view. trace_rules.cpp, for all packets at once.
//
// A list is summarised backwards, `rule holds ? its outcome : what the rules behind it do`, into a diagram whose leaves say how
// the list is left. A called list is summarised before its callers, once a question, however many rules call it.

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluate/calls.h"
#include "evaluate/leaves.h"
#include "evaluate/match_sets.h"
#include "evaluate/substitution.h"
#include "evaluate/view.h"

namespace wallcheck::evaluate {

class Summaries {
 public:
  Summaries(const ir::Firewall& firewall, packets::Diagrams& diagrams, MatchSets& sets, Leaves& leaves, Substitution& substitution)
      : firewall_(firewall), diagrams_(diagrams), sets_(sets), leaves_(leaves), substitution_(substitution), calls_(firewall) {}

  /// A base list with its default: every leaf is `pass` or `final`.
  packets::Node stage(ir::ListId base, const View& view);

 private:
  /// A rule that can hold for packets of the view.
  struct Candidate {
    ir::RuleId rule = 0;
    bool always = false;        ///< it holds for all of them
    std::uint32_t callee = ir::none;  ///< index into walks_; none: no call, or one that leads nowhere (undeclared, a cycle)
  };
  /// A list, and for lists in a cycle also the lists of that cycle that one is in already.
  using Instance = std::pair<ir::ListId, std::vector<ir::ListId>>;
  struct Walk {
    Instance instance;
    std::vector<Candidate> candidates;
    packets::Node summary = 0;
  };

  void find_candidates(Walk& walk);
  /// All lists that packets of the view can come to, callees before callers, as indices into walks_.
  std::vector<std::uint32_t> collect(ir::ListId base);
  packets::Node summarise(const Walk& walk);
  packets::Node lasting(packets::Node holds);
  packets::Node outcome(const Candidate& candidate, ir::ListId list, packets::Node rest);
  packets::Node outcome(const Candidate& candidate, ir::ListId list, packets::Node rest, const Transform& change);
  packets::Node returned(packets::Node called, packets::Node rest, bool quick);
  packets::Node overruled(packets::Node rest, const Leaf& decision);
  packets::Node after(const Transform& change, packets::Node rest);
  Leaf decided(ir::RuleId rule, ir::ListId list) const;
  packets::Node concluded(const Leaf& tentative);
  packets::Node stands(Leaf verdict);
  packets::Node constant(const Leaf& leaf) { return packets::leaf(leaves_.intern(leaf)); }

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  MatchSets& sets_;
  Leaves& leaves_;
  Substitution& substitution_;
  const Calls calls_;
  const View* view_ = nullptr;  ///< of the stage at hand
  std::vector<Walk> walks_;
};

}  // namespace wallcheck::evaluate
