// The two evaluators against one another on any file: trace says what symbolic says (verdict, deciding rule and list, translation) of a packet
// of each class that symbolic tells apart, and of packets made of the file's own addresses, ports and interfaces.

#include <random>
#include <string>
#include <vector>

#include "../differential/symbolic/world.h"
#include "evaluate/symbolic.h"
#include "ir/packet_words.h"
#include "packets/diagrams.h"
#include "target.h"

using namespace wallcheck;

namespace {

constexpr std::size_t most_classes = 64;  // of one path
constexpr unsigned packets_tried = 32;    // of one path

void same(const evaluate::Outcome& outcome, const evaluate::TraceResult& traced, const ir::Packet& packet) {
  const bool agree = traced.verdict == outcome.verdict && traced.rule == outcome.rule && traced.list == outcome.list && traced.translated_destination == outcome.diverted;
  fuzz::require(agree, "trace says what symbolic says of " + ir::to_string(packet));
}

/// Packets of what rules speak of, and of what is just beside it.
class Packets {
 public:
  Packets(const ir::Firewall& firewall, unsigned seed) : firewall_(firewall), random_(seed) {
    for (ir::RangesId id = 0; id < firewall.ranges.size() && values_.size() < 4096; ++id)
      for (const ir::Range& range : firewall.ranges[id])
        for (const Uint128 value : {range.first, range.last, range.first - 1, range.last + 1}) values_.push_back(value);
    for (const ir::Match& match : firewall.matches)
      if (match.kind == ir::MatchKind::interface) {
        std::string name(firewall.strings[match.value]);
        if (name.ends_with('+')) name.back() = '0';
        names_.push_back(std::move(name));
      }
  }

  ir::Packet one(ir::Path path) {
    ir::Packet packet;
    packet.path = path;
    const bool ipv4 = firewall_.ipv4 && (!firewall_.ipv6 || below(2) == 0);
    for (Address* const address : {&packet.source, &packet.destination}) {
      *address = ipv4 ? ipv4_first | static_cast<std::uint32_t>(random_()) : Uint128{random_()} << 100 | random_();
      for (int attempt = 0; attempt < 8 && !values_.empty(); ++attempt)
        if (const Uint128 value = values_[below(values_.size())]; (family_of(value) == Family::ipv4) == ipv4 && value > 0xffff'ffffu) *address = value;
    }
    constexpr std::uint8_t usual[] = {ir::protocol::tcp, ir::protocol::udp, ir::protocol::icmp, ir::protocol::icmpv6};
    packet.protocol = below(3) == 0 ? small<std::uint8_t>() : usual[below(4)];
    if (ir::protocol::has_ports(packet.protocol)) packet.source_port = small<std::uint16_t>(), packet.destination_port = small<std::uint16_t>();
    if (packet.protocol == ir::protocol::icmp || packet.protocol == ir::protocol::icmpv6) packet.icmp_type = small<std::uint8_t>(), packet.icmp_code = static_cast<std::uint8_t>(below(3));
    packet.state = firewall_.tracking == ir::Tracking::by_state ? ir::State::new_ : static_cast<ir::State>(below(5));
    if (packet.state == ir::State::established && below(2) == 0) packet.direction = ir::Direction::reply;
    if (packet.protocol == ir::protocol::tcp) packet.tcp_flags = below(2) == 0 ? ir::usual_tcp_flags(packet.state) : static_cast<std::uint8_t>(random_());
    if (path != ir::Path::egress) packet.in_interface = name();
    if (path != ir::Path::ingress) packet.out_interface = name();
    return packet;
  }
  bool answer(ir::OpaqueId id) const { return (id * 2654435761u >> 16 & 1) != 0; }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string name() { return names_.empty() || below(3) == 0 ? "eth0" : names_[below(names_.size())]; }
  /// A number of the file that is small enough, else any.
  template <class Number>
  Number small() {
    for (int attempt = 0; attempt < 8 && !values_.empty(); ++attempt)
      if (const Uint128 value = values_[below(values_.size())]; value == static_cast<Number>(value)) return static_cast<Number>(value);
    return static_cast<Number>(random_());
  }

  const ir::Firewall& firewall_;
  std::minstd_rand random_;
  std::vector<Uint128> values_;
  std::vector<std::string> names_;
};

void compare(const ir::Firewall& firewall, ir::Path path) {
  packets::Diagrams diagrams(fuzz::limits().graph_nodes);
  evaluate::Symbolic symbolic(firewall, diagrams);
  evaluate::Question question;
  question.path = path;
  // Later packets of filters that keep states depend on packets before them.
  const auto state = [](ir::State s) { return Uint128{static_cast<std::uint8_t>(s)}; };
  if (firewall.tracking == ir::Tracking::by_state) question.box[ir::Field::state] = {{state(ir::State::new_), state(ir::State::new_)}};
  const evaluate::Partition partition = symbolic.evaluate(question);
  packets::Set seen = packets::Set::none(diagrams);
  for (std::size_t i = 0; i < partition.outcomes().size() && i < most_classes; ++i) {
    const evaluate::Outcome& outcome = partition.outcomes()[i];
    const packets::Set packets = partition.of(i);
    fuzz::require((packets & seen).empty(), "classes are disjoint");
    seen |= packets;
    const auto point = packets.witness();
    fuzz::require(point.has_value(), "an outcome that occurs has packets");
    const ir::Packet packet = symbolic.to_packet(path, *point);
    same(outcome, evaluate::trace(firewall, packet, symbolic.answers(*point)), packet);
  }
  if (partition.outcomes().size() <= most_classes) fuzz::require(seen == partition.all(), "classes are all packets");

  Packets made(firewall, static_cast<unsigned>(firewall.rules.size() * 31 + firewall.ranges.size()));
  for (unsigned i = 0; i < packets_tried; ++i) {
    const ir::Packet packet = made.one(path);
    packets::Point point = differential::point_of(symbolic, packet, 0, 0);
    for (ir::OpaqueId id = 0; id < firewall.opaques.size(); ++id) point.set(symbolic.dimension_of(id), made.answer(id) ? 1 : 0);
    const evaluate::Outcome* const outcome = partition.at(point);
    if (outcome == nullptr) continue;  // no packet that the filter sees
    same(*outcome, evaluate::trace(firewall, packet, [&](ir::OpaqueId id) { return std::optional(made.answer(id)); }), packet);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const frontend::Loaded loaded = fuzz::load(fuzz::bytes_of(data, size));
  for (const ir::Firewall& firewall : loaded.firewalls)
    for (const ir::Path path : {ir::Path::ingress, ir::Path::egress, ir::Path::forward}) {
      try {
        compare(firewall, path);
      } catch (const packets::BudgetExceeded&) {
      }
    }
  return 0;
}
