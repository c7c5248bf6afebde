#pragma once
// Private to evaluate/symbolic: what matches mean as sets of packets. trace_match.cpp, for all packets at once.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "evaluate/interfaces.h"
#include "evaluate/view.h"
#include "ir/firewall.h"
#include "packets/diagrams.h"

namespace wallcheck::evaluate {

/// Does a condition hold for the packets of a view?
enum class Overlap : std::uint8_t { never, partly, always };

/// `compare` where one of them has several ranges, or none.
Overlap compare_lists(std::span<const ir::Range> set, std::span<const ir::Range> box);
/// Compares two normalised lists: are all values of `box` in `set`, or none?
inline Overlap compare(std::span<const ir::Range> set, std::span<const ir::Range> box) {
  if (set.size() != 1 || box.size() != 1) return compare_lists(set, box);
  const ir::Range &a = set.front(), &b = box.front();
  if (a.last < b.first || b.last < a.first) return Overlap::never;
  return a.first <= b.first && b.last <= a.last ? Overlap::always : Overlap::partly;
}

/// For which packets a condition holds, and for which that is not known, since they were rewritten to something that is not known.
/// (Undecided conditions are known here: they are dimensions.)
struct Truth {
  packets::Node holds = packets::leaf(1);
  packets::Node unknown = packets::leaf(0);
};

class MatchSets {
 public:
  MatchSets(const ir::Firewall& firewall, packets::Diagrams& diagrams);

  Truth truth(const ir::Match& match, const View& view);
  /// All of them hold.
  Truth conjunction(std::span<const ir::Match> matches, const View& view);
  /// Compares a match with the view's box, building nothing. `never` and `always` are sure, `partly` may be either.
  Overlap overlap(const ir::Match& match, const View& view) {
    const Overlap result = plain_overlap(match, view);
    if (!match.negated || result == Overlap::partly) return result;
    return result == Overlap::never ? Overlap::always : Overlap::never;
  }

  /// The packets whose state, as the view shows it, is one of these (bit s: ir::State s).
  packets::Node state(unsigned states, const View& view);
  /// The packets whose address has one of these types (bit t: ir::AddressType t) for a host on this path.
  packets::Node address_type(ir::Field field, unsigned types, ir::Path path);
  /// Plain membership in the values of a field, as the packet comes in.
  packets::Node values(ir::Field field, std::span<const ir::Range> values, ir::Path path);

  packets::Dimension opaque(ir::OpaqueId id) const { return history::end + id; }
  /// First of the `type_bits` dimensions of an address type that is open (View::types_open); behind those of the conditions. Numbers from 4 on
  /// are the types that ir::AddressType does not have.
  static constexpr unsigned type_bits = 3;
  packets::Dimension open_type(ir::Field field) const {
    const auto end_of_conditions = history::end + static_cast<packets::Dimension>(firewall_.opaques.size());
    return end_of_conditions + (field == ir::Field::source_type ? 0 : type_bits);
  }
  /// The interfaces (Interfaces) that a pattern names.
  std::span<const ir::Range> interface_values(ir::StringId pattern);
  /// The dimension of a field that is one number; first_free if it is a row of bits or no dimension at all.
  static packets::Dimension number_of(ir::Field field);
  /// Drops what is built: the diagrams were cleared.
  void clear() { known_.clear(); }

  const Interfaces interfaces;

 private:
  /// Whatever the match says of negation.
  Overlap plain_overlap(const ir::Match& match, const View& view) {
    const bool is_type = match.field == ir::Field::source_type || match.field == ir::Field::destination_type;
    if (match.kind == ir::MatchKind::ranges && !is_type && view.reach.past == 0) {  // nearly always
      const auto ranges = firewall_.ranges[match.value];
      const auto& box = view.reach.box[match.field];
      if (!ranges.empty() && !box.empty()) return compare(ranges, box);
    }
    return other_overlap(match, view);
  }
  Overlap other_overlap(const ir::Match& match, const View& view);
  Truth plain(const ir::Match& match, const View& view);
  packets::Node masked(ir::Field field, const ir::Masked& masked, const View& view);
  packets::Node bits_in(packets::Dimension first, unsigned width, std::span<const ir::Range> values);
  packets::Node seen(ir::Field field, std::span<const ir::Range> values, const View& view);

  const ir::Firewall& firewall_;
  packets::Diagrams& diagrams_;
  std::unordered_map<std::uint64_t, Truth> known_;
  std::unordered_map<ir::StringId, std::vector<ir::Range>> interface_values_;
};

/// Ranges of the addresses with one of these types (bit t: ir::AddressType t).
std::vector<ir::Range> addresses_of_types(unsigned types, bool owned);
/// The values of `given`, as few ranges as possible, for which (value & mask) == wanted; BudgetExceeded if they are too many.
std::vector<ir::Range> masked_ranges(Uint128 wanted, Uint128 mask, ir::Range within);

}  // namespace wallcheck::evaluate
