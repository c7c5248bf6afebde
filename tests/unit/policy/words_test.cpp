#include "policy/words.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

std::string ports(std::string_view text) {
  const auto ranges = parse_ports(text);
  if (!ranges) return ranges.error();
  std::string out;
  for (const ir::Range& range : *ranges) out += std::to_string(static_cast<int>(range.first)) + "-" + std::to_string(static_cast<int>(range.last)) + " ";
  return out;
}

std::string networks(std::string_view text) {
  const auto ranges = parse_network(text);
  if (!ranges) return ranges.error();
  std::string out;
  for (const AddressRange& range : *ranges) out += to_string(range) + " ";
  return out;
}

}  // namespace

TEST_CASE("ports are numbers, ranges and lists") {
  struct Row {
    std::string_view text, expected;
  };
  const Row rows[] = {
      {"3011", "3011-3011 "},
      {"80,443", "80-80 443-443 "},
      {"80, 443", "80-80 443-443 "},
      {"8000-8099", "8000-8099 "},
      {"443,80,81-90,85-100", "80-100 443-443 "},
      {"0-65535", "0-65535 "},
      {"", "\"\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"80,", "\"\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"65536", "\"65536\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"99999999999", "\"99999999999\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"http", "\"http\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"-80", "\"-80\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"80-", "\"80-\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"80:90", "\"80:90\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"1-2-3", "\"1-2-3\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"+80", "\"+80\" is not a port (0-65535) or a range of ports such as 8000-8099"},
      {"90-80", "the range \"90-80\" runs backwards and holds no port"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(ports(row.text) == row.expected);
  }
}

TEST_CASE("protocols go by name or number") {
  CHECK(*parse_protocol("udp") == 17);
  CHECK(*parse_protocol("icmpv6") == 58);
  CHECK(*parse_protocol("ipv6-icmp") == 58);
  CHECK(*parse_protocol("47") == 47);
  CHECK(*parse_protocol("TCP") == 6);
  CHECK(parse_protocol("upd").error() == "\"upd\" is no protocol name and no number from 1 to 255; did you mean \"udp\"?");
  CHECK(parse_protocol("Tcp").error() == "\"Tcp\" is no protocol name and no number from 1 to 255; did you mean \"tcp\"?");
  CHECK(parse_protocol("0").error() == "\"0\" is no protocol name and no number from 1 to 255");
  CHECK(parse_protocol("ip").error() == "\"ip\" is no protocol name and no number from 1 to 255");
  CHECK(parse_protocol("256").error() == "\"256\" is no protocol name and no number from 1 to 255");
  CHECK(parse_protocol("").error() == "\"\" is no protocol name and no number from 1 to 255");
}

TEST_CASE("networks are ranges of one family") {
  struct Row {
    std::string_view text, expected;
  };
  const Row rows[] = {
      {"10.0.0.0/8", "10.0.0.0/8 "},
      {"10.1.2.3/8", "10.0.0.0/8 "},
      {"192.0.2.1", "192.0.2.1 "},
      {"2001:db8::/32", "2001:db8::/32 "},
      {"0.0.0.0/0", "0.0.0.0/0 "},
      {"10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9 "},
      {"2001:db8::1-2001:db8::9", "2001:db8::1-2001:db8::9 "},
      {"10.0.0.9-10.0.0.1", "\"10.0.0.9-10.0.0.1\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"10.0.0.1-::2", "\"10.0.0.1-::2\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"::/0", "::-::fffe:ffff:ffff ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "},
      {"::ffff:10.0.0.1", "\"::ffff:10.0.0.1\" is an IPv4 address in IPv6 form; such addresses are not on the wire"},
      {"10.0.0.0/255.0.0.0", "\"10.0.0.0/255.0.0.0\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"10/8", "\"10/8\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"example.org", "\"example.org\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"\x1b[31m", "\"\\x1b[31m\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(networks(row.text) == row.expected);
  }
}

TEST_CASE("address lists are joined within a family") {
  std::vector<AddressRange> ranges;
  for (const std::string_view text : {"::1", "10.0.0.128/25", "255.255.255.255", "10.0.0.0/25", "::1:0:0:0", "10.0.0.7"}) {
    const auto network = parse_network(text);
    ranges.insert(ranges.end(), network->begin(), network->end());
  }
  std::string out;
  for (const AddressRange& range : normalised(ranges)) out += to_string(range) + " ";
  CHECK(out == "10.0.0.0/24 255.255.255.255 ::1 ::1:0:0:0 ");
}

TEST_CASE("addresses of a role on the command line") {
  const auto given = parse_role_addresses("cloud=10.0.0.0/8,192.0.2.1");
  REQUIRE(given);
  CHECK(given->role == "cloud");
  CHECK(given->addresses->size() == 2);
  CHECK(parse_role_addresses("cloud").error() == "\"cloud\" is not ROLE=CIDR[,CIDR]");
  CHECK(parse_role_addresses("=10.0.0.0/8").error() == "\"=10.0.0.0/8\" is not ROLE=CIDR[,CIDR]");
  CHECK(parse_role_addresses("cloud=").error() == "\"\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32");

  Pack pack;
  pack.id = "rightscale";
  pack.roles.emplace_back().id = "cloud";
  pack.roles.emplace_back().id = "user";
  CHECK_FALSE(set_addresses(pack, *given));
  CHECK(pack.roles[0].addresses == given->addresses);
  CHECK(*set_addresses(pack, {"cluod", {}}) == "unknown role \"cluod\", policy rightscale has cloud, user; did you mean \"cloud\"?");
}

TEST_CASE("days exist") {
  for (const std::string_view text : {"2027-03-31", "2028-02-29", "0001-01-01"}) CHECK(to_string(*parse_date(text)) == text);
  for (const std::string_view text : {"", "2027-02-29", "2027-13-01", "2027-00-10", "2027-3-31", "27-03-31", "2027/03/31", "2027-03-311", "2027-03-3x"}) {
    INFO(text);
    CHECK_FALSE(parse_date(text));
  }
  CHECK(parse_date("soon").error() == "\"soon\" is not a day such as 2027-03-31");
}

TEST_CASE("ids and codes have a form") {
  for (const std::string_view text : {"rightscale", "a", "k8s.node_1", "9"}) CHECK(is_id(text));
  for (const std::string_view text : {"", "-a", ".json", "a b", "a=b", "a/b", "caf\xc3\xa9"}) CHECK_FALSE(is_id(text));
  CHECK_FALSE(is_id(std::string(65, 'a')));
  CHECK(is_code("WC301"));
  for (const std::string_view text : {"", "WC30", "WC3011", "wc301", "WC3x1", "XX301"}) CHECK_FALSE(is_code(text));
}
