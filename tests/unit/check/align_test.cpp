// Where two versions of a firewall can differ: boxes that are never too small.

#include <catch2/catch.hpp>

#include "check/align.h"
#include "frontend/frontend.h"

using namespace wallcheck;
using ir::Field;

namespace {

ir::Firewall firewall(const std::string& rules, const std::string& nat = "") {
  frontend::Options options;
  options.format = ir::Format::iptables;
  return std::move(frontend::load(std::make_shared<SourceFile>("test", nat + "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:a - [0:0]\n" + rules + "COMMIT\n"), options).firewalls.at(0));
}

/// "17:53", "any", ... of each box on a path: its protocol and destination port.
std::string shown(const std::vector<check::Concern>& concerns, ir::Path path) {
  std::string text;
  for (const check::Concern& concern : concerns) {
    if (!concern.on(path)) continue;
    const evaluate::Box& box = concern.box;
    const auto& port = box[Field::destination_port];
    const auto& protocol = box[Field::protocol];
    if (!text.empty()) text += "; ";
    text += protocol.empty() ? "any" : std::to_string(low64(protocol[0].first));
    if (!port.empty()) text += ":" + std::to_string(low64(port[0].first));
  }
  return text;
}

std::string concerned(ir::Firewall before, ir::Firewall after, ir::Path path) {
  const check::Alignment alignment = check::align(before, after);
  return shown(check::concerned(before, after, alignment), path);
}

}  // namespace

TEST_CASE("only what a changed rule may hold for can differ") {
  const std::string a = "-A OUTPUT -p tcp --dport 1 -j ACCEPT\n", b = "-A OUTPUT -p tcp --dport 2 -j ACCEPT\n", c = "-A OUTPUT -p udp -j DROP\n";
  const std::string all = "-A OUTPUT -j DROP\n", jump = "-A OUTPUT -j a\n", in_a = "-A a -p udp --dport 5 -j ACCEPT\n", lost = "-A a -p udp --dport 6 -j ACCEPT\n";
  const struct { std::string what, before, after, egress, ingress; } rows[] = {
      {"nothing", a + b, a + b, "", ""},
      {"a comment and counters are nothing", a + b, "# hello\n[1:2] " + a + "-A OUTPUT -p tcp --dport 2 -m comment --comment x -j ACCEPT\n", "", ""},
      {"put in", a + b, a + c + b, "17", ""},
      {"put in at two places", a + b, c + a + b + c, "17", ""},
      {"taken away", a + b + c, a + c, "6:2", ""},
      {"at the end", a, a + b, "6:2", ""},
      {"exchanged", a + b, b + a, "6:1", ""},
      {"another action", a, "-A OUTPUT -p tcp --dport 1 -j DROP\n", "6:1", ""},
      {"for everything", a, a + all, "any", ""},
      {"in a chain", jump + in_a, jump + in_a + lost, "17:6", ""},
      {"in a chain that is not entered", in_a, in_a + lost, "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(concerned(firewall(row.before), firewall(row.after), ir::Path::egress) == row.egress);
    CHECK(concerned(firewall(row.before), firewall(row.after), ir::Path::ingress) == row.ingress);
  }
}

TEST_CASE("what is translated on the way came in as something else") {
  const std::string nat = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n";
  CHECK(concerned(firewall("", nat), firewall("-A INPUT -p tcp --dport 8080 -j ACCEPT\n", nat), ir::Path::ingress) == "6");  // not port 8080: it came to port 80
}

TEST_CASE("what differs in more than rules differs anywhere") {
  CHECK(concerned(firewall(""), firewall("-P OUTPUT ACCEPT\n"), ir::Path::ingress) == "any");
}
