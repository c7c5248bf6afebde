#include <array>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/names.h"
#include "base/source_file.h"
#include "base/suggest.h"
#include "cli/packet_values.h"
#include "cli/packet_words.h"
#include "ir/packet_words.h"

namespace wallcheck::cli {

namespace {

using Json = nlohmann::json;
using Trouble = std::optional<std::string>;

std::string shown(const Json& value) {
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 60) + "..." : text;
}

/// A number of the member's type, as a JSON number or as text.
template <class Number>
Trouble number(const Json& value, std::optional<Number>& member) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<Number>::max()) member = value.get<Number>();
  else if (value.is_string()) member = read_number<Number>(value.get_ref<const std::string&>());
  if (member) return std::nullopt;
  return fmt::format("needs a number from 0 to {}, not {}", std::numeric_limits<Number>::max(), shown(value));
}

/// A word that `read` understands.
template <class Member, class Read>
Trouble word(const Json& value, std::optional<Member>& member, Read read, std::string_view examples) {
  if (value.is_string()) member = read(value.get_ref<const std::string&>());
  if (member) return std::nullopt;
  return fmt::format("needs {}, not {}", examples, shown(value));
}

/// A name; "" says nothing, as no key does.
Trouble interface(const Json& value, std::optional<std::string>& member) {
  if (value == "") return std::nullopt;
  return word(value, member, [](const std::string& name) { return is_interface_name(name) ? std::optional(name) : std::nullopt; }, "the name of an interface");
}

struct Key {
  std::string_view name;
  Trouble (*read)(const Json&, Probe&);
};

constexpr std::array keys = std::to_array<Key>({
    {"hook", [](const Json& v, Probe& p) { return word(v, p.path, ir::hook_named, "\"INPUT\", \"OUTPUT\" or \"FORWARD\""); }},
    {"proto",
     [](const Json& v, Probe& p) {
       return v.is_number() ? number(v, p.protocol) : word(v, p.protocol, read_protocol, "a protocol: \"tcp\", \"udp\", \"icmp\", a number");
     }},
    {"src", [](const Json& v, Probe& p) { return word(v, p.source, parse_address, "an address"); }},
    {"dst", [](const Json& v, Probe& p) { return word(v, p.destination, parse_address, "an address"); }},
    {"sport", [](const Json& v, Probe& p) { return number(v, p.source_port); }},
    {"dport", [](const Json& v, Probe& p) { return number(v, p.destination_port); }},
    {"in_iface", [](const Json& v, Probe& p) { return interface(v, p.in_interface); }},
    {"out_iface", [](const Json& v, Probe& p) { return interface(v, p.out_interface); }},
    {"tcp_flags", [](const Json& v, Probe& p) { return word(v, p.tcp_flags, ir::tcp_flags_named, "flags: \"SYN\", \"SYN,ACK\", \"NONE\""); }},
    {"icmp_type", [](const Json& v, Probe& p) { return number(v, p.icmp_type); }},
    {"icmp_code", [](const Json& v, Probe& p) { return number(v, p.icmp_code); }},
    {"state",
     [](const Json& v, Probe& p) {
       return word(v, p.state, ir::state_named, "\"NEW\", \"ESTABLISHED\", \"RELATED\", \"INVALID\" or \"UNTRACKED\"");
     }},
    {"ct_dir", [](const Json& v, Probe& p) { return word(v, p.direction, ir::direction_named, "\"ORIGINAL\" or \"REPLY\""); }},
    {"mark", [](const Json& v, Probe& p) { return number(v, p.mark); }},
    {"connmark", [](const Json& v, Probe& p) { return number(v, p.connmark); }},
    {"fragment",
     [](const Json& v, Probe& p) -> Trouble {
       if (!v.is_boolean()) return "needs true or false, not " + shown(v);
       p.fragment = v.get<bool>();
       return std::nullopt;
     }},
});

Result<Probe, std::string> read_probe(const Json& value, std::size_t index) {
  if (!value.is_object()) return Unexpected{fmt::format("probe {}: needs an object, not {}", index, shown(value))};
  Probe probe;
  for (const auto& [name, member] : value.items()) {
    const auto key = std::ranges::find(keys, std::string_view(name), &Key::name);
    if (key == keys.end()) {
      std::array<std::string_view, keys.size()> names;
      std::ranges::transform(keys, names.begin(), &Key::name);
      return Unexpected{fmt::format("probe {}: \"{}\" is not a key of a packet{}", index, printable(name), suggestion(name, names))};
    }
    if (member.is_null()) continue;
    if (const Trouble trouble = key->read(member, probe)) return Unexpected{fmt::format("probe {}: \"{}\" {}", index, name, *trouble)};
  }
  return probe;
}

}  // namespace

std::optional<std::uint8_t> read_protocol(std::string_view text) {
  if (text == "icmpv6") return ir::protocol::icmpv6;
  if (const auto number = protocol_number(text)) return number;
  return read_number<std::uint8_t>(text);
}

Result<std::vector<Probe>, std::string> parse_probes(std::string_view json) {
  Json document;
  try {
    document = Json::parse(json);
  } catch (const Json::exception& error) {
    return Unexpected{"not JSON: " + printable(error.what())};
  }
  std::vector<Probe> probes;
  if (document.is_object()) document = Json::array({std::move(document)});
  if (!document.is_array()) return Unexpected{"needs an array of packets, not " + shown(document)};
  for (std::size_t i = 0; i < document.size(); ++i) {
    auto probe = read_probe(document[i], i);
    if (!probe) return Unexpected{probe.error()};
    probes.push_back(std::move(*probe));
  }
  return probes;
}

}  // namespace wallcheck::cli
