#pragma once
// What has to be let through, in the words that rules of cloud providers have: a direction, a protocol, a range of ports, networks of the
// other end. And the commands beside the edits: words for a shell.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix/writer.h"

namespace wallcheck::fix {

/// A network as it is written, and what it holds.
struct Network {
  std::string text;  ///< always with its length: "192.0.2.7/32"
  bool is_ipv6 = false;
  std::vector<ir::Range> addresses;
};

/// Numbers from .. to: ports, or type and code of an ICMP message.
struct Numbers {
  unsigned from = 0, to = 0;
  bool operator==(const Numbers&) const = default;
};

/// One rule's worth: packets of a protocol to some ports, from or to some networks.
struct Grant {
  bool egress = true;
  std::uint8_t protocol = 0;
  std::optional<Numbers> ports;  ///< destination ports; none: the protocol has none
  std::optional<Numbers> icmp;   ///< type, code
  std::vector<Network> networks;
};

/// The grants that the need takes, one for each protocol and range of ports; networks that a rule of a union permits already are left out.
/// Empty: it takes too many, or they are all there; `why_not` says so.
std::vector<Grant> grants_of(const Need& need, std::string& why_not);

/// The networks of an end, as few as they can be; an end that is left open is "0.0.0.0/0", "::/0", or both.
std::vector<Network> networks_of(const check::End& end);

/// Is the list that decides about what leaves?
bool is_egress(const ir::Firewall& firewall, ir::ListId list);

/// "tcp", "udp", "icmp", "icmpv6"; else the number.
std::string protocol_word(std::uint8_t protocol);

/// What is wider than the flow where rules know no connections: the answers' way. Empty: nothing is.
std::string answers_opened(const Need& need);

/// One word of a POSIX shell's command line. Quoted where it has to be; bytes that a terminal would not show are written as $'\x1b'.
std::string shell_word(std::string_view text);
/// " --group-id sg-1": an option with its value, which may begin with a hyphen.
std::string shell_option(std::string_view name, std::string_view value);

}  // namespace wallcheck::fix
