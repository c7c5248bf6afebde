// A flow judged by parts (check/parts.h) against the same flow judged as a whole: long lists of overlapping rules.
//
// WALLCHECK_SEED and WALLCHECK_CASES choose others than the usual cases.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "check/check.h"
#include "dns_flow.h"
#include "rule_sets.h"

using namespace wallcheck;
using check::FlowVerdict;

namespace {

/// Enough rules that more of them decide than are shown, over so few networks that they hide one another.
enum class Nat { perhaps, all_to_one };  ///< all_to_one: whatever address a connection means, it is sent to one
std::string long_list(Random& random, Nat nat) {
  const auto network = [&](const char* option) {
    const std::string base = option == std::string("-s") ? "10.0." : "192.0.";
    switch (random.below(6)) {
      case 0: return std::string();
      case 1: return std::string(option) + " " + base + std::to_string(random.below(4)) + ".0/24 ";
      case 2: return std::string(option) + " " + base + std::to_string(random.below(12)) + "." + std::to_string(64 * random.below(4)) + "/26 ";
      default: return std::string(option) + " " + base + std::to_string(random.below(12)) + "." + std::to_string(random.below(40)) + "/32 ";
    }
  };
  const auto rule = [&](const std::string& chain) {
    std::string networks = network("-s") + (nat == Nat::perhaps ? network("-d") : "");
    while (networks.empty() && random.chance(99)) networks = network("-s");  // a rule for everybody ends the list
    std::string text = "-A " + chain + " " + networks + "-p tcp -m tcp ";
    if (random.chance(70)) text += random.chance(50) ? "--dport 53 " : random.chance(50) ? "--dport 50:60 " : "--dport 54 ";
    if (random.chance(20)) text += "--sport 1024:40000 ";
    if (random.chance(30)) text += "-m conntrack --ctstate NEW ";
    if (random.chance(5)) text += "-m limit --limit 5/min ";
    const char* const actions[] = {"ACCEPT", "ACCEPT", "DROP", "REJECT"};
    return text + "-j " + (chain == "OUTPUT" && random.chance(8) ? "branch" : random.chance(3) ? "RETURN" : actions[random.below(4)]) + "\n";
  };
  std::string text = "*filter\n:INPUT " + std::string(nat == Nat::perhaps && random.chance(70) ? "DROP" : "ACCEPT") + " [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ";
  text += random.chance(70) ? "DROP [0:0]\n" : "ACCEPT [0:0]\n";
  text += ":branch - [0:0]\n";
  if (random.chance(90)) text += "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  if (random.chance(90)) text += "-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  for (unsigned n = 20 + random.below(200); n > 0; --n) text += rule("OUTPUT");
  for (unsigned n = random.below(20); n > 0; --n) text += rule("branch");
  for (unsigned n = random.below(60); n > 0; --n) text += rule("INPUT");
  text += "COMMIT\n";
  if (nat == Nat::all_to_one) {
    return text + "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 53 -j DNAT --to-destination 192.0.2.9\nCOMMIT\n";
  }
  if (random.chance(10)) text += "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
                                 "-A OUTPUT " + std::string(random.chance(50) ? "-d 192.0.1.0/24 " : "") +
                                 "-p tcp -m tcp --dport 53 -j DNAT --to-destination 192.0.2.9\nCOMMIT\n";
  if (random.chance(10)) text += "*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A OUTPUT -d 192.0.1.0/24 -j NOTRACK\nCOMMIT\n";
  return text;
}

std::set<std::string> texts(const std::vector<check::DecidedBy>& decided, bool with_packets) {
  std::set<std::string> result;
  for (const check::DecidedBy& by : decided)
    result.insert(by.leg + " " + by.effect + " " + std::to_string(by.where.begin) + " " + by.text + " " + (with_packets ? by.packets : ""));
  return result;
}

/// Gives how many of the flows were judged by parts.
unsigned compare(unsigned cases, Nat nat) {
  const unsigned first_seed = setting("WALLCHECK_SEED", 1);
  unsigned by_parts = 0;
  for (unsigned seed = first_seed; seed < first_seed + cases; ++seed) {
    Random random(seed);
    const std::string rules = long_list(random, nat);
    const bool is_given = random.chance(30);
    const unsigned last_port = random.chance(70) ? 53 : 54;
    policy::Pack pack = dns_pack(last_port, random.chance(20));
    if (is_given) pack.roles[1].addresses = std::vector{*parse_prefix("192.0.1.0/26")};
    const frontend::Loaded loaded = load_iptables(rules);
    INFO("seed " << seed << "\n" << rules);
    REQUIRE(loaded.firewalls.size() == 1);
    const auto result = [&](std::size_t few_rules) {
      check::Request request;
      request.pack = &pack;
      request.few_rules = few_rules;
      bool incomplete = false;
      check::SiteResult site = check::check_flows(loaded.firewalls[0], loaded.sources, request, incomplete);
      for (const check::Finding& finding : site.findings) INFO(finding.diagnostic.message);
      REQUIRE_FALSE(incomplete);
      return site.flows.at(0).services.at(0);
    };
    const check::ServiceResult whole = result(std::size_t{1} << 30), parts = result(0);
    CHECK(to_string(parts.verdict) == to_string(whole.verdict));
    CHECK(to_string(parts.open) == to_string(whole.open));
    CHECK(to_string(parts.onward) == to_string(whole.onward));
    CHECK(to_string(parts.reply) == to_string(whole.reply));
    CHECK(texts(parts.also_open, true) == texts(whole.also_open, true));
    CHECK(parts.witness.has_value() == whole.witness.has_value());
    by_parts += whole.passes != parts.passes;
    if (rules.find("DNAT") != std::string::npos) continue;  // rules behind it are not known by what they ask of a packet as it came
    // The rest of the connections stands for all others where the default accepts: a rule decides about those, and perhaps more.
    const bool exact = rules.find(":OUTPUT DROP") != std::string::npos;
    const auto of_whole = texts(whole.decided_by, exact), of_parts = texts(parts.decided_by, exact);
    const auto missing = std::ranges::count_if(of_whole, [&](const std::string& text) { return !of_parts.contains(text); });
    const auto added = std::ranges::count_if(of_parts, [&](const std::string& text) { return !of_whole.contains(text); });
    CHECK(missing <= (exact ? 1 : 2));  // the witness' rule is shown whether or not it is among the first
    CHECK(added <= (exact ? 1 : 2));
  }
  return by_parts;
}

}  // namespace

TEST_CASE("parts give the verdict and the rules that the whole gives") {
  const unsigned cases = setting("WALLCHECK_CASES", 150), by_parts = compare(cases, Nat::perhaps);
  if (cases >= 150) CHECK(by_parts >= cases / 4);
}

// Connections that mean the address to which all others are sent pass, if any do: the flow is diverted, not restricted to that address.
TEST_CASE("parts give the verdict of the whole where every connection is sent to one address") { compare(60, Nat::all_to_one); }
