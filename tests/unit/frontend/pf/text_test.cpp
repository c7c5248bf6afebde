// Macros, comments, continued lines, quotes and included files: the text that the grammar reads.

#include <catch2/catch.hpp>

#include "pf_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests::pf;

namespace {
struct Row {
  std::string_view text, expected;
};
}  // namespace

TEST_CASE("macros are text, put in before rules are read") {
  const Row rows[] = {
      {"web = \"10.0.0.1\"\npass out to $web\n", "pass out inet from any to 10.0.0.1 flags S/SA"},
      {"part = \"proto tcp to port\"\npass in $part 22\n", "pass in proto tcp from any to any port = 22 flags S/SA"},
      {"rule = \"pass in all no state\"\n$rule\n", "pass in all no state"},
      {"p = 22\npass in proto tcp to port $p\n", "pass in proto tcp from any to any port = 22 flags S/SA"},
      {"ports = \"{ 22 80 }\"\nblock in proto tcp to port $ports\n",
       "block drop in proto tcp from any to any port = 22\nblock drop in proto tcp from any to any port = 80"},
      {"a = \"em0\"\nb = \"{\" $a lo0 \"}\"\nblock on $b\n", "block drop on em0 all\nblock drop on lo0 all"},
      {"a = \"em0\"\nblock in from $a:network to any\n", "block drop in from em0:network to any"},
      {"a = em0\na = em1\nblock on $a\n", "block drop on em1 all"},
      {"in = \"em0\"\nqueue = \"em1\"\nblock on $in\nblock on $queue\n", "block drop on em0 all\nblock drop on em1 all"},
      {"a = 'em0'\nblock on $a\n", "block drop on em0 all"},
      {"a = \"\\\"x y\\\"\"\npass label $a no state\n", "pass all no state label \"x y\""},
      {"a = \"em0\" # the outside\nblock on $a # not \"$b\"\n", "block drop on em0 all"},
      {"a = \\\n  em0\nblock \\\n  on \\\n$a\n", "block drop on em0 all"},
      {"# block all \\\npass all\nblock in\n", "block drop in all"},
      {"block in # \"unbalanced ' quotes\n", "block drop in all"},
      {"block in", "block drop in all"},
      {"\n\n   \t\nblock in\n\n", "block drop in all"},
      {"pass no state label 'it''s' \n", "!! 1:25 \"s\" has no meaning here"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(expanded(row.text) == row.expected);
  }
}

TEST_CASE("what is wrong with macros is shown where the user wrote it") {
  const Row rows[] = {
      {"pass in on $ext\n", "1:12 macro \"ext\" is not defined"},
      {"ext_if = em0\npass in on $ext_fi\n", "2:12 macro \"ext_fi\" is not defined; did you mean \"ext_if\"?"},
      {"pass in on $\n", "1:12 \"$\" is not followed by the name of a macro"},
      {"a = $a\n", "1:5 macro \"a\" is not defined"},
      {"a = \"$b\"\nb = \"$a\"\npass in on $a\n", "3:12 \"$\" is no part of a rule [expanded from $a, line 1]"},
      {"a =\n", "1:1 a macro needs a value"},
      {"a = 10.0.0.0/8\n", "1:5 the value of a macro has to be in quotes when it is more than words"},
      {"a = { 22 80 }\nblock in proto tcp to port $a\n", "1:5 the value of a macro has to be in quotes when it is a list; pfctl refuses this line"},
      {"p = \"22000x\"\npass in proto tcp to port { 80 $p }\n", "2:32 no service is called \"22000x\" [expanded from $p, line 1]"},
      {"p = \"80, 99999\"\n\npass in proto tcp to port { $p }\n", "3:29 99999 is no port; the largest is 65535 [expanded from $p, line 1]"},
      {"a = \"unended\npass all\n", "1:5 a quoted text begins here and never ends"},
      {"pass label \"unended\nblock all\n", "1:12 a quoted text begins here and never ends"},
      {"block in\r\npass out no state\r\n", "1:9 pf does not take a carriage return; the lines of this file end with CR and LF"},
      {"anchor x {\n a = em0\n}\n", "2:2 a macro cannot be defined here"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(said(row.text) == row.expected);
  }
}

TEST_CASE("included files stand in place") {
  const auto options = options_with({{"etc/sub.conf", "block in on $ext\nm = em7\n"}, {"etc/deep/a.conf", "include \"deep/b.conf\"\n"}, {"etc/deep/b.conf", "pass out no state"}});
  CHECK(expanded("ext = em0\ninclude \"sub.conf\"\nblock on $m\n", options) == "block drop in on em0 all\nblock drop on em7 all");
  CHECK(expanded("include \"deep/a.conf\"", options) == "pass out all no state");
  CHECK(expanded("anchor x {\ninclude \"deep/b.conf\"\n}\n", options) == "anchor \"x\" all {\n  pass out all no state\n}");
  CHECK(said("ext = em0\ninclude \"sub.conf\"\nblock on $m\nblock on $n\n", options) == "4:10 macro \"n\" is not defined");
  CHECK(said("include \"sub.conf\"\n", options) == "etc/sub.conf:1:13 macro \"ext\" is not defined");
  CHECK(said("include \"no.conf\"\n", options) == "1:9 cannot include \"no.conf\": No such file or directory");
  CHECK(said("include \"../x.conf\"\n", options) == "1:9 \"../x.conf\" lies outside etc, the directory of this file, and is not read without --allow-outside");
  CHECK(said("include \"/etc/x.conf\"\n", options) == "1:9 \"/etc/x.conf\" lies outside etc, the directory of this file, and is not read without --allow-outside");
  CHECK(said("include\n", options) == "1:8 the line ends too early");
}

TEST_CASE("includes end: cycles and depth are named") {
  CHECK(said("include \"pf.conf\"\n") == "1:9 \"pf.conf\" includes itself in the end; it is not read again");
  CHECK(said("include \"a\"\n", options_with({{"etc/a", "include \"b\"\n"}, {"etc/b", "include \"a\"\nblock on $x\n"}})) ==
        "etc/b:1:9 \"a\" includes itself in the end; it is not read again\netc/b:2:10 macro \"x\" is not defined");
  Files files;
  for (int i = 0; i < 40; ++i) files["etc/" + std::to_string(i)] = "include \"" + std::to_string(i + 1) + "\"\n";
  CHECK(said("include \"0\"\n", options_with(files)) == "etc/14:1:9 files include one another more than 15 deep (limit include_depth; --limit include_depth=N raises it); \"15\" is not read");
}

TEST_CASE("files that include one another again and again end, too") {
  Files files;
  for (int i = 0; i < 10; ++i) files["etc/" + std::to_string(i)] = "include \"" + std::to_string(i + 1) + "\"\ninclude \"" + std::to_string(i + 1) + "\"\n";
  files["etc/10"] = "pass\n";
  frontend::Options options = options_with(files);
  options.limits.includes = 100;
  const std::string told = said("include \"0\"\n", options);
  CHECK(told.ends_with("more than 100 files are included (limit includes; --limit includes=N raises it); the rest is not read"));
  CHECK(told.find('\n') == std::string::npos);
  options.limits.includes = 2047;
  CHECK(said("include \"0\"\n", options).empty());
}

TEST_CASE("an anchor is not loaded from a file that is being loaded") {
  const auto why = [](std::string_view place, std::string_view anchor, std::string_view file) {
    return std::string(place) + " anchor \"" + std::string(anchor) + "\" cannot be loaded from \"" + std::string(file) + "\": it is loaded by itself; its rules are not known";
  };
  CHECK(said("anchor x\nload anchor x from \"pf.conf\"\n") == why("2:20", "x", "pf.conf"));
  CHECK(said("anchor x\nload anchor x from \"a\"\n", options_with({{"etc/a", "load anchor x from \"b\"\n"}, {"etc/b", "load anchor x from \"a\"\n"}})) == why("etc/b:1:20", "x/x/x", "a"));
  // Twice the same file is no circle.
  CHECK(said("anchor x\nanchor y\nload anchor x from \"a\"\nload anchor y from \"a\"\n", options_with({{"etc/a", "pass\n"}})) == "");
}

TEST_CASE("macros that double one another run into a budget") {
  std::string text = "m0 = \"xxxxxxxxxxxxxxxx\"\n";
  for (int i = 1; i < 40; ++i) text += "m" + std::to_string(i) + " = $m" + std::to_string(i - 1) + " $m" + std::to_string(i - 1) + "\n";
  CHECK(said(text) == "17:12 macro \"m16\" grows beyond 1048576 bytes (limit macro_expansion; --limit macro_expansion=N raises it); the rest of the file is not read");
  std::string line = "m = \"" + std::string(1 << 16, 'x') + "\"\npass label";
  for (int i = 0; i < 20; ++i) line += " $m";
  CHECK(said(line).find("(limit macro_expansion; --limit macro_expansion=N raises it)") != std::string::npos);
}

TEST_CASE("places lead back to the bytes that the user wrote") {
  const frontend::Loaded loaded = load("web = \"10.0.0.1\"\nports = \"80 443\"\npass out proto tcp to $web port { $ports }\n");
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  REQUIRE(firewall.rules.size() == 2);
  for (const ir::Rule& rule : firewall.rules) CHECK(loaded.sources[0]->text(rule.where) == "pass out proto tcp to $web port { $ports }");
  REQUIRE(firewall.origins.size() == 4);
  CHECK(firewall.strings[firewall.origins[0].text] == "expanded from $web");
  CHECK(loaded.sources[0]->text(firewall.origins[1].where) == "ports");
}
