#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "report/html/markup.h"
#include "report/html/matrix.h"
#include "report/html/source.h"
#include "sample.h"

using namespace wallcheck;
using namespace wallcheck::report;

namespace {

const policy::Pack& pack() {
  static const policy::Pack pack = [] {
    policy::Pack p;
    p.id = "rightscale", p.title = "Ports <of> the platform", p.version = "2015-06", p.source = "a page";
    p.roles = {{"cloud", "Cloud instances", std::nullopt}, {"rightscale", "The platform", std::vector<AddressRange>{*parse_prefix("192.0.2.0/24")}}};
    policy::Service udp;
    udp.name = "collectd", udp.protocol_name = "udp", udp.ports_text = "3011";
    policy::Flow flow;
    flow.id = "monitoring", flow.number = 1, flow.traffic = "Monitoring", flow.from = "cloud", flow.to = "rightscale", flow.services = {udp};
    p.flows = {flow};
    return p;
  }();
  return pack;
}

Context context(std::string_view command = "check") {
  static const std::vector<FlowTitle> flows{{"monitoring", 1, "Monitoring"}, {"ntp", 2, "NTP"}, {"rightnet", 4, "RightNet"}, {"user-api", 6, "User API Traffic"}};
  Context c = sample::context();
  c.command = command;
  c.date = "2026-11-26";
  c.packs = {&pack()};
  if (command == "check") c.flows = flows;
  return c;
}

check::FileResult with_steps() {
  check::FileResult file = sample::web_rules();
  check::ServiceResult& service = file.sites[0].flows[0].services[0];
  const Span where = service.decided_by[0].where;
  service.witness->steps = {{"filter OUTPUT", "", where, "-A OUTPUT -p udp -j <web>", "jump to <web>"}, {"filter OUTPUT", "filter web", {}, "policy DROP", "policy drop", true}};
  return file;
}

std::string page(const Context& c, const std::vector<check::FileResult>& files) { return sample::render("html", c, files); }

/// What stands between the first `from` and the next `to`.
std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t begin = text.find(from);
  REQUIRE(begin != std::string::npos);
  return text.substr(begin + from.size(), text.find(to, begin + from.size()) - begin - from.size());
}

/// The page without style and script, whose text is no markup.
std::string markup(std::string text) {
  for (const char* const name : {"style", "script"}) {
    const std::size_t begin = text.find(std::string("<") + name + ">");
    text.erase(begin, text.find(std::string("</") + name + ">") + std::string(name).size() + 3 - begin);
  }
  return text;
}

}  // namespace

TEST_CASE("text of a file is text of the page") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"-A INPUT -j DROP", "-A INPUT -j DROP"},
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"\"' onclick=x", "&quot;&#39; onclick=x"},
      {"&lt;", "&amp;lt;"},
      {"\x1b[31m", "\\x1b[31m"},
      {"a\tb\nc", "a b\\x0ac"},
      {"caf\xe9", "caf\\xe9"},
      {"\xe2\x80\xae", "\\u{202e}"},
      {std::string("\0", 1), "\\x00"},
  };
  for (const auto& [in, out] : rows) CHECK(html::escaped(in) == out);
  CHECK(html::escaped_block("a\t<b>\n\x1b") == "a\t&lt;b&gt;\n\\x1b");
  CHECK(html::is_copyable("a\tb\nc \xc3\xa9"));
  for (const std::string text : {"a\r\n", "\x1b", "\xe9"}) CHECK_FALSE(html::is_copyable(text));
}

TEST_CASE("each site has an id of its own, and it is a word of a link") {
  const auto id = [](std::string path, std::string group) {
    check::FileResult file;
    file.path = std::move(path);
    check::SiteResult site;
    site.group = std::move(group);
    return html::anchor(file, site);
  };
  const std::vector<std::string> ids = {id("a b", ""), id("a~20b", ""), id("a", "b"), id("a:b", ""), id("a=b", ""), id("a", ""), id("A", ""), id("<\">", "&")};
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  for (const std::string& text : ids) CHECK(std::regex_match(text, std::regex("[A-Za-z0-9._/~:-]+")));
}

TEST_CASE("the page is well-formed, every id is one of a kind, every link leads somewhere") {
  for (const std::string_view command : {"check", "audit"}) {
    const std::string text = markup(page(context(command), {with_steps(), sample::hostile(), sample::unreadable()}));
    const std::set<std::string> empty{"meta", "input", "br", "rect"};
    std::vector<std::string> open;
    std::set<std::string> ids, links;
    const std::regex tag(R"re(<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>)re"), id(R"re( id="([^"]*)")re"), link(R"re( href="#([^"]*)")re");
    for (std::sregex_iterator at(text.begin(), text.end(), tag), end; at != end; ++at) {
      const std::string name = (*at)[2], attributes = (*at)[3];
      INFO(name << attributes);
      if ((*at)[1].length() > 0) {
        REQUIRE_FALSE(open.empty());
        CHECK(open.back() == name);
        open.pop_back();
      } else if (!empty.contains(name)) {
        open.push_back(name);
      }
      std::smatch found;
      if (std::regex_search(attributes, found, id)) CHECK(ids.insert(found[1]).second);
      if (std::regex_search(attributes, found, link)) links.insert(found[1]);
      for (const char* const word : {" on", " style=", " src="}) CHECK(attributes.find(word) == std::string::npos);
    }
    CHECK(open.empty());
    CHECK(links.size() > 3);
    for (const std::string& target : links) CHECK(ids.contains(target));
  }
}

TEST_CASE("nothing of a file acts: no markup, no control bytes, and the page allows nothing but its own style and script") {
  check::FileResult evil = with_steps();
  evil.path = "<script>alert(1)</script>\x1b.rules";
  evil.sites[0].findings[0].diagnostic.message = "</p><img src=x onerror=alert(1)>";
  evil.sites[0].site.role = "\"><b>";
  const std::string text = page(context(), {evil, sample::hostile()});
  const std::string body = markup(text);
  CHECK(body.find("<script") == std::string::npos);
  CHECK(body.find("<img") == std::string::npos);
  CHECK(body.find("&lt;script&gt;alert(1)&lt;/script&gt;\\x1b.rules") != std::string::npos);
  for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
  const std::string rules = between(text, "Content-Security-Policy\" content=\"", "\"");
  CHECK(rules.starts_with("default-src 'none'; style-src 'sha256-"));
  CHECK(rules.find("unsafe") == std::string::npos);
  CHECK(rules.find("http") == std::string::npos);
}

TEST_CASE("a row a site, a cell a flow: sign, word, and the way to the evidence") {
  const std::string text = page(context(), {with_steps(), sample::unreadable()});
  CHECK(text.find("<td class=\"v-reversed\"><a href=\"#file:web.rules=monitoring\"><i aria-hidden=\"true\">\u21c4</i> <span>reversed</span></a></td>") != std::string::npos);
  CHECK(text.find("<th scope=\"col\" data-flow=\"rightnet\"><span class=\"no\">4</span> <span class=\"name\">RightNet</span></th>") != std::string::npos);
  const std::string unread = text.substr(text.find("href=\"#file:gone.rules\""));
  CHECK(unread.find("<strong class=\"unread\">not analysed</strong>") < unread.find("<td class=\"v-unread\">"));
}

TEST_CASE("below it: the sentence, the rule among its lines, the packet's way, the change with its proof") {
  const std::string flow = between(page(context(), {with_steps()}), "id=\"file:web.rules=monitoring\"", "</details>");
  CHECK(flow.find("<span class=\"l\"><b>5</b> ") != std::string::npos);
  CHECK(flow.find("<mark class=\"l\"><b>6</b> -A OUTPUT -j DROP</mark><span class=\"note\"><strong>drop</strong> <code>udp any:1024-65535 &gt; any:3011</code>") != std::string::npos);
  CHECK(flow.find("<mark class=\"l\"><b>3</b> -A INPUT -p udp --dport 3011 -j ACCEPT</mark><span class=\"note\">the wrong way: <strong>accept</strong>") != std::string::npos);
  const std::string way = between(flow, "<ol class=\"way\">", "</ol>");
  CHECK(way ==
        "<li class=\"packet\"><code>udp 10.0.0.1:1024 &gt; 54.225.248.129:3011 out eth0 new</code></li>\n"
        "<li><b>filter OUTPUT</b> <small>line 6</small> <code>-A OUTPUT -p udp -j &lt;web&gt;</code> \u2192 <b>jump to &lt;web&gt;</b></li>\n"
        "<li><b>filter OUTPUT</b> <small>\u203a filter web</small> policy DROP</li>\n"
        "<li class=\"end stops\">dropped</li>");
  CHECK(flow.find("<pre class=\"diff\" data-copy=\"patch\">") != std::string::npos);
  CHECK(flow.find("<ins class=\"l\">+-A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT</ins>") != std::string::npos);
  CHECK(flow.find("<dt>changes</dt><dd>+udp any &gt; any:3011 out, nothing else</dd>") != std::string::npos);
}

TEST_CASE("what an auditor asks first: policy, versions, date, totals, coverage") {
  const std::string text = page(context(), {with_steps(), sample::hostile(), sample::unreadable()});
  for (const std::string fact : {"<dt>Policy</dt><dd>rightscale</dd>", "<dt>Policy version</dt><dd>2015-06</dd>", "<time datetime=\"2026-11-26\">2026-11-26</time>",
                                 "wallcheck 0.1.0 (check)", "2 of 3 applicable flows do not pass as documented. 2 files could not be analysed to the end",
                                 "<dt>Rules</dt><dd>5</dd>", "<dt>Rules modelled</dt><dd>3</dd>", "<dt>Not recognised</dt><dd>1</dd>", "<dt>Files</dt><dd>3</dd>",
                                 "Ports &lt;of&gt; the platform", "192.0.2.0/24", "<dt>Accepted findings</dt><dd>1</dd>"}) {
    INFO(fact);
    CHECK(text.find(fact) != std::string::npos);
  }
  CHECK(page(context(), {with_steps()}) == page(context(), {with_steps()}));
  Context undated = context();
  undated.date = {};
  CHECK(page(undated, {}).find("<time") == std::string::npos);
}

TEST_CASE("who may open what: a table a direction, a sign, a word and a line a cell, the rest folded") {
  const check::FileResult file = with_steps();
  const check::DecidedBy& rule = file.sites[0].flows[0].services[0].decided_by[0];
  check::Matrix matrix;
  matrix.columns = {{"a<b", "udp", "3011", true}, {"SSH", "tcp", "22", false}};
  check::Matrix::Row row{.role = "anyone", .title = "", .anyone = true, .perhaps = {"user"}, .direction = policy::FlowDirection::ingress, .cells = {}};
  row.cells = {{.permission = check::Permission::blocked, .decided_by = rule, .others = 2}, {.permission = check::Permission::not_applicable}};
  matrix.rows = {row};
  const std::string text = html::matrix_part(file.sources, matrix);
  CHECK(text.find("<caption>Who may open what here</caption>") != std::string::npos);
  CHECK(text.find("from here") == std::string::npos);
  CHECK(text.find("<th scope=\"row\">a&lt;b <small>udp/3011</small></th><td class=\"p-blocked\"><details><summary><i aria-hidden=\"true\">\u2715</i> blocked "
                  "<small>line 6 +2</small></summary><dl><dt>drop</dt><dd><code>-A OUTPUT -j DROP</code></dd>") != std::string::npos);
  CHECK(text.find("<small>tcp/22, not of the policy</small></th><td class=\"p-not-applicable\"><i aria-hidden=\"true\">\u2013</i> not-applicable</td>") != std::string::npos);
  CHECK(text.find("user may be among them") != std::string::npos);
}

TEST_CASE("an excerpt: lines around, gaps said, long lines and places cut") {
  const auto file = std::make_shared<const SourceFile>("x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n" + std::string(2000, 'x') + "HERE" + std::string(2000, 'y') + "\n11\n12\n");
  const Sources sources{file};
  const auto of = [&](std::string_view text) {
    const auto at = static_cast<std::uint32_t>(file->bytes().find(text));
    return Span{at, at + static_cast<std::uint32_t>(text.size())};
  };
  CHECK(html::excerpt(sources, {}).empty());
  CHECK(html::excerpt(sources, {{{}, "the file as a whole"}}).empty());
  const auto lines_of = [](const std::string& text) {
    std::vector<std::string> numbers;
    const std::regex line("<b>([0-9]+)</b>|class=\"(gap)\"");
    for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) numbers.push_back((*at)[1].str() + (*at)[2].str());
    return numbers;
  };
  CHECK(lines_of(html::excerpt(sources, {{of("2\n"), ""}})) == std::vector<std::string>{"1", "2", "3", "4"});
  CHECK(lines_of(html::excerpt(sources, {{of("1"), ""}, {of("7"), ""}})) == std::vector<std::string>{"1", "2", "3", "gap", "5", "6", "7", "8", "9"});
  const std::string cut = html::excerpt(sources, {{of("HERE"), "note"}});
  CHECK(cut.find("HERE") != std::string::npos);
  CHECK(cut.size() < 3000);
  CHECK(cut.find("\u2026xxx") != std::string::npos);
  std::string many;
  for (int i = 0; i < 40; ++i) many += "{ \"a\": 1 }\n";
  const Sources object{std::make_shared<const SourceFile>("y", many)};
  CHECK(html::excerpt(object, {{{0, static_cast<std::uint32_t>(many.size())}, ""}}).find("to line 40") != std::string::npos);
}

TEST_CASE("a change that a page cannot hold byte for byte is not offered for copying") {
  const SourceFile windows("w", "a\r\nb\r\n");
  const std::vector<Edit> edits{{{3, 3}, "c\r\n"}};
  const std::string text = html::diff(windows, edits);
  CHECK(text.find("data-copy") == std::string::npos);
  CHECK(text.find("cannot be copied") != std::string::npos);
}
