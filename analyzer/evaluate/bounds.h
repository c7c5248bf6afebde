#pragma once
// Private to evaluate/symbolic: lowest and highest values of the packets that come to a list.

#include <algorithm>
#include <array>
#include <optional>

#include "ir/firewall.h"

namespace wallcheck::evaluate {

/// Values that a translation looks at, as far as the conditions of all callers of a list bound them. They tell without a test that a
/// service's address is not yet the address of the machine that it is sent to; of a packet outside, nothing that is said counts.
class Bounds {
 public:
  static constexpr std::array fields{ir::Field::protocol, ir::Field::destination, ir::Field::destination_port, ir::Field::source,
                                     ir::Field::source_port};

  /// Everything.
  Bounds() { ranges_.fill({0, ~Uint128{0}}); }
  ir::Range of(ir::Field field) const { return ranges_[place(field)]; }
  /// Cuts down to what also lies between the lowest and the highest of the (normalised) values; `field` need not be one of `fields`.
  void meet(ir::Field field, std::span<const ir::Range> values) {
    const std::size_t at = place(field);
    if (at == fields.size() || values.empty()) return;
    ranges_[at] = {std::max(ranges_[at].first, values.front().first), std::min(ranges_[at].last, values.back().last)};
  }
  void widen(const Bounds& other) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      ranges_[i] = {std::min(ranges_[i].first, other.ranges_[i].first), std::max(ranges_[i].last, other.ranges_[i].last)};
  }

 private:
  static std::size_t place(ir::Field field) { return static_cast<std::size_t>(std::ranges::find(fields, field) - fields.begin()); }
  std::array<ir::Range, fields.size()> ranges_;
};

}  // namespace wallcheck::evaluate
