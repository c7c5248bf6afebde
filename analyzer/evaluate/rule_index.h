#pragma once
// Private to evaluate/hits: which rules of a long list can touch a box of packets, without a look at each.
//
// A tree of bounding boxes over the rules' own boxes (lowest and highest value of each selective field, and the position in the list as one
// field more). Values are kept as numbers of the pieces that all rules' bounds cut a field into: comparisons are of 16 bits whatever the
// family, all fields at once, and where rules crowd the tree is fine. Of very many bounds some are left out: what touches is then a guess on
// the safe side, too.

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::evaluate {

class RuleIndex {
 public:
  RuleIndex(const ir::Firewall& firewall, const ir::RuleList& list);
  /// Positions in [from, to), which is part of the list, of all rules that may touch the box, and of a few that do not; ascending.
  std::vector<std::uint32_t> touching(const Box& box, std::uint32_t from, std::uint32_t to) const;
  /// The first of these positions that is wanted; `to`: none is. Cheaper than all of them: the tree is searched for nothing behind it.
  template <class Wanted>
  std::uint32_t first(const Box& box, std::uint32_t from, std::uint32_t to, Wanted&& wanted) const;

 private:
  static constexpr std::array fields{ir::Field::destination, ir::Field::source, ir::Field::destination_port, ir::Field::source_port,
                                     ir::Field::protocol, ir::Field::state, ir::Field::icmp};
  static constexpr std::size_t position = fields.size(), axes = fields.size() + 1;
  using Piece = std::int16_t;  ///< not negative
  static constexpr Piece last_piece = std::numeric_limits<Piece>::max();
  /// Pieces of each field, and of positions. All bounds belong to it.
  struct Bounds {
    std::array<Piece, axes> first, last;
    bool touches(const Bounds& other) const {
      std::array<Piece, axes> signs;  // negative: they have no piece in common
      for (std::size_t i = 0; i < axes; ++i) signs[i] = static_cast<Piece>((other.last[i] - first[i]) | (last[i] - other.first[i]));
      const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(signs);
      return ((words[0] | words[1]) & 0x8000'8000'8000'8000) == 0;
    }
    void include(const Bounds& other);
  };
  struct Entry {
    Bounds bounds;
    std::uint32_t at = 0;  ///< its position
  };
  /// Entries [begin, end) lie below it. All nodes below it follow it, up to the node `behind`: its first child is the next one, its second
  /// child the one behind that; a leaf has none.
  struct Node {
    Bounds bounds;
    std::uint32_t begin = 0, end = 0, behind = 0;
  };

  /// An order of entries by one of their fields.
  enum class By : std::uint8_t { first, last, width };
  struct Cut {
    std::size_t axis = 0;
    By by = By::first;
    int key(const Bounds& entry) const {
      return by == By::first ? entry.first[axis] : by == By::last ? entry.last[axis] : entry.last[axis] - entry.first[axis];
    }
    bool operator()(const Entry& a, const Entry& b) const { return key(a.bounds) < key(b.bounds); }
  };

  void build(std::uint32_t begin, std::uint32_t end);
  Cut best_cut(std::uint32_t begin, std::uint32_t end) const;
  Bounds asked(const Box& box, std::uint32_t from, std::uint32_t to) const;
  Piece piece_of(std::size_t axis, Uint128 value) const;
  Piece piece_of(std::uint32_t at) const { return static_cast<Piece>(at >> position_shift_); }

  std::array<std::vector<Uint128>, fields.size()> cuts_;  ///< first values of all pieces but the first; ascending
  unsigned position_shift_ = 0;
  std::vector<Entry> entries_;  ///< of one leaf: by position
  std::vector<Node> nodes_;
};

template <class Wanted>
std::uint32_t RuleIndex::first(const Box& box, std::uint32_t from, std::uint32_t to, Wanted&& wanted) const {
  if (nodes_.empty() || from >= to) return to;
  Bounds question = asked(box, from, to);
  std::uint32_t found = to;
  std::array<std::uint32_t, 40> waiting;  // one for each time that the list was halved, and one more
  std::size_t count = 0;
  waiting[count++] = 0;
  while (count > 0) {
    const std::uint32_t here = waiting[--count];
    const Node& node = nodes_[here];
    if (!node.bounds.touches(question)) continue;
    if (node.behind != here + 1) {
      // The half that begins earlier is looked at first.
      const std::uint32_t one = here + 1, other = nodes_[one].behind;
      const bool one_begins = nodes_[one].bounds.first[position] < nodes_[other].bounds.first[position];
      waiting[count++] = one_begins ? other : one;
      waiting[count++] = one_begins ? one : other;
      continue;
    }
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      const Entry& entry = entries_[i];
      if (entry.at >= found) break;
      if (!entry.bounds.touches(question) || entry.at < from || !wanted(entry.at)) continue;
      found = entry.at;
      if (found == from) return found;
      question.last[position] = piece_of(found - 1);
      break;
    }
  }
  return found;
}

}  // namespace wallcheck::evaluate
