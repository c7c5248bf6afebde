#include "sample.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using sample::context;
using sample::render;

TEST_CASE("text: a table of flows, each finding with its evidence, and what to do next") {
  report::Style style;
  style.width = 80;
  CHECK(render("text", context(style), {sample::web_rules()}) == R"text(web.rules  iptables, cloud at host (default)

   #  traffic           direction  verdict           decided by
   1  Monitoring        egress     x reversed        line 6: -A OUTPUT -j DROP
   2  NTP               egress     + permitted       line 4: -A OUTPUT -p udp ...
   4  RightNet          egress     x partial         line 6: -A OUTPUT -j DROP
   6  User API Traffic  -          - not-applicable  it runs from user to rig...

error[WC102]: flow 1 "Monitoring" is reversed: the firewall lets udp/3011 in, but not out
    --> web.rules:3:1
     |
   3 | -A INPUT -p udp --dport 3011 -j ACCEPT
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = service: collectd (udp/3011) is reversed: first packet blocked, never answered
     = decides: line 6 `-A OUTPUT -j DROP` in filter OUTPUT: drop udp any:1024-65535 > any:3011
     = wrong way: line 3 `-A INPUT -p udp --dport 3011 -j ACCEPT` in filter INPUT: accept udp any:1024-65535 > any:3011
     = packet: udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new: dropped
     = fix: let collectd (udp/3011) out
     = line: + -A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT
     = changes: +udp any > any:3011 out, nothing else
     = opens: to any address: --role-address rightscale=CIDR narrows it

error[WC103]: flow 4 "RightNet" is partly blocked
    --> web.rules:6:1
     |
   6 | -A OUTPUT -j DROP
     | ^^^^^^^^^^^^^^^^^
     = service: HTTPS (tcp/443) is partial: first packet partial, later packets conditional, replies conditional
     = decides: line 6 `-A OUTPUT -j DROP` in filter OUTPUT: drop tcp any:1024-65535 > 54.225.248.128/27:443
     = passes: tcp any:1024-65535 > 54.86.63.128/26:443
     = fails: tcp any:1024-65535 > 54.225.248.128/27:443
     = packet: tcp 10.0.0.1:1024 > 54.225.248.129:443 out eth0 new: dropped
     = assumes: line 5 `-m recent --rcheck`: depends on traffic seen before

1 file, 4 flows: 1 permitted, 1 partial, 1 reversed, 1 not-applicable
2 errors, 1 suppressed
Next: `wallcheck explain WC102` says what it means and what to do.
)text");
}

TEST_CASE("text: what a hostile file says is shown, not obeyed, and input errors are findings") {
  CHECK(render("text", context(), {sample::hostile(), sample::unreadable()}) == R"text(bad\x1b[31m.rules  iptables, group sg-1\x1b[2J, ONLY PARTLY ANALYSED

error[WC902]: unknown target
    --> bad\x1b[31m.rules:2:350
     |
   2 | ...xxxxxxxxxxxxxxxx --comment "\x1b]0;pwned\x07 caf\xe9 \u{202e}evil" -j BAD yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
     |                                                                          ^^^
     = expected: a target or a chain of this table

gone.rules  NOT ANALYSED

error[WC905]: cannot be read: No such file or directory
    --> gone.rules

2 files, 0 flows
2 errors
2 files could not be analysed to the end: what is not listed is not proved
Next: `wallcheck explain WC902` says what it means and what to do.
)text");
}

TEST_CASE("text --verbose: the proof of what passes, and what is suppressed") {
  report::Style style;
  style.verbose = true;
  style.suppressed = true;
  const std::string shown = render("text", context(style), {sample::web_rules()});
  CHECK(shown.find(
            R"text(
warning[WC301]: the rule never matches
    --> web.rules:5:49
     |
   5 | -A OUTPUT -d 54.86.63.128/26 -p tcp --dport 443 -m recent --rcheck -j ACCEPT
     |                                                 ^^^^^^^^^
     = suppressed: replaced in March

proof: flow 2 "NTP" is permitted
     = service: NTP (udp/123) is permitted: first packet permitted, later packets permitted, replies permitted
     = decides: line 4 `-A OUTPUT -p udp --dport 123 -j ACCEPT` in filter OUTPUT: accept udp any:1024-65535 > any:123
     = packet: udp 10.0.0.1:1024 > 54.225.248.129:123 out eth0 new: accepted
)text") != std::string::npos);
}

TEST_CASE("text --quiet: findings and nothing else") {
  report::Style style;
  style.quiet = true;
  CHECK(render("text", context(style), {sample::unreadable()}) ==
        "error[WC905]: cannot be read: No such file or directory\n"
        "    --> gone.rules\n");
  CHECK(render("text", context(style), {}).empty());
}

TEST_CASE("text: the same words with and without colour and symbols") {
  report::Style style;
  const std::string plain = render("text", context(style), {sample::web_rules(), sample::hostile()});
  CHECK(plain.find('\x1b') == std::string::npos);
  style.color = true;
  std::string stripped;
  const std::string colored = render("text", context(style), {sample::web_rules(), sample::hostile()});
  for (std::size_t at = 0; at < colored.size();) {
    if (colored[at] == '\x1b') at = colored.find('m', at) + 1;
    else stripped += colored[at++];
  }
  CHECK(stripped == plain);
  style.unicode = true;
  CHECK(render("text", context(style), {sample::web_rules()}).find("\u2717 reversed") != std::string::npos);
}

TEST_CASE("text: the last line fits the result") {
  struct Row {
    std::vector<check::FlowVerdict> verdicts;
    std::string_view last;
  };
  using enum check::FlowVerdict;
  const Row rows[] = {
      {{permitted, not_applicable}, "Every documented flow that starts or ends here is permitted: nothing to do.\n"},
      {{permitted, blocked}, "What is not permitted is suppressed with a reason: --show-suppressed shows it.\n"},
      {{not_applicable}, "No documented flow applies here, for the reasons above: is it the right role (--role) and policy (--policy)?\n"},
  };
  for (const Row& row : rows) {
    check::FileResult file{.path = "f", .format = "iptables", .sources = {}, .sites = {{}}};
    for (const check::FlowVerdict verdict : row.verdicts) {
      check::FlowResult flow;
      flow.verdict = verdict;
      file.sites[0].flows.push_back(flow);
    }
    CHECK(render("text", context(), {file}).ends_with(row.last));
  }
}

TEST_CASE("concise: a line a finding") {
  CHECK(render("concise", context(), {sample::web_rules(), sample::hostile(), sample::unreadable()}) ==
        R"text(web.rules:3:1: error WC102 flow 1 "Monitoring" is reversed: the firewall lets udp/3011 in, but not out [monitoring]
web.rules:6:1: error WC103 flow 4 "RightNet" is partly blocked [rightnet]
bad\x1b[31m.rules:2:350: error WC902 unknown target
gone.rules:1:1: error WC905 cannot be read: No such file or directory
)text");
}
