#pragma once
// diff's results: plain values, all that reports need.

#include <string>
#include <vector>

#include "check/verdict.h"

namespace wallcheck::check {

/// Packets of one path that have another fate in the new version, because of one rule that is not in both; or where no such rule
/// decides, those that one rule (or default) of each version decides.
struct Change {
  ir::Path path = ir::Path::ingress;
  std::string from, to;                 ///< "accept", "drop", "reject", "undecided", "diverted"; "accept without state"
  std::vector<std::string> packets;     ///< readable regions
  Witness witness;                      ///< replayed on both sides
  DecidedBy before, after;              ///< what decides the witness; spans are of the version's own sources
  std::vector<DecidedBy> also_before, also_after;  ///< what decides others of the packets, by place
  std::vector<Assumption> assumptions_before, assumptions_after;  ///< undecided conditions that the difference turns on
};

struct Comparison {
  std::vector<Change> changes;          ///< by path, then place of the new rule
  bool complete = true;                 ///< false: there are more changes than these
  std::vector<std::string> notes;       ///< what is not compared, and why
  std::string undecided;                ///< why it is not known whether there are more; empty: it is known
  bool equal() const { return changes.empty(); }
};

/// Two versions of a file, group by group where there are several.
struct FileComparison {
  std::string old_name, new_name;
  Sources old_sources, new_sources;
  struct Group {
    std::string id;                     ///< security group; empty elsewhere
    Comparison comparison;
  };
  std::vector<Group> groups;
  std::vector<std::string> only_old, only_new;  ///< security groups that one version does not have
  std::uint32_t old_rules = 0, new_rules = 0;
  bool equal() const {
    for (const Group& group : groups)
      if (!group.comparison.equal()) return false;
    return only_old.empty() && only_new.empty();
  }
};

}  // namespace wallcheck::check
