#include "report/markdown_text.h"

#include <catch2/catch.hpp>

#include "sample.h"

using namespace wallcheck;
using sample::render;

namespace {

const std::vector<report::FlowTitle> titles{{"monitoring", 1, "Monitoring"}, {"ntp", 2, "NTP"}, {"rightnet", 4, "RightNet"}, {"user-api", 6, "User API Traffic"}};

report::Context context_with(std::span<const report::FlowTitle> flows) {
  report::Context context = sample::context();
  context.flows = flows;
  return context;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("markdown: files by flows, then each finding folded, then the totals") {
  CHECK(render("markdown", context_with(titles), {sample::web_rules()}) == R"md(<!-- wallcheck check -->
### wallcheck check

| file | 1. Monitoring | 2. NTP | 4. RightNet | 6. User API Traffic | findings |
|---|---|---|---|---|---|
| <code>web.rules</code> | ❌ reversed | ✅ permitted | ❌ partial | &ndash; n/a | ❌ 2 errors |

<details><summary>❌ <b>WC102</b> <code>web.rules&#58;3</code>: flow 1 &#34;Monitoring&#34; is reversed&#58; the firewall lets udp/3011 in, but not out</summary>

```
    --> web.rules:3:1
     |
   3 | -A INPUT -p udp --dport 3011 -j ACCEPT
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = service: collectd (udp/3011) is reversed: first packet blocked, never answered
     = decides: line 6 `-A OUTPUT -j DROP` in filter OUTPUT: drop udp any:1024-65535 > any:3011
     = wrong way: line 3 `-A INPUT -p udp --dport 3011 -j ACCEPT` in filter INPUT: accept udp any:1024-65535 > any:3011
     = packet: udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new: dropped
```

**Fix:** let collectd (udp/3011) out (changes <code>+udp any &gt; any&#58;3011 out, nothing else</code>):

```diff
--- web.rules
+++ web.rules
@@ -3,5 +3,6 @@
 -A INPUT -p udp --dport 3011 -j ACCEPT
 -A OUTPUT -p udp --dport 123 -j ACCEPT
 -A OUTPUT -d 54.86.63.128/26 -p tcp --dport 443 -m recent --rcheck -j ACCEPT
+-A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT
 -A OUTPUT -j DROP
 COMMIT
```

It opens to any address&#58; --role-address rightscale=CIDR narrows it.

</details>
<details><summary>❌ <b>WC103</b> <code>web.rules&#58;6</code>: flow 4 &#34;RightNet&#34; is partly blocked</summary>

```
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
```

</details>

**2 errors, 0 warnings, 0 notes** in 1 file; 1 suppressed with a reason.
)md");
}

TEST_CASE("markdown: what could not be read has unknown verdicts, never good ones; no files give an empty table") {
  const std::string text = render("markdown", context_with(titles), {sample::unreadable(), sample::hostile()});
  CHECK(contains(text, "| <code>gone.rules</code><br>❌ **not analysed** | ❓ unknown | ❓ unknown | ❓ unknown | ❓ unknown | ❌ 1 error |\n"));
  CHECK(contains(text, "<code>bad&#92;x1b&#91;31m.rules</code><br>group <code>sg-1&#92;x1b&#91;2J</code><br>❌ **only partly analysed**"));
  CHECK(contains(text, "**2 files could not be analysed to the end:** what is not listed is not proved."));
  CHECK_FALSE(contains(text, "✅"));
  CHECK(contains(render("markdown", context_with(titles), {}), "**0 errors, 0 warnings, 0 notes** in 0 files."));
}

TEST_CASE("markdown: many flows are counted, an audit has no column for them") {
  const std::vector<report::FlowTitle> many(17, titles[0]);
  CHECK(contains(render("markdown", context_with(many), {sample::web_rules()}),
                 "| <code>web.rules</code> | ✅ 1 permitted<br>❌ 1 partial<br>❌ 1 reversed<br>&ndash; 1 not-applicable | ❌ 2 errors |\n"));
  CHECK(contains(render("markdown", context_with({}), {sample::web_rules()}), "| file | findings |\n|---|---|\n| <code>web.rules</code> | ❌ 2 errors |\n"));
}

TEST_CASE("markdown: a comment stays below what a forge takes, and says that it is cut") {
  check::FileResult large = sample::web_rules();
  large.path = std::string(400, '|');
  for (check::Finding& finding : large.sites[0].findings) finding.diagnostic.message = std::string(5'000, '<');
  for (check::Fix& fix : large.sites[0].findings[0].fixes)
    for (int i = 0; i < 5'000; ++i) fix.edits[0].text += "-A OUTPUT -j a-long-line\n";
  large.sites[0].findings.insert(large.sites[0].findings.end(), 30, large.sites[0].findings[0]);
  const std::vector<check::FileResult> files(100, large);
  const std::string text = render("markdown", context_with(titles), files);
  CHECK(text.size() < 65'536);
  CHECK(contains(text, "The table ends here: more files may follow"));
  CHECK(contains(text, "The findings end here: more may follow"));
  CHECK(contains(text, "... (cut here)\n"));
  CHECK(contains(text, "**3200 errors, 0 warnings, 0 notes** in 100 files"));
}

TEST_CASE("markdown: text of files is neither markup nor HTML nor a link nor a mention") {
  using report::markdown::code;
  using report::markdown::prose;
  const struct {
    std::string_view text, as_prose, as_code;
  } rows[] = {
      {"plain text 10.0.0.0/8", "plain text 10.0.0.0/8", "<code>plain text 10.0.0.0/8</code>"},
      {"<script>", "&lt;script&gt;", "<code>&lt;script&gt;</code>"},
      {"a|b", "a&#124;b", "<code>a&#124;b</code>"},
      {"`x` *y* _z_", "&#96;x&#96; &#42;y&#42; &#95;z&#95;", "<code>&#96;x&#96; &#42;y&#42; &#95;z&#95;</code>"},
      {"[a](http://b)", "&#91;a&#93;(http&#58;//b)", "<code>&#91;a&#93;(http&#58;//b)</code>"},
      {"@octocat #12 !3 ~x", "&#64;&#8203;octocat &#35;&#8203;12 &#33;&#8203;3 &#126;&#8203;x",
       "<code>&#64;octocat &#35;12 &#33;3 &#126;x</code>"},
      {"&lt; & end@", "&amp;&#8203;lt; &amp; end&#64;", "<code>&amp;lt; &amp; end&#64;</code>"},
      {"www.a.b", "www.&#8203;a.b", "<code>www.a.b</code>"},
      {"a\nb\x1b[1m\xff", "a&#92;x0ab&#92;x1b&#91;1m&#92;xff", "<code>a&#92;x0ab&#92;x1b&#91;1m&#92;xff</code>"},
      {"\xe2\x80\xae" "evil", "&#92;u{202e}evil", "<code>&#92;u{202e}evil</code>"},
  };
  for (const auto& row : rows) {
    CHECK(prose(row.text) == row.as_prose);
    CHECK(code(row.text) == row.as_code);
  }
}

TEST_CASE("markdown: a fence is longer than any in its text") {
  using report::markdown::fenced;
  CHECK(fenced("diff", "+a\n-b\n") == "```diff\n+a\n-b\n```\n");
  CHECK(fenced("", "a") == "```\na\n```\n");
  CHECK(fenced("", "") == "```\n```\n");
  CHECK(fenced("", "x ``` y\n`````\n") == "``````\nx ``` y\n`````\n``````\n");
  CHECK(fenced("", "\x1b[2J\r\n") == "```\n\\x1b[2J\\x0d\n```\n");
}
