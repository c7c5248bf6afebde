#include "evaluate/match_sets.h"

#include <algorithm>
#include <array>
#include <bit>

namespace wallcheck::evaluate {

using ir::AddressType;
using ir::Field;
using ir::MatchKind;
using ir::Range;
using packets::Dimension;
using packets::leaf;
using packets::Node;
namespace dimension = packets::dimension;

namespace {

constexpr Node nowhere = leaf(0);
constexpr Node everywhere = leaf(1);

struct Bits {
  Dimension first = 0;
  unsigned width = 0;  ///< 0: the field is no row of bits
};
Bits bits_of(Field field) {
  if (field == Field::tcp_flags) return {dimension::tcp_flags, 8};
  if (field == Field::mark) return {dimension::mark, 32};
  if (field == Field::connmark) return {dimension::connmark, 32};
  return {};
}

bool is_type(Field field) { return field == Field::source_type || field == Field::destination_type; }
Field address_of(Field type) { return type == Field::source_type ? Field::source : Field::destination; }
/// The host owns the destination of what comes to it and the source of what it sends.
bool owned(Field type, ir::Path path) {
  return type == Field::source_type ? path == ir::Path::egress : path == ir::Path::ingress;
}

unsigned bit_set(std::span<const Range> values, unsigned end) {
  unsigned set = 0;
  for (unsigned value = 0; value < end; ++value)
    if (std::ranges::any_of(values, [&](const Range& r) { return r.contains(value); })) set |= 1u << value;
  return set;
}

/// The event that hides a field's value from the rules.
Dimension hidden_by(Field field) {
  if (field == Field::destination) return history::destination_unknown;
  if (field == Field::source) return history::source_unknown;
  return history::end;
}

}  // namespace

Dimension MatchSets::number_of(Field field) {
  switch (field) {
    case Field::source: return dimension::source;
    case Field::destination: return dimension::destination;
    case Field::protocol: return dimension::protocol;
    case Field::source_port: return dimension::source_port;
    case Field::destination_port: return dimension::destination_port;
    case Field::icmp: return dimension::icmp;
    case Field::state: return dimension::state;
    case Field::direction: return dimension::direction;
    case Field::dnat: return dimension::dnat;
    case Field::snat: return dimension::snat;
    case Field::in_interface: return dimension::in_interface;
    case Field::out_interface: return dimension::out_interface;
    case Field::fragment: return dimension::fragment;
    case Field::tag: return dimension::tag;
    default: return dimension::first_free;
  }
}

std::vector<Range> addresses_of_types(unsigned types, bool owned) {
  struct Special {
    Range range;
    AddressType type;
  };
  const auto block = [](Address base, unsigned length, AddressType type) {
    const AddressRange r = prefix(base, length);
    return Special{{r.first, r.last}, type};
  };
  const Special special[] = {
      block(1, 128, AddressType::local),
      block(ipv4(0), 8, AddressType::broadcast),
      block(ipv4(0x7f00'0000u), 8, AddressType::local),
      block(ipv4(0xe000'0000u), 4, AddressType::multicast),
      block(ipv4_last, 32, AddressType::broadcast),
      block(Uint128{0xff} << 120, 8, AddressType::multicast),
  };
  const auto chosen = [&](AddressType type) { return (types >> static_cast<unsigned>(type) & 1) != 0; };
  std::vector<Range> result;
  Uint128 next = 0;
  const bool ordinary = chosen(owned ? AddressType::local : AddressType::unicast);
  for (const Special& one : special) {
    if (ordinary && one.range.first > next) result.push_back({next, one.range.first - 1});
    if (chosen(one.type)) result.push_back(one.range);
    next = one.range.last + 1;  // 0 behind the last multicast address, which is the last address of all
  }
  return ir::normalised(std::move(result));
}

std::vector<Range> masked_ranges(Uint128 wanted, Uint128 mask, Range within) {
  constexpr unsigned most_gaps = 16;
  if ((wanted & ~mask) != 0) return {};
  // Bits that all of `within` shares are compared once; a mask says nothing about the bits below its lowest one: they make a range.
  const Uint128 differing = within.first ^ within.last;
  const unsigned width = high64(differing) != 0 ? 128u - std::countl_zero(high64(differing)) : 64u - std::countl_zero(low64(differing));
  const Uint128 low_bits = width == 128 ? ~Uint128{0} : (Uint128{1} << width) - 1;
  if (((within.first ^ wanted) & mask & ~low_bits) != 0) return {};
  const Uint128 tested = mask & low_bits;
  if (tested == 0) return {within};
  const unsigned lowest = low64(tested) != 0 ? std::countr_zero(low64(tested)) : 64u + std::countr_zero(high64(tested));
  const Uint128 below = (Uint128{1} << lowest) - 1;
  const Uint128 gaps = low_bits & ~tested & ~below;
  if (static_cast<unsigned>(std::popcount(high64(gaps)) + std::popcount(low64(gaps))) > most_gaps)
    throw packets::BudgetExceeded("an address mask has too many gaps");
  std::vector<Range> result;
  const Uint128 base = (within.first & ~low_bits) | (wanted & tested);
  for (Uint128 filling = 0;;) {
    const Uint128 first = base | filling;
    const Range clipped{std::max(first, within.first), std::min(first | below, within.last)};
    if (clipped.first <= clipped.last) result.push_back(clipped);
    filling = (filling - gaps) & gaps;  // the next number that has bits in the gaps only
    if (filling == 0) return ir::normalised(std::move(result));
  }
}

Overlap compare_lists(std::span<const Range> set, std::span<const Range> box) {
  if (set.size() < box.size()) {  // a long box is not walked over for a set that it does not meet
    const bool meet = std::ranges::any_of(set, [&](const Range& range) {
      const auto first = std::ranges::lower_bound(box, range.first, {}, &Range::last);
      return first != box.end() && first->first <= range.last;
    });
    if (!meet) return Overlap::never;
  }
  bool some = false;
  bool all = true;
  for (const Range& range : box) {
    const auto meets = std::ranges::lower_bound(set, range.first, {}, &Range::last);
    const bool met = meets != set.end() && meets->first <= range.last;
    some |= met;
    all &= met && meets->first <= range.first && meets->last >= range.last;
    if (some && !all) return Overlap::partly;
  }
  return some ? Overlap::always : Overlap::never;
}

MatchSets::MatchSets(const ir::Firewall& firewall, packets::Diagrams& diagrams)
    : interfaces(firewall), firewall_(firewall), diagrams_(diagrams) {
  diagrams.limit_dimension(dimension::in_interface, interfaces.last());
  diagrams.limit_dimension(dimension::out_interface, interfaces.last());
}

std::span<const Range> MatchSets::interface_values(ir::StringId pattern) {
  auto [entry, is_new] = interface_values_.try_emplace(pattern);
  if (is_new) entry->second = interfaces.values(firewall_.strings[pattern]);
  return entry->second;
}

Node MatchSets::state(unsigned states, const View& view) {
  std::vector<Range> arrived;
  for (unsigned s = 0; s < 5; ++s)
    if ((states >> static_cast<unsigned>(view.shown(static_cast<ir::State>(s))) & 1) != 0) arrived.push_back({s, s});
  const Node shown = diagrams_.values(dimension::state, ir::normalised(std::move(arrived)));
  if (!view.reach.may(history::untracked)) return shown;
  const bool untracked = (states >> static_cast<unsigned>(ir::State::untracked) & 1) != 0;
  return diagrams_.ite(diagrams_.bit(history::untracked), untracked ? everywhere : nowhere, shown);
}

Node MatchSets::address_type(Field field, unsigned types, ir::Path path) {
  const auto addresses = addresses_of_types(types, owned(field, path));
  return diagrams_.values(number_of(address_of(field)), addresses);
}

/// Numbers whose lowest bit is the first dimension: below-or-equal comparisons, from the lowest bit up.
Node MatchSets::bits_in(Dimension first, unsigned width, std::span<const Range> values) {
  const Uint128 last = (Uint128{1} << width) - 1;
  const auto at_most = [&](Uint128 bound) {
    Node result = everywhere;
    for (unsigned bit = 0; bit < width; ++bit) {
      const bool one = (bound >> bit & 1) != 0;
      result = diagrams_.ite(diagrams_.bit(first + bit), one ? result : nowhere, one ? everywhere : result);
    }
    return result;
  };
  Node result = nowhere;
  for (const Range& range : values) {
    if (range.first > last) continue;
    Node inside = at_most(std::min(range.last, last));
    if (range.first != 0) inside = diagrams_.difference(inside, at_most(range.first - 1));
    result = diagrams_.unite(result, inside);
  }
  return result;
}

Node MatchSets::values(Field field, std::span<const Range> values, ir::Path path) {
  if (const Bits bits = bits_of(field); bits.width != 0) return bits_in(bits.first, bits.width, values);
  if (is_type(field)) return address_type(field, bit_set(values, 4), path);
  return diagrams_.values(number_of(field), values);
}

/// The same, as the rules of the view see the field.
Node MatchSets::seen(Field field, std::span<const Range> values, const View& view) {
  if (field == Field::state) return state(bit_set(values, 5), view);
  if (is_type(field) && view.types_open) return bits_in(open_type(field), type_bits, values);
  if (field == Field::dnat || field == Field::snat) {
    const unsigned holds_for = bit_set(values, 2);
    const auto constant = [&](unsigned value) { return (holds_for >> value & 1) != 0 ? everywhere : nowhere; };
    if (view.before_tracking) return constant(0);
    const bool destination = field == Field::dnat;
    const Node rewritten = diagrams_.bit(destination ? history::destination_rewritten : history::source_rewritten);
    const Node translated = diagrams_.unite(diagrams_.bit(number_of(field)), rewritten);
    return diagrams_.ite(translated, constant(1), constant(0));
  }
  if (field == Field::fragment && view.reassembled) return bit_set(values, 1) != 0 ? everywhere : nowhere;
  return this->values(field, values, view.path);
}

Node MatchSets::masked(Field field, const ir::Masked& masked, const View& view) {
  if ((masked.value & ~masked.mask) != 0) return nowhere;
  if (const Bits bits = bits_of(field); bits.width != 0) {
    if (masked.value >> bits.width != 0) return nowhere;
    Node result = everywhere;
    for (unsigned bit = bits.width; bit-- > 0;) {
      if ((masked.mask >> bit & 1) == 0) continue;
      const Node one = diagrams_.bit(bits.first + bit);
      result = diagrams_.intersection((masked.value >> bit & 1) != 0 ? one : diagrams_.complement(one), result);
    }
    return result;
  }
  std::vector<Range> ranges;
  const auto add = [&](Range within) {
    const auto some = masked_ranges(masked.value, masked.mask, within);
    ranges.insert(ranges.end(), some.begin(), some.end());
  };
  if (field == Field::source || field == Field::destination) {
    if (firewall_.ipv4) add({ipv4_first, ipv4_last});
    if (firewall_.ipv6) add({0, ~Uint128{0}});
  } else {
    add({0, is_type(field) ? 3 : packets::last_value(number_of(field))});
  }
  return seen(field, ir::normalised(std::move(ranges)), view);
}

/// A match on a field, without negation.
Truth MatchSets::plain(const ir::Match& match, const View& view) {
  Truth result;
  switch (match.kind) {
    case MatchKind::opaque: result.holds = diagrams_.bit(opaque(match.value)); return result;
    case MatchKind::interface: {
      const bool shown = match.field == Field::in_interface ? view.shows_in_interface() : view.shows_out_interface();
      const bool empty_name = ir::interface_matches(firewall_.strings[match.value], "");
      result.holds = shown ? diagrams_.values(number_of(match.field), interface_values(match.value)) : empty_name ? everywhere : nowhere;
      return result;
    }
    case MatchKind::any_of: {
      Node possible = nowhere;
      result.holds = nowhere;
      for (const ir::Conjunction& one : firewall_.conjunctions_of(match.value)) {
        const Truth truth = conjunction(firewall_.matches_of(one), view);
        result.holds = diagrams_.unite(result.holds, truth.holds);
        possible = diagrams_.unite(possible, diagrams_.unite(truth.holds, truth.unknown));
      }
      result.unknown = diagrams_.difference(possible, result.holds);
      return result;
    }
    case MatchKind::ranges:
    case MatchKind::masked: break;
  }
  const bool is_masked = match.kind == MatchKind::masked;
  result.holds = is_masked ? masked(match.field, firewall_.masked[match.value], view) : seen(match.field, firewall_.ranges[match.value], view);
  if (const Dimension event = hidden_by(match.field); event != history::end && view.reach.may(event)) {
    // Of an address that is not known its family is.
    const Node hidden = diagrams_.bit(event);
    const Range families[] = {{ipv4_first, ipv4_last}};
    const Node is_ipv4 = diagrams_.values(number_of(match.field), families);
    const auto ranges = firewall_.ranges[match.value];
    const bool some_ipv4 = is_masked || compare(ranges, families) != Overlap::never;
    const bool all_ipv4 = !is_masked && compare(ranges, families) == Overlap::always;
    const bool some_ipv6 = is_masked || (!ranges.empty() && (ranges.front().first < ipv4_first || ranges.back().last > ipv4_last));
    const Node known_to_hold = all_ipv4 ? is_ipv4 : nowhere;
    const Node possible = diagrams_.ite(is_ipv4, some_ipv4 ? everywhere : nowhere, some_ipv6 ? everywhere : nowhere);
    result.unknown = diagrams_.intersection(hidden, diagrams_.difference(possible, known_to_hold));
    result.holds = diagrams_.ite(hidden, known_to_hold, result.holds);
  }
  if (view.reach.may(history::all_unknown)) {
    const Node hidden = diagrams_.bit(history::all_unknown);
    result.holds = diagrams_.difference(result.holds, hidden);
    result.unknown = diagrams_.unite(result.unknown, hidden);
  }
  return result;
}

Truth MatchSets::truth(const ir::Match& match, const View& view) {
  const std::uint64_t key = match.value | static_cast<std::uint64_t>(match.kind) << 32 | static_cast<std::uint64_t>(match.field) << 35 |
                            static_cast<std::uint64_t>(match.negated) << 40 | view.signature() << 41;
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Truth result = plain(match, view);
  if (match.negated) result.holds = diagrams_.complement(diagrams_.unite(result.holds, result.unknown));
  known_.emplace(key, result);
  return result;
}

Truth MatchSets::conjunction(std::span<const ir::Match> matches, const View& view) {
  Truth result;
  Node possible = everywhere;
  for (const ir::Match& match : matches) {
    const Truth one = truth(match, view);
    result.holds = diagrams_.intersection(result.holds, one.holds);
    possible = diagrams_.intersection(possible, one.unknown == nowhere ? one.holds : diagrams_.unite(one.holds, one.unknown));
  }
  result.unknown = diagrams_.difference(possible, result.holds);
  return result;
}

Overlap MatchSets::other_overlap(const ir::Match& match, const View& view) {
  const bool hidden = view.reach.may(history::all_unknown) || (hidden_by(match.field) != history::end && view.reach.may(hidden_by(match.field)));
  const auto& box = view.reach.box[is_type(match.field) ? address_of(match.field) : match.field];
  switch (match.kind) {
    case MatchKind::opaque: return Overlap::partly;
    case MatchKind::any_of: {
      Overlap result = Overlap::never;
      for (const ir::Conjunction& one : firewall_.conjunctions_of(match.value)) {
        Overlap all = Overlap::always;
        for (const ir::Match& inner : firewall_.matches_of(one)) all = std::min(all, overlap(inner, view));
        result = std::max(result, all);
      }
      return result;
    }
    case MatchKind::interface: {
      const bool shown = match.field == Field::in_interface ? view.shows_in_interface() : view.shows_out_interface();
      if (!shown) return ir::interface_matches(firewall_.strings[match.value], "") ? Overlap::always : Overlap::never;
      return box.empty() ? Overlap::partly : compare(interface_values(match.value), box);
    }
    case MatchKind::ranges: {
      if (hidden) return Overlap::partly;
      const auto ranges = firewall_.ranges[match.value];
      if (ranges.empty()) return Overlap::never;
      if (box.empty() || (is_type(match.field) && view.types_open)) return Overlap::partly;
      if (!is_type(match.field)) return compare(ranges, box);
      return compare(addresses_of_types(bit_set(ranges, 4), owned(match.field, view.path)), box);
    }
    case MatchKind::masked: {
      constexpr Uint128 few = 32;
      const ir::Masked& masked = firewall_.masked[match.value];
      if (hidden || box.empty() || is_type(match.field) || box.size() > few) return Overlap::partly;
      bool some = false, all = true;
      for (const Range& range : box) {
        if (range.last - range.first >= few) return Overlap::partly;
        for (Uint128 offset = 0; offset <= range.last - range.first; ++offset) {
          const bool holds = ((range.first + offset) & masked.mask) == masked.value;
          some |= holds;
          all &= holds;
        }
      }
      return all ? Overlap::always : some ? Overlap::partly : Overlap::never;
    }
  }
  return Overlap::partly;
}

}  // namespace wallcheck::evaluate
