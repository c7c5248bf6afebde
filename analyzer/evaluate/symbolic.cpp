#include "evaluate/symbolic.h"

#include <algorithm>
#include <map>

#include "evaluate/way.h"

namespace wallcheck::evaluate {

using ir::Field;
using ir::Path;
using ir::Range;
using packets::leaf;
using packets::Node;
using packets::Set;
namespace dimension = packets::dimension;

Set Partition::where(const std::function<bool(const Outcome&)>& predicate) const {
  // Often it holds for all or for none: then there is nothing to walk over.
  const auto holding = std::ranges::count_if(outcomes_, predicate);
  if (holding == 0) return Set::none(*diagrams_);
  if (static_cast<std::size_t>(holding) == outcomes_.size()) return all();
  const Node chosen = diagrams_->where(decision_, [&](std::uint32_t n) { return n != 0 && predicate(outcomes_[n - 1]); });
  return {*diagrams_, diagrams_->intersection(asked_, chosen)};
}

Set Partition::with(Verdict verdict) const {
  return where([=](const Outcome& outcome) { return outcome.verdict == verdict; });
}

Set Partition::of(std::size_t outcome) const {
  const Node chosen = diagrams_->where(decision_, [=](std::uint32_t n) { return n == outcome + 1; });
  return {*diagrams_, diagrams_->intersection(asked_, chosen)};
}

Partition Partition::part(const Set& packets, std::span<const std::size_t> outcomes) const {
  std::vector<std::uint32_t> number(outcomes_.size() + 1, 0);
  Partition part;
  part.diagrams_ = diagrams_;
  for (const std::size_t outcome : outcomes) {
    part.outcomes_.push_back(outcomes_[outcome]);
    number[outcome + 1] = static_cast<std::uint32_t>(part.outcomes_.size());
  }
  const Node chosen = diagrams_->map_leaves(decision_, [&](std::uint32_t n) { return number[n]; });
  const Node within = (packets & all()).node();
  part.decision_ = diagrams_->ite(Set(*diagrams_, within).onto(diagrams_->support(chosen)).node(), chosen, leaf(0));
  part.asked_ = diagrams_->intersection(within, diagrams_->where(part.decision_, [](std::uint32_t n) { return n != 0; }));
  return part;
}

std::vector<std::size_t> Partition::outcomes_in(const Set& set) const {
  // Only what the decision depends on tells outcomes apart.
  const Set seen = (set & all()).onto(diagrams_->support(decision_));
  std::vector<std::size_t> result;
  for (const std::uint32_t n : diagrams_->leaves(diagrams_->ite(seen.node(), decision_, leaf(0))))
    if (n != 0) result.push_back(n - 1);
  return result;
}

Partition Partition::within(const Set& set) const {
  Partition part = *this;
  part.asked_ = diagrams_->intersection(asked_, set.node());
  part.decision_ = diagrams_->ite(set.node(), decision_, leaf(0));
  return part;
}

const Outcome* Partition::at(const packets::Point& point) const {
  if (!all().contains(point)) return nullptr;
  Node node = decision_;
  while (!packets::is_leaf(node)) {
    const packets::Dimension d = diagrams_->top_dimension(node);
    node = diagrams_->piece(node, d, point.value_or(d, 0));
  }
  return &outcomes_[packets::leaf_number(node) - 1];
}

std::vector<Class> Partition::classes() const {
  std::vector<Class> result;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) result.push_back({of(i), outcomes_[i]});
  return result;
}

struct Symbolic::State {
  State(const ir::Firewall& f, packets::Diagrams& d) : firewall(f), diagrams(d), way(f, d) {
    for (const ir::Effect& effect : f.effects) sets_connmarks |= effect.kind == ir::EffectKind::set_connmark;
  }

  Node box(const Box& box, Path path);
  Node universe(Path path);
  Reach reach(const Question& question) const;
  Node as_it_came_in(Node decision, const Box& box);

  const ir::Firewall& firewall;
  packets::Diagrams& diagrams;
  Way way;
  bool sets_connmarks = false;
};

Node Symbolic::State::box(const Box& box, Path path) {
  Node result = leaf(1);
  for (std::size_t i = 0; i < box.values.size(); ++i)
    if (!box.values[i].empty()) result = diagrams.intersection(result, way.sets.values(static_cast<Field>(i), ir::normalised(box.values[i]), path));
  return result;
}

Node Symbolic::State::universe(Path path) {
  const auto values = [&](packets::Dimension d, Range range) { return diagrams.values(d, std::span(&range, 1)); };
  const Range family{ipv4_first, ipv4_last};
  const Node from_ipv4 = values(dimension::source, family), to_ipv4 = values(dimension::destination, family);
  const Node both = diagrams.intersection(from_ipv4, to_ipv4);
  const Node neither = diagrams.complement(diagrams.unite(from_ipv4, to_ipv4));
  Node result = leaf(0);
  if (firewall.ipv4) result = diagrams.unite(result, both);
  if (firewall.ipv6) result = diagrams.unite(result, neither);
  const Range named{1, way.sets.interfaces.last()};
  if (path != Path::egress) result = diagrams.intersection(result, values(dimension::in_interface, named));
  if (path != Path::ingress) result = diagrams.intersection(result, values(dimension::out_interface, named));
  return result;
}

/// The packets that arrive, with what the question leaves open filled in.
Reach Symbolic::State::reach(const Question& question) const {
  Reach result;
  result.box = question.box;
  const auto unless_given = [&](Field field, std::vector<Range> values) {
    if (result.box[field].empty()) result.box[field] = std::move(values);
  };
  std::vector<Range> addresses;
  if (firewall.ipv4) addresses.push_back({ipv4_first, ipv4_last});
  if (firewall.ipv6) addresses.insert(addresses.end(), {{0, ipv4_first - 1}, {ipv4_last + 1, ~Uint128{0}}});
  addresses = ir::normalised(std::move(addresses));
  unless_given(Field::source, addresses);
  unless_given(Field::destination, addresses);
  const Range named{1, way.sets.interfaces.last()};
  if (question.path != Path::egress) unless_given(Field::in_interface, {named});
  if (question.path != Path::ingress) unless_given(Field::out_interface, {named});
  for (const Field field : {Field::mark, Field::tag, Field::dnat, Field::snat}) unless_given(field, {{0, 0}});
  if (!sets_connmarks) unless_given(Field::connmark, {{0, 0}});
  // Types follow from addresses.
  result.box[Field::source_type].clear();
  result.box[Field::destination_type].clear();
  for (auto& values : result.box.values) values = ir::normalised(std::move(values));
  return result;
}

/// Nothing has happened to a packet that comes in, and unless the question says otherwise it carries no marks and no translation.
Node Symbolic::State::as_it_came_in(Node decision, const Box& box) {
  packets::Diagrams::Change plain;
  for (packets::Dimension d = history::first; d < history::end; ++d) plain.values.emplace_back(d, 0);
  const auto unless_given = [&](Field field, packets::Dimension first, unsigned width) {
    for (unsigned bit = 0; box[field].empty() && bit < width; ++bit) plain.values.emplace_back(first + bit, 0);
  };
  unless_given(Field::mark, dimension::mark, 32);
  unless_given(Field::tag, dimension::tag, 1);
  unless_given(Field::dnat, dimension::dnat, 1);
  unless_given(Field::snat, dimension::snat, 1);
  const auto same = [](std::uint32_t id) { return id; };
  const bool marks_open = sets_connmarks && box[Field::connmark].empty();
  const Node marked = marks_open ? diagrams.before(decision, plain, same) : decision;
  unless_given(Field::connmark, dimension::connmark, 32);
  const Node unmarked = diagrams.before(marked, plain, same);
  if (!marks_open) return unmarked;
  // Earlier packets of the connection may have marked it; how, is not followed.
  const Range later[] = {{static_cast<unsigned>(ir::State::established), static_cast<unsigned>(ir::State::related)}};
  return diagrams.ite(diagrams.values(dimension::state, later), marked, unmarked);
}

Symbolic::Symbolic(const ir::Firewall& firewall, packets::Diagrams& diagrams) : state_(std::make_unique<State>(firewall, diagrams)) {}
Symbolic::~Symbolic() = default;

Set Symbolic::asked(const Question& question) {
  return {state_->diagrams, state_->diagrams.intersection(state_->universe(question.path), state_->box(question.box, question.path))};
}

Focus Symbolic::focus(const Question& question) { return state_->way.focus(question, state_->reach(question)); }

Partition Symbolic::evaluate(const Question& question, const Focus* focus) {
  State& s = *state_;
  const Node asked = this->asked(question).node();
  const Node decision = s.as_it_came_in(s.way.outcome(question, s.reach(question), focus), question.box);
  // What the decision depends on is cut to what the question asks; the rest of the question would only be copied below every branch.
  const Node cut = Set(s.diagrams, asked).onto(s.diagrams.support(decision)).node();
  const Node inside = s.diagrams.ite(cut, decision, leaf(Leaves::nothing));

  // Outcomes in the order of the rules, and leaves numbered accordingly.
  const auto key = [](const Outcome& o) {
    return std::make_tuple(o.rule.value_or(ir::none), o.list.value_or(ir::none), o.verdict, o.diverted, o.untracked, o.states);
  };
  Partition partition;
  partition.diagrams_ = &s.diagrams;
  partition.asked_ = asked;
  std::map<decltype(key(Outcome{})), std::uint32_t> numbers;
  const auto occurring = s.diagrams.leaves(inside);
  for (const std::uint32_t id : occurring) {
    if (id == Leaves::nothing) continue;
    const Outcome& outcome = s.way.leaves[id].outcome;
    numbers.emplace(key(outcome), 0);
  }
  partition.diverting_rules_ = s.way.diverting_rules();
  auto& diverting = partition.diverting_rules_;
  std::ranges::sort(diverting);
  diverting.erase(std::unique(diverting.begin(), diverting.end()), diverting.end());
  for (auto& [unused, number] : numbers) {
    partition.outcomes_.emplace_back();
    number = static_cast<std::uint32_t>(partition.outcomes_.size());
  }
  for (const std::uint32_t id : occurring)
    if (id != Leaves::nothing) partition.outcomes_[numbers.at(key(s.way.leaves[id].outcome)) - 1] = s.way.leaves[id].outcome;
  partition.decision_ = s.diagrams.map_leaves(inside, [&](std::uint32_t id) {
    return id == Leaves::nothing ? 0u : numbers.at(key(s.way.leaves[id].outcome));
  });
  if (partition.diverting_rules_.empty()) return partition;
  // Which of the rules it is, the plain evaluator says of one packet.
  for (const auto& [number, values] : s.diagrams.examples(partition.decision_)) {
    if (number == 0 || !partition.outcomes_[number - 1].diverted) continue;
    Set rest = partition.all();
    for (const auto& [dimension, value] : values) rest = rest.restricted(dimension, value);
    packets::Point point = *rest.witness();
    for (const auto& [dimension, value] : values) point.set(dimension, value);
    const TraceResult traced = trace(s.firewall, to_packet(question.path, point), answers(point), question.repeat_translation);
    partition.outcomes_[number - 1].translated_by = traced.translated_by ? *traced.translated_by : partition.diverting_rules_.front();
  }
  return partition;
}

void Symbolic::forget() {
  state_->diagrams.clear();
  state_->way.clear();
}

Set Symbolic::universe(Path path) { return {state_->diagrams, state_->universe(path)}; }

std::uint32_t Symbolic::interface_value(std::string_view name) const { return state_->way.sets.interfaces.value_of(name); }
std::string Symbolic::interface_name(std::uint32_t value) const { return state_->way.sets.interfaces.name(value); }
std::string Symbolic::interface_label(std::uint32_t value) const { return state_->way.sets.interfaces.label(value); }
std::uint32_t Symbolic::last_interface() const { return state_->way.sets.interfaces.last(); }

std::vector<Range> Symbolic::loopback_interfaces() const { return state_->way.sets.interfaces.loopbacks(); }

packets::Dimension Symbolic::dimension_of(ir::OpaqueId id) const { return state_->way.sets.opaque(id); }

std::optional<ir::OpaqueId> Symbolic::opaque_of(packets::Dimension d) const {
  const auto [first, end] = opaque_dimensions();
  if (d < first || d >= end) return std::nullopt;
  return d - first;
}

std::pair<packets::Dimension, packets::Dimension> Symbolic::opaque_dimensions() const {
  const packets::Dimension first = state_->way.sets.opaque(0);
  return {first, first + static_cast<packets::Dimension>(state_->firewall.opaques.size())};
}

ir::Packet Symbolic::to_packet(Path path, const packets::Point& point) const {
  const auto number = [&](packets::Dimension d) { return static_cast<std::uint32_t>(point.value_or(d, 0)); };
  const Address any = state_->firewall.ipv4 ? ipv4_first : 0;
  ir::Packet packet;
  packet.path = path;
  packet.protocol = static_cast<std::uint8_t>(number(dimension::protocol));
  packet.source = point.value_or(dimension::source, any);
  packet.destination = point.value_or(dimension::destination, any);
  packet.source_port = static_cast<std::uint16_t>(number(dimension::source_port));
  packet.destination_port = static_cast<std::uint16_t>(number(dimension::destination_port));
  packet.icmp_type = static_cast<std::uint8_t>(number(dimension::icmp) >> 8);
  packet.icmp_code = static_cast<std::uint8_t>(number(dimension::icmp));
  packet.tcp_flags = static_cast<std::uint8_t>(point.bits(dimension::tcp_flags, 8));
  packet.state = static_cast<ir::State>(number(dimension::state));
  packet.direction = static_cast<ir::Direction>(number(dimension::direction));
  packet.dnat = number(dimension::dnat) != 0;
  packet.snat = number(dimension::snat) != 0;
  packet.in_interface = interface_name(number(dimension::in_interface));
  packet.out_interface = interface_name(number(dimension::out_interface));
  packet.mark = point.bits(dimension::mark, 32);
  packet.connmark = point.bits(dimension::connmark, 32);
  packet.tag = static_cast<std::uint16_t>(number(dimension::tag));
  packet.fragment = number(dimension::fragment) != 0;
  return packet;
}

Answers Symbolic::answers(const packets::Point& point) const {
  return [point, first = dimension_of(0)](ir::OpaqueId id) -> std::optional<bool> { return point.value_or(first + id, 0) != 0; };
}

}  // namespace wallcheck::evaluate
