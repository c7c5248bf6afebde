// What Hits says of rules behind other tables, against every packet of small firewalls: raw drops, nat translates, the filter's rules are
// mostly about new connections to few addresses and ports. No packet hits a rule that is said to be held back; most others are hit by one.

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "evaluate/hits.h"
#include "evaluate/trace.h"
#include "world.h"

namespace wallcheck::differential {
namespace {

using evaluate::Fate;
using ir::ActionKind;
using ir::Field;
using ir::RuleId;

constexpr std::uint32_t network = 0x0a000000u;
constexpr unsigned addresses = 4, ports = 3, others = 99;  ///< rules name the first ones; `others` is one that none names

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  ir::Firewall make() {
    const ir::ListId raw = list("PREROUTING", "raw", 4, [&](ir::Rule& rule) { rule.action = one_in(3) ? ActionKind::accept : ActionKind::drop; });
    const ir::ListId nat = list("PREROUTING", "nat", 4, [&](ir::Rule& rule) {
      rule.action = ActionKind::accept;
      if (one_in(4)) return;
      ir::Effect effect{.kind = ir::EffectKind::translate_destination};
      if (!one_in(4)) effect.addresses = f_.ranges.intern(range(ipv4(network), addresses));
      if (effect.addresses == 0 || one_in(2)) effect.ports = f_.ranges.intern(range(0, ports));
      rule.on_decide = f_.add_effects(std::span(&effect, 1));
    });
    const ir::ListId filter = list("FORWARD", "filter", 6, [&](ir::Rule& rule) { rule.action = one_in(2) ? ActionKind::accept : ActionKind::drop; });
    const auto stage = [&](ir::ListId id, ir::Point point) { return ir::Stage{.list = id, .point = point}; };
    auto& path = f_.paths[static_cast<std::size_t>(ir::Path::forward)];
    path = {stage(raw, ir::Point::prerouting), stage(nat, ir::Point::prerouting), stage(filter, ir::Point::forward)};
    path[0].before_tracking = path[1].translates = path[2].filter = true;
    return std::move(f_);
  }

 private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  bool one_in(unsigned n) { return below(n) == 0; }
  ir::Range range(Uint128 first, unsigned count) {
    const unsigned a = below(count), b = one_in(2) ? below(count) : a;
    return {first + std::min(a, b), first + std::max(a, b)};
  }

  template <class Decide>
  ir::ListId list(std::string_view name, std::string_view table, unsigned most, Decide&& decide) {
    const ir::ListId id = f_.add_list(name, table, ir::Discipline::first_match, table == "raw" && one_in(6) ? ir::Fallthrough::drop : ir::Fallthrough::accept, {});
    f_.lists[id].first = static_cast<std::uint32_t>(f_.order.size());
    for (unsigned i = 1 + below(most); i > 0; --i) {
      std::vector<ir::Match> matches;
      const auto match = [&](Field field, ir::Range values) { matches.push_back(f_.range_match(field, values.first, values.last, one_in(6))); };
      if (!one_in(3)) match(Field::destination, range(ipv4(network), addresses));
      if (one_in(2)) match(Field::destination_port, range(0, ports));
      if (table == "filter" && !one_in(4)) matches.push_back(f_.range_match(Field::state, 0, 0));
      if (table == "filter") matches.push_back(f_.interface_match(Field::in_interface, "eth0"));
      ir::Rule rule;
      decide(rule);
      f_.order.push_back(f_.add_rule(matches, rule));
    }
    f_.lists[id].count = static_cast<std::uint32_t>(f_.order.size()) - f_.lists[id].first;
    return id;
  }

  std::mt19937 random_;
  ir::Firewall f_;
};

TEST_CASE("rules behind raw and nat in small firewalls, every packet") {
  std::size_t held_back = 0, alive = 0, not_hit = 0;
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    const ir::Firewall firewall = Maker(seed).make();
    INFO("seed " << seed << "\n" << describe(firewall));
    std::vector<bool> hit(firewall.rules.size());
    for (unsigned address = 0; address <= addresses; ++address)
      for (unsigned port = 0; port <= ports; ++port)
        for (const ir::State state : {ir::State::new_, ir::State::established}) {
          ir::Packet packet;
          packet.path = ir::Path::forward;
          packet.protocol = ir::protocol::tcp;
          packet.source = ipv4(0xc0000201u);
          packet.destination = ipv4(network + (address == addresses ? others : address));
          packet.destination_port = static_cast<std::uint16_t>(port == ports ? others : port);
          packet.state = state;
          packet.in_interface = "eth0", packet.out_interface = "eth1";
          // A translation to one of several is followed to all of them: steps are those of every way.
          for (const evaluate::Step& step : evaluate::trace(firewall, packet).steps)
            if (step.rule && !step.effect.starts_with("undecided")) hit[*step.rule] = true;
        }
    evaluate::Hits hits(firewall, Limits{});
    for (RuleId rule = 0; rule < firewall.rules.size(); ++rule) {
      INFO("rule " << rule);
      const Fate fate = hits.fate(rule).fate;
      INFO("fate " << static_cast<int>(fate));
      if (hit[rule]) REQUIRE(fate == Fate::hit);
      const auto matches = firewall.matches_of(firewall.rules[rule]);
      const bool is_new = std::ranges::any_of(matches, [](const ir::Match& match) { return match.field == Field::state; });
      held_back += fate == Fate::held_back;
      alive += fate == Fate::hit && is_new;
      not_hit += fate == Fate::hit && is_new && !hit[rule];
    }
  }
  WARN("held back " << held_back << ", hit " << alive << " and by no packet " << not_hit);
  CHECK(held_back >= 1000);
  CHECK(not_hit * 10 <= alive);  // Hits may take for possible what it cannot rule out
}

}  // namespace
}  // namespace wallcheck::differential
