// What Hits::crossing says (WC307), against every packet of small firewalls: the packet that it shows is taken by the earlier rule and matched
// by the later one, which decides otherwise; the two cross; and where a pair of rules is like that, it is found.

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "evaluate/hits.h"
#include "evaluate/trace.h"
#include "world.h"

namespace wallcheck::differential {
namespace {

using ir::ActionKind;
using ir::Field;
using ir::RuleId;

/// Of the values 0 to 7 of a field; the packets have one more, which stands for all others.
struct Condition {
  unsigned first = 0, last = 7;
  bool negated = false;
  bool holds(unsigned value) const { return (value >= first && value <= last) != negated; }
};

struct Written {
  std::optional<Condition> source, port;
  std::optional<unsigned> protocol;
  ActionKind action = ActionKind::accept;
  ir::ListId list = 0;
};

constexpr unsigned values = 8, protocols[] = {6, 17, 253};
constexpr std::uint32_t network = 0x0a000000u;

bool decides(ActionKind action) { return action == ActionKind::accept || action == ActionKind::drop || action == ActionKind::reject; }
bool differ(const Written& a, const Written& b) { return decides(a.action) && decides(b.action) && (a.action == ActionKind::accept) != (b.action == ActionKind::accept); }

bool holds(const Written& rule, const ir::Packet& packet) {
  const auto source = static_cast<unsigned>(std::min<Uint128>(packet.source - ipv4(network), values));
  const unsigned port = std::min<unsigned>(packet.destination_port, values);
  return (!rule.protocol || packet.protocol == *rule.protocol) && (!rule.source || rule.source->holds(source)) && (!rule.port || rule.port->holds(port));
}

/// Each has values that the other one has not, and they have some in common.
bool cross(const std::optional<Condition>& a, const std::optional<Condition>& b) {
  if (!a || !b || a->negated || b->negated) return false;
  bool both = false, only_a = false, only_b = false;
  for (unsigned value = 0; value < values; ++value) {
    both |= a->holds(value) && b->holds(value);
    only_a |= a->holds(value) && !b->holds(value);
    only_b |= b->holds(value) && !a->holds(value);
  }
  return both && only_a && only_b;
}

struct Small {
  ir::Firewall firewall;
  std::vector<Written> rules;
};

Small small(std::mt19937& random) {
  Small result;
  ir::Firewall& f = result.firewall;
  const auto below = [&](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
  const ir::ListId input = f.add_list("INPUT", "filter", ir::Discipline::first_match, below(2) == 0 ? ir::Fallthrough::drop : ir::Fallthrough::accept, {});
  const ir::ListId user = f.add_list("user", "filter", ir::Discipline::first_match, ir::Fallthrough::return_, {});
  f.paths[0] = {{.list = input, .point = ir::Point::input, .filter = true}};
  const auto condition = [&] {
    const unsigned a = below(values), b = below(values);
    return Condition{std::min(a, b), std::max(a, b), below(8) == 0};
  };
  for (const ir::ListId list : {input, user}) {
    f.lists[list].first = static_cast<std::uint32_t>(f.order.size());
    for (unsigned i = 3 + below(5); i > 0; --i) {
      Written w;
      w.list = list;
      if (below(2) == 0) w.source = condition();
      if (below(4) != 0) w.port = condition();
      if (w.port || below(3) == 0) w.protocol = protocols[below(8) == 0 ? 1 : 0];
      const unsigned kind = below(8);
      w.action = kind < 3 ? ActionKind::accept : kind < 5 ? ActionKind::drop : kind == 5 ? ActionKind::reject : kind == 6 ? ActionKind::return_ : ActionKind::jump;
      if (w.action == ActionKind::jump && list == user) w.action = ActionKind::continue_;
      std::vector<ir::Match> matches;
      if (w.protocol) matches.push_back(f.range_match(Field::protocol, *w.protocol, *w.protocol));
      if (w.source) matches.push_back(f.range_match(Field::source, ipv4(network + w.source->first), ipv4(network + w.source->last), w.source->negated));
      if (w.port) matches.push_back(f.range_match(Field::destination_port, w.port->first, w.port->last, w.port->negated));
      f.order.push_back(f.add_rule(matches, {.action = w.action, .target = w.action == ActionKind::jump ? user : ir::none}));
      result.rules.push_back(w);
    }
    f.lists[list].count = static_cast<std::uint32_t>(f.order.size()) - f.lists[list].first;
  }
  return result;
}

bool is_crossing(const Small& s, RuleId earlier, RuleId later) {
  const Written &a = s.rules[earlier], &b = s.rules[later];
  return a.list == b.list && earlier < later && differ(a, b) && (cross(a.source, b.source) || cross(a.port, b.port));
}

TEST_CASE("rules that cross in small firewalls, every packet") {
  std::size_t there = 0, found = 0, none = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random(seed);
    const Small s = small(random);
    INFO("seed " << seed << "\n" << describe(s.firewall));
    evaluate::Hits hits(s.firewall, Limits{});
    std::vector<bool> truth(s.rules.size());
    for (unsigned source = 0; source <= values; ++source)
      for (unsigned port = 0; port <= values; ++port)
        for (const unsigned protocol : protocols) {
          ir::Packet packet;
          packet.protocol = static_cast<std::uint8_t>(protocol);
          packet.source = ipv4(network + source);
          packet.destination_port = static_cast<std::uint16_t>(port);
          packet.in_interface = "eth0";
          const auto taker = evaluate::trace(s.firewall, packet).rule;
          for (RuleId rule = 0; taker && rule < s.rules.size(); ++rule)
            if (is_crossing(s, *taker, rule) && holds(s.rules[rule], packet)) truth[rule] = true;
        }
    for (RuleId rule = 0; rule < s.rules.size(); ++rule) {
      INFO("rule " << rule);
      const auto crossing = hits.crossing(rule);
      there += truth[rule];
      none += !truth[rule];
      found += truth[rule] && crossing;
      if (!crossing) continue;
      INFO("earlier " << crossing->earlier << ", packet " << describe(crossing->packet));
      REQUIRE(truth[rule]);
      REQUIRE(is_crossing(s, crossing->earlier, rule));
      REQUIRE(holds(s.rules[rule], crossing->packet));
      REQUIRE(evaluate::trace(s.firewall, crossing->packet).rule == crossing->earlier);
    }
  }
  WARN("crossing " << there << ", found " << found << ", not crossing " << none);
  CHECK(there >= 300);
  CHECK(none >= 1000);
  CHECK(found * 100 >= there * 95);  // by trying some packets: one that is hard to hit is not found
}

}  // namespace
}  // namespace wallcheck::differential
