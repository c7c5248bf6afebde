#include "cli/options.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>

#include <catch2/catch.hpp>

#include "cli/limit_option.h"

using namespace wallcheck;
using namespace wallcheck::cli;

namespace {

Result<Arguments, std::string> parse_check(std::vector<std::string> words) { return parse(*command("check"), words); }

std::string error_of(std::vector<std::string> words) {
  const auto parsed = parse_check(std::move(words));
  return parsed ? "" : parsed.error();
}

}  // namespace

TEST_CASE("options and operands in any order, values joined or apart") {
  const auto parsed = parse_check({"one", "--format=json", "-q", "two", "--fail-on", "note", "-fconcise", "-", "--", "--role", "-x"});
  REQUIRE(parsed);
  CHECK(parsed->operands == std::vector<std::string>{"one", "two", "-", "--role", "-x"});
  CHECK(parsed->values("format") == std::vector<std::string>{"json", "concise"});
  CHECK(parsed->value("fail-on") == "note");
  CHECK(parsed->has("quiet"));
  CHECK_FALSE(parsed->has("verbose"));
  CHECK(parsed->value("role", "otherwise") == "otherwise");
}

TEST_CASE("the last value of an option counts, lists are split at commas") {
  const auto parsed = parse_check({"--role", "user", "--role=cloud", "--select", "WC1,WC301", "--select", "WC2,"});
  REQUIRE(parsed);
  CHECK(parsed->value("role") == "cloud");
  CHECK(parsed->words("select") == std::vector<std::string>{"WC1", "WC301", "WC2"});
}

TEST_CASE("bad usage is told in one sentence") {
  struct Row {
    std::vector<std::string> words;
    std::string_view expected;
  };
  const Row rows[] = {
      {{"--polcy", "x"}, "--polcy is not an option of `wallcheck check`; did you mean --policy?"},
      {{"--polcy=x"}, "--polcy is not an option of `wallcheck check`; did you mean --policy?"},
      {{"--pol", "x"}, "--pol is not an option of `wallcheck check`"},  // no abbreviations: they change meaning when options are added
      {{"-z"}, "-z is not an option of `wallcheck check`"},
      {{"--packet", "x"}, "--packet is not an option of `wallcheck check`"},
      {{"--\x1b[2J"}, "--\\x1b[2J is not an option of `wallcheck check`"},
      {{"--color", "blue"}, "--color needs one of auto, always, never, not \"blue\""},
      {{"--position=hots"}, "--position needs one of host, gateway, not \"hots\"; did you mean \"host\"?"},
      {{"--role"}, "the required argument for option '--role' is missing"},
      {{"--quiet=yes"}, "option '--quiet' does not take any arguments"},
  };
  for (const Row& row : rows) CHECK(error_of(row.words) == row.expected);
}

TEST_CASE("the option table: a name once a command, a help text, a command") {
  for (const Option& option : options()) {
    INFO(option.name);
    CHECK_FALSE(option.help.empty());
    CHECK(option.commands != 0);
    const auto twin = [&](const Option& other) {
      return &other != &option && (other.commands & option.commands) &&
             (other.name == option.name || (option.letter && other.letter == option.letter));
    };
    CHECK(std::ranges::none_of(options(), twin));
  }
  for (const Command* each : commands()) {
    const std::string text = help(*each);
    CHECK(text.find(" \n") == std::string::npos);
    for (const Option& option : options())
      CHECK((text.find("--" + std::string(option.name)) != std::string::npos || !(option.commands & each->bit)));
  }
}

TEST_CASE("every budget has a name for --limit") {
  std::ifstream in(std::string(WALLCHECK_SOURCE_DIR) + "/analyzer/base/limits.h");
  static const std::regex member("^  std::(size_t|uint32_t) ([a-z_]+) =.*");
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, member)) continue;
    INFO(line);
    CHECK(std::ranges::count(limit_rows(), std::string_view(found[2].str()), &LimitRow::name) == 1);
    ++count;
  }
  CHECK(count == limit_rows().size());
}

TEST_CASE("budgets by name") {
  Limits limits;
  CHECK_FALSE(set_limit(limits, "rules=5"));
  CHECK_FALSE(set_limit(limits, "input_bytes=4294967295"));
  CHECK(limits.rules == 5);
  CHECK(limits.input_bytes == 4294967295);
  struct Row {
    std::string_view assignment, expected;
  };
  const Row rows[] = {
      {"ruels=5", "--limit: there is no budget \"ruels\"; did you mean \"rules\"?"},
      {"rules", "--limit rules: needs a number from 1 to 4294967295, not \"\""},
      {"rules=0", "--limit rules: needs a number from 1 to 4294967295, not \"0\""},
      {"rules=4294967296", "--limit rules: needs a number from 1 to 4294967295, not \"4294967296\""},
      {"rules=5x", "--limit rules: needs a number from 1 to 4294967295, not \"5x\""},
  };
  for (const Row& row : rows) CHECK(set_limit(limits, row.assignment) == std::string(row.expected));
  CHECK(limits.rules == 5);
}
