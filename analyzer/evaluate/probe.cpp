#include "evaluate/probe.h"

#include <algorithm>
#include <array>

namespace wallcheck::evaluate {

using ir::ActionKind;
using ir::Field;
using ir::MatchKind;
using ir::Range;

namespace {

constexpr unsigned callers_tried = 6, later_rules_tried = 12, packets_tried = 6, packets_at_each_aim = 4, corners = 2;
constexpr unsigned most_calls = 32;
/// Lists that one packet is followed into: where each calls another twice, thirty-two deep, no packet comes to an end.
constexpr std::size_t most_lists = 10'000;

constexpr std::array movable{Field::destination, Field::source, Field::destination_port, Field::source_port, Field::protocol, Field::state, Field::icmp};

bool decides(ActionKind action) { return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject; }
bool is_type(Field field) { return field == Field::source_type || field == Field::destination_type; }

/// An undecided condition as a number: itself, or a type of an address.
std::uint64_t key_of(const ir::Match& match) {
  if (match.kind == MatchKind::opaque) return match.value;
  return std::uint64_t{1} << 40 | static_cast<std::uint64_t>(match.field) << 33 | match.value;
}
bool is_undecided(const ir::Match& match) { return match.kind == MatchKind::opaque || (match.kind == MatchKind::ranges && is_type(match.field)); }

}  // namespace

std::uint32_t Probe::random(std::uint32_t below) {
  dice_ = dice_ * 6364136223846793005u + 1442695040888963407u;
  return static_cast<std::uint32_t>(dice_ >> 33) % below;
}

/// The first packets are corners, later ones lie anywhere.
Uint128 Probe::random_of(std::span<const Range> ranges, unsigned number) {
  if (number == 0) return ranges.front().first;
  if (number == 1) return ranges.back().last;
  const Range& range = ranges[random(static_cast<std::uint32_t>(ranges.size()))];
  const Uint128 width = range.last - range.first;
  const Uint128 roll = Uint128{random(0x7fff'ffffu)} << 31 | random(0x7fff'ffffu);
  return width + 1 == 0 ? range.first + roll : range.first + roll % (width + 1);
}

Probe::Meets Probe::meets(const ir::Rule& rule, const Packet& packet) const {
  Meets result = Meets::yes;
  for (const ir::Match& match : firewall_.matches_of(rule)) {
    const Overlap overlap = tools_.sets.overlap(match, packet.view);
    if (overlap == Overlap::never) return Meets::no;
    if (overlap == Overlap::partly) result = Meets::perhaps;
  }
  return result;
}

/// Says of the undecided conditions of a rule that it holds, or does not; false if that cannot be (or is not so easily said).
bool Probe::assume(const ir::Rule& rule, Packet& packet, bool holds) const {
  for (const ir::Match& match : firewall_.matches_of(rule)) {
    if (tools_.sets.overlap(match, packet.view) != Overlap::partly) continue;
    if (!is_undecided(match)) {
      if (holds) return false;
      continue;
    }
    const auto known = std::ranges::find(packet.assumed, key_of(match), &std::pair<std::uint64_t, bool>::first);
    if (known == packet.assumed.end()) packet.assumed.emplace_back(key_of(match), holds != match.negated);
    else if (known->second != (holds != match.negated)) {
      if (holds) return false;
      continue;
    }
    if (!holds) return true;
  }
  return holds;
}

/// Marks and tags; other effects are not followed here.
bool Probe::change(Packet& packet, ir::EffectsId effects) const {
  if (effects == 0) return true;
  Box& box = packet.view.reach.box;
  const auto state = static_cast<ir::State>(box[Field::state].front().first);
  const bool connection = state != ir::State::invalid && state != ir::State::untracked;
  const Transform change = transform_of(firewall_, effects, packet.view.point, packet.view.path, connection);
  if (change.unknown || change.untracks || !change.translations.empty()) return false;
  const auto mark = static_cast<std::uint32_t>(box[Field::mark].front().first), connmark = static_cast<std::uint32_t>(box[Field::connmark].front().first);
  const std::uint32_t mark_after = (mark & change.mark_keep) ^ (connmark & change.mark_other) ^ change.mark_flip;
  const std::uint32_t connmark_after = (connmark & change.connmark_keep) ^ (mark & change.connmark_other) ^ change.connmark_flip;
  box[Field::mark] = {{mark_after, mark_after}};
  box[Field::connmark] = {{connmark_after, connmark_after}};
  if (change.tag) box[Field::tag] = {{*change.tag, *change.tag}};
  return true;
}

Probe::End Probe::along(Packet& packet, ir::ListId list, std::uint32_t from, std::uint32_t to, unsigned depth) {
  if (depth > most_calls || ++lists_entered_ > most_lists) return End::lost;
  const auto rules = firewall_.rules_of(firewall_.lists[list]);
  const RuleIndex* const index = tools_.index_of(list);
  for (std::uint32_t next = from;; ++next) {
    if (index != nullptr)
      next = index->first(packet.view.reach.box, next, to, [&](std::uint32_t at) { return meets(firewall_.rules[rules[at]], packet) != Meets::no; });
    if (next >= to) return End::passes;
    const ir::Rule& rule = firewall_.rules[rules[next]];
    const Meets met = meets(rule, packet);
    if (met == Meets::no || (met == Meets::perhaps && assume(rule, packet, false))) continue;
    switch (rule.action) {
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject:
        packet.taker = rules[next];
        return End::taken;
      case ActionKind::undecided: continue;
      case ActionKind::continue_:
        if (!change(packet, rule.on_match)) return End::lost;
        continue;
      case ActionKind::return_:
        packet.taker = rules[next];
        return change(packet, rule.on_match) ? End::returns : End::lost;
      case ActionKind::jump:
      case ActionKind::go_to: break;
    }
    if (!tools_.places.can_be_followed(rule)) continue;
    if (!change(packet, rule.on_match)) return End::lost;
    const End end = along(packet, rule.target, 0, firewall_.lists[rule.target].count, depth + 1);
    if (end == End::taken || end == End::lost) {
      if (packet.taker == ir::none || end == End::lost) packet.taker = rules[next];
      return end;
    }
    if (rule.action == ActionKind::go_to) {
      packet.taker = rules[next];
      return End::returns;
    }
  }
}

/// Along the way: nothing takes the packet before each call, and the calls hold for it.
bool Probe::come(Packet& packet, const Way& way) {
  for (const RulePlace& place : way) {
    packet.taker = ir::none;
    if (along(packet, place.list, 0, place.position, 0) != End::passes) return false;
    const ir::Rule& rule = rule_at(place);
    const Meets met = meets(rule, packet);
    if (met == Meets::no || (met == Meets::perhaps && !assume(rule, packet, true))) return false;
    if (&place != &way.back() && !change(packet, rule.on_match)) return false;
  }
  return true;
}

/// Through the stages before the entrance: none drops it or translates it. What nat did to a connection's first packet is not known of later ones
/// (nor of what comes over loopback): this one's was left as it was.
bool Probe::pass_earlier(Packet& packet, const Entrance& entrance) {
  const auto look_as = [&](const View& view) {
    Box box = std::move(packet.view.reach.box);
    packet.view = view;
    packet.view.reach.box = std::move(box);
  };
  const auto value = [&](Field field) { return packet.view.reach.box[field].front().first; };
  for (const std::uint32_t e : entrance.earlier) {
    const Entrance& stage = tools_.places.entrances()[e];
    const bool is_first = value(Field::state) == static_cast<unsigned>(ir::State::new_);
    const bool is_looped = std::ranges::any_of(tools_.sets.interfaces.loopbacks(), [&](const Range& range) { return range.first <= value(Field::in_interface) && value(Field::in_interface) <= range.last; });
    if (stage.translates && (!is_first || is_looped)) continue;
    look_as(stage.view);
    packet.taker = ir::none;
    const ir::RuleList& list = firewall_.lists[stage.base];
    const End end = along(packet, stage.base, 0, list.count, 0);
    if (end == End::lost) return false;
    if (end == End::taken) {
      const ir::Rule& taker = firewall_.rules[packet.taker];
      if (taker.action != ActionKind::accept || taker.on_decide != 0 || !change(packet, taker.on_match)) return false;
    } else if (list.fallthrough == ir::Fallthrough::drop) {
      packet.taker = ir::none;
      return false;
    }
  }
  look_as(entrance.view);
  return true;
}

void Probe::choose(Packet& packet, const Way& way, const Aim& aim, const View& within, unsigned number) {
  packet.view = within;
  packet.assumed.clear();
  Box& box = packet.view.reach.box;
  const auto set = [&](Field field, Uint128 value) { box[field] = {{value, value}}; };
  const auto either = [&](Field field, std::span<const Range> otherwise) { return box[field].empty() ? otherwise : std::span<const Range>(box[field]); };
  const std::array addresses{firewall_.ipv4 ? Range{ipv4(0xcb00'7100u), ipv4(0xcb00'71ffu)} : Range{Uint128{0x2001'0db8'0000'ffffu} << 64, Uint128{0x2001'0db8'0000'ffffu} << 64 | 0xffff}};
  const std::array high{Range{20000, 65000}};
  for (const Field field : {Field::destination, Field::source}) set(field, random_of(either(field, addresses), number));
  for (const Field field : {Field::destination_port, Field::source_port}) set(field, random_of(either(field, high), number));
  const std::array unusual{Range{253, 254}}, echo{Range{0x800, 0x800}}, first{Range{0, 0}};
  set(Field::protocol, random_of(either(Field::protocol, unusual), number));
  set(Field::icmp, random_of(either(Field::icmp, echo), number));
  // Most rules of a firewall are about new connections, and some about every other state but these two.
  const std::array usual{Range{0, 0}}, left_over{Range{3, 4}};
  set(Field::state, random_of(either(Field::state, number % 2 == 0 ? usual : left_over), number));
  for (const Field field : {Field::direction, Field::fragment}) set(field, random_of(either(field, first), number));
  for (const Field field : {Field::dnat, Field::snat, Field::tag}) set(field, 0);
  Uint128 flags = ir::tcp_flag::syn, mark = 0, connmark = 0;
  const auto suit = [&](const ir::Rule& rule) {
    for (const ir::Match& match : firewall_.matches_of(rule)) {
      const bool marks = match.kind == MatchKind::ranges && (match.field == Field::mark || match.field == Field::connmark);
      if ((match.kind != MatchKind::masked && !marks) || match.negated) continue;
      if (marks && firewall_.ranges[match.value].empty()) continue;
      const ir::Masked masked = marks ? ir::Masked{firewall_.ranges[match.value].front().first, 0xffff'ffffu} : firewall_.masked[match.value];
      Uint128* const bits = match.field == Field::tcp_flags ? &flags : match.field == Field::mark ? &mark : match.field == Field::connmark ? &connmark : nullptr;
      if (bits != nullptr) *bits = (*bits & ~masked.mask) | masked.value;
    }
  };
  for (const RulePlace& place : way) suit(rule_at(place));
  for (const ir::RuleId id : aim) suit(firewall_.rules[id]);
  set(Field::tcp_flags, flags & 0xff);
  set(Field::mark, mark & 0xffff'ffffu);
  set(Field::connmark, connmark & 0xffff'ffffu);
  const std::array any_name{Range{tools_.sets.interfaces.last(), tools_.sets.interfaces.last()}}, no_name{Range{0, 0}};
  for (const Field field : {Field::in_interface, Field::out_interface}) {
    const bool shown = field == Field::in_interface ? packet.view.shows_in_interface() : packet.view.shows_out_interface();
    set(field, random_of(!shown ? no_name : either(field, any_name), number));
  }
}

/// Another value in one of the fields by which the taker knows its packets.
bool Probe::move_away(Packet& packet, const View& within) {
  if (packet.taker == ir::none) return false;
  std::vector<std::pair<Field, Uint128>> moves;
  for (const ir::Match& match : firewall_.matches_of(firewall_.rules[packet.taker])) {
    const bool bits = match.field == Field::mark || match.field == Field::connmark || match.field == Field::tcp_flags;
    if (match.kind == MatchKind::masked && bits && firewall_.masked[match.value].mask != 0) {
      const ir::Masked& masked = firewall_.masked[match.value];
      const Uint128 now = packet.view.reach.box[match.field].front().first, lowest = masked.mask & (~masked.mask + 1);
      moves.emplace_back(match.field, match.negated ? (now & ~masked.mask) | masked.value : now ^ lowest);
      continue;
    }
    if (match.kind != MatchKind::ranges || std::ranges::find(movable, match.field) == movable.end()) continue;
    std::vector<Range> free = within.reach.box[match.field];
    if (free.empty()) {
      const bool address = match.field == Field::source || match.field == Field::destination;
      const Uint128 last = match.field == Field::protocol ? 255 : match.field == Field::state ? 4 : 0xffff;
      free = {address ? (firewall_.ipv4 ? Range{ipv4_first, ipv4_last} : Range{0, ~Uint128{0}}) : Range{0, last}};
    }
    if (!cut(free, firewall_.ranges[match.value], !match.negated)) continue;
    moves.emplace_back(match.field, random_of(free, random(4)));
  }
  if (moves.empty()) return false;
  const auto& [field, value] = moves[random(static_cast<std::uint32_t>(moves.size()))];
  packet.view.reach.box[field] = {{value, value}};
  packet.assumed.clear();
  return true;
}

bool Probe::try_packets(const Way& way, const Aim& aim, const Entrance& entrance, unsigned tries, const View& within, const std::function<bool(const Packet&)>& suits,
                        unsigned first) {
  Packet &packet = chosen_, &walking = walking_;
  unsigned number = first;
  bool moved = false;
  for (unsigned t = first; t < tries; ++t) {
    if (!moved) choose(packet, way, aim, within, number++);
    walking = packet;
    tools_.diagrams.keep_time();
    lists_entered_ = 0;
    if ((!from_start_ || pass_earlier(walking, entrance)) && come(walking, way)) {
      // What the nat table is shown is a first packet.
      const Uint128 state = packet.view.reach.box[Field::state].front().first;
      if ((!entrance.translates || state == static_cast<unsigned>(ir::State::new_)) && suits(walking)) return true;
      moved = false;
      continue;
    }
    packet.taker = walking.taker;
    if (takers_ != nullptr && packet.taker != ir::none && std::ranges::find(*takers_, packet.taker) == takers_->end()) takers_->push_back(packet.taker);
    moved = (t + 1) % 8 != 0 && move_away(packet, within);
  }
  return false;
}

bool Probe::try_ways(ir::RuleId rule, const std::function<bool(const Way&, const Entrance&)>& attempt) {
  dice_ = rule + 1;
  for (const RulePlace& place : tools_.places.places_of(rule)) {
    if (firewall_.lists[place.list].discipline != ir::Discipline::first_match || tools_.places.in_circle(place.list)) continue;
    const auto& entrances = tools_.places.entrances();
    for (std::size_t e = 0; e < entrances.size(); ++e) {
      if ((tools_.places.entrances_of(place.list) >> e & 1) == 0 || entrances[e].changes_more_than_marks) continue;
      if (entrances[e].base == place.list) {
        if (attempt({place}, entrances[e])) return true;
        continue;
      }
      // The nearest caller is one of several; further up, the first will do.
      unsigned tried = 0;
      for (const RulePlace& caller : tools_.places.callers_of(place.list)) {
        if ((tools_.places.entrances_of(caller.list) >> e & 1) == 0) continue;
        Way way{place, caller};
        while (way.back().list != entrances[e].base && way.size() < most_calls) {
          const auto callers = tools_.places.callers_of(way.back().list);
          const auto up = std::ranges::find_if(callers, [&](const RulePlace& one) { return (tools_.places.entrances_of(one.list) >> e & 1) != 0; });
          if (up == callers.end()) break;
          way.push_back(*up);
        }
        if (way.back().list == entrances[e].base) {
          std::ranges::reverse(way);
          if (attempt(way, entrances[e])) return true;
        }
        if (++tried == callers_tried) break;
      }
    }
  }
  return false;
}

bool Probe::finds_hit(ir::RuleId rule, unsigned tries, std::vector<ir::RuleId>& takers, bool from_start) {
  takers_ = &takers;
  from_start_ = from_start;
  const bool found = try_ways(rule, [&](const Way& way, const Entrance& entrance) {
    View within = entrance.view;
    for (const RulePlace& place : way) tools_.narrow(within, rule_at(place));
    return try_packets(way, {}, entrance, tries, within, [&](const Packet& packet) {
      // The same packet mostly shows that the rule is needed, too: another action or the default is what decides without it.
      const auto nothing_absent = [](ir::RuleId) { return false; };
      const auto all_alike = [](ir::RuleId, ir::RuleId) { return true; };
      only_met_ = ir::none;
      if (decides(firewall_.rules[rule].action) && differs(packet, way, {rule, nothing_absent, all_alike, {}})) differs_by_[rule] = only_met_;
      return true;
    });
  });
  takers_ = nullptr;
  from_start_ = false;
  return found;
}

bool Probe::try_packet(ir::RuleId rule, const Box& values, const Aim& aim, const std::function<bool(const Packet&, const Way&)>& suits) {
  return try_ways(rule, [&](const Way& way, const Entrance& entrance) {
    View within = entrance.view;
    for (const RulePlace& place : way) tools_.narrow(within, rule_at(place));
    Packet& packet = walking_;
    choose(packet, way, aim, within, 0);
    for (std::size_t field = 0; field < values.values.size(); ++field)
      if (!values.values[field].empty()) packet.view.reach.box.values[field] = values.values[field];
    const bool is_first = packet.view.reach.box[Field::state].front().first == static_cast<unsigned>(ir::State::new_);
    return (!entrance.translates || is_first) && come(packet, way) && suits(packet, way);
  });
}

bool Probe::hits(ir::RuleId rule, const Box& packet) {
  return try_packet(rule, packet, {}, [](const Packet&, const Way&) { return true; });
}

bool Probe::differs(ir::RuleId rule, const Box& packet, ir::RuleId aim, const std::function<bool(ir::RuleId)>& absent, const Hits::Alike& alike) {
  const Aim aims = aim == rule ? Aim{} : Aim{aim};
  return try_packet(rule, packet, aims, [&](const Packet& walking, const Way& way) { return differs(walking, way, {rule, absent, alike, aims}); });
}

std::optional<ir::Packet> Probe::finds_common(ir::RuleId rule, ir::RuleId other) {
  std::optional<ir::Packet> result;
  try_ways(rule, [&](const Way& way, const Entrance& entrance) {
    View within = entrance.view;
    for (const RulePlace& place : way) tools_.narrow(within, rule_at(place));
    tools_.narrow(within, firewall_.rules[other]);
    return try_packets(way, {other}, entrance, packets_tried, within, [&](const Packet& packet) {
      if (meets(firewall_.rules[other], packet) != Meets::yes) return false;
      const Box& box = packet.view.reach.box;
      const auto number = [&](Field field) { return low64(box[field].front().first); };
      ir::Packet& p = result.emplace();
      p.path = packet.view.path;
      p.protocol = static_cast<std::uint8_t>(number(Field::protocol));
      p.source = box[Field::source].front().first;
      p.destination = box[Field::destination].front().first;
      if (ir::protocol::has_ports(p.protocol)) {
        p.source_port = static_cast<std::uint16_t>(number(Field::source_port));
        p.destination_port = static_cast<std::uint16_t>(number(Field::destination_port));
      }
      p.icmp_type = static_cast<std::uint8_t>(number(Field::icmp) >> 8);
      p.icmp_code = static_cast<std::uint8_t>(number(Field::icmp));
      p.tcp_flags = static_cast<std::uint8_t>(number(Field::tcp_flags));
      p.state = static_cast<ir::State>(number(Field::state));
      p.direction = static_cast<ir::Direction>(number(Field::direction));
      const auto& names = tools_.sets.interfaces;
      if (packet.view.shows_in_interface()) p.in_interface = names.name(static_cast<std::uint32_t>(number(Field::in_interface)));
      if (packet.view.shows_out_interface()) p.out_interface = names.name(static_cast<std::uint32_t>(number(Field::out_interface)));
      p.fragment = number(Field::fragment) != 0;
      return true;
    });
  });
  return result;
}

/// How the packet fares from a place of a list on, if nothing is done to it on the way. decided: by its taker. different: by other means.
Probe::Rest Probe::rest(Packet& packet, RulePlace from, unsigned depth, const Without& without) {
  if (depth > most_calls || ++lists_entered_ > most_lists) return Rest::lost;
  const auto rules = firewall_.rules_of(firewall_.lists[from.list]);
  const RuleIndex* const index = tools_.index_of(from.list);
  const auto count = static_cast<std::uint32_t>(rules.size());
  const auto stands_there = [&](std::uint32_t at) { return meets(firewall_.rules[rules[at]], packet) != Meets::no && !without.absent(rules[at]); };
  for (std::uint32_t next = from.position;; ++next) {
    if (index != nullptr) next = index->first(packet.view.reach.box, next, count, stands_there);
    if (next >= count) return Rest::back;
    const ir::RuleId id = rules[next];
    const ir::Rule& other = firewall_.rules[id];
    if (without.absent(id)) continue;
    const Meets met = meets(other, packet);
    if (met == Meets::no) continue;
    only_met_ = only_met_ == ir::none ? id : without.rule;
    if (met == Meets::perhaps && tools_.counts[id]) return Rest::different;
    const bool aimed_at = std::ranges::find(without.aim, id) != without.aim.end();
    if (met == Meets::perhaps && !(aimed_at && assume(other, packet, true)) && assume(other, packet, false)) continue;
    switch (other.action) {
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject:
        packet.taker = id;
        return other.on_match != 0 ? Rest::different : Rest::decided;
      case ActionKind::undecided:
      case ActionKind::continue_: return Rest::different;
      case ActionKind::return_: return other.on_match != 0 ? Rest::different : Rest::back;
      case ActionKind::jump:
      case ActionKind::go_to: break;
    }
    if (other.on_match != 0 || !tools_.places.can_be_followed(other)) return Rest::different;
    const Rest end = rest(packet, {other.target, 0}, depth + 1, without);
    if (end != Rest::back || other.action == ActionKind::go_to) return end;
  }
}

/// How it fares behind the place at the end of the way, or where it leaves that list. back: the base list's default decides.
Probe::Rest Probe::behind(Packet& packet, const Way& way, bool leaves, const Without& without) {
  for (std::size_t level = way.size(); level-- > 0;) {
    if (!leaves) {
      const Rest end = rest(packet, {way[level].list, way[level].position + 1}, 0, without);
      if (end != Rest::back) return end;
    }
    leaves = level > 0 && rule_at(way[level - 1]).action == ActionKind::go_to;
  }
  return Rest::back;
}

/// The packet has hit the rule at the end of the way: does it end otherwise if the rule is not there?
bool Probe::differs(const Packet& hitting, const Way& way, const Without& without) {
  Packet& packet = staying_;
  packet = hitting;
  const ir::Rule& one = rule_at(way.back());
  ir::RuleId decided = without.rule;  // with the rule, or without it
  bool leaves = false;                // how it fares in the other case
  if (!decides(one.action)) {
    Rest end = Rest::back;
    if (one.action != ActionKind::return_) end = rest(packet, {one.target, 0}, 0, without);
    if (end == Rest::back && one.action != ActionKind::jump) {
      end = rest(packet, {way.back().list, way.back().position + 1}, 0, without);
      leaves = true;
    }
    if (end != Rest::decided) return end == Rest::different;
    decided = packet.taker;
  }
  const Rest end = behind(packet, way, leaves, without);
  if (end == Rest::back) return !tools_.ends_like(way.front().list, decided);
  if (end != Rest::decided) return end == Rest::different;
  return firewall_.rules[packet.taker].action != firewall_.rules[decided].action || !without.alike(packet.taker, decided);
}

bool Probe::finds_difference(ir::RuleId rule, std::size_t most_aims, const std::function<bool(ir::RuleId)>& absent, const Hits::Alike& alike) {
  const ir::RuleId known = differs_by_[rule];
  if (known == ir::none || (known != rule && !absent(known))) return true;
  return try_ways(rule, [&](const Way& way, const Entrance& entrance) {
    View within = entrance.view;
    for (const RulePlace& place : way) tools_.narrow(within, rule_at(place));
    const auto finds = [&](const View& box, const Aim& aim, unsigned first) {
      return try_packets(way, aim, entrance, packets_at_each_aim, box, [&](const Packet& packet) { return differs(packet, way, {rule, absent, alike, aim}); }, first);
    };
    // The corners of a rule that decides were looked at when a hit was looked for.
    if (most_aims == 0) return finds(within, {}, decides(firewall_.rules[rule].action) ? corners : 0);
    const std::vector<Aim> aims = aims_behind(way, within, most_aims, absent);
    return std::ranges::any_of(aims, [&](const Aim& aim) {
      View both = within;
      for (const ir::RuleId id : aim) tools_.narrow(both, firewall_.rules[id]);
      return finds(both, aim, 0);
    });
  });
}

/// Rules behind the one at the end of the way that may decide otherwise about its packets, and the calls that lead to them.
std::vector<Probe::Aim> Probe::aims_behind(const Way& way, const View& within, std::size_t most, const std::function<bool(ir::RuleId)>& absent) const {
  std::vector<Aim> result;
  const ir::Rule& one = rule_at(way.back());
  const auto touches = [&](ir::RuleId id) {
    return std::ranges::none_of(firewall_.matches_of(firewall_.rules[id]), [&](const ir::Match& match) { return tools_.sets.overlap(match, within) == Overlap::never; });
  };
  const auto look_along = [&](ir::ListId list, std::uint32_t from, const Aim& calls, const std::function<void(ir::RuleId)>& called) {
    const auto rules = firewall_.rules_of(firewall_.lists[list]);
    const std::vector<std::uint32_t> some = tools_.touching(list, within.reach.box, from, static_cast<std::uint32_t>(rules.size()));
    std::size_t tried = 0;
    for (auto at = some.begin(); at != some.end() && tried < later_rules_tried && result.size() < most; ++at) {
      const ir::RuleId id = rules[*at];
      const ir::Rule& other = firewall_.rules[id];
      const bool differs = decides(other.action) && other.action != one.action && !absent(id);
      const bool calls_on = called && tools_.places.can_be_followed(other) && other.target != ir::none;
      if ((!differs && !calls_on) || !touches(id)) continue;
      ++tried;
      if (calls_on) {
        called(id);
        continue;
      }
      Aim aim = calls;
      aim.push_back(id);
      result.push_back(std::move(aim));
    }
  };
  if (!decides(one.action) && one.target != ir::none) look_along(one.target, 0, {}, [&](ir::RuleId call) { look_along(firewall_.rules[call].target, 0, {call}, {}); });
  for (std::size_t level = way.size(); level-- > 0;)
    look_along(way[level].list, way[level].position + 1, {}, [&](ir::RuleId call) { look_along(firewall_.rules[call].target, 0, {call}, {}); });
  return result;
}

}  // namespace wallcheck::evaluate
