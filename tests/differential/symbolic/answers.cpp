#include "answers.h"

#include "world.h"

namespace wallcheck::differential {

using ir::Field;
using ir::Path;

ir::Packet opening(const ir::Packet& later) {
  ir::Packet first = later;
  first.state = ir::State::new_;
  first.direction = ir::Direction::original;
  if (later.protocol == ir::protocol::tcp) first.tcp_flags = ir::tcp_flag::syn;
  if (later.direction == ir::Direction::original) return first;
  std::swap(first.source, first.destination);
  std::swap(first.source_port, first.destination_port);
  std::swap(first.in_interface, first.out_interface);
  if (later.path != Path::forward) first.path = later.path == Path::ingress ? Path::egress : Path::ingress;
  if (later.protocol == ir::protocol::icmp && later.icmp_type == 0) first.icmp_type = 8;
  if (later.protocol == ir::protocol::icmpv6 && later.icmp_type == 129) first.icmp_type = 128;
  return first;
}

const evaluate::Partition& Partitions::of(const ir::Packet& packet, std::uint32_t states) {
  const bool is_reply = packet.direction == ir::Direction::reply;
  const auto key = std::tuple(packet.path, packet.state, states, is_reply, packet.mark);
  if (const auto found = partitions_.find(key); found != partitions_.end()) return found->second;
  evaluate::Question question;
  question.path = packet.path;
  question.states = states;
  question.is_reply = is_reply;
  const auto state = static_cast<unsigned>(packet.state);
  question.box[Field::state] = {{state, state}};
  question.box[Field::mark] = {{packet.mark, packet.mark}};
  return partitions_.emplace(key, symbolic_.evaluate(question)).first->second;
}

const evaluate::Outcome* Partitions::at(const ir::Packet& packet, std::uint32_t answers, std::uint32_t states) {
  return of(packet, states).at(point_of(symbolic_, packet, answers, static_cast<unsigned>(firewall_.opaques.size())));
}

packets::Set Partitions::only(const ir::Packet& packet) {
  const packets::Point point = point_of(symbolic_, packet, 0, 0);
  packets::Set set = packets::Set::all(diagrams_);
  // From the last dimension to the first: each step puts one node on top.
  for (packets::Dimension d = packets::dimension::first_free; d-- > 0;)
    if (const auto value = point.get(d)) set &= packets::Set::value(diagrams_, d, *value);
  return set;
}

std::vector<evaluate::Outcome> Partitions::outcomes(const ir::Packet& packet) {
  std::vector<evaluate::Outcome> all;
  const auto add = [&](const evaluate::Partition& partition, const packets::Set& set) {
    for (const std::size_t i : partition.outcomes_in(set)) all.push_back(partition.outcomes()[i]);
  };
  const packets::Set here = only(packet);
  if (firewall_.tracking != ir::Tracking::by_state || packet.state != ir::State::established) {
    add(of(packet), here);
    return all;
  }
  const auto [first, end] = symbolic_.opaque_dimensions();
  const ir::Packet began = opening(packet);
  const evaluate::Partition& opened = of(began);
  const packets::Set began_only = only(began);
  for (const std::size_t i : opened.outcomes_in(began_only)) {
    // The conditions under which the connection began so.
    const packets::Set conditions = (opened.of(i) & began_only).exists_between(0, first).exists_between(end, packets::dimension::first_choice);
    const evaluate::Outcome& outcome = opened.outcomes()[i];
    add(of(packet, outcome.verdict == evaluate::Verdict::accept ? outcome.states : 0), here & conditions);
  }
  return all;
}

}  // namespace wallcheck::differential
