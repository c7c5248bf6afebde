#pragma once
// Rules by what they mean, within one firewall: the order of conditions, ports by name or number, `-m state` or `-m conntrack` make no difference.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::check {

/// What is left of a rule: equal forms hold for the same packets and do the same. (Rules that mean the same need not have equal forms.)
/// What the IR does not keep (the text of a log, how a REJECT answers) is not in it.
struct NormalForm {
  std::uint64_t action = 0, target = 0;
  std::uint64_t effects = 0;
  std::vector<ir::Match> conditions;  ///< sorted, each once; of the plain ranges of a field one
  bool operator==(const NormalForm&) const = default;
};

class NormalForms {
 public:
  explicit NormalForms(const ir::Firewall& firewall) : firewall_(firewall) {}

  /// Linear in the rule. The reference is valid until the next call.
  const NormalForm& of(const ir::Rule& rule);
  /// As bytes, to look it up: equal bytes, equal forms. `without`: conditions on the plain ranges of this field are left out.
  static void append_bytes(const NormalForm& form, std::string& out);
  static void append_bytes_without(const NormalForm& form, ir::Field without, std::string& out);

  /// The fields that the rule's conditions look at, as bits (1 << field); all bits where one is not decidable.
  std::uint32_t looks_at(std::span<const ir::Match> matches) const;
  /// The fields that effects may change, as bits.
  std::uint32_t changes(ir::EffectsId effects) const;
  /// Is a condition among these that may answer differently each time it is asked (a rate)?
  bool asks_each_time(std::span<const ir::Match> matches) const;

 private:
  ir::Match canonical(const ir::Match& match);
  std::uint32_t number(const std::string& bytes);
  void append(const ir::Match& match, std::string& out);
  bool always_holds(const ir::Match& match) const;
  std::uint32_t both(ir::RangesId a, ir::RangesId b);

  const ir::Firewall& firewall_;
  NormalForm form_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::unordered_map<std::uint64_t, std::uint32_t> intersections_;
};

}  // namespace wallcheck::check
