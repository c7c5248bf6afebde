// Fixes of random files of every format that has some (see fix_judge.h).

#include <nlohmann/json.hpp>

#include "fix_judge.h"
#include "intent.h"
#include "pf_texts.h"

using namespace wallcheck;

namespace {

const Material around_dns{{"10.0.0.0", "10.0.0.1", "10.0.0.7"}, {"192.0.2.0", "192.0.2.1", "192.0.2.9", "198.51.100.1", "224.0.0.5"},
                          {53, 1053, 22, 54, 80, 1023, 1024, 1025, 40000}};
const Material around_web{{"10.0.0.0", "10.0.0.1", "10.0.0.2"}, {"192.0.2.0", "192.0.2.1", "192.0.2.9", "198.51.100.1", "224.0.0.5"},
                          {80, 22, 81, 443, 1023, 1024, 40000}, {"em0", "em1", "lo0", "em9"}};
const Material around_intents{{"10.0.0.0", "10.0.0.1", "10.1.2.3"}, {"54.225.248.130", "54.225.248.131", "192.0.2.1", "198.51.100.1", "2001:db8::1", "2001:db9::1"},
                              {80, 443, 22, 81, 1023, 1024, 8080, 40000}};

/// The same JSON as other programs print it.
std::string in_other_style(Random& random, const std::string& text) {
  const auto json = nlohmann::ordered_json::parse(text);
  switch (random.below(4)) {
    case 0: return json.dump();
    case 1: return json.dump(4) + "\n";
    case 2: return json.dump(1, '\t') + "\n";
    default: return text;
  }
}

}  // namespace

TEST_CASE("a fix lets the flow through, and no packet that is not of it has another verdict") {
  const unsigned first = setting("WALLCHECK_SEED", 1), cases = setting("WALLCHECK_CASES", 600);
  FixJudge judge(around_dns, {});
  for (unsigned seed = first; seed < first + cases; ++seed) {
    Random random(seed);
    const std::string rules = rule_set(random);
    judge.file(seed, random, "random.rules", rules, ir::Format::iptables);
  }
  judge.print();
  CHECK(judge.changed_packets > 0);
}

TEST_CASE("... of pf files") {
  const unsigned first = setting("WALLCHECK_SEED", 1), cases = setting("WALLCHECK_CASES", 800);
  FixJudge judge(around_web, {.every_path = true});
  for (unsigned seed = first; seed < first + cases; ++seed) {
    Random random(seed);
    const std::string rules = differential::PfWriter(random.engine(), random.chance(50), random.chance(75)).file();
    judge.file(seed, random, "pf.conf", rules, ir::Format::pf);
  }
  judge.print();
  CHECK(judge.changed_packets > 0);
}

TEST_CASE("... of what clouds have: groups, ACLs, rules of networks, templates, Terraform") {
  const unsigned first = setting("WALLCHECK_SEED", 1), cases = setting("WALLCHECK_CASES", 300);
  struct {
    const char* name;
    ir::Format format;
  } const formats[] = {{"aws.json", ir::Format::aws}, {"aws-rules.json", ir::Format::aws}, {"nacl.json", ir::Format::nacl}, {"openstack.json", ir::Format::openstack},
               {"azure.json", ir::Format::azure}, {"gcp.json", ir::Format::gcp}, {"cloudformation.json", ir::Format::cloudformation}, {"terraform.json", ir::Format::terraform}};
  for (const auto& [name, format] : formats) {
    const bool tests_both_ends = format == ir::Format::azure;
    FixJudge judge(around_intents, {.source_ports = !tests_both_ends, .own_address = !tests_both_ends, .paths = true, .answers = format == ir::Format::nacl});
    const auto writer = std::ranges::find(differential::writers(), name, &differential::Writer::file);
    REQUIRE(writer != differential::writers().end());
    for (unsigned seed = first; seed < first + cases; ++seed) {
      Random random(seed);
      const differential::Intent intent = random.chance(50) ? differential::random_intent(random.engine()) : differential::random_rich_intent(random.engine());
      const std::string text = in_other_style(random, writer->write(intent));
      judge.file(seed, random, name, text, format);
    }
    std::cout << name << ": " << judge.flows << " flows that fail\n";
    judge.print();
    CHECK(judge.changed_packets > 0);
  }
}
