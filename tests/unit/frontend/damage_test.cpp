// Front-ends on damaged inputs: they answer, and what they answer is sound.

#include <memory>

#include <catch2/catch.hpp>

#include "../antlr/damage.h"
#include "frontend/frontend.h"

namespace wallcheck::tests {
namespace {

/// Every id in range, every run inside its pool: what evaluators rely on without asking.
bool is_sound(const ir::Firewall& firewall) {
  const auto run = [](std::size_t first, std::size_t count, std::size_t size) { return first <= size && count <= size - first; };
  const auto match = [&](const ir::Match& m) {
    switch (m.kind) {
      case ir::MatchKind::ranges: return m.value < firewall.ranges.size();
      case ir::MatchKind::masked: return m.value < firewall.masked.size();
      case ir::MatchKind::interface: return m.value < firewall.strings.size();
      case ir::MatchKind::any_of: return m.value < firewall.alternatives.size();
      case ir::MatchKind::opaque: return m.value < firewall.opaques.size();
    }
    return false;
  };
  bool good = std::ranges::all_of(firewall.matches, match);
  for (const auto& a : firewall.alternatives) good &= run(a.first, a.count, firewall.conjunctions.size());
  for (const auto& c : firewall.conjunctions) good &= run(c.first_match, c.match_count, firewall.matches.size());
  for (const auto& e : firewall.effect_lists) good &= run(e.first, e.count, firewall.effects.size());
  for (const auto& rule : firewall.rules) {
    const bool jumps = rule.action == ir::ActionKind::jump || rule.action == ir::ActionKind::go_to;
    good &= run(rule.first_match, rule.match_count, firewall.matches.size()) && jumps == (rule.target != ir::none);
    good &= !jumps || rule.target < firewall.lists.size();
    good &= rule.on_match < firewall.effect_lists.size() && rule.on_decide < firewall.effect_lists.size();
  }
  for (const auto& list : firewall.lists) good &= run(list.first, list.count, firewall.order.size());
  for (const ir::RuleId id : firewall.order) good &= id < firewall.rules.size();
  good &= firewall.order.size() == firewall.rules.size();
  for (const auto& path : firewall.paths) {
    good &= std::ranges::any_of(path, &ir::Stage::filter);
    for (const auto& stage : path) good &= stage.list < firewall.lists.size();
  }
  return good;
}

void check(const std::string& input, ir::Format format) {
  frontend::Options options;
  options.format = format;
  const auto file = std::make_shared<SourceFile>("damaged", input);
  const frontend::Loaded loaded = frontend::load(file, options);
  INFO(printable(input));
  REQUIRE(loaded.firewalls.size() == 1);
  CHECK(is_sound(loaded.firewalls[0]));
  bool unrecognised = false;
  for (const ir::Rule& rule : loaded.firewalls[0].rules) unrecognised |= rule.coverage == ir::Coverage::unrecognised;
  // Nothing is lost in silence: what is not understood has a diagnostic, and makes the file incomplete.
  CHECK(unrecognised <= loaded.incomplete);
  CHECK((loaded.incomplete || loaded.failed) == !loaded.diagnostics.empty());
  for (const Diagnostic& d : loaded.diagnostics) CHECK((d.where.begin <= d.where.end && d.where.end <= input.size() && d.message == printable(d.message)));
}

}  // namespace

TEST_CASE("damaged iptables files are read to their end, and what is made of them is sound") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  Damage damage(fixtures(), seed);
  for (int i = 0; i < 4'000; ++i) check("*filter\n" + damage.next() + "\nCOMMIT\n", i % 2 == 0 ? ir::Format::iptables : ir::Format::ip6tables);
}

}  // namespace wallcheck::tests
