#include <catch2/catch.hpp>

#include "cli/packet_words.h"
#include "ir/packet_words.h"
#include "report/json_values.h"

using namespace wallcheck;
using namespace wallcheck::cli;

namespace {

std::string reading_of(std::string_view json) {
  const auto probes = parse_probes(json);
  if (!probes) return "error: " + probes.error();
  std::string out;
  for (const Probe& probe : *probes) {
    const auto packet = complete(probe, Family::ipv4);
    out += (out.empty() ? "" : "; ") + (packet ? to_string(*packet) : "error: " + packet.error());
  }
  return out;
}

}  // namespace

TEST_CASE("probes") {
  struct Row {
    std::string_view json, expected;
  };
  const Row rows[] = {
      {"[]", ""},
      {"[{}]", "tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 new"},
      {"{}", "tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 new"},
      {R"([{"hook": "OUTPUT", "proto": "udp", "src": "10.0.0.5", "dst": "192.0.2.1", "sport": 1, "dport": 2, "out_iface": "eth9"}])",
       "udp 10.0.0.5:1 > 192.0.2.1:2 out eth9 new"},
      {R"([{"hook": "forward"}, {"proto": 47}, {"proto": "132", "dport": "5"}])",
       "tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 out eth1 new; gre 10.0.0.1 > 10.0.0.2 in eth0 new; "
       "sctp 10.0.0.1:40000 > 10.0.0.2:5 in eth0 new"},
      {R"([{"tcp_flags": "SYN,ACK", "state": "ESTABLISHED", "ct_dir": "REPLY", "mark": "0x4000"}])",
       "tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 established reply flags SYN,ACK mark 0x4000"},
      {R"([{"proto": "icmp", "icmp_type": 3, "icmp_code": 1, "mark": null, "fragment": false}])",
       "icmp 10.0.0.1 > 10.0.0.2 type 3 code 1 in eth0 new"},
      {R"([{"hook": "INPUT", "in_iface": "", "out_iface": ""}])", "tcp 10.0.0.1:40000 > 10.0.0.2:80 in eth0 new"},
      // Errors name the probe and the key.
      {R"([{}, {"dprot": 1}])", "error: probe 1: \"dprot\" is not a key of a packet; did you mean \"dport\"?"},
      {R"([{"dport": 65536}])", "error: probe 0: \"dport\" needs a number from 0 to 65535, not 65536"},
      {R"([{"in_iface": "eth0/x"}])", "error: probe 0: \"in_iface\" needs the name of an interface, not \"eth0/x\""},
      {R"([{"dport": -1}])", "error: probe 0: \"dport\" needs a number from 0 to 65535, not -1"},
      {R"([{"dport": 1.5}])", "error: probe 0: \"dport\" needs a number from 0 to 65535, not 1.5"},
      {R"([{"src": "10.0.0.0/8"}])", "error: probe 0: \"src\" needs an address, not \"10.0.0.0/8\""},
      {R"([{"state": "OPEN"}])",
       "error: probe 0: \"state\" needs \"NEW\", \"ESTABLISHED\", \"RELATED\", \"INVALID\" or \"UNTRACKED\", not \"OPEN\""},
      {R"([{"hook": 1}])", "error: probe 0: \"hook\" needs \"INPUT\", \"OUTPUT\" or \"FORWARD\", not 1"},
      {R"([{"fragment": 1}])", "error: probe 0: \"fragment\" needs true or false, not 1"},
      {R"([7])", "error: probe 0: needs an object, not 7"},
      {R"("x")", "error: needs an array of packets, not \"x\""},
  };
  for (const Row& row : rows) CHECK(reading_of(row.json) == row.expected);
  CHECK(reading_of("[{]").starts_with("error: not JSON: "));
  CHECK(reading_of("[\"\xff\"]").starts_with("error: not JSON: "));
}

TEST_CASE("a witness in a report is a probe") {
  ir::Packet packet;
  packet.path = ir::Path::forward;
  packet.source = *parse_address("2001:db8::1");
  packet.destination = *parse_address("2001:db8::2");
  packet.source_port = 1024;
  packet.destination_port = 443;
  packet.tcp_flags = ir::tcp_flag::ack;
  packet.state = ir::State::established;
  packet.direction = ir::Direction::reply;
  packet.in_interface = "eth1";
  packet.out_interface = "eth0";
  packet.mark = 7;
  packet.fragment = true;
  const auto probes = parse_probes(report::to_text(report::to_json(packet)));
  REQUIRE(probes);
  const auto read = complete(probes->front(), Family::ipv4);
  REQUIRE(read);
  CHECK(*read == packet);
}
