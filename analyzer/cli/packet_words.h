#pragma once
// Packets that users write down for `trace`: in words, or as JSON probes. Both leave out what is obvious.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/packet.h"

namespace wallcheck::cli {

/// What was said of a packet; the rest takes the obvious default (complete()).
struct Probe {
  std::optional<ir::Path> path;
  std::optional<std::uint8_t> protocol;
  std::optional<Address> source, destination;
  std::optional<std::uint16_t> source_port, destination_port;
  std::optional<std::string> in_interface, out_interface;
  std::optional<std::uint8_t> tcp_flags, icmp_type, icmp_code;
  std::optional<ir::State> state;
  std::optional<ir::Direction> direction;
  std::optional<std::uint32_t> mark, connmark;
  bool fragment = false;
};

/// Fills in the rest: INPUT unless the interfaces say otherwise (out only: OUTPUT; both: FORWARD), tcp from 10.0.0.1 to 10.0.0.2
/// (IPv6 where an address or the file says so: fd00::1, fd00::2), ports 40000 and 80, NEW with SYN (else ACK), an echo request,
/// mark 0, interface eth0 (FORWARD: eth0 to eth1). The error is a sentence: addresses of two families, ports without a
/// protocol that has them.
Result<ir::Packet, std::string> complete(const Probe& probe, Family usual_family);

/// Reads one packet in words:
///
///     PROTO SRC[:PORT] > DST[:PORT] [in IFACE] [out IFACE] [STATE] [reply] [flags LIST] [type N [code N]] [mark N] [fragment] [HOOK]
///
/// IPv6 addresses with a port stand in brackets; "any" leaves an address to its default. Words but PROTO, SRC, > and DST may
/// come in any order. This is what ir::to_string writes. The error is a sentence that quotes the word.
Result<Probe, std::string> parse_packet(std::string_view text);

/// Can an interface have this name? Systems take no blanks and no slash, and what cannot be shown is no name either.
bool is_interface_name(std::string_view name);

/// Reads a JSON array of probes with the keys of CONTRACT.md (`trace`), or a single one. Errors name the probe and the key.
Result<std::vector<Probe>, std::string> parse_probes(std::string_view json);

}  // namespace wallcheck::cli
