#include "policy/glob.h"

#include <chrono>

#include <catch2/catch.hpp>

using namespace wallcheck::policy;

TEST_CASE("patterns match as in .gitignore") {
  struct Row {
    std::string_view pattern;
    std::vector<std::string_view> matching, others;
  };
  const Row rows[] = {
      {"web.rules", {"web.rules", "a/web.rules", "a/b/web.rules", "web.rules/x"}, {"web.rules2", "aweb.rules", "Web.rules"}},
      {"/web.rules", {"web.rules"}, {"a/web.rules"}},
      {"a/b", {"a/b", "a/b/c"}, {"x/a/b", "a/bc", "a"}},
      {"firewalls/web-*.rules", {"firewalls/web-1.rules", "firewalls/web-.rules"}, {"firewalls/web-1/x.rules", "x/firewalls/web-1.rules"}},
      {"*", {"a", "a/b", ".x"}, {}},
      {"*.rules", {"a.rules", ".rules", "x/a.rules"}, {"a.rules.bak"}},
      {"a*b*c", {"abc", "aXbYc", "abbcbc"}, {"acb", "ab"}},
      {"fw?", {"fw1", "x/fw2"}, {"fw", "fw12", "fw/"}},
      {"legacy/**", {"legacy/a", "legacy/a/b"}, {"legacy", "x/legacy/a"}},
      {"**/legacy/*.conf", {"legacy/a.conf", "x/legacy/a.conf", "x/y/legacy/a.conf"}, {"legacy/x/a.conf", "xlegacy/a.conf"}},
      {"a/**/b", {"a/b", "a/x/b", "a/x/y/b", "a/x/b/c"}, {"a/xb", "b"}},
      {"a/**/b/**/c", {"a/b/c", "a/1/b/2/3/c", "a/b/b/x/c"}, {"a/c", "a/b"}},
      {"**", {"a", "a/b"}, {}},
      {"a**b", {"ab", "aXb", "x/aXb"}, {"a/b"}},
      {"old/", {"old/x", "y/old/x"}, {"old", "x/old"}},
      {"[a-c]x", {"ax", "cx"}, {"dx", "-x"}},
      {"[!a-c]x", {"dx"}, {"ax"}},
      {"[^a-c]x", {"dx"}, {"ax"}},
      {"[]a]x", {"]x", "ax"}, {"bx"}},
      {"[a-]x", {"ax", "-x"}, {"bx"}},
      {"[\\]x]y", {"]y", "xy"}, {"\\y"}},
      {"\\*x", {"*x"}, {"ax", "\\x"}},
      {"\\[x", {"[x"}, {"x"}},
      {"{a,b}", {"{a,b}"}, {"a", "b"}},
      {"caf\xc3\xa9", {"caf\xc3\xa9"}, {"cafe"}},
  };
  for (const Row& row : rows) {
    INFO(row.pattern);
    const auto glob = Glob::parse(row.pattern);
    REQUIRE(glob);
    for (const std::string_view path : row.matching) {
      INFO(path);
      CHECK(glob->matches(path));
    }
    for (const std::string_view path : row.others) {
      INFO(path);
      CHECK_FALSE(glob->matches(path));
    }
    CHECK_FALSE(glob->matches(""));
  }
}

TEST_CASE("patterns that mean nothing are refused") {
  struct Row {
    std::string_view pattern, error;
  };
  const Row rows[] = {
      {"", "an empty pattern matches nothing"},
      {"/", "\"/\" names nothing"},
      {"!a", "\"!a\" is negated: the last entry that matches counts, so put exceptions after"},
      {"a[b", "\"a[b\" has a \"[\" without its \"]\""},
      {"a[]", "\"a[]\" has a \"[\" without its \"]\""},
      {"a[b/c]", "\"a[b/c]\" has a \"[\" without its \"]\""},
      {"a\\", "\"a\\\" ends in a \"\\\" that takes no character"},
      {"a\\/b", "\"a\\/b\" has a \"\\\" before a \"/\", which no name has in it"},
      {"../a", "\"../a\" has \"..\" in it: patterns are relative to the config's directory"},
      {"./a", "\"./a\" has \".\" in it: patterns are relative to the config's directory"},
  };
  for (const Row& row : rows) {
    INFO(row.pattern);
    const auto glob = Glob::parse(row.pattern);
    REQUIRE_FALSE(glob);
    CHECK(glob.error() == row.error);
  }
}

TEST_CASE("no pattern is slow") {
  std::string stars, path;
  for (int i = 0; i < 1000; ++i) stars += "a*", path += 'a';
  std::string spans = "x/", directories = "x/";
  for (int i = 0; i < 100; ++i) spans += "**/a/", directories += "a/";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(Glob::parse(stars + "b")->matches(path));
  CHECK_FALSE(Glob::parse(spans + "b")->matches(directories + "c"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}
