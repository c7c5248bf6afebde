#include "cli/packet_words.h"

#include <catch2/catch.hpp>

#include "ir/packet_words.h"

using namespace wallcheck;
using namespace wallcheck::cli;

namespace {

/// The packet that these words mean, written back; or the error.
std::string reading_of(std::string_view words, Family family = Family::ipv4) {
  const auto probe = parse_packet(words);
  if (!probe) return "error: " + probe.error();
  const auto packet = complete(*probe, family);
  return packet ? std::string(ir::hook_name(packet->path)) + ": " + to_string(*packet) : "error: " + packet.error();
}

}  // namespace

TEST_CASE("packets in words") {
  struct Row {
    std::string_view words, expected;
  };
  const Row rows[] = {
      {"udp 10.0.0.5:40000 > 54.225.248.130:3011 out eth0 new", "OUTPUT: udp 10.0.0.5:40000 > 54.225.248.130:3011 out eth0 new"},
      {"tcp 10.0.0.5 > 10.0.0.6", "INPUT: tcp 10.0.0.5:40000 > 10.0.0.6:80 in eth0 new"},
      {"tcp any > any:22 in eth1 out eth0 established reply", "FORWARD: tcp 10.0.0.1:40000 > 10.0.0.2:22 in eth1 out eth0 established reply"},
      {"tcp any > any output", "OUTPUT: tcp 10.0.0.1:40000 > 10.0.0.2:80 out eth0 new"},
      {"tcp any > any FORWARD", "FORWARD: tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 out eth1 new"},
      {"tcp [2001:db8::1]:5 > 2001:db8::2 RELATED", "INPUT: tcp [2001:db8::1]:5 > [2001:db8::2]:80 in eth0 related"},
      {"icmp any > any", "INPUT: icmp 10.0.0.1 > 10.0.0.2 type 8 code 0 in eth0 new"},
      {"icmp any > any type 3 code 1", "INPUT: icmp 10.0.0.1 > 10.0.0.2 type 3 code 1 in eth0 new"},
      {"icmpv6 any > any", "INPUT: icmpv6 fd00::1 > fd00::2 type 128 code 0 in eth0 new"},
      {"47 any > any", "INPUT: gre 10.0.0.1 > 10.0.0.2 in eth0 new"},
      {"200 any > any", "INPUT: 200 10.0.0.1 > 10.0.0.2 in eth0 new"},
      {"tcp any > any flags SYN,ACK mark 0x10 fragment", "INPUT: tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 new flags SYN,ACK mark 0x10 fragment"},
      {"tcp any > any flags none invalid", "INPUT: tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 invalid flags NONE"},
      {"  tcp\tany  ->  any ", "INPUT: tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 new"},
      // What is wrong is quoted.
      {"", "error: \"\" is not a protocol; a packet begins with tcp, udp, icmp, ... or a number"},
      {"tpc any > any", "error: \"tpc\" is not a protocol; a packet begins with tcp, udp, icmp, ... or a number"},
      {"256 any > any", "error: \"256\" is not a protocol; a packet begins with tcp, udp, icmp, ... or a number"},
      {"tcp any any", "error: \">\" must stand between source and destination, not \"any\""},
      {"tcp 10.0.0.300 > any",
       "error: \"10.0.0.300\" is not an address; write e.g. 10.0.0.5, 10.0.0.5:40000, [2001:db8::5]:40000 or any"},
      {"tcp any > any:65536", "error: \"65536\" is not a port; a port is a number from 0 to 65535"},
      {"tcp [::1 > any", "error: \"[::1\" has no closing bracket"},
      {"tcp [::1]80 > any", "error: \"[::1]80\": only a port (\":80\") may follow the bracket"},
      {"tcp any > any flegs SYN", "error: \"flegs\" is not understood here; did you mean \"flags\"?"},
      {"tcp any > any flags SIN", "error: \"SIN\" is not a list of TCP flags; write e.g. SYN or SYN,ACK"},
      {"tcp any > any mark x", "error: \"mark\" needs a number from 0 to 4294967295, not \"x\""},
      {"tcp any > any in", "error: \"in\" needs the name of an interface"},
      {"tcp any > any \x1b[2J", "error: \"\\x1b[2J\" is not understood here"},
      // What does not go together.
      {"tcp 10.0.0.1 > ::1", "error: source and destination are of two address families"},
      {"icmp any:1 > any", "error: icmp has no ports"},
      {"udp any > any flags SYN", "error: udp has no TCP flags"},
      {"udp any > any type 8", "error: udp has no ICMP type"},
  };
  for (const Row& row : rows) CHECK(reading_of(row.words) == row.expected);
  CHECK(reading_of("tcp any > any", Family::ipv6) == "INPUT: tcp [fd00::1]:40000 > [fd00::2]:80 in eth0 new");
}

TEST_CASE("a packet written down is read back as the same packet") {
  ir::Packet packet;
  std::size_t count = 0;
  for (const ir::Path path : {ir::Path::ingress, ir::Path::egress, ir::Path::forward})
    for (const std::uint8_t protocol : {ir::protocol::tcp, ir::protocol::udp, ir::protocol::icmp, ir::protocol::icmpv6, ir::protocol::gre})
      for (const ir::State state : {ir::State::new_, ir::State::established, ir::State::related, ir::State::invalid, ir::State::untracked})
        for (const ir::Direction direction : {ir::Direction::original, ir::Direction::reply})
          for (const bool ipv6 : {false, true}) {
            packet = {};
            packet.path = path;
            packet.protocol = protocol;
            packet.source = *parse_address(ipv6 ? "2001:db8::1" : "192.0.2.1");
            packet.destination = *parse_address(ipv6 ? "2001:db8::2" : "192.0.2.2");
            if (ir::protocol::has_ports(protocol)) packet.source_port = 1024, packet.destination_port = 443;
            if (protocol == ir::protocol::tcp) packet.tcp_flags = ir::tcp_flag::fin | ir::tcp_flag::ack;
            if (protocol == ir::protocol::icmp || protocol == ir::protocol::icmpv6) packet.icmp_type = 3, packet.icmp_code = 4;
            packet.state = state;
            packet.direction = direction;
            packet.mark = 0xffffffff;
            packet.fragment = ipv6;
            if (path != ir::Path::egress) packet.in_interface = "wlan0";
            if (path != ir::Path::ingress) packet.out_interface = "br-1";
            const auto probe = parse_packet(to_string(packet));
            REQUIRE(probe);
            const auto read = complete(*probe, Family::ipv4);
            REQUIRE(read);
            CHECK(*read == packet);
            ++count;
          }
  CHECK(count == 300);
}
