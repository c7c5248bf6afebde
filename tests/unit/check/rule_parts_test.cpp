#include "check/audit/rule_parts.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "../evaluate/filter_builder.h"

using namespace wallcheck;
using namespace wallcheck::test;
using check::audit::rule_parts, check::audit::WrittenRule;

namespace {

/// INPUT and OUTPUT with as many rules each; FORWARD has a tenth of them, in a chain that it calls.
struct ThreeChains : FilterBuilder {
  explicit ThreeChains(std::uint32_t rules) {
    const ListId input = base(Path::ingress, "filter", "INPUT", Point::input), output = base(Path::egress, "filter", "OUTPUT", Point::output);
    const ListId forward = base(Path::forward, "filter", "FORWARD", Point::forward), called = chain("called");
    for (std::uint32_t i = 0; i < rules; ++i) {
      of_input.insert(rule(input, {}, accept));
      of_output.insert(rule(output, {}, accept));
      if (i % 10 == 0) of_forward.insert(rule(called, {}, accept));
    }
    of_forward.insert(jump(forward, {}, called));
    build();
    for (RuleId id = 0; id < fw.rules.size(); ++id) written.push_back({{id, id + 1}, {id}});
  }
  std::set<std::set<RuleId>> parts() const {
    std::set<std::set<RuleId>> result;
    for (const auto& part : rule_parts(fw, written)) {
      REQUIRE(std::ranges::is_sorted(part, {}, [](const WrittenRule& one) { return one.rules.front(); }));
      std::set<RuleId> here;
      for (const WrittenRule& one : part) here.insert(one.rules.begin(), one.rules.end());
      result.insert(std::move(here));
    }
    return result;
  }
  std::set<RuleId> of_input, of_output, of_forward;
  std::vector<WrittenRule> written;
};

}  // namespace

TEST_CASE("lists that have nothing to do with one another are parts, called chains with their callers") {
  const ThreeChains chains(12'000);
  CHECK(chains.parts() == std::set{chains.of_input, chains.of_output, chains.of_forward});
}

TEST_CASE("a firewall of few rules is one part") {
  const ThreeChains chains(100);
  CHECK(chains.parts().size() == 1);
  CHECK(rule_parts(Firewall{}, {}).size() == 1);
}

TEST_CASE("a rule as written is not parted") {
  ThreeChains chains(12'000);
  const RuleId one = *chains.of_input.begin(), other = *chains.of_output.begin();
  std::erase_if(chains.written, [&](const WrittenRule& written) { return written.rules.front() == other; });
  chains.written[one].rules.push_back(other);
  std::set<RuleId> both = chains.of_input;
  both.insert(chains.of_output.begin(), chains.of_output.end());
  CHECK(chains.parts() == std::set{both, chains.of_forward});
}

TEST_CASE("many lists are few parts of about the same size") {
  FilterBuilder builder;
  std::vector<WrittenRule> written;
  for (int i = 0; i < 100; ++i) {
    const ListId list = builder.chain("chain" + std::to_string(i));
    for (int rule = 0; rule < 250; ++rule) {
      const RuleId id = builder.rule(list, {}, accept);
      written.push_back({{id, id + 1}, {id}});
    }
  }
  const auto parts = rule_parts(builder.build(), written);
  REQUIRE(parts.size() > 1);
  REQUIRE(parts.size() < 20);
  for (const auto& part : parts) CHECK((part.size() > 2500 && part.size() < 12'501));
}
