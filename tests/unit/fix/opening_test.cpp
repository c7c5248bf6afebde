// What writers of cloud rules share: numbers, names, and Terraform's language.

#include <catch2/catch.hpp>

#include "fix/hcl.h"
#include "fix/opening.h"

using namespace wallcheck;
using namespace wallcheck::fix;

TEST_CASE("a number before the rule that decides") {
  struct Row {
    std::map<std::int64_t, bool> used;
    std::int64_t decides, lowest, step;
    std::optional<std::int64_t> number;
  };
  constexpr bool allow = true, deny = false;
  const Row rows[] = {
      {{}, 4097, 100, 10, 100},
      {{{100, allow}}, 4097, 100, 10, 110},
      {{{100, allow}, {4000, deny}}, 4000, 100, 10, 110},
      {{{105, allow}, {120, deny}}, 120, 100, 10, 110},
      {{{110, allow}, {115, deny}}, 115, 100, 10, 111},
      {{{100, deny}, {200, deny}}, 200, 1, 100, 110},                  // in tens where hundreds are too wide
      {{{198, deny}, {199, allow}, {200, deny}}, 200, 100, 10, std::nullopt},  // before an allow, but not before another deny
      {{{199, allow}, {200, deny}}, 200, 100, 10, 100},                // before an allow
      {{{100, allow}, {101, deny}}, 101, 100, 10, std::nullopt},
      {{{100, deny}}, 100, 100, 10, std::nullopt},
      {{}, 32767, 1, 100, 100},
      {{{300, allow}}, 200, 1, 100, 100},                              // numbers behind it do not count
  };
  for (const Row& row : rows) {
    CAPTURE(row.decides, row.used.size());
    CHECK(number_before(row.used, row.decides, row.lowest, row.step) == row.number);
  }
}

TEST_CASE("names of letters, digits and hyphens") {
  CHECK(new_name({}, "allow-Monitoring", 63) == "allow-monitoring");
  CHECK(new_name({"allow-a"}, "allow-a", 63) == "allow-a-2");
  CHECK(new_name({"allow-a", "allow-a-2"}, "allow-a", 63) == "allow-a-3");
  CHECK(new_name({}, "allow-$(rm -rf /)'\"", 63) == "allow-rm-rf");
  CHECK(new_name({}, "allow-abcdef", 8) == "allow-ab");
  CHECK(new_name({"allow-ab"}, "allow-abcdef", 8) == "allow-2");
  CHECK(new_name({}, "\xc3\xbc", 63) == "allow");
}

TEST_CASE("strings of Terraform's language say nothing but themselves") {
  CHECK(hcl_string("web") == "\"web\"");
  CHECK(hcl_string("a \"b\" \\") == "\"a \\\"b\\\" \\\\\"");
  CHECK(hcl_string("${var.x} %{if true}") == "\"$${var.x} %%{if true}\"");
  CHECK(hcl_string("$5 100% {") == "\"$5 100% {\"");
  CHECK(hcl_string("$${x}") == "\"$$${x}\"");
  CHECK(hcl_string("a\nb\r\tc\x1b\x7f") == "\"a\\nb\\r\\tc\\u001b\\u007f\"");
}

TEST_CASE("blocks as terraform fmt has them") {
  const Json object{{"name", "a"}, {"from_port", 1}, {"cidr_blocks", {"10.0.0.0/8", "::/0"}}, {"self", true}, {"allow", Json::array({Json{{"protocol", "udp"}, {"ports", Json::array({"1"})}}})}};
  CHECK(hcl_block("resource \"t\" \"n\"", object, {{"name", "x.y.id"}}) ==
        "resource \"t\" \"n\" {\n"
        "  name        = x.y.id\n"
        "  from_port   = 1\n"
        "  cidr_blocks = [\"10.0.0.0/8\", \"::/0\"]\n"
        "  self        = true\n"
        "\n"
        "  allow {\n"
        "    protocol = \"udp\"\n"
        "    ports    = [\"1\"]\n"
        "  }\n"
        "}\n");
}
