#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// Interface names as small numbers, so that a set of interfaces is a list of ranges.
///
/// Value 0 is the empty name (no interface). Then comes one value for each name that a rule mentions (and for the loopback
/// interfaces), one for "any other name that begins with P" of each mentioned wildcard P+, and last one for every other name.
/// Two names with the same value are told apart by no rule of the firewall.
class Interfaces {
 public:
  explicit Interfaces(const ir::Firewall& firewall);

  std::uint32_t value_of(std::string_view name) const;
  /// A concrete name of the class, for witnesses: usual names (eth0...) first. Empty for 0.
  std::string name(std::uint32_t value) const;
  /// What a reader would call the class: "eth0", "eth+ (others)", "any other".
  std::string label(std::uint32_t value) const;
  /// The values for which an interface match with this pattern holds.
  std::vector<ir::Range> values(std::string_view pattern) const;
  std::uint32_t last() const { return other_; }
  /// The values of loopback interfaces: "lo", "lo0" and their like, and where the firewall says "lo+", every other name that it means.
  std::vector<ir::Range> loopbacks() const;

 private:
  std::map<std::string, std::uint32_t, std::less<>> exact_;
  std::map<std::string, std::uint32_t, std::less<>> prefixes_;  ///< without '+'
  std::uint32_t other_ = 0;
};

}  // namespace wallcheck::evaluate
