#include "frontend/cloud/document.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/names.h"
#include "base/suggest.h"
#include "frontend/directives.h"

namespace wallcheck::frontend::cloud {

std::string_view kind_name(ReferenceKind kind) {
  constexpr std::string_view names[] = {"security group", "prefix list", "service tag", "application security group", "address group",
                                        "network tag", "service account", "network", "expression"};
  return names[static_cast<std::size_t>(kind)];
}

void Document::problem(const char* code, Span where, std::string message, std::string expected) {
  diagnostics.error(code, where, std::move(message), std::move(expected));
  incomplete = true;
}

void Document::trap(const char* code, Span where, std::string message, Severity severity, std::vector<Label> related) {
  diagnostics.add({code, severity, std::move(message), where, std::move(related), {}});
}

void Document::unreadable(Permission& permission, json::Value value, std::string message, std::string expected) {
  problem("WC902", value.member(), std::move(message), std::move(expected));
  permission.unrecognised = true;
  permission.unknowns.push_back({keep(value.member_in_one_line()), "this could not be read", value.member()});
}

void Document::unreadable(Permission& permission, Peer& peer, json::Value value, std::string message, std::string expected) {
  problem("WC902", value.member(), std::move(message), std::move(expected));
  permission.unrecognised = true;
  peer.add({ReferenceKind::expression, keep(value.in_one_line()), value.member(), "this could not be read"});
}

void Document::undecided(Permission& permission, json::Value value, std::string_view reason) {
  permission.unknowns.push_back({keep(value.member_in_one_line()), reason, value.member()});
}

void Document::no_value(Permission& permission, const Scalar& scalar, std::string message, std::string expected) {
  if (scalar.is_unknown()) permission.unknowns.push_back({scalar.key.empty() ? keep(scalar.at.member_in_one_line()) : scalar.key, scalar.reason, scalar.at.member()});
  else unreadable(permission, scalar.at, std::move(message), std::move(expected));
}

Scalar scalar(json::Value value) {
  Scalar result{value};
  if (value.is(json::Kind::string)) result.text = value.text();
  if (value.is(json::Kind::number)) result.text = value.raw();
  return result;
}

Scalar Fields::operator[](std::string_view key) const {
  const json::Value value = at[key];
  if (value) return scalar(value);
  if (is_unknown(key)) return {at, std::nullopt, "known after apply", key};
  return {};
}

/// Numbers are also written as strings (CloudFormation), and "22.0" is what a tool that knows only doubles writes for 22.
std::optional<std::int64_t> Scalar::number() const {
  if (!text || text->empty()) return std::nullopt;
  std::string_view digits = *text;
  if (const std::size_t point = digits.find('.'); point != std::string_view::npos && digits.find_first_not_of('0', point + 1) == std::string_view::npos)
    digits = digits.substr(0, point);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::span<const ir::Range> all_of(Family family) {
  static const ir::Range v4[] = {{ipv4_first, ipv4_last}};
  static const ir::Range v6[] = {{0, ipv4_first - 1}, {ipv4_last + 1, ~Uint128{0}}};
  return family == Family::ipv4 ? std::span<const ir::Range>(v4) : std::span<const ir::Range>(v6);
}

std::optional<std::vector<ir::Range>> parse_network(std::string_view text, bool* host_bits) {
  const auto range = parse_prefix(text);
  if (!range) return std::nullopt;
  const bool as_ipv6 = text.find(':') != std::string_view::npos;
  if (host_bits != nullptr) *host_bits = *parse_address(text.substr(0, text.find('/'))) != range->first;
  if (!as_ipv6) return std::vector<ir::Range>{{range->first, range->last}};
  std::vector<ir::Range> around;
  for (const ir::Range& part : all_of(Family::ipv6)) around.push_back({std::max(part.first, range->first), std::min(part.last, range->last)});
  return ir::normalised(std::move(around));
}

void Document::network(Permission& permission, Peer& peer, json::Value value) {
  if (!value.is(json::Kind::string))
    return unreadable(permission, peer, value, fmt::format("{} is not a network", json::a(value.kind())), "a string such as \"10.0.0.0/8\"");
  network(permission, peer, value.text(), value);
}

void Document::network(Permission& permission, Peer& peer, std::string_view text, json::Value value) {
  bool host_bits = false;
  const auto ranges = parse_network(text, &host_bits);
  if (!ranges)
    return unreadable(permission, peer, value, fmt::format("\"{}\" is not a network", printable(text)), "a network such as 10.0.0.0/8 or 2001:db8::/32");
  if (host_bits)
    trap("WC426", value.member(), fmt::format("{} has bits set behind its prefix: it means {}", printable(text), to_string(*parse_prefix(text))));
  peer.add(*ranges);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool Document::protocol(Permission& permission, std::string_view text, json::Value value) {
  for (const std::string_view every : {"-1", "all", "any", "*"})
    if (same_word(text, every)) return true;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::optional<unsigned> number;
  if (lower == "icmpv6" || lower == "icmp6") number = ir::protocol::icmpv6;
  else if (const auto named = protocol_number(lower)) number = *named;
  else if (!lower.empty() && lower.size() <= 3 && lower.find_first_not_of("0123456789") == std::string::npos) {
    unsigned given = 0;
    std::from_chars(lower.data(), lower.data() + lower.size(), given);
    if (given <= 255) number = given;
  }
  if (!number) {
    unreadable(permission, value, fmt::format("\"{}\" is no protocol{}", printable(text), suggestion(lower, {"tcp", "udp", "icmp", "icmpv6", "all", "gre", "esp", "ah", "sctp"})),
               "tcp, udp, icmp, icmpv6, a number from 0 to 255, or -1");
    return false;
  }
  permission.protocols.push_back({*number, *number});
  return true;
}

void Document::ports(Permission& permission, std::vector<ir::Range>& ports, std::optional<std::int64_t> from, std::optional<std::int64_t> to,
                     json::Value value) {
  const auto is_port = [](std::int64_t port) { return port >= 0 && port <= 65535; };
  const bool readable = from && to && is_port(*from) && is_port(*to);
  if (readable && *from <= *to) {
    ports.push_back({static_cast<Uint128>(*from), static_cast<Uint128>(*to)});
    return;
  }
  ports.push_back({0, 65535});  // some port: the condition that is noted says which
  if (readable) unreadable(permission, value, fmt::format("the ports {} to {} run backwards", *from, *to), "the lower port first");
  else if (from && to) unreadable(permission, value, fmt::format("the ports {} to {} are no ports", *from, *to), "numbers from 0 to 65535");
  else unreadable(permission, value, fmt::format("{} is not a port", printable(value.raw().substr(0, 40))), "a number from 0 to 65535");
}

void Document::icmp(Permission& permission, std::optional<std::int64_t> type, std::optional<std::int64_t> code, json::Value value) {
  if (type.value_or(-1) == -1) return;
  if (*type < 0 || *type > 255 || code.value_or(-1) < -1 || code.value_or(-1) > 255)
    return unreadable(permission, value, fmt::format("ICMP type {} and code {} do not exist", *type, code.value_or(-1)), "numbers from 0 to 255, or -1 for any");
  const auto first = static_cast<Uint128>(*type) * 256;
  if (code.value_or(-1) == -1) permission.icmp.push_back({first, first + 255});
  else permission.icmp.push_back({first + static_cast<Uint128>(*code), first + static_cast<Uint128>(*code)});
}

void Document::known_keys(Permission& permission, json::Value object, std::initializer_list<std::string_view> known) {
  for (const json::Value member : object) {
    if (std::ranges::find(known, member.name()) != known.end()) continue;
    const bool says_nothing = !member || ((member.is(json::Kind::array) || member.is(json::Kind::object)) && member.size() == 0);
    if (says_nothing) continue;
    unreadable(permission, member, fmt::format("\"{}\" is not known in a rule{}", printable(member.name()), suggestion(member.name(), known)), {});
  }
}

void Document::description(json::Value text, Span about) {
  if (text.is(json::Kind::string)) add_rule_directive(text.text(), text.span(), directives, about);
}

Group& Document::add_group(ir::Format format, std::string_view id, std::string_view name, Span where) {
  Group& group = groups.emplace_back();
  group.format = format;
  group.id = id;
  group.name = name;
  group.where = group.ingress.where = group.egress.where = where;
  groups_by_id_.try_emplace({format, id}, &group);
  return group;
}

Group* Document::find_group(ir::Format format, std::string_view id) {
  const auto found = groups_by_id_.find({format, id});
  return found == groups_by_id_.end() ? nullptr : found->second;
}

void Document::effect(Permission& permission, const Scalar& word, json::Value rule) {
  const std::string_view text = word.text.value_or("");
  if (same_word(text, "allow")) permission.effect = Effect::allow;
  else if (same_word(text, "deny")) permission.effect = Effect::deny;
  else {
    permission.effect = Effect::unreadable;
    no_value(permission, word ? word : Scalar{rule}, "a rule that neither allows nor denies", "allow or deny");
  }
}

bool Document::direction(Permission& permission, const Scalar& word, std::string_view in, std::string_view out, json::Value rule) {
  const std::string_view text = word.text.value_or("");
  permission.direction = same_word(text, out) ? ir::Path::egress : ir::Path::ingress;
  if (permission.direction == ir::Path::egress || same_word(text, in)) return true;
  no_value(permission, word ? word : Scalar{rule}, "a rule without a readable direction", fmt::format("{} or {}", in, out));
  return false;
}

namespace {
bool only(const Permission& permission, bool (*wanted)(std::uint8_t)) {
  return !permission.protocols.empty() &&
         std::ranges::all_of(permission.protocols, [&](const ir::Range& r) { return r.first == r.last && wanted(static_cast<std::uint8_t>(r.first)); });
}
}  // namespace

bool is_icmp(const Permission& permission) {
  return only(permission, [](std::uint8_t p) { return p == ir::protocol::icmp || p == ir::protocol::icmpv6; });
}
bool has_ports(const Permission& permission) { return only(permission, ir::protocol::has_ports); }

std::optional<ir::Range> port_range(std::string_view text) {
  const auto port = [](std::string_view digits) -> std::optional<unsigned> {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value > 65535) return std::nullopt;
    return value;
  };
  const std::size_t dash = text.find_first_of("-:");
  const auto first = port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return ir::Range{*first, *last};
}

}  // namespace wallcheck::frontend::cloud
