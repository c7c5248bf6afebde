// Addresses, ports and lists of them: pf.conf(5), "from <source> port <source> os <source> to <dest> port <dest>".

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/reader.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

std::optional<unsigned> decimal(std::string_view text, unsigned largest) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > largest) return std::nullopt;
  return value;
}

bool looks_like_ipv4(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// em0, vlan100, egress:network: letters, then a number, and nothing that only a host name has.
bool looks_like_interface(std::string_view name) {
  if (name.empty() || name.find('.') != std::string_view::npos) return false;
  const char last = name.back();
  if (last >= '0' && last <= '9') return name.find('-') == std::string_view::npos;
  return name == "egress" || is_driver_group(name);
}

}  // namespace

std::optional<AddressRange> parse_short_prefix(std::string_view address, std::optional<unsigned> bits, std::uint8_t* used_bits) {
  if (address.find(':') != std::string_view::npos) {
    const auto parsed = parse_address(address);
    if (!parsed || (bits && *bits > 128)) return std::nullopt;
    if (used_bits != nullptr) *used_bits = static_cast<std::uint8_t>(bits.value_or(128));
    // An IPv4-mapped address is an IPv6 address to pf, but such packets do not occur (base/address.h).
    return prefix(*parsed, std::min(bits.value_or(128), family_of(*parsed) == Family::ipv4 ? 32u : 128u));
  }
  std::uint32_t value = 0;
  unsigned octets = 0;
  for (std::size_t at = 0; at <= address.size();) {
    const std::size_t dot = std::min(address.find('.', at), address.size());
    const auto octet = decimal(address.substr(at, dot - at), 255);
    if (!octet || octets == 4) return std::nullopt;
    value |= *octet << (24 - 8 * octets++);
    at = dot + 1;
  }
  // Without a length: as many bits as the class of the address has, but no fewer than are written (inet_net_pton(3)).
  const unsigned first = value >> 24;
  const unsigned by_class = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
  const unsigned length = bits.value_or(octets == 4 ? 32 : std::max(by_class, octets * 8));
  if (length > 32) return std::nullopt;
  if (used_bits != nullptr) *used_bits = static_cast<std::uint8_t>(length);
  return prefix(ipv4(value), length);
}

std::string_view take_modifiers(std::string_view& name, std::uint8_t& modifiers) {
  struct Modifier {
    std::string_view name;
    std::uint8_t bit;
  };
  static constexpr Modifier known[] = {{"network", Host::network}, {"broadcast", Host::broadcast}, {"peer", Host::peer}, {"0", Host::first_only}};
  modifiers = 0;
  for (std::size_t colon = name.rfind(':'); colon != std::string_view::npos; colon = name.rfind(':')) {
    const std::string_view text = name.substr(colon + 1);
    const auto modifier = std::ranges::find(known, text, &Modifier::name);
    if (modifier == std::end(known)) return text.empty() ? ":" : text;
    modifiers |= modifier->bit;
    name = name.substr(0, colon);
  }
  return {};
}

bool RuleReader::interface_modifiers(std::string_view& name, Host& host, const Token& at) {
  if (const std::string_view unknown = take_modifiers(name, host.modifiers); !unknown.empty()) {
    error(at, fmt::format("interface {} has no \":{}\"; pf knows :network, :broadcast, :peer and :0{}", printable(name.substr(0, name.rfind(':'))),
                          printable(unknown == ":" ? "" : unknown), suggestion(unknown, {"network", "broadcast", "peer"})));
    return false;
  }
  const std::uint8_t modes = host.modifiers & static_cast<std::uint8_t>(~Host::first_only);
  if ((modes & (modes - 1)) != 0) {
    error(at, "only one of :network, :broadcast and :peer can be asked of an interface");
    return false;
  }
  return true;
}

bool RuleReader::address_of(std::string_view text, std::optional<std::string_view> bits_text, Host& host, const Token& at) {
  std::optional<unsigned> bits;
  if (bits_text) {
    bits = decimal(*bits_text, 128);
    if (!bits) {
      error(at, fmt::format("\"{}\" is no prefix length", printable(*bits_text)));
      return false;
    }
  }
  if (text == "any") {
    if (bits || host.negated) {
      error(at, host.negated ? "\"! any\" would hold for nothing; pf does not take it" : "any has no prefix length");
      return false;
    }
    host.kind = Host::Kind::any;
    return true;
  }
  if (text == "no-route" || text == "urpf-failed") {
    host.kind = text == "no-route" ? Host::Kind::no_route : Host::Kind::urpf_failed;
    return true;
  }
  std::string_view address = text;
  if (const std::size_t scope = text.find('%'); scope != std::string_view::npos && text.find(':') != std::string_view::npos) {
    host.via = text.substr(scope + 1);
    address = text.substr(0, scope);
  }
  const bool is_ipv6 = parse_address(address).has_value() && address.find(':') != std::string_view::npos;
  if (is_ipv6 || looks_like_ipv4(address)) {
    const auto range = parse_short_prefix(address, bits, &host.bits);
    if (!range || (!is_ipv6 && !bits && address.find('.') == std::string_view::npos)) {
      error(at, bits && !is_ipv6 && *bits > 32 ? fmt::format("/{} is too long for an IPv4 address", *bits)
                                               : fmt::format("\"{}\" is no address", printable(text)));
      return false;
    }
    host.kind = Host::Kind::addresses;
    host.range = *range;
    host.family = is_ipv6 ? Family::ipv6 : Family::ipv4;
    return true;
  }
  std::string_view name = text;
  host.bits = static_cast<std::uint8_t>(bits.value_or(255));
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos || text == "self" || looks_like_interface(text)) {
    if (!interface_modifiers(name, host, at)) return false;
    if (bits && (host.modifiers & (Host::network | Host::broadcast)) != 0) {
      error(at, "an interface's network has its own length; another one cannot be given");
      return false;
    }
    host.kind = name == "self" ? Host::Kind::self : Host::Kind::interface;
    host.name = name;
    return true;
  }
  host.kind = Host::Kind::name;
  host.name = name;
  return true;
}

std::optional<Host> read_address(std::string_view text) {
  Host host;
  if (text.starts_with('!')) {
    host.negated = true;
    text.remove_prefix(1);
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  }
  const std::size_t slash = text.find('/');
  std::string_view name = text.substr(0, slash);
  std::optional<unsigned> bits;
  if (slash != std::string_view::npos && !(bits = decimal(text.substr(slash + 1), 128))) return std::nullopt;
  if (name.empty() || name == "any" || name.find_first_of(" \t{}<>()\"!,") != std::string_view::npos) return std::nullopt;
  const std::string_view address = name.substr(0, name.find('%'));
  if (looks_like_ipv4(name) || (name.find(':') != std::string_view::npos && parse_address(address))) {
    const auto range = parse_short_prefix(looks_like_ipv4(name) ? name : address, bits, &host.bits);
    if (!range) return std::nullopt;
    host.kind = Host::Kind::addresses;
    host.range = *range;
    host.family = looks_like_ipv4(name) ? Family::ipv4 : Family::ipv6;
    return host;
  }
  host.kind = name == "self" ? Host::Kind::self : looks_like_interface(name.substr(0, name.find(':'))) ? Host::Kind::interface : Host::Kind::name;
  if (!take_modifiers(name, host.modifiers).empty()) return std::nullopt;
  host.name = name;
  host.bits = static_cast<std::uint8_t>(bits.value_or(255));
  return host;
}

/// Signs between the members of a list. True: it was one. pf wants no comma before the end of a line or of the list.
bool RuleReader::check_list_sign(const Token& token, const Token*& comma) {
  switch (kind(token)) {
    case Kind::comma: comma = &token; return true;
    case Kind::newline:
    case Kind::rbrace:
      if (comma != nullptr)
        error(*comma, kind(token) == Kind::newline ? "a list goes on in the next line without a comma (or with \\ behind it)"
                                                   : "a comma before the end of a list has nothing to separate");
      comma = nullptr;
      return true;
    case Kind::lbrace: return true;
    default: comma = nullptr; return false;
  }
}

/// One host, or a list of hosts and lists.
void RuleReader::read_hosts(Cursor& in, std::vector<Host>& hosts) {
  const Token* comma = nullptr;
  const bool is_list = in.is(Kind::lbrace);
  int depth = 0;
  while (in.more()) {
    const Token& token = *in.at;
    if (check_list_sign(token, comma)) {
      depth += kind(token) == Kind::lbrace ? 1 : kind(token) == Kind::rbrace ? -1 : 0;
      in.next();
      if (is_list && depth == 0) return;
      continue;
    }
    // `weight 5` belongs to the address before it.
    if (is_list && kind(token) == Kind::word && word(token) == "weight" && !hosts.empty() && in.at + 1 != in.end) {
      in.next();
      number(in.next(), 65535, "a weight");
      continue;
    }
    Host host;
    const bool good = read_host(in, host);
    if (good) hosts.push_back(host);
    if (!is_list) return;
  }
}

bool RuleReader::read_host(Cursor& in, Host& host) {
  const Token& first = *in.at;
  if (in.is(Kind::not_)) {
    host.negated = true;
    in.next();
  }
  const Token& head = in.next();
  host.text = range(first, head);
  switch (kind(head)) {
    case Kind::lt: {
      const Token& name = in.next();
      host.text.end = in.next().end;
      host.kind = Host::Kind::table;
      host.name = word(name);
      if (host.name.size() > 31) error(name, "the name of a table has at most 31 characters");
      return true;
    }
    case Kind::route:
      host.kind = Host::Kind::route_label;
      host.name = word(in.next());
      return true;
    case Kind::lparen: {
      const Token& name = in.next();
      std::string_view interface = word(name);
      if (!in.is(Kind::rparen)) {  // (em0 10.0.0.1): a next hop and its interface
        const bool good = read_host(in, host);
        host.via = interface;
        host.text = range(first, in.next());
        return good;
      }
      host.text = range(first, in.next());
      host.dynamic = true;
      host.kind = Host::Kind::interface;
      if (interface.empty() || !((interface[0] >= 'a' && interface[0] <= 'z') || (interface[0] >= 'A' && interface[0] <= 'Z'))) {
        error(name, fmt::format("\"{}\" is no interface; in parentheses stands the name of one", printable(interface)));
        return false;
      }
      if (!interface_modifiers(interface, host, name)) return false;
      host.name = interface;
      if (interface == "self") host.kind = Host::Kind::self;
      if (in.is(Kind::slash)) {
        in.next();
        const Token& bits = in.next();
        const auto length = number(bits, 128, "a prefix length");
        host.bits = static_cast<std::uint8_t>(length.value_or(255));
        host.text.end = bits.end;
        return length.has_value();
      }
      return true;
    }
    default: break;
  }
  std::string_view text = word(head);
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {  // 10.0.0.1@em0, of routes
    host.via = text.substr(at + 1);
    text = text.substr(0, at);
  }
  if (in.is(Kind::slash)) {
    in.next();
    const Token& bits = in.next();
    host.text.end = bits.end;
    return address_of(text, word(bits), host, head);
  }
  if (in.is(Kind::minus)) {
    in.next();
    const Token& last = in.next();
    host.text.end = last.end;
    Host to;
    if (!address_of(text, {}, host, head) || !address_of(word(last), {}, to, last)) return false;
    const bool two = host.kind == Host::Kind::addresses && to.kind == Host::Kind::addresses && host.family == to.family &&
                     host.range.first == host.range.last && to.range.first == to.range.last;
    if (!two || host.range.first > to.range.last) {
      error(head, last, two ? "the range of addresses ends before it begins" : "a range goes from one address to another of the same family");
      return false;
    }
    host.range.last = to.range.last;
    host.span_of_two = true;
    return true;
  }
  return address_of(text, {}, host, head);
}

bool RuleReader::read_table_hosts(const std::vector<Token>& tokens, std::size_t first, std::size_t count, std::vector<Host>& hosts) {
  Cursor in{tokens.data() + first, tokens.data() + first + count};
  std::vector<Host> found;
  read_hosts(in, found);
  for (const Host& host : found) {
    const char* what = nullptr;
    if (host.kind == Host::Kind::table) what = "a table cannot contain another one";
    else if (host.kind == Host::Kind::no_route || host.kind == Host::Kind::urpf_failed) what = "no-route and urpf-failed are no members of a table";
    else if (host.kind == Host::Kind::any) what = "any is no member of a table; 0.0.0.0/0 and ::/0 are";
    else if (host.span_of_two) what = "a table has no ranges of addresses, only prefixes";
    else if (host.dynamic) what = "a table cannot follow an interface's addresses; without parentheses it has those of the time of loading";
    if (what == nullptr) {
      hosts.push_back(host);
    } else {
      ok_ = false;
      reporter_.error(host.text, what);
    }
  }
  return ok_;
}

bool RuleReader::read_port_word(const Token& token, Port& port, bool star_allowed, bool* star) {
  const std::string_view text = word(token);
  const std::size_t colon = text.find(':');
  const auto one = [&](std::string_view name) -> std::optional<std::uint16_t> {
    if (const auto value = decimal(name, 0xffff'ffffu)) {
      if (*value <= 65535) return static_cast<std::uint16_t>(*value);
      error(token, fmt::format("{} is no port; the largest is 65535", *value));
      return std::nullopt;
    }
    if (const auto known = port_by_name(name)) return known;
    error(token, name.empty() ? "a port is missing beside \":\"" : fmt::format("no service is called \"{}\"", printable(name)));
    return std::nullopt;
  };
  const auto first = one(text.substr(0, colon));
  if (!first) return false;
  port.first = *first;
  if (colon == std::string_view::npos) return true;
  if (star_allowed && text.substr(colon + 1) == "*") {
    if (star != nullptr) *star = true;
    return true;
  }
  const auto second = one(text.substr(colon + 1));
  if (!second) return false;
  port.second = *second;
  port.op = Op::range;
  if (port.first == port.second) port.op = Op::none;
  return true;
}

Port RuleReader::read_port(Cursor& in) {
  Port port;
  const Token& first = *in.at;
  if (kind(first) == Kind::compare || kind(first) == Kind::lt || kind(first) == Kind::gt) {
    in.next();
    const std::string_view sign = std::string_view(text_.bytes).substr(first.begin, first.end - first.begin);
    const Op op = sign == "=" ? Op::equal : sign == "!=" ? Op::unequal : sign == "<" ? Op::less : sign == "<=" ? Op::less_equal
                  : sign == ">" ? Op::greater : Op::greater_equal;
    const Token& value = in.next();
    if (!read_port_word(value, port, false, nullptr)) return {};
    if (port.op == Op::range) error(value, "a range of ports cannot be compared; it stands alone");
    port.op = op;
    port.text = range(first, value);
    return port;
  }
  const Token& value = in.next();
  if (!read_port_word(value, port, false, nullptr)) return {};
  port.text = range(value, value);
  if (in.is(Kind::range)) {
    const Token& sign = in.next();
    const Token& last = in.next();
    Port second;
    if (port.op == Op::range) error(value, "a range of ports cannot be compared; it stands alone");
    if (!read_port_word(last, second, false, nullptr)) return {};
    port.op = text_.bytes[sign.begin] == '>' ? Op::between : Op::outside;
    port.second = second.first;
    port.text.end = last.end;
  } else if (port.op == Op::none) {
    port.op = Op::equal;
  }
  const bool none = (port.op == Op::range && port.first > port.second) || (port.op == Op::between && port.first >= port.second) ||
                    (port.op == Op::outside && port.first > port.second);
  if (none) error(first, in.at[-1], "the range of ports ends before it begins");
  return port;
}

std::vector<Port> RuleReader::read_ports(Cursor& in) {
  std::vector<Port> ports;
  const Token* comma = nullptr;
  while (in.more()) {
    if (check_list_sign(*in.at, comma)) {
      in.next();
      continue;
    }
    const Port port = read_port(in);
    if (port.op != Op::none) ports.push_back(port);
  }
  return ports;
}

std::optional<std::uint64_t> RuleReader::number(const Token& token, std::uint64_t largest, std::string_view what) {
  const std::string_view text = word(token);
  std::uint64_t value = 0;
  const bool hex = text.starts_with("0x");
  const std::string_view digits = hex ? text.substr(2) : text;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (digits.empty() || failure != std::errc{} || end != digits.data() + digits.size()) {
    error(token, fmt::format("\"{}\" is no number; {} is one", printable(text), what));
    return std::nullopt;
  }
  if (value > largest) {
    error(token, fmt::format("{} is too large; {} is at most {}", printable(text), what, largest));
    return std::nullopt;
  }
  return value;
}

}  // namespace wallcheck::frontend::pf
