#pragma once
// diff: which packets change their verdict between two firewalls, exactly.

#include <string>
#include <vector>

#include "base/limits.h"
#include "check/align.h"
#include "check/change.h"
#include "packets/set.h"

namespace wallcheck::check {

/// One side of a comparison.
struct Version {
  ir::Firewall& firewall;
  const Sources& sources;
};

/// The packets whose fate differs, as sets: what compare reports and tests hold against every single packet. The firewalls have been aligned.
///
/// A fate is the verdict and whether the destination is rewritten on the way. Filters that know connections by a state (pf, security
/// groups) are asked about first packets, and making a state is part of the fate; if only one of two knows states, both are asked
/// about first packets only. Where both rewrite the destination and a rule that rewrites is not in both, packets that go to
/// another place count as changed too ("diverted" to "diverted").
class Differences {
 public:
  Differences(const ir::Firewall& before, const ir::Firewall& after, const Alignment& alignment, packets::Diagrams& diagrams);
  struct Fates {
    evaluate::Partition was, is;
    packets::Set both;      ///< what both versions see
    packets::Set changed;
  };
  /// The packets of a path within a box.
  Fates on(ir::Path path, const evaluate::Box& box);
  /// All packets of a path, as far as both versions see them: what "any" means.
  packets::Set all(ir::Path path);
  /// Outside of these boxes nothing changed (align.h).
  const std::vector<Concern>& concerns() const { return concerns_; }
  /// In words. Which states an outcome makes is a matter of its own firewall's stages.
  std::string fate(const ir::Firewall& firewall, const evaluate::Outcome& outcome, ir::Path path) const;
  const evaluate::Symbolic& before() const { return old_symbolic_; }
  const evaluate::Symbolic& after() const { return new_symbolic_; }

 private:
  evaluate::Question question(ir::Path path, const evaluate::Box& box) const;

  const ir::Firewall& before_;
  const ir::Firewall& after_;
  const Alignment& alignment_;
  packets::Diagrams& diagrams_;
  evaluate::Symbolic old_symbolic_, new_symbolic_;
  std::vector<Concern> concerns_;
};

/// Aligns the firewalls (align.h) and tells what changed. Throws packets::BudgetExceeded, and Contradiction where a witness does not replay.
Comparison compare(Version before, Version after, const Limits& limits);

}  // namespace wallcheck::check
