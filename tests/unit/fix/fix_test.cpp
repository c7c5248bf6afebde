// Fixes of iptables files: the whole file that comes out, and what the proof says of it.

#include "fixing.h"

using namespace wallcheck;
using namespace wallcheck::fix;

namespace {

std::string filter(const std::string& rules, const std::string& policies = ":INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n") {
  return "*filter\n" + policies + rules + "COMMIT\n";
}

struct Row {
  std::string what;
  std::string file;
  policy::Pack pack;
  std::string after;    ///< the file with the fix; empty: there is none
  std::string changes;  ///< the proof, or a part of why there is none
};

const std::string known_in = "-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT\n";
const std::string known_out = "-A OUTPUT -m state --state ESTABLISHED,RELATED -j ACCEPT\n";

}  // namespace

TEST_CASE("a fix is the rule that is missing, where it takes effect") {
  const auto monitoring = [] { return pack({flow("monitoring", "cloud", "platform", {one_way(3011)})}); };
  const auto web = [] { return pack({flow("web", "cloud", "platform", {tcp(80), tcp(443)})}); };
  const Row rows[] = {
      {"the policy decides: after the chain's rules", filter(known_in + known_out), monitoring(),
       filter(known_in + known_out + "-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n"), "+udp any:1024-65535 > any:3011 out, nothing else"},
      {"a rule decides: before it", filter(known_in + known_out + "-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -j REJECT\n"), monitoring(),
       filter(known_in + known_out + "-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -p udp -m udp --sport 1024:65535 --dport 3011 -j ACCEPT\n-A OUTPUT -j REJECT\n"),
       "+udp any:1024-65535 > any:3011 out, nothing else"},
      {"one rule for two ports", filter(known_in + known_out), web(),
       filter(known_in + known_out + "-A OUTPUT -p tcp -m tcp --sport 1024:65535 -m multiport --dports 80,443 -j ACCEPT\n"),
       "+tcp any:1024-65535 > any:80 out, +tcp any:1024-65535 > any:443 out, nothing else"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      Case test(row.file, row.pack);
      REQUIRE(test.sites.size() == 1);
      find_fixes(test.subject(), 0, test.sites[0]);
      REQUIRE(!test.sites[0].findings.empty());
      const check::Finding& finding = test.sites[0].findings[0];
      CAPTURE(finding.no_fix);
      REQUIRE(finding.fixes.empty() == row.after.empty());
      if (row.after.empty()) {
        CHECK(finding.no_fix.find(row.changes) != std::string::npos);
        continue;
      }
      CHECK(edited(row.file, finding.fixes[0].edits) == row.after);
      CHECK(finding.fixes[0].changes == row.changes);
      CHECK(finding.no_fix.empty());
    }
  }
}
