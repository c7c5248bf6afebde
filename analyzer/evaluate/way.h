#pragma once
// Private to evaluate/symbolic: along the path, stage by stage. trace_stages.cpp, for all packets at once.

#include <map>
#include <vector>

#include "evaluate/summaries.h"
#include "evaluate/symbolic.h"

namespace wallcheck::evaluate {

class Way {
 public:
  Way(const ir::Firewall& firewall, packets::Diagrams& diagrams);

  /// What becomes of the packets of a question: a function of the packet as it comes in (leaves: final), right for packets within
  /// `reach` and arbitrary for others.
  packets::Node outcome(const Question& question, const Reach& reach, const Focus* focus);
  Focus focus(const Question& question, const Reach& reach);
  void clear();
  /// Rules that may have diverted packets of the last question: in no order, some more than once.
  const std::vector<ir::RuleId>& diverting_rules() const { return diverting_rules_; }

  MatchSets sets;
  Leaves leaves;

 private:
  void take_note(ir::Path path, const ir::Stage& stage, const Lists& lists, const Reach& arrived, const Reach& reach_after);
  void note_rules(ir::ListId list, std::span<const Lists::Candidate> candidates);
  packets::Node from(ir::Path path, std::size_t stage, const Reach& reach, bool skips_filter);
  packets::Node behind(ir::Path path, std::size_t stage, const Reach& reach, bool skips_filter);
  packets::Node routed(ir::Path path, std::size_t stage, const Reach& reach, bool skips_filter);
  View view_of(const ir::Stage& stage, ir::Path path, const Reach& reach) const;
  void add_effects(Reach& reach, ir::RuleId rule, const Transform& change);
  Reach reach_behind(const Lists& lists, const View& view, const Reach& reach);
  packets::Node shown_to_nat(const View& view, const Reach& arrived);
  packets::Node passed(const ir::Stage& stage, const Leaf& pass, packets::Node next);
  packets::Node without_later_blame(packets::Node next);

  /// What rules of a table's lists may do at once (on_match), and so may have done when a later rule of the stage is looked at.
  struct Widening {
    bool marks = false, connmarks = false, tags = false, untracks = false, unknown = false;
    std::vector<ir::Effect> translations;
  };

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  Substitution substitution_;
  Summaries summaries_;
  std::map<ir::StringId, Widening> widenings_;  ///< by table
  bool may_skip_filter_ = false;  ///< some rule does
  const Question* question_ = nullptr;
  const Focus* focus_ = nullptr;  ///< of a question around it
  Focus* found_ = nullptr;        ///< only the rules on the way are asked for
  std::vector<ir::RuleId> diverting_rules_;
};

}  // namespace wallcheck::evaluate
