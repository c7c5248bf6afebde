#include "check/describe.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/address.h"
#include "check/legs.h"

namespace wallcheck::check {

namespace dimension = packets::dimension;
using ir::Range;
using packets::Dimension;

namespace {

constexpr std::size_t values_shown = 6;
constexpr std::string_view any_ipv4 = "any IPv4", any_ipv6 = "any IPv6";

std::string address_range(const Range& range) { return to_string(AddressRange{range.first, range.last}); }

template <class Text>
std::string joined(const std::vector<Range>& ranges, Text&& text) {
  std::string result;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i == values_shown) return result + fmt::format(",...({} more)", ranges.size() - i);
    if (i > 0) result += ',';
    result += text(ranges[i]);
  }
  return result;
}

constexpr Range ipv4_range{ipv4_first, ipv4_last};

/// Those of the addresses that are of a family.
std::vector<Range> of_family(const std::vector<Range>& addresses, Family family) {
  const std::vector<Range> others = ir::difference(addresses, std::span(&ipv4_range, 1));
  return family == Family::ipv6 ? others : ir::difference(addresses, others);
}

std::optional<Family> only_family(const std::vector<Range>& addresses) {
  const bool has_ipv4 = !of_family(addresses, Family::ipv4).empty(), has_ipv6 = !of_family(addresses, Family::ipv6).empty();
  if (has_ipv4 == has_ipv6) return std::nullopt;
  return has_ipv4 ? Family::ipv4 : Family::ipv6;
}

std::string with_words(std::string text, std::string_view words, std::string_view others) {
  for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += others.size()) text.replace(at, words.size(), others);
  return text;
}

std::string port_range(const Range& range) {
  const auto first = static_cast<unsigned>(range.first);
  const auto last = static_cast<unsigned>(range.last);
  return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
}

/// An IPv6 address stands in brackets before its port (RFC 3986).
std::string with_port(std::string address, const std::string& port) {
  if (!port.empty() && address.find(':') != std::string::npos) address = "[" + address + "]";
  return address + port;
}

}  // namespace

std::string protocol_name(unsigned number) {
  switch (number) {
    case ir::protocol::icmp: return "icmp";
    case ir::protocol::tcp: return "tcp";
    case ir::protocol::udp: return "udp";
    case ir::protocol::icmpv6: return "icmpv6";
    case ir::protocol::sctp: return "sctp";
    case ir::protocol::dccp: return "dccp";
    case ir::protocol::udplite: return "udplite";
    case ir::protocol::gre: return "gre";
    case ir::protocol::esp: return "esp";
    case ir::protocol::ah: return "ah";
    default: return fmt::format("{}", number);
  }
}

Describer::Describer(const evaluate::Symbolic& symbolic, const packets::Set& asked, std::vector<Dimension> given)
    : symbolic_(symbolic), asked_(dimension::source_port + 1), given_(std::move(given)) {
  for (const Dimension d : connection_dimensions()) asked_[d] = asked.values_of(d);
}

const std::vector<Range>& Describer::asked_values(Dimension d) const { return asked_[d]; }
bool Describer::is_given(Dimension d) const { return std::ranges::find(given_, d) != given_.end(); }

std::string Describer::addresses(const packets::Region& region, Dimension d) const {
  const std::vector<Range>* values = region.values_of(d);
  const std::vector<Range>& all = asked_values(d);
  const bool everything = values == nullptr || *values == all;
  if (everything && !is_given(d)) return "any";
  if (everything) return joined(all, address_range);
  // Both ends of a packet are of one family: what is all of that is "any" of it.
  const std::optional<Family> family = only_family(all) ? std::nullopt : only_family(*values);
  std::string any(!family ? "any" : *family == Family::ipv4 ? any_ipv4 : any_ipv6);
  const std::vector<Range> missing = ir::difference(family ? of_family(all, *family) : all, *values);
  if (!is_given(d) && missing.empty()) return any;
  if (!is_given(d) && missing.size() < values->size()) return any + " except " + joined(missing, address_range);
  return joined(*values, address_range);
}

std::string Describer::ports(const packets::Region& region, Dimension d) const {
  const std::vector<Range>* values = region.values_of(d);
  const std::vector<Range>& shown = values == nullptr ? asked_values(d) : *values;
  if (shown.size() == 1 && shown[0].first == 0 && shown[0].last == 0xffff) return "";
  return ":" + joined(shown, port_range);
}

std::string Describer::interfaces(const packets::Region& region, Dimension d) const {
  const std::vector<Range>* values = region.values_of(d);
  const std::vector<Range>& all = asked_values(d);
  if (values == nullptr || *values == all) {
    if (!is_given(d) || (all.size() == 1 && all[0].last == 0)) return "";
    values = &all;
  }
  const auto labels = [&](const std::vector<Range>& ranges) {
    std::string text;
    std::size_t shown = 0;
    for (const Range& range : ranges)
      for (Uint128 value = range.first; value <= range.last; ++value) {
        if (shown++ == values_shown) return text + ",...";
        if (!text.empty()) text += ',';
        text += printable(symbolic_.interface_label(static_cast<std::uint32_t>(value)));
      }
    return text;
  };
  const auto count = [](const std::vector<Range>& ranges) {
    Uint128 sum = 0;
    for (const Range& range : ranges) sum += range.last - range.first + 1;
    return sum;
  };
  const std::vector<Range> missing = ir::difference(all, *values);
  const bool has_every_other = values->back().last == symbolic_.last_interface();
  if (has_every_other && !is_given(d) && count(missing) <= count(*values)) return "any except " + labels(missing);
  return labels(*values);
}

std::string Describer::region(const packets::Region& region, bool reply) const {
  const std::vector<Range>* const own = region.values_of(dimension::protocol);
  const std::vector<Range>& protocols = own ? *own : asked_values(dimension::protocol);
  const bool has_ports = std::ranges::all_of(protocols, [](const Range& range) {
    return range.last - range.first < 4 && ir::protocol::has_ports(static_cast<std::uint8_t>(range.first)) && ir::protocol::has_ports(static_cast<std::uint8_t>(range.last));
  });
  const std::string protocol = joined(protocols, [](const Range& range) {
    const auto first = static_cast<unsigned>(range.first), last = static_cast<unsigned>(range.last);
    if (first == 0 && last == 255) return std::string("any protocol");
    return first == last ? protocol_name(first) : fmt::format("{}-{}", first, last);
  });
  std::string client = addresses(region, dimension::source);
  std::string server = addresses(region, dimension::destination);
  if (has_ports) {
    client = with_port(std::move(client), ports(region, dimension::source_port));
    server = with_port(std::move(server), ports(region, dimension::destination_port));
  }
  std::string in = interfaces(region, dimension::in_interface);
  std::string out = interfaces(region, dimension::out_interface);
  if (reply) std::swap(client, server), std::swap(in, out);
  std::string text = fmt::format("{} {} > {}", protocol, client, server);
  if (!in.empty()) text += " in " + in;
  if (!out.empty()) text += " out " + out;
  return text;
}

std::vector<std::string> Describer::lines(const packets::Set& connections, std::size_t limit, bool reply) const {
  std::vector<std::string> result;
  const packets::Regions regions = connections.regions(limit);
  for (const packets::Region& one : regions.list) {
    std::string text = region(one, reply);
    // The same of both families is said once.
    for (const auto& [own, other] : {std::pair(any_ipv4, any_ipv6), std::pair(any_ipv6, any_ipv4)}) {
      const auto twin = std::ranges::find(result, with_words(text, own, other));
      if (twin == result.end() || *twin == text) continue;
      text = with_words(text, own, "any");
      result.erase(twin);
    }
    result.push_back(std::move(text));
  }
  if (!regions.complete) result.push_back("... and more");
  return result;
}

std::string Describer::line(const packets::Set& connections, bool reply) const {
  std::string text;
  for (const std::string& one : lines(connections, 3, reply)) text += (text.empty() ? "" : "; ") + one;
  return text;
}

}  // namespace wallcheck::check
