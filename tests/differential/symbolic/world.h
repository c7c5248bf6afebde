#pragma once
// Random firewalls, built directly as IR, over worlds small enough to try every packet (or large ones, to try many).

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::differential {

/// Values that a field takes in a world. Fields with one value are fixed.
struct Axis {
  ir::Field field;
  std::vector<Uint128> values;
};

/// The packets of a world, and the firewall that judges them.
struct World {
  ir::Firewall firewall;
  ir::Path path = ir::Path::ingress;
  std::vector<Axis> axes;              ///< numeric fields
  std::vector<std::string> interfaces; ///< names on both sides
  std::vector<std::string> in_interfaces, out_interfaces;  ///< that packets of the path have; one empty name where there is none
  bool repeat_translation = false;

  std::size_t packet_count() const;
  /// Packet by number, and the answers to the firewall's undecided conditions (bit i: condition i).
  ir::Packet packet(std::size_t number, std::uint32_t& answers) const;
  ir::Packet random_packet(std::mt19937& random, std::uint32_t& answers) const;
};

struct Shape {
  bool by_state = false;       ///< pf: last match, quick, tags, states; else iptables
  bool large = false;          ///< IPv4 addresses and ports all over, dozens of rules
  bool cycles = false;         ///< lists may call one another in circles
  bool rewrites_to_unknown = false;
  bool plain = false;          ///< rules translate and tag nothing, and mostly pass or block
};

World random_world(std::mt19937& random, const Shape& shape);

/// The packet as a point of the symbolic evaluator; `answers` are those to the first `conditions` undecided conditions.
packets::Point point_of(const evaluate::Symbolic& symbolic, const ir::Packet& packet, std::uint32_t answers, unsigned conditions = 3);
/// The question about all packets of the world.
evaluate::Question question_of(const World& world, const evaluate::Symbolic& symbolic);

/// The firewall and the packet, for a failing test to print.
std::string describe(const ir::Firewall& firewall);
std::string describe(const ir::Packet& packet);

}  // namespace wallcheck::differential
