// Along the path: which stages see the packet, and what they see of it. After the netfilter packet-flow diagram;
// states as in pf.conf(5), "Stateful filtering".

#include <algorithm>
#include <utility>

#include "evaluate/trace_walk.h"

namespace wallcheck::evaluate {

using ir::Path;
using ir::Point;
using ir::State;

namespace {

/// The nat table is shown what may be the first packet of a connection. An ICMP error belongs to a connection that has begun.
bool is_first_packet(const ir::Packet& packet) {
  const bool icmp = packet.protocol == ir::protocol::icmp || packet.protocol == ir::protocol::icmpv6;
  return packet.state == State::new_ || (packet.state == State::related && !icmp);
}

/// The packet that opened the connection of an established one.
ir::Packet opening_packet(const ir::Packet& later) {
  ir::Packet first = later;
  first.state = State::new_;
  first.direction = ir::Direction::original;
  first.mark = first.connmark = 0;
  first.tag = 0;
  if (later.protocol == ir::protocol::tcp) first.tcp_flags = ir::tcp_flag::syn;
  if (later.direction == ir::Direction::original) return first;
  std::swap(first.source, first.destination);
  std::swap(first.source_port, first.destination_port);
  std::swap(first.in_interface, first.out_interface);
  if (later.path == Path::ingress) first.path = Path::egress;
  if (later.path == Path::egress) first.path = Path::ingress;
  // Queries and their answers (RFC 792: echo, timestamp, information, address mask; RFC 4443: echo).
  const auto asks = [&](std::uint8_t protocol, std::uint8_t answer, std::uint8_t query) {
    if (later.protocol == protocol && later.icmp_type == answer) first.icmp_type = query;
  };
  asks(ir::protocol::icmp, 0, 8), asks(ir::protocol::icmp, 14, 13), asks(ir::protocol::icmp, 16, 15), asks(ir::protocol::icmp, 18, 17);
  asks(ir::protocol::icmpv6, 129, 128);
  return first;
}

}  // namespace

Walk Tracer::start(const ir::Packet& packet) const {
  Walk walk;
  walk.carried.packet = packet;
  walk.arrived = packet;
  walk.path = packet.path;
  walk.entered.resize(firewall_.lists.size());
  return walk;
}

/// States of stateful formats: the opening packet is walked first, to see who would know the connection now.
void Tracer::begin_later_packet(Walk& walk, std::uint32_t states) {
  Walk later = start(packet_);
  later.states = states;
  later.answers = std::move(walk.answers);
  later.last_step = walk.last_step;
  later.node = walk.node;
  walk = std::move(later);
}

void Tracer::enter_stage(Walk& walk) {
  const auto& stages = firewall_.path(walk.path);
  if (walk.stage == stages.size()) return end(walk, Verdict::accept, walk.rule, walk.list);
  const ir::Stage& stage = stages[walk.stage];
  show_packet(walk, stage);
  if (passes_unasked(walk, stage)) return next_stage(walk);
  if (stage.translates && walk.carried.packet.state == State::established) walk.carried.packet.state = State::new_;  // repeated
  walk.decision.reset();
  walk.decisions = 0;
  walk.entered[stage.list] = true;
  walk.frames.push_back({stage.list});
}

bool Tracer::passes_unasked(Walk& walk, const ir::Stage& stage) {
  if (stage.filter && std::exchange(walk.skips_filter, false)) return true;
  const bool is_reply = walk.arrived.direction == ir::Direction::reply;
  const std::int8_t tracker = is_reply ? stage.reply_tracker : stage.tracker;
  if (tracker >= 0 && (walk.states >> tracker & 1) != 0) {
    note(walk, std::nullopt, stage.list, "accept, the connection is known");
    walk.states_made |= 1u << tracker;
    return true;
  }
  if (!stage.translates) return false;
  const bool repeats = repeat_translation_ && walk.carried.packet.state == State::established && !is_reply;
  return !repeats && !is_first_packet(walk.carried.packet);
}

/// The packet as rules of this stage see it: an interface that is not known yet, or not any more, has the empty name, before connection
/// tracking every packet is invalid, and where fragments were put together none is a fragment.
void Tracer::show_packet(Walk& walk, const ir::Stage& stage) const {
  Carried& carried = walk.carried;
  ir::Packet& packet = carried.packet;
  packet.path = walk.path;
  packet.in_interface = walk.path == Path::egress ? "" : walk.arrived.in_interface;
  const bool routed = stage.point != Point::prerouting && stage.point != Point::input;
  packet.out_interface = routed ? walk.arrived.out_interface : "";
  packet.fragment = walk.arrived.fragment && !stage.reassembled;
  packet.state = stage.before_tracking ? State::invalid : walk.arrived.state;
  if (carried.untracked) packet.state = State::untracked;
  packet.dnat = !stage.before_tracking && (walk.arrived.dnat || carried.destination_rewritten);
  packet.snat = !stage.before_tracking && (walk.arrived.snat || carried.source_rewritten);
}

void Tracer::next_stage(Walk& walk) {
  const auto& stages = firewall_.path(walk.path);
  const bool was_before_routing = stages[walk.stage].point == Point::prerouting;
  ++walk.stage;
  const bool is_routed = walk.stage == stages.size() || stages[walk.stage].point != Point::prerouting;
  if (was_before_routing && is_routed) route(walk);
}

/// Routing, after PREROUTING: a packet whose destination was changed may take another way from here on.
void Tracer::route(Walk& walk) {
  const Carried& carried = walk.carried;
  if (carried.all_unknown) {
    note(walk, std::nullopt, firewall_.path(walk.path)[walk.stage - 1].list, "undecided: its new destination is not known");
    return end(walk, Verdict::undecided, std::nullopt, std::nullopt);
  }
  const bool still_owned = walk.path == Path::ingress && carried.packet.destination == walk.arrived.destination;
  ir::Packet elsewhere = carried.packet;
  elsewhere.path = Path::forward;
  const bool local = carried.redirected || still_owned || destination_type(elsewhere) != ir::AddressType::unicast;
  const bool moves = walk.path == Path::ingress ? !local : carried.destination_rewritten && local;
  if (!moves) return;
  walk.path = local ? Path::ingress : Path::forward;
  if (walk.path == Path::forward && walk.arrived.out_interface.empty()) walk.arrived.out_interface = "eth1";
  const auto& stages = firewall_.path(walk.path);
  const auto first = std::ranges::find_if(stages, [](const ir::Stage& stage) { return stage.point != Point::prerouting; });
  walk.stage = static_cast<std::size_t>(first - stages.begin());
}

void Tracer::accepted(Walk& walk, std::optional<ir::RuleId> rule, ir::ListId list, bool keeps_state) {
  for (const Frame& frame : walk.frames) walk.entered[frame.list] = false;
  walk.frames.clear();
  const ir::Stage& stage = stage_of(walk);
  if (keeps_state && stage.tracker >= 0) walk.states_made |= 1u << stage.tracker;
  // Of several stages that let the packet pass, people mean the filter; without one, the last rule that said so.
  if (stage.filter || (!walk.filter_blamed && (rule || !walk.list))) {
    walk.rule = rule;
    walk.list = list;
    walk.filter_blamed |= stage.filter;
  }
  next_stage(walk);
}

void Tracer::end(Walk& walk, Verdict verdict, std::optional<ir::RuleId> rule, std::optional<ir::ListId> list) {
  if (walk.opening && verdict != Verdict::undecided) return begin_later_packet(walk, verdict == Verdict::accept ? walk.states_made : 0);
  walk.verdict = verdict;
  walk.rule = rule;
  walk.list = list;
  ir::Packet& packet = walk.carried.packet;
  packet.path = walk.path;
  packet.in_interface = walk.arrived.in_interface;
  packet.out_interface = walk.arrived.out_interface;
  packet.fragment = walk.arrived.fragment;
  packet.state = walk.carried.untracked ? State::untracked : walk.arrived.state;
}

TraceResult Tracer::run() {
  const bool by_state = firewall_.tracking == ir::Tracking::by_state && packet_.state == State::established;
  Walk walk = start(by_state ? opening_packet(packet_) : packet_);
  walk.opening = by_state;
  for (;;) {
    while (!walk.verdict) {
      if (walk.frames.empty()) enter_stage(walk);
      else next_rule(walk);
    }
    tree_[walk.node].verdict = *walk.verdict;
    ended_.push_back(std::move(walk));
    if (waiting_.empty() || gave_up_) return combined();
    walk = std::move(waiting_.back());
    waiting_.pop_back();
  }
}

}  // namespace wallcheck::evaluate
