#include "cli/packet_words.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/source_file.h"
#include "base/suggest.h"
#include "cli/packet_values.h"
#include "ir/packet_words.h"

namespace wallcheck::cli {

namespace {

using Trouble = std::optional<std::string>;

std::string in_quotes(std::string_view word) { return "\"" + printable(word) + "\""; }

/// Words between blanks; the first four have their places, the rest are keywords.
class Words {
 public:
  explicit Words(std::string_view text) {
    for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
      words_.push_back(text.substr(at, end - at));
      at = text.find_first_not_of(blanks, end);
    }
  }
  bool more() const { return next_ < words_.size(); }
  std::string_view take() { return more() ? words_[next_++] : std::string_view{}; }
  std::string_view peek() const { return more() ? words_[next_] : std::string_view{}; }

 private:
  static constexpr std::string_view blanks = " \t\r\n";
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
};

/// "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]:80", "any", "any:80".
Trouble read_endpoint(std::string_view word, std::optional<Address>& address, std::optional<std::uint16_t>& port) {
  std::string_view host = word;
  std::optional<std::string_view> port_text;
  if (word.starts_with('[')) {
    const std::size_t close = word.find(']');
    if (close == std::string_view::npos) return fmt::format("{} has no closing bracket", in_quotes(word));
    host = word.substr(1, close - 1);
    const std::string_view rest = word.substr(close + 1);
    if (rest.starts_with(':')) port_text = rest.substr(1);
    else if (!rest.empty()) return fmt::format("{}: only a port (\":80\") may follow the bracket", in_quotes(word));
  } else if (std::ranges::count(word, ':') == 1) {
    host = word.substr(0, word.find(':'));
    port_text = word.substr(word.find(':') + 1);
  }
  if (host != "any") {
    address = parse_address(host);
    if (!address) return fmt::format("{} is not an address; write e.g. 10.0.0.5, 10.0.0.5:40000, [2001:db8::5]:40000 or any", in_quotes(word));
  }
  if (!port_text) return std::nullopt;
  port = read_number<std::uint16_t>(*port_text);
  if (!port) return fmt::format("{} is not a port; a port is a number from 0 to 65535", in_quotes(*port_text));
  return std::nullopt;
}

constexpr std::string_view keywords[] = {"in",  "out",     "new",         "established", "related", "invalid", "untracked", "reply", "flags",
                                         "type", "code",   "mark",        "connmark",    "fragment", "input",  "output",    "forward"};

/// One keyword after the addresses, with its argument.
Trouble read_keyword(std::string_view word, Words& words, Probe& probe) {
  const auto number = [&](auto& member) -> Trouble {
    using Number = typename std::remove_reference_t<decltype(member)>::value_type;
    const std::string_view text = words.take();
    member = read_number<Number>(text);
    if (member) return std::nullopt;
    return fmt::format("\"{}\" needs a number from 0 to {}, not {}", word, std::numeric_limits<Number>::max(), in_quotes(text));
  };
  if (word == "in" || word == "out") {
    const std::string_view name = words.take();
    if (!is_interface_name(name)) return fmt::format("\"{}\" needs the name of an interface", word);
    (word == "in" ? probe.in_interface : probe.out_interface) = std::string(name);
  } else if (const auto state = ir::state_named(word)) {
    probe.state = state;
  } else if (const auto path = ir::hook_named(word)) {
    probe.path = path;
  } else if (word == "reply") {
    probe.direction = ir::Direction::reply;
  } else if (word == "fragment") {
    probe.fragment = true;
  } else if (word == "flags") {
    const std::string_view names = words.take();
    probe.tcp_flags = ir::tcp_flags_named(names);
    if (!probe.tcp_flags) return fmt::format("{} is not a list of TCP flags; write e.g. SYN or SYN,ACK", in_quotes(names));
  } else if (word == "type") {
    return number(probe.icmp_type);
  } else if (word == "code") {
    return number(probe.icmp_code);
  } else if (word == "mark") {
    return number(probe.mark);
  } else if (word == "connmark") {
    return number(probe.connmark);
  } else {
    return fmt::format("{} is not understood here{}", in_quotes(word), suggestion(word, keywords));
  }
  return std::nullopt;
}

}  // namespace

bool is_interface_name(std::string_view name) { return !name.empty() && name.find_first_of(" /") == std::string_view::npos && printable(name) == name; }

Result<Probe, std::string> parse_packet(std::string_view text) {
  Words words(text);
  Probe probe;
  const std::string_view protocol = words.take();
  probe.protocol = read_protocol(protocol);
  if (!probe.protocol) return Unexpected{fmt::format("{} is not a protocol; a packet begins with tcp, udp, icmp, ... or a number", in_quotes(protocol))};
  if (Trouble trouble = read_endpoint(words.take(), probe.source, probe.source_port)) return Unexpected{*trouble};
  if (const std::string_view arrow = words.take(); arrow != ">" && arrow != "->")
    return Unexpected{fmt::format("\">\" must stand between source and destination, not {}", in_quotes(arrow))};
  if (Trouble trouble = read_endpoint(words.take(), probe.destination, probe.destination_port)) return Unexpected{*trouble};
  while (words.more())
    if (Trouble trouble = read_keyword(words.take(), words, probe)) return Unexpected{*trouble};
  return probe;
}

Result<ir::Packet, std::string> complete(const Probe& probe, Family usual_family) {
  namespace protocol = ir::protocol;
  ir::Packet packet;
  const auto said = probe.source ? probe.source : probe.destination;
  const Family family = said ? family_of(*said) : probe.protocol == protocol::icmpv6 ? Family::ipv6 : usual_family;
  const Address network = family == Family::ipv4 ? ipv4(0x0a000000) : Address{0xfd00} << 112;
  packet.source = probe.source.value_or(network | 1);
  packet.destination = probe.destination.value_or(network | 2);
  if (family_of(packet.source) != family_of(packet.destination)) return Unexpected{std::string("source and destination are of two address families")};

  packet.protocol = probe.protocol.value_or(protocol::tcp);
  if (protocol::has_ports(packet.protocol)) {
    packet.source_port = probe.source_port.value_or(40000);
    packet.destination_port = probe.destination_port.value_or(80);
  } else if (probe.source_port || probe.destination_port) {
    return Unexpected{ir::protocol_text(packet.protocol) + " has no ports"};
  }
  packet.state = probe.state.value_or(ir::State::new_);
  packet.direction = probe.direction.value_or(ir::Direction::original);
  if (packet.protocol == protocol::tcp) packet.tcp_flags = probe.tcp_flags.value_or(ir::usual_tcp_flags(packet.state));
  else if (probe.tcp_flags) return Unexpected{ir::protocol_text(packet.protocol) + " has no TCP flags"};
  if (packet.protocol == protocol::icmp || packet.protocol == protocol::icmpv6) {
    packet.icmp_type = probe.icmp_type.value_or(packet.protocol == protocol::icmp ? 8 : 128);
    packet.icmp_code = probe.icmp_code.value_or(0);
  } else if (probe.icmp_type || probe.icmp_code) {
    return Unexpected{ir::protocol_text(packet.protocol) + " has no ICMP type"};
  }
  packet.mark = probe.mark.value_or(0);
  packet.connmark = probe.connmark.value_or(0);
  packet.fragment = probe.fragment;

  packet.path = probe.path.value_or(probe.out_interface ? probe.in_interface ? ir::Path::forward : ir::Path::egress : ir::Path::ingress);
  packet.in_interface = probe.in_interface.value_or(packet.path == ir::Path::egress ? "" : "eth0");
  packet.out_interface = probe.out_interface.value_or(packet.path == ir::Path::ingress ? "" : packet.path == ir::Path::egress ? "eth0" : "eth1");
  return packet;
}

}  // namespace wallcheck::cli
