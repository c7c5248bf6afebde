#include "report/policy.h"

#include <catch2/catch.hpp>

using namespace wallcheck;

namespace {

policy::Pack small_pack() {
  policy::Pack pack;
  pack.id = "mine";
  pack.title = "My flows\x1b[2J";
  pack.source = "a document";
  pack.version = "1";
  pack.notes = {"it is small"};
  pack.roles = {{"cloud", "Cloud", std::vector{*parse_prefix("10.0.0.0/8"), *parse_prefix("192.0.2.1")}}, {"world", "World", std::nullopt}};
  policy::Service ntp{.name = "NTP", .protocol_name = "udp", .protocol = 17, .ports_text = "123", .ports = {{123, 123}}, .source_ports_text = "123,1024-65535",
                      .source_ports = {{123, 123}, {1024, 65535}}, .one_way = false};
  policy::Service ping{.name = "ping", .protocol_name = "icmp", .protocol = 1, .ports_text = {}, .ports = {}, .source_ports_text = {}, .source_ports = {},
                       .one_way = true};
  pack.flows = {{"ntp", 1, "NTP", "cloud", "world", {ntp, ping}, policy::Require::any, "Clocks.", {"aws"}}};
  pack.family = Family::ipv4;
  pack.closed = true;
  return pack;
}

}  // namespace

TEST_CASE("packs for people") {
  const report::PackEntry entries[] = {{small_pack(), "mine.json"}};
  CHECK(report::packs_text({}, entries) ==
        "id    version  flows  title\n"
        "mine  1            1  My flows\\x1b[2J\n");
  CHECK(report::pack_text({}, small_pack()) ==
        "mine  My flows\\x1b[2J\n"
        "version 1, from a document\n"
        "speaks of IPv4 only\n"
        "closed: traffic that no flow explains is a finding\n"
        "\n"
        "notes\n"
        "  it is small\n"
        "\n"
        "roles\n"
        "  cloud  Cloud: 10.0.0.0/8, 192.0.2.1\n"
        "  world  World: addresses not specified\n"
        "\n"
        "flows\n"
        "   1  ntp  NTP: cloud -> world\n"
        "      NTP (udp/123 from ports 123,1024-65535) or ping (icmp, one way)\n"
        "      only in: aws\n"
        "      Clocks.\n");
}

TEST_CASE("a pack for programs has the shape of a pack file") {
  CHECK(report::pack_json(small_pack()) == R"json({
  "id": "mine",
  "title": "My flows\u001b[2J",
  "source": "a document",
  "version": "1",
  "notes": [
    "it is small"
  ],
  "family": "ipv4",
  "closed": true,
  "roles": {
    "cloud": {
      "title": "Cloud",
      "addresses": [
        "10.0.0.0/8",
        "192.0.2.1"
      ]
    },
    "world": {
      "title": "World",
      "addresses": null
    }
  },
  "flows": [
    {
      "id": "ntp",
      "number": 1,
      "traffic": "NTP",
      "from": "cloud",
      "to": "world",
      "services": [
        {
          "name": "NTP",
          "protocol": "udp",
          "ports": "123",
          "source_ports": "123,1024-65535"
        },
        {
          "name": "ping",
          "protocol": "icmp",
          "one_way": true
        }
      ],
      "require": "any",
      "description": "Clocks.",
      "environments": [
        "aws"
      ]
    }
  ]
}
)json");
}
