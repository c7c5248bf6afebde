#include "base/names.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <string>

#include <catch2/catch.hpp>

using namespace wallcheck;

namespace {
constexpr std::uint8_t tcp = 6, udp = 17, sctp = 132;
}

TEST_CASE("services are found by name, alias and protocol") {
  CHECK(service_port("https", tcp) == 443);
  CHECK(service_port("www", tcp) == 80);
  CHECK(service_port("kerberos5", udp) == 88);
  CHECK(service_port("domain", udp) == 53);
  CHECK_FALSE(service_port("tftp", tcp));
  CHECK_FALSE(service_port("domain", sctp));
  CHECK_FALSE(service_port("HTTP", tcp));
  CHECK_FALSE(service_port("", tcp));
  CHECK_FALSE(service_port("http ", tcp));
}

TEST_CASE("a service without a protocol is that of any transport protocol") {
  CHECK(service_port("tftp") == 69);
  CHECK(service_port("ssh") == 22);
  CHECK(service_port("echo") == 7);  // 4 is AppleTalk's
  CHECK_FALSE(service_port("rtmp"));
}

TEST_CASE("protocols go both ways") {
  CHECK(protocol_number("tcp") == 6);
  CHECK(protocol_number("TCP") == 6);
  CHECK(protocol_number("ipv6-icmp") == 58);
  CHECK(protocol_number("ip") == 0);
  CHECK_FALSE(protocol_number("6"));
  CHECK_FALSE(protocol_number("tc"));
  CHECK(protocol_name(17) == "udp");
  CHECK(protocol_name(41) == "ipv6");
  CHECK(protocol_name(200).empty());
}

// Where the machine has services(5), its C library must not answer differently; a newer netbase may know more.
TEST_CASE("the table answers as getservbyname does") {
  std::size_t compared = 0;
  setservent(1);
  for (const servent* entry = getservent(); entry != nullptr; entry = getservent()) {
    const std::string name = entry->s_name, protocol = entry->s_proto;
    const auto number = protocol_number(protocol);
    REQUIRE(number);
    const auto found = service_port(name, *number);
    const servent* expected = getservbyname(name.c_str(), protocol.c_str());
    if (!found || !expected) continue;
    INFO(name << '/' << protocol);
    CHECK(*found == ntohs(static_cast<std::uint16_t>(expected->s_port)));
    ++compared;
  }
  endservent();
  CHECK((compared == 0 || compared > 100));
}
