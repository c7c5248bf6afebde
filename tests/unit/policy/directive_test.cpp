#include "policy/directive.h"

#include <catch2/catch.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

/// The whole meaning as one text: what was understood, then each mistake with its place.
std::string meaning(std::string_view text) {
  const std::string comment = "# wallcheck: " + std::string(text);
  const std::string file = "*filter\n" + comment + "\n";
  const Span where{8, static_cast<std::uint32_t>(8 + comment.size()), 0};
  const DirectiveMeaning meaning = parse_directive(text, comment, where);
  std::string out;
  const auto list = [&](std::string_view name, const std::vector<std::string>& words) {
    if (!words.empty()) out += fmt::format("{}={} ", name, fmt::join(words, "+"));
  };
  if (meaning.site.role) out += "role=" + *meaning.site.role + " ";
  if (meaning.site.position) out += fmt::format("position={} ", to_string(*meaning.site.position));
  list("inside", meaning.site.inside);
  list("outside", meaning.site.outside);
  if (meaning.suppression) {
    const Suppression& ignored = *meaning.suppression;
    CHECK(ignored.where == where);
    list("ignore", ignored.codes);
    out += "(" + ignored.reason + ")" + (ignored.until ? " until " + to_string(*ignored.until) : "") + " ";
  }
  if (!out.empty()) out.back() = '\n';
  return out + shown({std::make_shared<SourceFile>("f", file)}, meaning.diagnostics);
}

}  // namespace

TEST_CASE("comments to wallcheck say which site a file is, or what is accepted") {
  struct Row {
    std::string_view text, expected;
  };
  const Row rows[] = {
      {"role=cloud", "role=cloud\n"},
      {"role=cloud position=gateway inside=em1 outside=em0", "role=cloud position=gateway inside=em1 outside=em0\n"},
      {"position=host   inside=em1,em2\tinside=em3", "position=host inside=em1+em2+em3\n"},
      {"ignore WC301 replaced in March", "ignore=WC301 (replaced in March)\n"},
      {"ignore WC301,WC302 kept  for the audit  until=2027-03-31", "ignore=WC301+WC302 (kept for the audit) until 2027-03-31\n"},
      {"ignore WC301 until=2027-03-31 first", "ignore=WC301 (first) until 2027-03-31\n"},
      {"", "f:2:1: WC911 nothing follows \"wallcheck:\"\n"},
      {"rol=cloud", "f:2:14: WC911 unknown key \"rol\"; did you mean \"role\"?\n"},
      {"role=cloud postion=host", "role=cloud\nf:2:25: WC911 unknown key \"postion\"; did you mean \"position\"?\n"},
      {"role=", "f:2:14: WC911 role= names no role\n"},
      {"role=a role=b", "role=a\nf:2:21: WC911 the role is said twice\n"},
      {"position=gatway", "f:2:14: WC911 \"gatway\" is none of host, gateway; did you mean \"gateway\"?\n"},
      {"position=host position=host", "position=host\nf:2:28: WC911 the position is said twice\n"},
      {"inside=,", "f:2:14: WC911 \"inside=,\" names no interface\n"},
      {"cloud", "f:2:14: WC911 \"cloud\" is neither KEY=VALUE nor \"ignore\"\n"},
      {"ignor WC301 x",
       "f:2:14: WC911 \"ignor\" is neither KEY=VALUE nor \"ignore\"; did you mean \"ignore\"?\n"
       "f:2:20: WC911 \"WC301\" is neither KEY=VALUE nor \"ignore\"\n"
       "f:2:26: WC911 \"x\" is neither KEY=VALUE nor \"ignore\"\n"},
      {"role=a ignore WC301 x", "f:2:21: WC911 \"ignore\" needs a comment of its own\n"},
      {"ignore", "f:2:14: WC911 \"ignore\" needs a finding's code and a reason\n"},
      {"ignore WC301", "f:2:21: WC911 ignoring WC301 needs a reason\n"},
      {"ignore WC301 until=2027-03-31", "f:2:21: WC911 ignoring WC301 needs a reason\n"},
      {"ignore because I say so", "f:2:21: WC911 \"because\" is not a finding's code such as WC301\n"},
      {"ignore WC301,WC3 x", "f:2:27: WC911 \"WC3\" is not a finding's code such as WC301\n"},
      {"ignore WC301 x until=soon", "f:2:29: WC911 \"soon\" is not a day such as 2027-03-31\n"},
      {"ignore WC301 x until=2027-01-01 until=2027-01-02", "f:2:46: WC911 until is said twice\n"},
      {"ro\x1bl=x", "f:2:14: WC911 unknown key \"ro\\x1bl\"\n"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(meaning(row.text) == row.expected);
  }
}

TEST_CASE("a mistake in a comment that was decoded points at the comment") {
  const auto meaning = parse_directive("rol=\"x\"", "--comment \"wallcheck: rol=\\\"x\\\"\"", {20, 52, 0});
  REQUIRE(meaning.diagnostics.size() == 1);
  CHECK(meaning.diagnostics[0].where == Span{20, 52, 0});
}

TEST_CASE("the later choice of a site wins, and says who chose") {
  Site site;
  choose(site, {}, "config");
  CHECK(site.chosen_by == "default");
  choose(site, {.role = "user", .position = Position::gateway, .inside = {"em1"}, .outside = {}}, "config");
  choose(site, {.role = "cloud", .position = {}, .inside = {}, .outside = {"em0"}}, "command line");
  CHECK(site.role == "cloud");
  CHECK(site.position == Position::gateway);
  CHECK(site.inside == std::vector<std::string>{"em1"});
  CHECK(site.outside == std::vector<std::string>{"em0"});
  CHECK(site.chosen_by == "command line");
}

TEST_CASE("suppressions cover their codes up to their last day") {
  const Suppression suppression{.codes = {"WC301"}, .reason = "r", .until = *parse_date("2027-03-31"), .where = {}};
  CHECK(suppression.covers("WC301"));
  CHECK_FALSE(suppression.covers("WC302"));
  CHECK_FALSE(suppression.expired(*parse_date("2027-03-31")));
  CHECK(suppression.expired(*parse_date("2027-04-01")));
  CHECK_FALSE(Suppression{}.expired(*parse_date("2999-01-01")));
}
