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
    void include(const Bounds& other);
  };
  static constexpr std::size_t width = 8;
  using Lanes = std::array<Piece, width>;
  /// What is asked about: its bounds in all lanes, by axis.
  struct Question {
    std::array<Lanes, axes> first, last;
  };
  struct Entry {
    Bounds bounds;
    std::uint32_t at = 0;  ///< its position
  };
  /// Blocks that wait while one path is followed down: eleven times eight numbers of them are more than positions have.
  static constexpr std::size_t most_waiting = width * 11;
  /// Bounds of up to eight rules, or of as many blocks, which are compared together; those that begin earlier in the list come first.
  /// Where there are fewer, the rest touches nothing.
  struct Block {
    Block();
    void set(std::size_t lane, const Bounds& bounds, std::uint32_t what);
    /// Bit i: the bounds of lane i have all pieces in common with these.
    unsigned touching(const Question& question) const;
    std::array<Lanes, axes> first, last;
    std::array<std::uint32_t, width> below{};  ///< positions, or numbers of blocks
    bool is_leaf = true;
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

  std::uint32_t build(std::uint32_t begin, std::uint32_t end);
  void part(std::uint32_t begin, std::uint32_t end, std::uint32_t each, std::vector<std::uint32_t>& ends);
  Cut best_cut(std::uint32_t begin, std::uint32_t end) const;
  Question asked(const Box& box, std::uint32_t from, std::uint32_t to) const;
  Piece piece_of(std::size_t axis, Uint128 value) const;
  Piece piece_of(std::uint32_t at) const { return static_cast<Piece>(at >> position_shift_); }

  std::array<std::vector<Uint128>, fields.size()> cuts_;  ///< first values of all pieces but the first; ascending
  unsigned position_shift_ = 0;
  Piece last_position_ = 0;
  std::vector<Entry> entries_;  ///< only while it is built
  std::vector<Block> blocks_;   ///< the root is the last one
};

inline unsigned RuleIndex::Block::touching(const Question& question) const {
  constexpr Lanes bits{1, 2, 4, 8, 16, 32, 64, 128};
  Lanes lanes{};  // negative: no piece in common
#pragma GCC unroll 8
  for (std::size_t i = 0; i < axes; ++i)
    for (std::size_t lane = 0; lane < width; ++lane)
      lanes[lane] = static_cast<Piece>(lanes[lane] | (question.last[i][lane] - first[i][lane]) | (last[i][lane] - question.first[i][lane]));
  for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] = static_cast<Piece>(~(lanes[lane] >> 15) & bits[lane]);
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(lanes);
  const std::uint64_t four = words[0] | words[1], two = four | four >> 32;
  return static_cast<unsigned>((two | two >> 16) & 0xff);
}

template <class Wanted>
std::uint32_t RuleIndex::first(const Box& box, std::uint32_t from, std::uint32_t to, Wanted&& wanted) const {
  if (blocks_.empty() || from >= to) return to;
  Question question = asked(box, from, to);
  std::uint32_t found = to;
  struct Below {
    std::uint32_t block;
    Piece begins;
  };
  std::array<Below, most_waiting> waiting;
  std::size_t count = 0;
  waiting[count++] = {static_cast<std::uint32_t>(blocks_.size() - 1), 0};
  while (count > 0) {
    const auto [here, begins] = waiting[--count];
    if (begins > question.last[position].front()) continue;
    const Block& block = blocks_[here];
    unsigned lanes = block.touching(question);
    if (!block.is_leaf) {
      for (; lanes != 0; lanes &= ~std::bit_floor(lanes)) {
        const auto lane = static_cast<std::size_t>(std::bit_width(lanes)) - 1;
        waiting[count++] = {block.below[lane], block.first[position][lane]};
      }
      continue;
    }
    for (; lanes != 0; lanes &= lanes - 1) {
      const std::uint32_t at = block.below[static_cast<std::size_t>(std::countr_zero(lanes))];
      if (at >= found) break;
      if (at < from || !wanted(at)) continue;
      found = at;
      if (found == from) return found;
      question.last[position].fill(piece_of(found - 1));
      break;
    }
  }
  return found;
}

}  // namespace wallcheck::evaluate
