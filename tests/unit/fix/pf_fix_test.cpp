// Fixes of pf.conf files.

#include "fixing.h"

using namespace wallcheck;
using namespace wallcheck::fix;

namespace {

policy::Pack web_in() { return pack({flow("web", "platform", "cloud", {tcp(80), tcp(443)})}); }
policy::Pack time_out() { return pack({flow("time", "cloud", "platform", {udp(123)})}); }

const std::string monitoring_rule = "pass out inet proto udp from any port 1024:65535 to any port 3011";
const std::string monitoring_passes = "+udp any:1024-65535 > any:3011 out, nothing else";

}  // namespace

TEST_CASE("pf: a pass rule behind the rule that decides, or quick before it") {
  const ir::Format pf = ir::Format::pf;
  const Row rows[] = {
      {"behind", "block all\npass in proto tcp to port 22\n", monitoring(), "block all\n" + monitoring_rule + "\npass in proto tcp to port 22\n",
       "+udp any:1024-65535 > any:3011 out, nothing else", {}, pf},
      {"before a quick one", "block quick all\n", monitoring(), "pass out quick inet proto udp from any port 1024:65535 to any port 3011\nblock quick all\n",
       monitoring_passes, {}, pf},
      {"inside an anchor, indented as its neighbours", "block all\nanchor \"a\" {\n\tblock out quick proto udp\n}\n", monitoring(),
       "block all\nanchor \"a\" {\n\tpass out quick inet proto udp from any port 1024:65535 to any port 3011\n\tblock out quick proto udp\n}\n", monitoring_passes, {}, pf},
      {"the file's words for states", "block all\npass out proto tcp keep state\n", monitoring(),
       "block all\n" + monitoring_rule + " keep state\npass out proto tcp keep state\n", monitoring_passes, {}, pf},
      {"no newline at the end", "block all", monitoring(), "block all\n" + monitoring_rule, monitoring_passes, {}, pf},
      {"line ends stay", "block all\r\n", monitoring(), "block all\r\n" + monitoring_rule + "\r\n", monitoring_passes, {}, pf},
      {"a table that has these addresses", "table <p> { 192.0.2.0/24 198.51.100.0/25 }\nblock all\n", with_addresses(monitoring(), {"198.51.100.0/25", "192.0.2.0/24"}),
       "table <p> { 192.0.2.0/24 198.51.100.0/25 }\nblock all\npass out proto udp from any port 1024:65535 to <p> port 3011\n",
       "+udp any:1024-65535 > 192.0.2.0/24,198.51.100.0/25:3011 out, nothing else", {}, pf},
      {"a macro that is this address", "p = \"192.0.2.1\"\nblock all\n", with_addresses(monitoring(), {"192.0.2.1/32"}),
       "p = \"192.0.2.1\"\nblock all\npass out proto udp from any port 1024:65535 to $p port 3011\n", "+udp any:1024-65535 > 192.0.2.1:3011 out, nothing else", {}, pf},
      {"a macro that is defined too late", "block quick all\np = \"192.0.2.1\"\n", with_addresses(monitoring(), {"192.0.2.1/32"}),
       "pass out quick proto udp from any port 1024:65535 to 192.0.2.1 port 3011\nblock quick all\np = \"192.0.2.1\"\n", "+udp any:1024-65535 > 192.0.2.1:3011 out, nothing else", {}, pf},
      {"a table of the same name in a comment is none", "# p = \"192.0.2.1\"\nblock all\n", with_addresses(monitoring(), {"192.0.2.1/32"}),
       "# p = \"192.0.2.1\"\nblock all\npass out proto udp from any port 1024:65535 to 192.0.2.1 port 3011\n", "+udp any:1024-65535 > 192.0.2.1:3011 out, nothing else", {}, pf},
      {"two ports in one rule", "block in\n", web_in(), "block in\npass in inet proto tcp from any port 1024:65535 to any port { 80, 443 }\n",
       "+tcp any:1024-65535 > any:80 in, +tcp any:1024-65535 > any:443 in, +tcp any:1024-65535 > any:80 through, +tcp any:1024-65535 > any:443 through, nothing else", {}, pf},
      {"a macro that is these ports", "web = \"{ 443 80 }\"\nblock in\n", web_in(), "web = \"{ 443 80 }\"\nblock in\npass in inet proto tcp from any port 1024:65535 to any port $web\n",
       "+tcp any:1024-65535 > any:80 in, +tcp any:1024-65535 > any:443 in, +tcp any:1024-65535 > any:80 through, +tcp any:1024-65535 > any:443 through, nothing else", {}, pf},
      {"answers that have no state", "pass out no state\nblock in\n", time_out(),
       "pass out no state\nblock in\npass out inet proto udp from any port 1024:65535 to any port 123\n", "+a state for udp any:1024-65535 > any:123 out, nothing else", {}, pf},
      {"sent elsewhere", "rdr-anchor \"x\"\nrdr on em0 proto tcp to port 80 -> 192.0.2.9 port 8080\npass all\n", pack({flow("web", "platform", "cloud", {tcp(80)})}), "", "", {}, pf},
  };
  check_rows(rows);
}
