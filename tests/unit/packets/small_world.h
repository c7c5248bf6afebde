#pragma once
// A world small enough to write every function down: five dimensions, 1,280 packets.

#include <random>
#include <vector>

#include "packets/set.h"

namespace wallcheck::packets {

struct SmallWorld {
  /// Three fields, and two bits behind all fields.
  static constexpr Dimension dimensions[] = {dimension::state, dimension::destination_port, dimension::tag,
                                             dimension::first_free, dimension::first_free + 7};
  static constexpr unsigned sizes[] = {5, 16, 4, 2, 2};
  static constexpr unsigned packet_count = 5 * 16 * 4 * 2 * 2;
  using Table = std::vector<std::uint32_t>;  ///< leaf number of each packet

  SmallWorld() { set_limits(); }
  void set_limits() {
    diagrams.limit_dimension(dimension::destination_port, 15);
    diagrams.limit_dimension(dimension::tag, 3);
  }

  static std::vector<unsigned> values_of(unsigned packet) {
    std::vector<unsigned> values;
    for (const unsigned size : sizes) values.push_back(packet % size), packet /= size;
    return values;
  }
  static unsigned packet_of(const std::vector<unsigned>& values) {
    unsigned packet = 0;
    for (std::size_t i = std::size(sizes); i-- > 0;) packet = packet * sizes[i] + values[i];
    return packet;
  }
  static Point point_of(unsigned packet) {
    Point point;
    const auto values = values_of(packet);
    for (std::size_t i = 0; i < std::size(dimensions); ++i) point.set(dimensions[i], values[i]);
    return point;
  }

  std::uint32_t look_up(Node node, unsigned packet) const {
    const Point point = point_of(packet);
    while (!is_leaf(node)) node = diagrams.piece(node, diagrams.top_dimension(node), *point.get(diagrams.top_dimension(node)));
    return leaf_number(node);
  }
  Table table(Node node) const {
    Table result;
    for (unsigned packet = 0; packet < packet_count; ++packet) result.push_back(look_up(node, packet));
    return result;
  }

  /// A random function with leaves below `leaves`, built from the outside in so that structure is not uniform noise.
  Node random_node(std::mt19937& random, std::uint32_t leaves, unsigned steps) {
    Node node = leaf(random() % leaves);
    for (unsigned step = 0; step < steps; ++step) node = diagrams.ite(random_box(random), leaf(random() % leaves), node);
    return node;
  }
  Node random_box(std::mt19937& random) {
    Node box = leaf(1);
    for (std::size_t i = 0; i < std::size(dimensions); ++i) {
      if (random() % 2 == 0) continue;
      const unsigned first = random() % sizes[i], last = first + random() % (sizes[i] - first);
      const ir::Range range{first, last};
      box = diagrams.intersection(box, diagrams.values(dimensions[i], std::span(&range, 1)));
    }
    return box;
  }

  Diagrams diagrams;
};

}  // namespace wallcheck::packets
