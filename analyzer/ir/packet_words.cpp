#include "ir/packet_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "base/source_file.h"

namespace wallcheck::ir {

namespace {

template <class T, std::size_t N>
using Words = std::array<std::pair<std::string_view, T>, N>;

constexpr Words<Path, 3> hooks{{{"INPUT", Path::ingress}, {"OUTPUT", Path::egress}, {"FORWARD", Path::forward}}};
constexpr Words<State, 5> states{{{"NEW", State::new_},
                                  {"ESTABLISHED", State::established},
                                  {"RELATED", State::related},
                                  {"INVALID", State::invalid},
                                  {"UNTRACKED", State::untracked}}};
constexpr Words<Direction, 2> directions{{{"ORIGINAL", Direction::original}, {"REPLY", Direction::reply}}};
constexpr Words<std::uint8_t, 8> flags_in_order{{{"SYN", tcp_flag::syn},
                                                 {"ACK", tcp_flag::ack},
                                                 {"FIN", tcp_flag::fin},
                                                 {"RST", tcp_flag::rst},
                                                 {"URG", tcp_flag::urg},
                                                 {"PSH", tcp_flag::psh},
                                                 {"ECE", tcp_flag::ece},
                                                 {"CWR", tcp_flag::cwr}}};

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

template <class T, std::size_t N>
std::string_view name_of(const Words<T, N>& words, T value) {
  return std::ranges::find(words, value, &std::pair<std::string_view, T>::second)->first;
}

template <class T, std::size_t N>
std::optional<T> named(const Words<T, N>& words, std::string_view name) {
  const auto row = std::ranges::find_if(words, [&](const auto& word) { return same_word(word.first, name); });
  return row == words.end() ? std::nullopt : std::optional(row->second);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string endpoint(Address address, std::uint16_t port, bool with_port) {
  std::string text = wallcheck::to_string(address);
  if (!with_port) return text;
  return family_of(address) == Family::ipv6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

}  // namespace

std::string_view hook_name(Path path) { return name_of(hooks, path); }
std::optional<Path> hook_named(std::string_view name) { return named(hooks, name); }
std::string_view state_name(State state) { return name_of(states, state); }
std::optional<State> state_named(std::string_view name) { return named(states, name); }
std::string_view direction_name(Direction direction) { return name_of(directions, direction); }
std::optional<Direction> direction_named(std::string_view name) { return named(directions, name); }

std::string tcp_flags_name(std::uint8_t flags) {
  std::string text;
  for (const auto& [name, bit] : flags_in_order)
    if (flags & bit) text += (text.empty() ? "" : ",") + std::string(name);
  return text.empty() ? "NONE" : text;
}

std::optional<std::uint8_t> tcp_flags_named(std::string_view names) {
  if (same_word(names, "NONE")) return 0;
  if (same_word(names, "ALL")) return std::uint8_t{0x3f};
  std::uint8_t flags = 0;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t comma = std::min(names.find(',', at), names.size());
    const auto bit = named(flags_in_order, names.substr(at, comma - at));
    if (!bit) return std::nullopt;
    flags = static_cast<std::uint8_t>(flags | *bit);
    at = comma + 1;
  }
  return flags;
}

std::string protocol_text(std::uint8_t protocol) {
  if (protocol == protocol::icmpv6) return "icmpv6";  // the table's first name is "ipv6-icmp"; ours is the contract's
  const std::string_view name = protocol_name(protocol);
  return name.empty() ? fmt::format("{}", protocol) : std::string(name);
}

std::uint8_t usual_tcp_flags(State state) { return state == State::new_ ? tcp_flag::syn : tcp_flag::ack; }

std::string to_string(const Packet& packet) {
  const bool ports = protocol::has_ports(packet.protocol);
  std::string text = fmt::format("{} {} > {}", protocol_text(packet.protocol), endpoint(packet.source, packet.source_port, ports),
                                 endpoint(packet.destination, packet.destination_port, ports));
  if (packet.protocol == protocol::icmp || packet.protocol == protocol::icmpv6)
    text += fmt::format(" type {} code {}", packet.icmp_type, packet.icmp_code);
  if (!packet.in_interface.empty()) text += " in " + printable(packet.in_interface);
  if (!packet.out_interface.empty()) text += " out " + printable(packet.out_interface);
  text += " " + lower(state_name(packet.state));
  if (packet.direction == Direction::reply) text += " reply";
  if (packet.protocol == protocol::tcp && packet.tcp_flags != usual_tcp_flags(packet.state))
    text += " flags " + tcp_flags_name(packet.tcp_flags);
  if (packet.mark != 0) text += fmt::format(" mark {:#x}", packet.mark);
  if (packet.fragment) text += " fragment";
  return text;
}

}  // namespace wallcheck::ir
