#pragma once
// Private to evaluate/symbolic: what the lists of one stage do to the packets of a view. trace_rules.cpp, for all packets at once.
//
// A list is summarised backwards, `rule holds ? its outcome : what the rules behind it do`, into a diagram whose leaves say how
// the list is left. A called list is summarised before its callers, once a question, however many rules call it. What becomes of
// packets that the stage lets pass is known already, since the stages are taken backwards, too. Where that is simple it is put in at
// once, so that what makes no difference later is no difference here; else it is put in when the stage is done.

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "evaluate/bounds.h"
#include "evaluate/calls.h"
#include "evaluate/leaves.h"
#include "evaluate/match_sets.h"
#include "evaluate/substitution.h"
#include "evaluate/view.h"

namespace wallcheck::evaluate {

/// The lists of a stage that packets of a view can come to, and the rules in them that can hold.
struct Lists {
  struct Candidate {
    ir::RuleId rule = 0;
    bool always = false;              ///< it holds for all packets of the view
    std::uint32_t callee = ir::none;  ///< index into `walks`; none: no call, or one that leads nowhere (undeclared, a circle)
  };
  struct Walk {
    ir::ListId list = 0;
    std::uint32_t first = 0, count = 0;  ///< its candidates
    packets::Node summary = 0;
    bool comes_back = true;              ///< some packets fall off the end or return
  };
  std::vector<Walk> walks;               ///< the first is the base list; lists in a circle stand here once for each way into them
  std::vector<Candidate> candidates;     ///< of all walks
  std::vector<std::uint32_t> callees_first;
  std::vector<Bounds> bounds;            ///< by walk: of the packets that come to it

  std::span<const Candidate> of(const Walk& walk) const { return std::span(candidates).subspan(walk.first, walk.count); }
};

/// What becomes of packets that a rule or default (leaf: pass, no change) lets pass: a function of the packet as it leaves the stage.
using Passed = std::function<packets::Node(const Leaf&)>;

class Summaries {
 public:
  Summaries(const ir::Firewall& firewall, packets::Diagrams& diagrams, MatchSets& sets, Leaves& leaves, Substitution& substitution)
      : firewall_(firewall), diagrams_(diagrams), sets_(sets), leaves_(leaves), substitution_(substitution), calls_(firewall), entered_(firewall.lists.size()) {}

  /// `focus`: of a question around the view's; nullptr: none is known.
  Lists lists(ir::ListId base, const View& view, const Focus* focus);
  /// What becomes of the packets of the view: a function of the packet as it comes to the stage (leaves: final, and what `passed` gives).
  packets::Node stage(Lists& lists, const View& view, const Passed& passed);

 private:
  std::uint32_t add_walk(Lists& lists, ir::ListId list, const View& view, const Focus* focus) const;
  void find_bounds(Lists& lists, const View& view) const;
  packets::Node summarise(const Lists::Walk& walk);
  const Bounds& bounds_of(const Lists::Walk& walk) const { return lists_->bounds[static_cast<std::size_t>(&walk - lists_->walks.data())]; }
  packets::Node block(std::span<const Lists::Candidate> rules, const Lists::Walk& walk);
  Truth condition(const ir::Rule& rule);
  packets::Node lasting(packets::Node holds);
  packets::Node outcome(const Lists::Candidate& candidate, const Lists::Walk& walk, packets::Node rest);
  packets::Node outcome(const Lists::Candidate& candidate, const Lists::Walk& walk, packets::Node rest, const Transform& change);
  packets::Node verdict(ir::RuleId rule, ir::ListId list, const Transform& change, const Bounds& bounds);
  packets::Node concluded(const Leaf& tentative);
  packets::Node returned(packets::Node called, packets::Node rest, bool quick);
  packets::Node overruled(packets::Node rest, const Leaf& decision);
  packets::Node after(const Transform& change, packets::Node rest, const Bounds& bounds = {});
  packets::Node constant(const Leaf& leaf) { return packets::leaf(leaves_.intern(leaf)); }
  packets::Node lost(ir::RuleId rule, ir::ListId list);
  packets::Node back(const Transform& change);

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  MatchSets& sets_;
  Leaves& leaves_;
  Substitution& substitution_;
  const Calls calls_;
  /// The walk of a list in the last question (for `lists`) that came to it.
  struct Entered {
    std::uint64_t question = 0;
    std::uint32_t walk = 0;
  };
  std::vector<Entered> entered_;
  std::uint64_t question_ = 0;
  // Of the stage at hand.
  const View* view_ = nullptr;
  const Lists* lists_ = nullptr;
  const Passed* passed_ = nullptr;
};

}  // namespace wallcheck::evaluate
