#include "evaluate/substitution.h"

#include <algorithm>

#include "evaluate/choices.h"

namespace wallcheck::evaluate {

using ir::Field;
using packets::Dimension;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;
using Change = packets::Diagrams::Change;

/// `then` where the dimension has one of the values, else `otherwise`; what the bounds rule out is not built.
Node Substitution::if_among(ir::Field field, std::span<const ir::Range> values, const Bounds& bounds, const std::function<Node()>& then,
                            const std::function<Node()>& otherwise) {
  const ir::Range possible = bounds.of(field);
  switch (compare(values, std::span(&possible, 1))) {
    case Overlap::always: return then();
    case Overlap::never: return otherwise();
    case Overlap::partly: break;
  }
  return diagrams_.ite(diagrams_.values(MatchSets::number_of(field), values), then(), otherwise());
}

Node Substitution::before(Node diagram, const Transform& change, const Bounds& bounds) {
  if (change.identity()) return diagram;
  for (std::size_t i = change.translations.size(); i-- > 0;)  // the bounds are those of the packet before the first one
    diagram = translated(diagram, change.translations[i], i == 0 ? bounds : Bounds{});
  if (!change.changes_marks() && !change.tag && !change.untracks && !change.unknown) return diagram;

  Change plain;
  if (change.tag) plain.values.emplace_back(dimension::tag, *change.tag);
  if (change.untracks) plain.values.emplace_back(history::untracked, 1);
  if (change.unknown) plain.values.emplace_back(history::all_unknown, 1);
  const auto add_bits = [&](Dimension own, Dimension foreign, std::uint32_t keep, std::uint32_t other, std::uint32_t flip) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      const auto has = [&](std::uint32_t mask) { return (mask >> bit & 1) != 0; };
      if (has(keep) && !has(other) && !has(flip)) continue;
      Node value = leaf(0);
      if (has(keep)) value = diagrams_.bit(own + bit);
      if (has(other)) value = diagrams_.ite(diagrams_.bit(foreign + bit), diagrams_.complement(value), value);
      if (has(flip)) value = diagrams_.complement(value);
      plain.bits.emplace_back(own + bit, value);
    }
  };
  add_bits(dimension::mark, dimension::connmark, change.mark_keep, change.mark_other, change.mark_flip);
  add_bits(dimension::connmark, dimension::mark, change.connmark_keep, change.connmark_other, change.connmark_flip);
  return diagrams_.before(diagram, plain, [&](std::uint32_t id) {
    if (!change.untracks || leaves_[id].kind != Leaf::Kind::final || leaves_[id].outcome.untracked) return id;
    Leaf changed = leaves_[id];
    changed.outcome.untracked = true;
    return leaves_.intern(changed);
  });
}

Node Substitution::translated(Node after, const Translation& translation, const Bounds& bounds) {
  const bool destination = translation.destination;
  const Choices choices = choices_of(firewall_, destination, translation.addresses, translation.ports).value();  // else transform_of says unknown
  const auto chosen = [&](const std::vector<Way>& ways) {
    std::vector<Node> nodes;
    nodes.reserve(ways.size());
    for (const Way& way : ways) nodes.push_back(one_way(after, translation, way, bounds));
    return choice(translation, nodes);
  };
  const auto with_addresses = [&](const std::vector<std::optional<Uint128>>& addresses) {
    const auto with = [&](bool a_new_port, bool the_old_port) {
      std::vector<Way> ways;
      for (const auto& address : addresses) {
        if (a_new_port)
          for (const Uint128 port : choices.ports) ways.push_back({address, port});
        if (the_old_port) ways.push_back({address, std::nullopt});
      }
      return chosen(ways);
    };
    if (choices.ports.empty()) return with(false, true);
    const auto with_port = [&] {
      if (!choices.may_keep_port) return with(true, false);
      // A port that already lies in the range is usually, but not always, kept.
      const Field port = destination ? Field::destination_port : Field::source_port;
      return if_among(port, firewall_.ranges[translation.ports], bounds, [&] { return with(true, true); }, [&] { return with(true, false); });
    };
    std::vector<ir::Range> protocols;
    for (unsigned p = 0; p < 256; ++p)
      if (ir::protocol::has_ports(static_cast<std::uint8_t>(p))) protocols.push_back({p, p});
    return if_among(Field::protocol, ir::normalised(std::move(protocols)), bounds, with_port, [&] { return with(false, true); });
  };
  const auto of_family = [&](bool is_ipv4) {
    std::vector<std::optional<Uint128>> addresses;
    for (const Uint128 address : choices.addresses)
      if ((family_of(address) == Family::ipv4) == is_ipv4) addresses.emplace_back(address);
    const bool to_loopback = destination && translation.local && translation.point == ir::Point::output;
    if (addresses.empty() && to_loopback) addresses.emplace_back(is_ipv4 ? ipv4(0x7f00'0001u) : Address{1});
    if (addresses.empty()) return with_addresses({std::nullopt});
    if (!choices.may_keep_address) return with_addresses(addresses);
    std::vector<std::optional<Uint128>> or_kept = addresses;
    or_kept.emplace_back(std::nullopt);
    return if_among(destination ? Field::destination : Field::source, firewall_.ranges[translation.addresses], bounds,
                    [&] { return with_addresses(or_kept); }, [&] { return with_addresses(addresses); });
  };
  if (!firewall_.ipv6) return of_family(true);
  if (!firewall_.ipv4) return of_family(false);
  const ir::Range family{ipv4_first, ipv4_last};
  return if_among(Field::destination, std::span(&family, 1), bounds, [&] { return of_family(true); }, [&] { return of_family(false); });
}

Node Substitution::one_way(Node after, const Translation& translation, const Way& way, const Bounds& bounds) {
  const bool destination = translation.destination;
  const Dimension address = destination ? dimension::destination : dimension::source;
  const Dimension port = destination ? dimension::destination_port : dimension::source_port;
  // Its host's addresses are not known: of a redirected or masqueraded packet that is forwarded.
  const bool hidden = translation.local && translation.path == ir::Path::forward && (!destination || translation.point != ir::Point::output);
  Change same;
  if (way.address) same.values.emplace_back(address, *way.address);
  if (way.port) same.values.emplace_back(port, *way.port);
  if (destination && translation.local) same.values.emplace_back(history::redirected, 1);
  same.values.emplace_back(destination ? history::destination_unknown : history::source_unknown, hidden ? 1 : 0);
  Change other_port = same;
  other_port.values.emplace_back(destination ? history::destination_rewritten : history::source_rewritten, 1);
  Change other_address = other_port;
  if (destination && way.address) other_address.values.emplace_back(history::address_moved, 1);

  const auto as_it_is = [](std::uint32_t id) { return id; };
  const auto diverted = [&](std::uint32_t id) {
    if (!destination || leaves_[id].kind != Leaf::Kind::final) return id;
    Leaf changed = leaves_[id];
    changed.outcome.diverted = true;
    return leaves_.intern(changed);
  };
  if (hidden) return diagrams_.before(after, other_address, diverted);
  const auto if_equal = [&](Field field, const std::optional<Uint128>& value, const std::function<Node()>& then, const Change& otherwise) {
    if (!value) return then();
    const ir::Range one{*value, *value};
    return if_among(field, std::span(&one, 1), bounds, then, [&] { return diagrams_.before(after, otherwise, diverted); });
  };
  const auto unchanged = [&] { return diagrams_.before(after, same, as_it_is); };
  const Field address_field = destination ? Field::destination : Field::source;
  const Field port_field = destination ? Field::destination_port : Field::source_port;
  return if_equal(address_field, way.address, [&] { return if_equal(port_field, way.port, unchanged, other_port); }, other_address);
}

Node Substitution::choice(const Translation& translation, const std::vector<Node>& ways) {
  if (std::ranges::all_of(ways, [&](Node n) { return n == ways.front(); })) return ways.front();
  auto known = std::ranges::find(choices_, translation, &Choice::translation);
  if (known == choices_.end()) known = choices_.insert(known, {translation, 0});
  known->ways = std::max(known->ways, ways.size());
  const auto chooses = dimension::first_choice + static_cast<Dimension>(known - choices_.begin());
  Node result = ways.back();
  for (std::size_t i = ways.size() - 1; i-- > 0;) result = diagrams_.branch(chooses, i + 1, ways[i], result);
  return result;
}

Node Substitution::without_choices(Node diagram) {
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const ir::Range ways{0, choices_[i].ways - 1};
    diagram = diagrams_.over_values(diagram, dimension::first_choice + static_cast<Dimension>(i), std::span(&ways, 1),
                                    [this](std::uint32_t first, std::uint32_t second) { return join(first, second); });
  }
  return diagram;
}

std::uint32_t Substitution::join(std::uint32_t first, std::uint32_t second) {
  if (first == second || second == Leaves::nothing) return first;
  if (first == Leaves::nothing) return second;
  Leaf joined = leaves_[first];
  const Outcome& other = leaves_[second].outcome;
  if (joined.outcome.verdict != other.verdict) joined.outcome.verdict = Verdict::undecided;
  joined.outcome.diverted |= other.diverted;
  joined.outcome.untracked |= other.untracked;
  joined.outcome.states &= other.states;
  return leaves_.intern(joined);
}

}  // namespace wallcheck::evaluate
