#include "base/suggest.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace wallcheck;

TEST_CASE("edit distance counts typing mistakes and stops at its limit") {
  struct Row {
    std::string_view a, b;
    std::size_t distance;
  };
  const Row rows[] = {{"", "", 0},         {"policy", "policy", 0}, {"POLICY", "policy", 0}, {"poicy", "policy", 1}, {"polciy", "policy", 1},
                      {"plicy", "policy", 1}, {"pollicy", "policy", 1}, {"bolicy", "policy", 1}, {"", "abc", 3},       {"kitten", "sitting", 3}};
  for (const Row& row : rows) {
    INFO(row.a << " " << row.b);
    CHECK(edit_distance(row.a, row.b, 10) == row.distance);
    CHECK(edit_distance(row.b, row.a, 10) == row.distance);
    if (row.distance > 0) CHECK(edit_distance(row.a, row.b, row.distance - 1) == row.distance);
  }
}

TEST_CASE("only near words are suggested, the first one on a tie") {
  CHECK(did_you_mean("polcy", {"policy", "roles"}) == "policy");
  CHECK(did_you_mean("asw", {"gcp", "aws"}) == "aws");
  CHECK(did_you_mean("bar", {"baz", "bat"}) == "baz");
  CHECK(did_you_mean("bar", std::vector<std::string>{"far", "bar"}) == "bar");
  CHECK(did_you_mean("ip", {"id"}).empty());
  CHECK(did_you_mean("", {"id"}).empty());
  CHECK(did_you_mean("temperature", {"policy", "roles"}).empty());
  CHECK(suggestion("Role", {"roles"}) == "; did you mean \"roles\"?");
  CHECK(suggestion("x", {"roles"}).empty());
}
