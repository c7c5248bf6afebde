#pragma once
// Private to evaluate/hits: which rules of a long list can touch a box of packets, without a look at each.
//
// Rules are grouped by what they constrain: the protocol's value, and which of the selective fields (addresses, ports). A group has for
// each of its fields the rules' intervals as a static tree; a question takes the field that leaves it the fewest.

#include <array>
#include <cstdint>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::evaluate {

class RuleIndex {
 public:
  RuleIndex(const ir::Firewall& firewall, const ir::RuleList& list);
  /// Positions of all rules that may touch the box, and of some that do not; ascending.
  std::vector<std::uint32_t> touching(const Box& box) const;

 private:
  static constexpr std::array fields{ir::Field::destination, ir::Field::source, ir::Field::destination_port, ir::Field::source_port};
  struct Entry {
    Uint128 first = 0, last = 0;
    std::uint32_t position = 0;
  };
  /// Entries by their first value; `highest` of an entry is the largest last value of the subtree whose root it is.
  struct Axis {
    std::vector<Entry> entries;
    std::vector<Uint128> highest;
    std::vector<Uint128> lasts;  ///< ascending
    void build();
    std::size_t count(ir::Range range) const;
    void collect(ir::Range range, std::vector<std::uint32_t>& to) const;
  };
  struct Group {
    std::uint32_t constrains = 0;   ///< bit i: fields[i]
    ir::Range protocol{0, 255};
    std::array<Axis, 4> axes;
    std::vector<std::uint32_t> positions;  ///< where nothing is constrained
  };
  std::vector<Group> groups_;
};

}  // namespace wallcheck::evaluate
