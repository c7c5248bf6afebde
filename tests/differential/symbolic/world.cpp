#include "world.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::differential {

using ir::ActionKind;
using ir::Discipline;
using ir::Effect;
using ir::EffectKind;
using ir::Fallthrough;
using ir::Field;
using ir::Match;
using ir::Path;
using ir::Point;
using ir::Range;

namespace {

class Maker {
 public:
  Maker(std::mt19937& random, const Shape& shape) : random_(random), shape_(shape) {}

  World make() {
    World& w = world_;
    w.firewall.tracking = shape_.by_state ? ir::Tracking::by_state : ir::Tracking::by_rules;
    w.firewall.format = shape_.by_state ? ir::Format::pf : ir::Format::iptables;
    w.path = static_cast<Path>(below(3));
    w.repeat_translation = !shape_.by_state && one_in(2);
    w.firewall.tags = {0, w.firewall.strings.intern("red"), w.firewall.strings.intern("blue")};
    choose_axes();
    for (unsigned i = below(3); i > 0; --i) w.firewall.opaque_match(fmt::format("condition {}", i), "it is a test", {});
    shape_.by_state ? make_pf() : make_iptables();
    return std::move(world_);
  }

 private:
  unsigned below(std::size_t n) { return std::uniform_int_distribution<unsigned>(0, static_cast<unsigned>(n) - 1)(random_); }
  bool one_in(unsigned n) { return below(n) == 0; }
  template <class T>
  const T& any(const std::vector<T>& values) {
    return values[below(values.size())];
  }

  void choose_axes() {
    World& w = world_;
    std::vector<Uint128> addresses, ports{0, 1, 2, 3}, types{0, 1, 2, 3};
    for (unsigned i = 0; i < 6; ++i) addresses.push_back(ipv4(0x0a000000u + i));
    addresses.push_back(ipv4(0x7f000001u));
    addresses.push_back(ipv4(0xe0000001u));
    if (shape_.large) {
      for (unsigned i = 0; i < 30; ++i) addresses.push_back(ipv4(static_cast<std::uint32_t>(random_())));
      for (unsigned i = 0; i < 20; ++i) ports.push_back(below(65536));
      std::ranges::sort(addresses);
      std::ranges::sort(ports);
    }
    // The values of every field; a small world has several for some fields and one for the others.
    const std::vector<Axis> all = {{Field::source, addresses},
                                   {Field::destination, addresses},
                                   {Field::destination_port, ports},
                                   {Field::source_port, ports},
                                   {Field::protocol, {1, 6, 17}},
                                   {Field::state, {0, 1, 2, 3, 4}},
                                   {Field::direction, {0, 1}},
                                   {Field::tcp_flags, {0x02, 0x10, 0x12, 0x29}},
                                   {Field::icmp, {0, 8 * 256, 3 * 256 + 1}},
                                   {Field::mark, {0, 1, 2, 3}},
                                   {Field::connmark, {0, 1, 2, 3}},
                                   {Field::tag, {0, 1, 2}},
                                   {Field::fragment, {0, 1}},
                                   {Field::dnat, {0, 1}},
                                   {Field::snat, {0, 1}}};
    std::size_t count = 1;
    for (const Axis& axis : all) w.axes.push_back({axis.field, {any(axis.values)}});
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    for (const std::size_t i : order) {
      if (!shape_.large && count * all[i].values.size() > 600) continue;
      count *= all[i].values.size();
      w.axes[i] = all[i];
      lively_.push_back(i);
    }
    pool_ = all;
    w.interfaces = {"eth0", "eth1", "eth10", "wg0"};
    const std::vector<std::string> no_name{""};
    const auto some = [&] { return one_in(2) ? std::vector<std::string>{any(w.interfaces)} : std::vector<std::string>{"eth0", "eth10"}; };
    w.in_interfaces = w.path == Path::egress ? no_name : some();
    w.out_interfaces = w.path == Path::ingress ? no_name : some();
    if (w.path == Path::ingress && one_in(3)) w.out_interfaces = {"", "eth0"};
  }

  Range range_in(const std::vector<Uint128>& values) {
    const Uint128 a = any(values), b = one_in(3) ? any(values) : a;
    return {std::min(a, b), std::max(a, b)};
  }

  Match match(unsigned depth = 0) {
    ir::Firewall& f = world_.firewall;
    const bool negated = one_in(4);
    const unsigned kind = below(12);
    if (kind == 0 && !f.opaques.empty()) return {ir::MatchKind::opaque, Field::source, negated, below(f.opaques.size())};
    if (kind == 1) {
      static const char* const patterns[] = {"eth0", "eth1", "eth+", "eth1+", "+", "wg0", ""};
      return f.interface_match(one_in(2) ? Field::in_interface : Field::out_interface, patterns[below(7)], negated);
    }
    if (kind == 2 && depth < 2) {
      std::vector<std::vector<Match>> cases(below(3));
      for (auto& one : cases)
        for (unsigned i = 1 + below(2); i > 0; --i) one.push_back(match(depth + 1));
      return f.any_of_match(cases, negated);
    }
    if (kind == 3) return f.range_match(one_in(2) ? Field::source_type : Field::destination_type, below(2), 1 + below(3), negated);
    const Axis& axis = pool_[one_in(6) ? below(pool_.size()) : any(lively_)];
    const bool bitwise = axis.field == Field::mark || axis.field == Field::connmark || axis.field == Field::tcp_flags;
    const bool address = axis.field == Field::source || axis.field == Field::destination;
    if (bitwise && !one_in(4)) {
      const Uint128 mask = axis.field == Field::tcp_flags ? below(64) : below(4);
      return f.masked_match(axis.field, one_in(8) ? below(8) : any(axis.values) & mask, mask, negated);
    }
    if (address && one_in(4)) {
      const Uint128 mask = ~Uint128{0} ^ below(8);
      return f.masked_match(axis.field, any(axis.values) & mask, mask, negated);
    }
    std::vector<Range> ranges{range_in(axis.values)};
    if (one_in(3)) ranges.push_back(range_in(axis.values));
    return f.ranges_match(axis.field, ranges, negated);
  }

  std::vector<Match> matches() {
    std::vector<Match> result(below(4));
    for (Match& one : result) one = match();
    return result;
  }

  Effect translation(bool destination) {
    ir::Firewall& f = world_.firewall;
    Effect effect;
    effect.kind = destination ? EffectKind::translate_destination : EffectKind::translate_source;
    (destination ? effect.to_local : effect.from_local) = one_in(3);
    const auto& addresses = pool_[0].values;
    const auto& ports = pool_[2].values;
    if (!effect.to_local && !effect.from_local && !one_in(5)) {
      const Uint128 a = any(addresses), b = one_in(4) ? any(addresses) : a;
      effect.addresses = f.ranges.intern(Range{std::min(a, b), std::max(a, b)});
    }
    if (one_in(3)) effect.ports = f.ranges.intern(range_in(ports));
    return effect;
  }

  Effect mark_effect() {
    Effect effect;
    effect.kind = one_in(2) ? EffectKind::set_mark : EffectKind::set_connmark;
    effect.keep = ~below(4);
    effect.other = one_in(3) ? below(4) : 0;
    effect.flip = below(4);
    return effect;
  }

  struct Table {
    std::string name;
    bool raw = false, nat = false, marks = false;
  };

  /// Fills a list with rules. Calls go to lists [callee, callee_end); some go to a list that is not there.
  void fill(const Table& table, ir::ListId list, ir::ListId callee, ir::ListId callee_end) {
    ir::Firewall& f = world_.firewall;
    std::vector<ir::RuleId> rules;
    for (unsigned i = below(shape_.large ? 25 : 6); i > 0; --i) {
      ir::Rule rule;
      std::vector<Effect> at_once, in_the_end;
      const bool last_match = f.lists[list].discipline == Discipline::last_match;
      switch (below(9)) {
        case 0: rule.action = ActionKind::drop; break;
        case 1: rule.action = table.nat ? ActionKind::accept : ActionKind::reject; break;
        case 2: rule.action = ActionKind::return_; break;
        case 3: rule.action = one_in(4) ? ActionKind::undecided : ActionKind::drop; break;
        case 4: rule.action = ActionKind::jump; break;
        case 5: rule.action = one_in(3) ? ActionKind::go_to : ActionKind::jump; break;
        case 6: rule.action = ActionKind::continue_; break;
        default: rule.action = ActionKind::accept; break;
      }
      if (rule.action == ActionKind::jump || rule.action == ActionKind::go_to)
        rule.target = callee >= callee_end || one_in(30) ? missing_ : callee + below(callee_end - callee);
      if (shape_.plain && !one_in(3)) rule.action = one_in(2) ? ActionKind::accept : ActionKind::drop, rule.target = ir::none;
      if (last_match && shape_.plain) {
        rule.quick = one_in(3);
        rule.keeps_state = rule.action == ActionKind::accept;
      } else if (last_match) {
        rule.quick = one_in(4);
        rule.keeps_state = rule.action == ActionKind::accept && !one_in(4);
        if (one_in(6)) at_once.push_back({.kind = EffectKind::set_tag, .value = 1 + below(2)});
        if (one_in(12)) in_the_end.push_back(translation(one_in(2)));
        if (one_in(16)) at_once.push_back(translation(one_in(2)));
        if (one_in(10) && !in_the_end.empty()) in_the_end.back().skips_filter = true;
      }
      if (table.marks && (rule.action == ActionKind::continue_ || one_in(6))) at_once.push_back(mark_effect());
      if (table.raw && one_in(4)) at_once.push_back({.kind = EffectKind::untrack});
      if (table.nat && rule.action == ActionKind::accept && !one_in(3)) in_the_end.push_back(translation(destination_nat_));
      if (shape_.rewrites_to_unknown && one_in(12)) at_once.push_back({.kind = EffectKind::unknown_rewrite});
      rule.on_match = f.add_effects(at_once);
      rule.on_decide = f.add_effects(in_the_end);
      rules.push_back(f.add_rule(matches(), rule));
    }
    f.lists[list].first = static_cast<std::uint32_t>(f.order.size());
    f.lists[list].count = static_cast<std::uint32_t>(rules.size());
    f.order.insert(f.order.end(), rules.begin(), rules.end());
  }

  ir::ListId add_list(const std::string& name, const Table& table, Discipline discipline, Fallthrough fallthrough) {
    return world_.firewall.add_list(name, table.name, discipline, fallthrough, {});
  }

  void make_iptables() {
    ir::Firewall& f = world_.firewall;
    missing_ = f.add_list("missing", "", Discipline::first_match, Fallthrough::return_, {});
    f.lists[missing_].declared = false;
    struct Hook {
      const char* table;
      const char* chain;
      Point point;
    };
    const std::vector<Hook> hooks[] = {
        {{"raw", "PREROUTING", Point::prerouting}, {"mangle", "PREROUTING", Point::prerouting}, {"nat", "PREROUTING", Point::prerouting},
         {"mangle", "INPUT", Point::input}, {"filter", "INPUT", Point::input}, {"nat", "INPUT", Point::input}},
        {{"raw", "OUTPUT", Point::output}, {"mangle", "OUTPUT", Point::output}, {"nat", "OUTPUT", Point::output},
         {"filter", "OUTPUT", Point::output}, {"mangle", "POSTROUTING", Point::postrouting}, {"nat", "POSTROUTING", Point::postrouting}},
        {{"raw", "PREROUTING", Point::prerouting}, {"mangle", "PREROUTING", Point::prerouting}, {"nat", "PREROUTING", Point::prerouting},
         {"mangle", "FORWARD", Point::forward}, {"filter", "FORWARD", Point::forward}, {"mangle", "POSTROUTING", Point::postrouting},
         {"nat", "POSTROUTING", Point::postrouting}}};
    for (const char* const name : {"raw", "mangle", "nat", "filter"}) {
      const Table table{name, std::string(name) == "raw", std::string(name) == "nat", std::string(name) == "mangle" || one_in(4)};
      if (!one_in(3) || table.name == "filter") make_table(table, hooks);
    }
    // Stages in hook order: the tables were made one after the other.
    for (std::size_t path = 0; path < 3; ++path) {
      std::vector<ir::Stage> sorted;
      for (const Hook& hook : hooks[path])
        for (const ir::Stage& stage : f.paths[path])
          if (stage.point == hook.point && f.strings[f.lists[stage.list].table] == hook.table) sorted.push_back(stage);
      f.paths[path] = sorted;
    }
  }

  template <class Hooks>
  void make_table(const Table& table, const Hooks& hooks) {
    ir::Firewall& f = world_.firewall;
    const auto first = static_cast<ir::ListId>(f.lists.size());
    std::vector<std::pair<std::string, ir::ListId>> base;
    for (std::size_t path = 0; path < 3; ++path) {
      for (const auto& hook : hooks[path]) {
        if (hook.table != table.name) continue;
        const std::string chain = hook.chain;
        auto known = std::ranges::find(base, chain, &std::pair<std::string, ir::ListId>::first);
        if (known == base.end()) {
          const auto policy = table.name == "filter" && one_in(2) ? Fallthrough::drop : Fallthrough::accept;
          base.emplace_back(chain, add_list(chain, table, Discipline::first_match, policy));
          known = std::prev(base.end());
        }
        ir::Stage stage;
        stage.list = known->second;
        stage.point = hook.point;
        stage.translates = table.nat;
        stage.before_tracking = table.raw;
        stage.reassembled = stage.list % 3 == path;
        stage.filter = table.name == "filter";
        f.paths[path].push_back(stage);
      }
    }
    const auto first_user = static_cast<ir::ListId>(f.lists.size());
    for (unsigned i = below(4); i > 0; --i) add_list(fmt::format("user{}", i), table, Discipline::first_match, Fallthrough::return_);
    const auto end = static_cast<ir::ListId>(f.lists.size());
    // Base lists are not called, unless cycles are wanted.
    for (const auto& [chain, list] : base) {
      destination_nat_ = chain == "PREROUTING" || chain == "OUTPUT";
      fill(table, list, shape_.cycles ? first : first_user, end);
    }
    destination_nat_ = one_in(2);
    for (ir::ListId list = first_user; list < end; ++list) fill(table, list, shape_.cycles ? first : list + 1, end);
  }

  void make_pf() {
    ir::Firewall& f = world_.firewall;
    missing_ = f.add_list("missing", "", Discipline::last_match, Fallthrough::return_, {});
    f.lists[missing_].declared = false;
    const Table table{"", false, false, one_in(4)};
    const auto first = static_cast<ir::ListId>(f.lists.size());
    const ir::ListId in = add_list("in", table, Discipline::last_match, one_in(2) ? Fallthrough::accept : Fallthrough::drop);
    const ir::ListId out = add_list("out", table, Discipline::last_match, one_in(2) ? Fallthrough::accept : Fallthrough::drop);
    f.lists[in].policy_keeps_state = one_in(2);
    const auto first_user = static_cast<ir::ListId>(f.lists.size());
    for (unsigned i = below(4); i > 0; --i)
      add_list(fmt::format("anchor{}", i), table, one_in(5) ? Discipline::first_match : Discipline::last_match, Fallthrough::return_);
    const auto end = static_cast<ir::ListId>(f.lists.size());
    for (ir::ListId list = first; list < end; ++list)
      fill(table, list, shape_.cycles ? first : std::max(list + 1, first_user), end);
    const auto stage = [](ir::ListId list, Point point, int tracker, int reply) {
      ir::Stage s;
      s.list = list, s.point = point, s.filter = true;
      s.tracker = static_cast<std::int8_t>(tracker), s.reply_tracker = static_cast<std::int8_t>(reply);
      return s;
    };
    f.paths[0] = {stage(in, Point::prerouting, 0, 1)};
    f.paths[1] = {stage(out, Point::output, 1, 0)};
    f.paths[2] = {stage(in, Point::prerouting, 0, 1), stage(out, Point::postrouting, 1, 0)};
  }

  std::mt19937& random_;
  const Shape& shape_;
  World world_;
  std::vector<Axis> pool_;           ///< all values of every field, for rules
  std::vector<std::size_t> lively_;  ///< axes with several values
  ir::ListId missing_ = 0;
  bool destination_nat_ = true;
};

}  // namespace

World random_world(std::mt19937& random, const Shape& shape) { return Maker(random, shape).make(); }

namespace {

void set_field(ir::Packet& packet, Field field, Uint128 value) {
  const auto number = static_cast<std::uint32_t>(value);
  switch (field) {
    case Field::source: packet.source = value; break;
    case Field::destination: packet.destination = value; break;
    case Field::protocol: packet.protocol = static_cast<std::uint8_t>(number); break;
    case Field::source_port: packet.source_port = static_cast<std::uint16_t>(number); break;
    case Field::destination_port: packet.destination_port = static_cast<std::uint16_t>(number); break;
    case Field::icmp: packet.icmp_type = static_cast<std::uint8_t>(number >> 8), packet.icmp_code = static_cast<std::uint8_t>(number); break;
    case Field::tcp_flags: packet.tcp_flags = static_cast<std::uint8_t>(number); break;
    case Field::state: packet.state = static_cast<ir::State>(number); break;
    case Field::direction: packet.direction = static_cast<ir::Direction>(number); break;
    case Field::dnat: packet.dnat = number != 0; break;
    case Field::snat: packet.snat = number != 0; break;
    case Field::fragment: packet.fragment = number != 0; break;
    case Field::mark: packet.mark = number; break;
    case Field::connmark: packet.connmark = number; break;
    case Field::tag: packet.tag = static_cast<std::uint16_t>(number); break;
    default: break;
  }
}

}  // namespace

std::size_t World::packet_count() const {
  std::size_t count = in_interfaces.size() * out_interfaces.size() << firewall.opaques.size();
  for (const Axis& axis : axes) count *= axis.values.size();
  return count;
}

ir::Packet World::packet(std::size_t number, std::uint32_t& answers) const {
  const auto digit = [&number](std::size_t size) {
    const std::size_t value = number % size;
    number /= size;
    return value;
  };
  ir::Packet result;
  result.path = path;
  result.in_interface = in_interfaces[digit(in_interfaces.size())];
  result.out_interface = out_interfaces[digit(out_interfaces.size())];
  answers = static_cast<std::uint32_t>(digit(std::size_t{1} << firewall.opaques.size()));
  for (const Axis& axis : axes) set_field(result, axis.field, axis.values[digit(axis.values.size())]);
  return result;
}

ir::Packet World::random_packet(std::mt19937& random, std::uint32_t& answers) const {
  ir::Packet result = packet(0, answers);
  const auto any = [&](const auto& values) { return values[random() % values.size()]; };
  result.in_interface = any(in_interfaces);
  result.out_interface = any(out_interfaces);
  answers = static_cast<std::uint32_t>(random() % (1u << firewall.opaques.size()));
  for (const Axis& axis : axes) {
    Uint128 value = any(axis.values);
    const bool wide = axis.field == Field::source || axis.field == Field::destination || axis.field == Field::source_port ||
                      axis.field == Field::destination_port;
    if (wide && axis.values.size() > 8 && random() % 2 == 0) value = value + random() % 3 - 1;  // beside a border
    if (wide && value > ipv4_last) value = ipv4_last;
    set_field(result, axis.field, value);
  }
  return result;
}

packets::Point point_of(const evaluate::Symbolic& symbolic, const ir::Packet& packet, std::uint32_t answers, unsigned conditions) {
  namespace dimension = packets::dimension;
  packets::Point point;
  point.set(dimension::state, static_cast<unsigned>(packet.state));
  point.set(dimension::protocol, packet.protocol);
  point.set(dimension::in_interface, symbolic.interface_value(packet.in_interface));
  point.set(dimension::out_interface, symbolic.interface_value(packet.out_interface));
  point.set(dimension::destination, packet.destination);
  point.set(dimension::destination_port, packet.destination_port);
  point.set(dimension::source, packet.source);
  point.set(dimension::source_port, packet.source_port);
  point.set(dimension::icmp, packet.icmp_type * 256u + packet.icmp_code);
  point.set(dimension::fragment, packet.fragment);
  point.set(dimension::direction, static_cast<unsigned>(packet.direction));
  point.set(dimension::dnat, packet.dnat);
  point.set(dimension::snat, packet.snat);
  point.set(dimension::tag, packet.tag);
  for (unsigned bit = 0; bit < 8; ++bit) point.set(dimension::tcp_flags + bit, packet.tcp_flags >> bit & 1);
  for (unsigned bit = 0; bit < 32; ++bit) point.set(dimension::mark + bit, packet.mark >> bit & 1);
  for (unsigned bit = 0; bit < 32; ++bit) point.set(dimension::connmark + bit, packet.connmark >> bit & 1);
  for (unsigned bit = 0; bit < conditions; ++bit) point.set(symbolic.dimension_of(bit), answers >> bit & 1);
  return point;
}

evaluate::Question question_of(const World& world, const evaluate::Symbolic& symbolic) {
  evaluate::Question question;
  question.path = world.path;
  question.repeat_translation = world.repeat_translation;
  for (const Axis& axis : world.axes) {
    auto& values = question.box[axis.field];
    for (const Uint128 value : axis.values) values.push_back({value, value});
    values = ir::normalised(std::move(values));
    const bool wide = axis.field == Field::source || axis.field == Field::destination || axis.field == Field::source_port ||
                      axis.field == Field::destination_port;
    if (wide && axis.values.size() > 8) values.clear();
  }
  const auto interfaces = [&](Field field, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const Uint128 value = symbolic.interface_value(name);
      question.box[field].push_back({value, value});
    }
    question.box[field] = ir::normalised(std::move(question.box[field]));
  };
  interfaces(Field::in_interface, world.in_interfaces);
  interfaces(Field::out_interface, world.out_interfaces);
  return question;
}

namespace {

std::string describe(const ir::Firewall& f, const Match& match) {
  std::string text = match.negated ? "! " : "";
  const auto field = fmt::format("field{}", static_cast<int>(match.field));
  switch (match.kind) {
    case ir::MatchKind::opaque: return text + fmt::format("condition {}", match.value);
    case ir::MatchKind::interface: return text + field + " " + std::string(f.strings[match.value]);
    case ir::MatchKind::masked:
      return text + fmt::format("{} & {:x} == {:x}", field, low64(f.masked[match.value].mask), low64(f.masked[match.value].value));
    case ir::MatchKind::ranges:
      text += field;
      for (const Range& r : f.ranges[match.value]) text += fmt::format(" {:x}-{:x}", low64(r.first), low64(r.last));
      return text;
    case ir::MatchKind::any_of:
      text += "(";
      for (const ir::Conjunction& one : f.conjunctions_of(match.value)) {
        for (const Match& inner : f.matches_of(one)) text += describe(f, inner) + ", ";
        text += "| ";
      }
      return text + ")";
  }
  return text;
}

}  // namespace

std::string describe(const ir::Firewall& f) {
  std::string text;
  for (std::size_t path = 0; path < 3; ++path) {
    text += fmt::format("path {}:", path);
    for (const ir::Stage& s : f.paths[path])
      text += fmt::format(" {}:{}", f.strings[f.lists[s.list].table], f.strings[f.lists[s.list].name]);
    text += "\n";
  }
  for (ir::ListId id = 0; id < f.lists.size(); ++id) {
    const ir::RuleList& list = f.lists[id];
    text += fmt::format("list {} {}:{} {} falls through to {}\n", id, f.strings[list.table], f.strings[list.name],
                        list.discipline == Discipline::first_match ? "first" : "last", static_cast<int>(list.fallthrough));
    for (const ir::RuleId r : f.rules_of(list)) {
      const ir::Rule& rule = f.rules[r];
      text += fmt::format("  {}: ", r);
      for (const Match& match : f.matches_of(rule)) text += describe(f, match) + "; ";
      text += fmt::format("=> action {}", static_cast<int>(rule.action));
      if (rule.target != ir::none) text += fmt::format(" list {}", rule.target);
      if (rule.quick) text += " quick";
      if (rule.keeps_state) text += " keeps state";
      for (const auto& [name, effects] : {std::pair{"at once", rule.on_match}, std::pair{"in the end", rule.on_decide}})
        for (const Effect& e : f.effects_of(effects)) {
          text += fmt::format(" [{} effect {} keep {:x} other {:x} flip {:x} value {} local {}", name, static_cast<int>(e.kind), e.keep, e.other,
                              e.flip, e.value, e.to_local || e.from_local);
          for (const Range& range : f.ranges[e.addresses]) text += fmt::format(" {:x}-{:x}", low64(range.first), low64(range.last));
          for (const Range& range : f.ranges[e.ports]) text += fmt::format(" port {}-{}", low64(range.first), low64(range.last));
          text += "]";
        }
      text += "\n";
    }
  }
  return text;
}

std::string describe(const ir::Packet& p) {
  return fmt::format("path {} proto {} {:x}:{} > {:x}:{} icmp {}/{} flags {:x} state {} direction {} dnat {} snat {} in '{}' out '{}' mark {} connmark {} tag {} frag {}",
                     static_cast<int>(p.path), p.protocol, low64(p.source), p.source_port, low64(p.destination), p.destination_port, p.icmp_type,
                     p.icmp_code, p.tcp_flags, static_cast<int>(p.state), static_cast<int>(p.direction), p.dnat, p.snat, p.in_interface,
                     p.out_interface, p.mark, p.connmark, p.tag, p.fragment);
}

}  // namespace wallcheck::differential
