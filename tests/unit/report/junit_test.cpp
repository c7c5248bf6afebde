#include <catch2/catch.hpp>

#include "sample.h"

using namespace wallcheck;
using sample::context;
using sample::render;

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("junit: a suite a file, a test a flow and one for reading it; what fails the run fails") {
  CHECK(render("junit", context(), {sample::web_rules()}) == R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wallcheck check">
  <testsuite name="web.rules" tests="6" failures="2" errors="0" skipped="2">
    <testcase classname="web.rules" name="read to its end" file="web.rules"/>
    <testcase classname="web.rules" name="flow 1: Monitoring" file="web.rules">
      <failure type="WC102" message="flow 1 &quot;Monitoring&quot; is reversed: the firewall lets udp/3011 in, but not out">error[WC102]: flow 1 &quot;Monitoring&quot; is reversed: the firewall lets udp/3011 in, but not out
    --&gt; web.rules:3:1
     |
   3 | -A INPUT -p udp --dport 3011 -j ACCEPT
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = service: collectd (udp/3011) is reversed: first packet blocked, never answered
     = decides: line 6 `-A OUTPUT -j DROP` in filter OUTPUT: drop udp any:1024-65535 &gt; any:3011
     = wrong way: line 3 `-A INPUT -p udp --dport 3011 -j ACCEPT` in filter INPUT: accept udp any:1024-65535 &gt; any:3011
     = packet: udp 10.0.0.1:1024 &gt; 54.225.248.129:3011 out eth0 new: dropped
     = fix: let collectd (udp/3011) out
     = line: + -A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT
     = changes: +udp any &gt; any:3011 out, nothing else
     = opens: to any address: --role-address rightscale=CIDR narrows it
</failure>
    </testcase>
    <testcase classname="web.rules" name="flow 2: NTP" file="web.rules"/>
    <testcase classname="web.rules" name="flow 4: RightNet" file="web.rules">
      <failure type="WC103" message="flow 4 &quot;RightNet&quot; is partly blocked">error[WC103]: flow 4 &quot;RightNet&quot; is partly blocked
    --&gt; web.rules:6:1
     |
   6 | -A OUTPUT -j DROP
     | ^^^^^^^^^^^^^^^^^
     = service: HTTPS (tcp/443) is partial: first packet partial, later packets conditional, replies conditional
     = decides: line 6 `-A OUTPUT -j DROP` in filter OUTPUT: drop tcp any:1024-65535 &gt; 54.225.248.128/27:443
     = passes: tcp any:1024-65535 &gt; 54.86.63.128/26:443
     = fails: tcp any:1024-65535 &gt; 54.225.248.128/27:443
     = packet: tcp 10.0.0.1:1024 &gt; 54.225.248.129:443 out eth0 new: dropped
     = assumes: line 5 `-m recent --rcheck`: depends on traffic seen before
</failure>
    </testcase>
    <testcase classname="web.rules" name="flow 6: User API Traffic" file="web.rules">
      <skipped message="not-applicable: it runs from user to rightscale"/>
    </testcase>
    <testcase classname="web.rules" name="WC301 line 5: the rule never matches" file="web.rules">
      <skipped message="WC301 is suppressed: replaced in March"/>
    </testcase>
  </testsuite>
</testsuites>
)xml");
}

TEST_CASE("junit: --fail-on decides what fails; the rest is told in the test's output") {
  report::Context never = context();
  never.fail_on = std::nullopt;
  const std::string text = render("junit", never, {sample::web_rules()});
  CHECK(contains(text, "tests=\"6\" failures=\"0\" errors=\"0\" skipped=\"2\""));
  CHECK(contains(text, "<system-out>error[WC102]: flow 1"));
}

TEST_CASE("junit: a flow whose finding was not asked for is not passed") {
  check::FileResult file = sample::web_rules();
  file.sites[0].findings.clear();
  const std::string text = render("junit", context(), {file});
  CHECK(contains(text, "tests=\"5\" failures=\"0\" errors=\"0\" skipped=\"3\""));
  CHECK(contains(text, "<skipped message=\"reversed, but WC102 was not asked for\"/>"));
}

TEST_CASE("junit: what could not be read to its end is an error, whatever --fail-on says") {
  report::Context never = context();
  never.fail_on = std::nullopt;
  const std::string text = render("junit", never, {sample::unreadable(), sample::hostile()});
  CHECK(contains(text, "<error type=\"WC905\" message=\"cannot be read: No such file or directory\">"));
  CHECK(contains(text, "<error type=\"WC902\" message=\"unknown target\">error[WC902]: unknown target\n    --&gt; bad\\x1b[31m.rules:2:350\n"));
  CHECK(contains(text, "<testsuite name=\"bad\\x1b[31m.rules sg-1\\x1b[2J\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">"));
}

TEST_CASE("junit: every text is XML's, also where XML has no way to say it; no file is no suite") {
  check::FileResult file = sample::web_rules();
  file.sites[0].findings = {{{"WC305", Severity::error, "]]><b> &amp; \xef\xbf\xbf \x01 \xff 'q' \"d\"", {}, {}, ""}, "", {}, {}, ""}};
  CHECK(contains(render("junit", context(), {file}),
                 "<failure type=\"WC305\" message=\"]]&gt;&lt;b&gt; &amp;amp; \\u{ffff} \\x01 \\xff 'q' &quot;d&quot;\">"));
  CHECK(render("junit", context(), {}) == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wallcheck check\">\n</testsuites>\n");
}
