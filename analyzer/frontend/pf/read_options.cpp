// The options behind a rule's hosts: pf.conf(5), filteropts; scrub, translation and route options.

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/reader.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {

/// An option with one argument, or two in parentheses or with a slash between them.
void RuleReader::read_option(const Token& head, Cursor in, Rule& rule, bool in_set) {
  const std::string_view name = word(head);
  std::vector<const Token*> values;
  bool slash = false;
  while (in.more()) {
    const Token& token = in.next();
    if (kind(token) == Kind::slash) slash = true;
    else if (kind(token) != Kind::lparen && kind(token) != Kind::rparen && kind(token) != Kind::comma) values.push_back(&token);
  }
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) { return std::ranges::find(names, name) != names.end(); };
  const std::size_t most = is_one_of({"queue", "prio", "dnpipe", "dnqueue", "max-pkt-rate"}) ? 2 : 1;
  if (values.empty() || values.size() > most || slash != (name == "max-pkt-rate"))
    return error(head, name == "max-pkt-rate" ? "max-pkt-rate is a number of packets / seconds"
                                              : fmt::format("{} takes {}", name, most == 1 ? "one value" : "one value or two in parentheses"));
  const Token& value = *values[0];
  const std::string_view text = word(value);
  const auto small = [&](std::optional<std::uint8_t>& to, std::uint64_t largest, std::string_view what, const Token& from) {
    if (const auto n = number(from, largest, what)) to = static_cast<std::uint8_t>(*n);
  };
  const auto tos = [&](std::optional<std::uint8_t>& to) {
    once(to.has_value(), head);
    if (const auto known = tos_value(text)) to = *known;
    else small(to, 255, "tos", value);
  };
  if (name == "label") {
    once(!rule.label.empty(), head);
    rule.label = text;
    if (text.size() > 63) error(value, "a label has at most 63 characters");
  } else if (name == "tag") {
    rule.tag = text;
    if (text.size() > 63) error(value, "a tag has at most 63 characters");
  } else if (name == "queue") {
    once(!rule.queue.empty(), head);
    rule.queue = text;
    if (values.size() == 2) rule.priority_queue = word(*values[1]);
  } else if (name == "prio") {
    auto& to = in_set ? rule.set_prio : rule.prio;
    once(to.has_value(), head);
    small(to, 7, "prio", value);
    if (in_set) rule.set_prio_low_delay = rule.set_prio;
    if (values.size() == 2 && in_set) small(rule.set_prio_low_delay, 7, "prio", *values[1]);
    else if (values.size() == 2) error(*values[1], "prio compares with one value");
  } else if (name == "rtable") {
    if (const auto n = number(value, 65535, "rtable")) rule.rtable = static_cast<std::uint32_t>(*n);
  } else if (name == "ridentifier") {
    if (const auto n = number(value, 0xffff'ffffu, "ridentifier")) rule.ridentifier = static_cast<std::uint32_t>(*n);
  } else if (name == "probability") {
    const bool percent = text.ends_with('%');
    const std::string digits(percent ? text.substr(0, text.size() - 1) : text);
    char* end = nullptr;
    const double p = std::strtod(digits.c_str(), &end) * (percent ? 0.01 : 1.0);
    if (digits.empty() || *end != '\0' || !(p >= 0.0 && p <= 1.0)) error(value, fmt::format("\"{}\" is no probability", printable(text)));
    else rule.probability = p;
  } else if (name == "tos") {
    tos(in_set ? rule.set_tos : rule.tos);
  } else if (name == "set-tos") {
    tos(rule.set_tos);
  } else if (name == "min-ttl" || name == "max-mss") {
    auto& to = name == "min-ttl" ? rule.min_ttl : rule.max_mss;
    once(to.has_value(), head);
    if (const auto n = number(value, name == "min-ttl" ? 255 : 65535, name)) to = static_cast<std::uint32_t>(*n);
  } else if (name == "delay") {
    once(rule.set_delay.has_value(), head);
    if (const auto n = number(value, 65535, "delay")) rule.set_delay = static_cast<std::uint16_t>(*n);
    if (!in_set) error(head, "delay stands behind set");
  } else if (name == "max-pkt-rate") {
    once(rule.packet_rate.has_value(), head);
    rule.packet_rate = number(value, 0xffff'ffffu, name);
    rule.packet_rate_seconds = values.size() == 2 ? number(*values[1], 0xffff'ffffu, name) : std::nullopt;
  } else if (name == "max-pkt-size") {
    rule.max_packet_size = number(value, 65535, name);
  } else if (name == "dnpipe" || name == "pipe") {
    rule.dnpipe = text;
    if (values.size() == 2) rule.dnpipe_back = word(*values[1]);
  } else if (name == "dnqueue") {
    rule.dnqueue = text;
    if (values.size() == 2) rule.dnqueue_back = word(*values[1]);
  } else if (name == "bridge-to") {
    rule.bridge_to = text;
  } else {  // divert-to
    if (!rule.divert.empty()) error(head, "a rule has one divert option");
    rule.divert = name;
    rule.divert_host.text = range(value, value);
    if (!address_of(text, {}, rule.divert_host, value)) return;
    if (rule.divert_host.kind != Host::Kind::addresses && rule.divert_host.kind != Host::Kind::name) error(value, "divert-to names an address of this host");
    open_pool_ = nullptr;
  }
}

/// `set prio 3`, `set (prio 3, queue std)`: the tokens of several options in a row.
void RuleReader::read_set(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  while (in.more()) {
    const Token& head = in.next();
    Cursor argument = in;
    // A group, or a word and perhaps a slash and a second word.
    if (in.is(Kind::lparen)) {
      while (in.more() && !in.is(Kind::rparen)) in.next();
      in.next();
    } else {
      in.next();
      if (in.is(Kind::slash)) in.next(), in.next();
    }
    argument.end = in.at;
    const std::string_view name = word(head);
    if (name != "prio" && name != "queue" && name != "tos" && name != "delay") error(head, fmt::format("set has no {} in a rule (prio, queue, tos, delay)", name));
    else read_option(head, argument, rule, true);
  }
}

/// OpenBSD: scrub (no-df max-mss 1440) on a rule.
void RuleReader::read_scrub(const Part& part, Rule& rule) {
  once(rule.scrub, part.head);
  rule.scrub = true;
  Cursor in = tokens_of(part);
  if (!in.more()) return error(part.head, "scrub has its options in parentheses");
  while (in.more()) {
    const Token& head = in.next();
    if (kind(head) == Kind::lparen || kind(head) == Kind::rparen || kind(head) == Kind::comma) continue;
    const std::string_view name = word(head);
    if (name == "no-df") {
      once(rule.no_df, head);
      rule.no_df = true;
    } else if (name == "random-id") {
      once(rule.random_id, head);
      rule.random_id = true;
    } else if (name == "reassemble") {
      once(rule.reassemble_tcp, head);
      rule.reassemble_tcp = true;
      if (!in.more() || word(*in.at) != "tcp") error(head, "scrub reassembles tcp, and nothing else");
      else in.next();
    } else if ((name == "min-ttl" || name == "max-mss" || name == "set-tos") && in.more()) {
      const Token& value = in.next();
      read_option(head, {&value, &value + 1}, rule, false);
    } else {
      error(head, fmt::format("\"{}\" is no option of scrub (no-df, min-ttl, max-mss, random-id, reassemble tcp)", printable(name)));
    }
  }
}

void RuleReader::read_flag(const Part& part, Rule& rule) {
  const std::string_view name = word(part.head);
  if (name == "allow-opts") rule.allow_opts = true;
  else if (name == "once") rule.once = true;
  else if (name == "fragment") rule.fragment = true;
  else if (name == "fastroute") return;
  else if (name == "no-df" || name == "random-id") {
    bool& to = name == "no-df" ? rule.no_df : rule.random_id;
    once(to, part.head);
    to = true;
    if (rule.action != Action::scrub) error(part.head, fmt::format("{} stands in scrub ( )", name));
  } else {
    if (!rule.divert.empty()) error(part.head, "a rule has one divert option");
    rule.divert = name;
    open_pool_ = nullptr;
  }
  if (rule.action == Action::scrub && (name == "allow-opts" || name == "once")) error(part.head, fmt::format("a scrub rule has no {}", name));
}

void RuleReader::read_pool(const Part& part, Rule& rule) {
  const std::string_view name = word(part.head);
  Cursor in = tokens_of(part);
  Pool* pool = &rule.nat;
  if (kind(part.head) == Kind::route_to) {
    if (!rule.route_kind.empty()) error(part.head, "a rule has one of route-to, reply-to and dup-to");
    rule.route_kind = name;
    pool = &rule.route;
  } else if (kind(part.head) == Kind::arrow) {
    if (rule.no) error(part.head, "a translation rule with \"no\" leads nowhere; it has no \"->\"");
    pool = rule.action == Action::rdr ? &rule.rdr : &rule.nat;
  } else if (name == "rdr-to") {
    pool = &rule.rdr;
  } else {
    rule.binat_to = name == "binat-to";
  }
  if (pool->given && pool != &rule.route) error(part.head, fmt::format("{} is given twice", name));
  pool->given = true;
  pool->text = range(part.head, statement_->tokens[part.first + part.count - 1]);
  read_hosts(in, pool->hosts);
  for (const Host& host : pool->hosts) {
    const bool translation = pool != &rule.route;
    if (host.negated || host.kind == Host::Kind::any || host.kind == Host::Kind::no_route || host.kind == Host::Kind::urpf_failed ||
        host.kind == Host::Kind::route_label) {
      ok_ = false;
      reporter_.error(host.text, translation ? "a translation leads to an address, not to this" : "a route leads to an address, not to this");
    } else if (translation && !host.via.empty()) {
      ok_ = false;
      reporter_.error(host.text, "an address with an interface is for routes, not for translation");
    } else if (pool->hosts.size() > 1 && host.kind == Host::Kind::table) {
      ok_ = false;
      reporter_.error(host.text, "only addresses can be listed here; a table stands alone");
    }
  }
  open_pool_ = pool;
}

void RuleReader::read_pool_word(const Part& part, Rule& rule) {
  const std::string_view name = word(part.head);
  if (open_pool_ == nullptr) return error(part.head, fmt::format("{} belongs behind the address of a translation or route", name));
  Pool& pool = *open_pool_;
  if (name == "static-port") {
    once(pool.static_port, part.head);
    pool.static_port = true;
    if (&pool != &rule.nat || rule.action == Action::binat) error(part.head, "static-port keeps the source port; only nat has it");
    else if (pool.first_port) error(part.head, "static-port and a port do not go together");
  } else if (name == "sticky-address") {
    once(pool.sticky, part.head);
    pool.sticky = true;
  } else if (name == "map-e-portset" || name == "prefer-ipv6-nexthop" || name == "endpoint-independent") {
    return;
  } else {
    if (!pool.type.empty()) error(part.head, "a pool has one of bitmask, random, source-hash, round-robin and least-states");
    pool.type = name;
    if (pool.hosts.size() > 1 && (name == "bitmask" || name == "source-hash" || name == "random") && rule.action != Action::pass && rule.action != Action::match)
      error(part.head, "with several addresses a pool can only be round-robin");
  }
}

/// A word that begins no part: it belongs to the one before it, or nowhere.
void RuleReader::read_stray(const Part& part, Rule& rule) {
  const std::string_view text = word(part.head);
  const Kind before = previous_ == nullptr ? Kind::junk : kind(previous_->head);
  const std::string_view before_text = previous_ == nullptr ? std::string_view{} : word(previous_->head);
  const Cursor rest = tokens_of(part);
  if (previous_ == nullptr && rule.action >= Action::anchor) {
    rule.anchor = text;
    return;
  }
  if (before == Kind::pool && before_text == "source-hash" && !rest.more()) {
    const bool hex = text.starts_with("0x");
    if (hex && (text.size() != 34 || text.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string_view::npos))
      error(part.head, "a key in hex has 32 digits behind 0x");
    if (open_pool_ != nullptr) open_pool_->key = text;
    return;
  }
  if (before == Kind::pool && before_text == "map-e-portset" && part.count == 4) return;
  if (before == Kind::flag && before_text == "fragment" && rule.action == Action::scrub && (text == "reassemble" || text == "crop" || text == "drop-ovl")) {
    rule.fragment_how = text;
    rule.fragment = false;
    return;
  }
  if (rule.action == Action::scrub && text == "reassemble") {
    once(rule.reassemble_tcp, part.head);
    rule.reassemble_tcp = true;
    if (rule.way != Way::both) error(part.head, "a scrub rule with reassemble tcp has no direction");
    return;
  }
  if (rule.action == Action::scrub && text == "tcp" && before_text == "reassemble") return;
  if (before == Kind::on && before_text == "on" && !rule.interfaces.empty() && rule.interfaces.back().name == "rdomain" && !rule.interfaces.back().rdomain) {
    rule.interfaces.back().rdomain = static_cast<std::uint32_t>(number(part.head, 255, "a routing domain").value_or(0));
    return;
  }
  const bool pool_open = open_pool_ != nullptr && (before == Kind::translate || before == Kind::arrow || before == Kind::route_to || before == Kind::word);
  if (pool_open && (text == "weight" || before_text == "weight")) {
    if (before_text == "weight") number(part.head, 65535, "a weight");
    return;
  }
  if ((rule.action == Action::ether_pass || rule.action == Action::ether_block) && text == "l3") {
    rule.l3 = true;
    return;
  }
  error(part.head, fmt::format("\"{}\" has no meaning here{}", printable(text),
                               suggestion(text, {"quick", "on", "inet", "inet6", "proto", "from", "to", "port", "all", "flags", "icmp-type", "icmp6-type", "keep",
                                                 "modulate", "synproxy", "label", "tag", "tagged", "queue", "rtable", "probability", "user", "group", "in", "out",
                                                 "log", "nat-to", "rdr-to", "binat-to", "af-to", "route-to", "reply-to", "dup-to", "allow-opts", "once",
                                                 "fragment", "return", "drop", "divert-to", "received-on", "scrub", "static-port", "source-hash",
                                                 "round-robin", "sticky-address", "reassemble"})));
}

}  // namespace wallcheck::frontend::pf
