#pragma once
// packets::Set: a set of packets as a value, with the algebra of sets.
//
// Each set has exactly one diagram (packets/diagrams.h), so `==` is a comparison of two numbers, and "is it empty" costs nothing.
// Sets of one Diagrams may be combined; they live as long as it does. All operations may throw BudgetExceeded.

#include <optional>
#include <span>
#include <vector>

#include "ir/values.h"
#include "packets/diagrams.h"
#include "packets/dimensions.h"

namespace wallcheck::packets {

/// One packet, or a part of one: values of some dimensions. A dimension that has none may take any value.
class Point {
 public:
  void set(Dimension dimension, Uint128 value);
  std::optional<Uint128> get(Dimension dimension) const;
  Uint128 value_or(Dimension dimension, Uint128 otherwise) const { return get(dimension).value_or(otherwise); }
  /// A field of one-bit dimensions (`first` is its lowest bit) as a number; bits without a value count as 0.
  std::uint32_t bits(Dimension first, unsigned width) const;
  bool operator==(const Point&) const = default;

 private:
  struct Entry {
    Dimension dimension = 0;
    Uint128 value = 0;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;  ///< ascending by dimension
};

/// Values that a witness should have if the set allows, best first: "port 1024, else 40000".
struct Preference {
  Dimension dimension = 0;
  std::vector<Uint128> values;
};

/// A product of value lists: the packets whose every listed dimension has one of the listed values. What is not listed is free.
struct Region {
  struct Part {
    Dimension dimension = 0;
    std::vector<ir::Range> values;  ///< sorted, disjoint, not touching; never empty
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;  ///< ascending by dimension

  /// The values of a dimension; nullptr: free.
  const std::vector<ir::Range>* values_of(Dimension dimension) const;
  bool operator==(const Region&) const = default;
};

/// Disjoint regions. `complete`: they cover the set; otherwise there are more than the limit, and these are the first.
struct Regions {
  std::vector<Region> list;
  bool complete = true;
};

/// A set of packets.
class Set {
 public:
  /// `node` has no leaves but 0 (outside) and 1 (inside).
  Set(Diagrams& diagrams, Node node) : diagrams_(&diagrams), node_(node) {}
  static Set none(Diagrams& diagrams) { return {diagrams, leaf(0)}; }
  static Set all(Diagrams& diagrams) { return {diagrams, leaf(1)}; }
  /// The packets whose `dimension` has one of these values (need not be sorted; none: the empty set).
  static Set values(Diagrams& diagrams, Dimension dimension, std::span<const ir::Range> values);
  static Set value(Diagrams& diagrams, Dimension dimension, Uint128 value);

  Set operator&(const Set& other) const;
  Set operator|(const Set& other) const;
  Set operator-(const Set& other) const;
  Set operator~() const;
  Set& operator&=(const Set& other) { return *this = *this & other; }
  Set& operator|=(const Set& other) { return *this = *this | other; }
  Set& operator-=(const Set& other) { return *this = *this - other; }
  bool operator==(const Set& other) const { return node_ == other.node_; }

  bool empty() const { return node_ == leaf(0); }
  bool is_all() const { return node_ == leaf(1); }
  bool subset_of(const Set& other) const { return (*this - other).empty(); }
  /// The point must have a value for each dimension that matters on its way; one without counts as 0.
  bool contains(const Point& point) const;

  /// The dimensions that the set depends on, ascending: whatever is not among them may be changed freely.
  std::vector<Dimension> support() const;
  bool depends_on(Dimension dimension) const;
  /// Projection: in the result, whatever values of these dimensions put it into the set (exists: some value does; forall: every
  /// value does). The result does not depend on them. "Every" means all values of the dimension, also those that a universe
  /// excludes; forall_in asks only about values that occur in `universe` together with the rest of the packet.
  Set exists(std::span<const Dimension> dimensions) const;
  Set forall(std::span<const Dimension> dimensions) const;
  Set forall_in(const Set& universe, std::span<const Dimension> dimensions) const;
  /// The same for all dimensions in [first, end), such as the opaque ones.
  Set exists_between(Dimension first, Dimension end) const;
  Set forall_between(Dimension first, Dimension end) const;
  /// Projection on these dimensions: everything else is `exists`-ed away.
  Set onto(std::span<const Dimension> dimensions) const;
  /// The packets of the set if `dimension` had this value; the result does not depend on it.
  Set restricted(Dimension dimension, Uint128 value) const;
  /// Values that `dimension` takes in the set.
  std::vector<ir::Range> values_of(Dimension dimension) const;

  /// One packet of the set; nullopt if it is empty. Dimension by dimension in their order: the first preferred value that leaves
  /// something, else the lowest one. Dimensions that do not matter get their first preference, or no value.
  std::optional<Point> witness(std::span<const Preference> preferences = {}) const;
  /// The set as readable regions: as few as a walk along the dimensions and pairwise joining give. Deterministic.
  Regions regions(std::size_t limit) const;

  Node node() const { return node_; }
  Diagrams& diagrams() const { return *diagrams_; }

 private:
  Diagrams* diagrams_;
  Node node_;
};

}  // namespace wallcheck::packets
