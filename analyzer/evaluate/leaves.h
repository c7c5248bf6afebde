#pragma once
// Private to evaluate/symbolic: the leaves of its diagrams, that is, how packets leave a list, a stage or the whole path.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "evaluate/symbolic.h"
#include "evaluate/transform.h"

namespace wallcheck::evaluate {

/// Whose word an outcome is, as far as the stages behind a point know. Of several stages that let a packet pass, people mean the
/// filter; without one, the last rule that said so, and without a rule the first default.
enum class Blame : std::uint8_t { nobody, by_default, by_rule, by_filter, ended };

struct Leaf {
  enum class Kind : std::uint8_t {
    nothing,    ///< outside the question
    back,       ///< falls off the end of the list or returns; last-match lists: no rule has decided
    tentative,  ///< last-match lists: `rule` has decided, unless a later rule decides otherwise
    pass,       ///< the stage lets the packet go on; what becomes of it is put in when the stage is done
    final,      ///< the end of the packet's way, in this stage or a later one
  };
  Kind kind = Kind::nothing;
  Blame blame = Blame::nobody;  ///< final
  bool keeps_state = false;     ///< pass
  bool skips_filter = false;    ///< pass: the next filter stage is not asked
  Outcome outcome;              ///< pass, tentative: rule and list; final: all but translated_by
  Transform change;             ///< back, tentative, pass: what was done to the packet in this list
  bool operator==(const Leaf&) const = default;
};

/// Leaves by number, in order of first use: the same question gives the same diagram.
class Leaves {
 public:
  static constexpr std::uint32_t nothing = 0;
  static constexpr std::size_t cost = 8;  ///< of a leaf, in nodes
  explicit Leaves(packets::Diagrams& diagrams) : diagrams_(diagrams) { clear(); }
  void clear() {
    leaves_.clear();
    ids_.clear();
    intern(Leaf{});
  }
  std::uint32_t intern(const Leaf& leaf) {
    auto& same_hash = ids_[hash(leaf)];
    for (const std::uint32_t id : same_hash)
      if (leaves_[id] == leaf) return id;
    if (!leaves_.empty()) diagrams_.charge(cost);
    same_hash.push_back(static_cast<std::uint32_t>(leaves_.size()));
    leaves_.push_back(leaf);
    return same_hash.back();
  }
  /// Valid until the next `intern`.
  const Leaf& operator[](std::uint32_t id) const { return leaves_[id]; }

 private:
  static std::uint64_t hash(const Leaf& leaf) {
    std::uint64_t h = leaf.change.hash();
    const auto mix = [&h](std::uint64_t v) { h = (h ^ v) * 0x9e3779b97f4a7c15u, h ^= h >> 29; };
    const Outcome& o = leaf.outcome;
    mix(std::uint64_t{o.rule.value_or(ir::none)} << 32 | o.list.value_or(ir::none));
    mix(o.states);
    mix(std::uint64_t{leaf.keeps_state} << 17 | std::uint64_t{leaf.skips_filter} << 16 | static_cast<std::uint64_t>(leaf.kind) << 8 | static_cast<std::uint64_t>(leaf.blame) << 4 | static_cast<std::uint64_t>(o.verdict));
    return h;
  }
  packets::Diagrams& diagrams_;
  std::vector<Leaf> leaves_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> ids_;
};

}  // namespace wallcheck::evaluate
