#include "base/address.h"

#include <catch2/catch.hpp>

using namespace wallcheck;

TEST_CASE("addresses are read and written as people write them") {
  for (const std::string_view text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::a:0:0:1"}) {
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(to_string(*address) == text);
  }
  for (const std::string_view text : {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", "010.0.0.1", "1::2::3", "g::", "10.0.0.1/8"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("prefixes drop host bits and stay in their family") {
  struct Row {
    std::string_view text, expected;
  };
  const Row rows[] = {{"10.1.2.3/8", "10.0.0.0/8"}, {"10.1.2.3/32", "10.1.2.3"},          {"0.0.0.0/0", "0.0.0.0/0"},
                      {"::/0", "::/0"},             {"2001:db8:1::/32", "2001:db8::/32"}, {"2001:db8::1", "2001:db8::1"},
                      {"::ffff:10.1.2.3/104", "10.0.0.0/8"}, {"::ffff:10.1.2.3", "10.1.2.3"}};
  for (const Row& row : rows) {
    const auto range = parse_prefix(row.text);
    REQUIRE(range);
    CHECK(to_string(*range) == row.expected);
  }
  for (const std::string_view text : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/a", "/8", "10.0.0.0/-1", "::ffff:10.0.0.0/95"}) CHECK_FALSE(parse_prefix(text));
  CHECK(to_string(AddressRange{*parse_address("10.0.0.1"), *parse_address("10.0.0.9")}) == "10.0.0.1-10.0.0.9");
}
