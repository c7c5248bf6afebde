// A rule's parts: which kind of rule may have them, in which order, and what they say. pf.conf(5), GRAMMAR.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "frontend/pf/reader.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

// pf reads the parts of a rule in one order: answer, direction, log and quick, interface, (route), family, protocol, source, system of the
// source, destination, options, translation.
enum Rank : int { answer_rank, way_rank, log_rank, on_rank, route_rank, family_rank, proto_rank, from_rank, os_rank, to_rank, option_rank, arrow_rank };

Rank rank_of(Kind kind) {
  switch (kind) {
    case Kind::return_:
    case Kind::action:
    case Kind::block: return answer_rank;
    case Kind::direction: return way_rank;
    case Kind::log:
    case Kind::quick: return log_rank;
    case Kind::on: return on_rank;
    case Kind::family: return family_rank;
    case Kind::proto: return proto_rank;
    case Kind::all:
    case Kind::from: return from_rank;
    case Kind::os: return os_rank;
    case Kind::to: return to_rank;
    case Kind::arrow: return arrow_rank;
    default: return option_rank;
  }
}

constexpr std::uint64_t bit(Kind kind) { return std::uint64_t{1} << static_cast<int>(kind); }
template <class... Kinds>
constexpr std::uint64_t any_of(Kinds... kinds) { return (std::uint64_t{0} | ... | bit(kinds)); }

constexpr std::uint64_t packet = any_of(Kind::on, Kind::family, Kind::proto, Kind::all, Kind::from, Kind::os, Kind::to);
constexpr std::uint64_t filter = packet | any_of(Kind::direction, Kind::log, Kind::quick, Kind::user, Kind::flags, Kind::icmp_type, Kind::keep, Kind::no, Kind::set,
                                                 Kind::option, Kind::queue, Kind::flag, Kind::pool, Kind::translate, Kind::af_to, Kind::route_to, Kind::not_,
                                                 Kind::negatable, Kind::scrub, Kind::port, Kind::word, Kind::string);

/// The parts that a kind of rule may have.
std::uint64_t parts_of(Action action) {
  switch (action) {
    case Action::pass:
    case Action::match: return filter;
    case Action::block: return filter | bit(Kind::return_);
    case Action::scrub: return packet | any_of(Kind::direction, Kind::log, Kind::option, Kind::flag, Kind::not_, Kind::negatable, Kind::word);
    case Action::nat:
    case Action::rdr:
    case Action::binat:
      return packet | any_of(Kind::action, Kind::log, Kind::option, Kind::not_, Kind::negatable, Kind::arrow, Kind::port, Kind::pool, Kind::word, Kind::string);
    case Action::dummynet: return packet | any_of(Kind::direction, Kind::option, Kind::queue, Kind::not_, Kind::negatable);
    case Action::ether_pass:
    case Action::ether_block:
      return any_of(Kind::action, Kind::block, Kind::direction, Kind::quick, Kind::on, Kind::proto, Kind::from, Kind::to, Kind::option, Kind::queue, Kind::not_,
                    Kind::negatable, Kind::word);
    case Action::anchor: return (filter | bit(Kind::log)) & ~any_of(Kind::keep, Kind::no, Kind::translate, Kind::af_to, Kind::route_to, Kind::scrub, Kind::pool, Kind::port);
    default: return packet | any_of(Kind::direction, Kind::option, Kind::word, Kind::string);
  }
}

std::string_view name_of(Action action) {
  static constexpr std::string_view names[] = {"pass",     "match",  "block",      "scrub",      "nat",          "rdr",          "binat",          "dummynet",
                                               "ether", "ether", "anchor", "nat-anchor", "rdr-anchor", "binat-anchor", "scrub-anchor", "dummynet-anchor"};
  return names[static_cast<std::size_t>(action)];
}

std::optional<std::uint8_t> flag_bits(std::string_view letters) {
  static constexpr std::string_view order = "FSRPAUEW";
  std::uint8_t bits = 0;
  for (const char letter : letters) {
    const std::size_t at = order.find(letter);
    if (at == std::string_view::npos) return std::nullopt;
    bits |= static_cast<std::uint8_t>(1u << at);
  }
  return bits;
}

}  // namespace

std::string_view RuleReader::word(const Token& token) {
  const std::string_view text = std::string_view(text_.bytes).substr(token.begin, token.end - token.begin);
  if (kind(token) != Kind::string) return text;
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (inside.find_first_of("\\\n") == std::string_view::npos) return inside;
  std::string plain;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char next = i + 1 < inside.size() ? inside[i + 1] : '\0';
    const bool escape = inside[i] == '\\' && (next == text[0] || next == ' ' || next == '\t' || next == '\n');
    if (escape) ++i;
    if (inside[i] != '\n') plain += inside[i];
  }
  return store_.emplace_back(std::move(plain));
}

void RuleReader::error(const Token& from, const Token& to, std::string message) {
  ok_ = false;
  reporter_.error(range(from, to), std::move(message));
}

void RuleReader::once(bool already, const Token& at) {
  if (already) error(at, fmt::format("{} is given twice", printable(word(at))));
}

bool RuleReader::read(const Statement& statement, Rule& rule) {
  statement_ = &statement;
  ok_ = true;
  rank_ = -1;
  seen_ = 0;
  furthest_ = previous_ = nullptr;
  in_af_to_ = false;
  open_pool_ = nullptr;
  rule.text = {statement.head.begin, statement.end.begin};
  rule.source = &text_;
  rule.no = statement.negated;
  rule.has_body = statement.opens;
  read_head(statement, rule);
  const bool antispoof = kind(statement.head) == Kind::antispoof;
  const std::uint64_t allowed = antispoof ? any_of(Kind::log, Kind::quick, Kind::on, Kind::family, Kind::option) : parts_of(rule.action);
  for (const Part& part : statement.parts) {
    if ((allowed & bit(kind(part.head))) == 0) {
      error(part.head, fmt::format("{} {} rule has no {}", antispoof ? "an" : "a", antispoof ? "antispoof" : name_of(rule.action), printable(word(part.head))));
      continue;
    }
    check_order(part, rule);
    read_part(part, rule);
    previous_ = &part;
  }
  if (statement.opens && rule.action != Action::anchor && ok_) error(statement.end, "only an anchor has rules in braces");
  return ok_;
}

void RuleReader::read_head(const Statement& statement, Rule& rule) {
  const std::string_view head = word(statement.head);
  switch (kind(statement.head)) {
    case Kind::action: rule.action = head == "pass" ? Action::pass : head == "match" ? Action::match : Action::dummynet; break;
    case Kind::block: rule.action = Action::block; break;
    case Kind::scrub: rule.action = Action::scrub; break;
    case Kind::nat: rule.action = head == "nat" ? Action::nat : head == "rdr" ? Action::rdr : Action::binat; break;
    case Kind::ether: {
      const bool known = !statement.parts.empty() && (kind(statement.parts[0].head) == Kind::block || word(statement.parts[0].head) == "pass");
      rule.action = known && kind(statement.parts[0].head) == Kind::block ? Action::ether_block : Action::ether_pass;
      if (!known) error(statement.head, "behind ether stands pass or block");
      break;
    }
    case Kind::call:
      rule.action = head == "nat-anchor" ? Action::nat_anchor : head == "rdr-anchor" ? Action::rdr_anchor : head == "binat-anchor" ? Action::binat_anchor
                    : head == "scrub-anchor" ? Action::scrub_anchor : Action::dummynet_anchor;
      break;
    case Kind::antispoof: rule.action = Action::block; break;
    default: rule.action = Action::anchor; break;
  }
}

/// `from` comes before `to`, options come last; what is given out of turn is named together with what it has to stand before.
void RuleReader::check_order(const Part& part, const Rule& rule) {
  const Kind what = kind(part.head);
  if (in_af_to_ && (what == Kind::family || what == Kind::from || what == Kind::to)) return;
  const bool ether = rule.action == Action::ether_pass || rule.action == Action::ether_block;
  if (ether && (what == Kind::option || what == Kind::queue || what == Kind::word || rank_ == option_rank)) {
    rank_ = -1;  // l3 begins a second row of hosts
    seen_ = 0;
    return;
  }
  Rank rank = rank_of(what);
  if (what == Kind::word || what == Kind::string || what == Kind::port || what == Kind::pool) return;  // belongs to the part before it
  if (what == Kind::route_to && rank_ <= on_rank) rank = route_rank;           // FreeBSD: route-to stands before the family
  if (what == Kind::flag && word(part.head) == "fastroute" && rank_ <= on_rank) rank = route_rank;
  if (rank < rank_ && furthest_ != nullptr) {
    error(part.head, fmt::format("{} has to stand before {}", word(part.head), printable(word(furthest_->head))));
    return;
  }
  if (rank == option_rank || rank == arrow_rank || rank == route_rank) {
    rank_ = rank, furthest_ = &part;
    return;
  }
  const std::uint32_t mark = what == Kind::quick ? 1u << 31 : 1u << rank;
  if ((seen_ & mark) != 0) error(part.head, fmt::format("{} is given twice", word(part.head)));
  seen_ |= mark;
  rank_ = rank;
  furthest_ = &part;
}

void RuleReader::read_part(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  switch (kind(part.head)) {
    case Kind::direction: rule.way = word(part.head) == "in" ? Way::in : Way::out; break;
    case Kind::quick: rule.quick = true; break;
    case Kind::log: read_log(part, rule); break;
    case Kind::return_: read_return(part, rule); break;
    case Kind::action:
      if (rule.action == Action::ether_pass || rule.action == Action::ether_block) break;
      if (word(part.head) != "pass") error(part.head, fmt::format("a {} rule has no {}", name_of(rule.action), word(part.head)));
      rule.pass_at_once = true;
      if (rule.no) error(part.head, "\"pass\" and \"no\" do not go together");
      break;
    case Kind::block: break;
    case Kind::on: read_interfaces(part, rule); break;
    case Kind::family: {
      const Family family = word(part.head) == "inet" ? Family::ipv4 : Family::ipv6;
      if (in_af_to_) rule.af_to = family;
      else rule.family = family;
      break;
    }
    case Kind::proto: read_protocols(part, rule); break;
    case Kind::all: break;
    case Kind::from:
    case Kind::to: read_peer(part, rule); break;
    case Kind::os: {
      const Token* comma = nullptr;
      while (in.more()) {
        const Token& token = in.next();
        if (!check_list_sign(token, comma)) rule.oses.push_back(word(token));
      }
      break;
    }
    case Kind::port: read_port_part(part, rule); break;
    case Kind::user: read_owner(part, rule); break;
    case Kind::flags: read_flags(part, rule); break;
    case Kind::icmp_type: read_icmp(part, rule); break;
    case Kind::keep:
    case Kind::no:
      once(rule.state != StateKind::unspecified, part.head);
      rule.state = kind(part.head) == Kind::no ? StateKind::none
                   : word(part.head) == "keep" ? StateKind::keep : word(part.head) == "modulate" ? StateKind::modulate : StateKind::synproxy;
      if (in.more()) read_state_options(statement_->tokens, part.first, part.count, rule.state_options);
      break;
    case Kind::set: read_set(part, rule); break;
    case Kind::option:
    case Kind::queue: read_option(part.head, in, rule, false); break;
    case Kind::flag: read_flag(part, rule); break;
    case Kind::pool: read_pool_word(part, rule); break;
    case Kind::translate:
    case Kind::arrow:
    case Kind::route_to: read_pool(part, rule); break;
    case Kind::af_to:
      once(rule.nat.given, part.head);
      in_af_to_ = true;
      break;
    case Kind::not_:
    case Kind::negatable: {
      const bool negated = kind(part.head) == Kind::not_;
      const Token& what = negated ? in.next() : part.head;
      const Token& value = in.next();
      if (word(what) == "tagged") {
        rule.tagged = word(value);
        rule.tagged_negated = negated;
        if (rule.tagged.size() > 63) error(value, "a tag has at most 63 characters");
      } else {
        once(rule.received_on_given, what);
        rule.received_on_given = true;
        rule.received_on = {word(value), negated, false, std::nullopt};
      }
      break;
    }
    case Kind::scrub: read_scrub(part, rule); break;
    default: read_stray(part, rule); break;
  }
}

void RuleReader::read_log(const Part& part, Rule& rule) {
  rule.log = true;
  Cursor in = tokens_of(part);
  if (word(part.head) == "log-all") rule.log_options.push_back("all");
  while (in.more()) {
    const Token& token = in.next();
    const std::string_view text = word(token);
    if (kind(token) == Kind::comma || kind(token) == Kind::lparen || kind(token) == Kind::rparen) continue;
    if (text == "to" && in.more()) {
      const Token& name = in.next();
      if (!word(name).starts_with("pflog")) error(name, "log writes to a pflog interface");
      rule.log_options.push_back(word(name));
    } else if (text == "all" || text == "matches" || text == "user") {
      rule.log_options.push_back(text);
    } else {
      error(token, fmt::format("\"{}\" is no option of log (all, matches, user, to pflogN)", printable(text)));
    }
  }
}

void RuleReader::read_return(const Part& part, Rule& rule) {
  const std::string_view name = word(part.head);
  Cursor in = tokens_of(part);
  rule.answer = name == "drop" ? Answer::drop : name == "return" ? Answer::return_ : name == "return-rst" ? Answer::return_rst : Answer::return_icmp;
  if (in.more() && (name == "drop" || name == "return")) error(part.head, fmt::format("{} has nothing in parentheses", name));
  bool second = name == "return-icmp6";
  while (in.more()) {
    const Token& token = in.next();
    if (kind(token) == Kind::lparen || kind(token) == Kind::rparen) continue;
    if (kind(token) == Kind::comma) continue;
    const std::string_view text = word(token);
    if (name == "return-rst") {
      if (text == "ttl" && in.more()) rule.return_ttl = static_cast<std::uint8_t>(number(in.next(), 255, "a ttl").value_or(0));
      else error(token, "in parentheses behind return-rst stands ttl and a number");
      continue;
    }
    auto& code = second ? rule.return_code6 : rule.return_code;
    const Family family = second ? Family::ipv6 : Family::ipv4;
    const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
    if (is_number) code = static_cast<std::uint8_t>(number(token, 255, "an ICMP code").value_or(0));
    else if (const auto known = icmp_code(second ? 1 : 3, text, family)) code = *known;
    else error(token, fmt::format("no ICMP code of \"unreachable\" is called \"{}\"", printable(text)));
    second = true;
  }
}

void RuleReader::read_interfaces(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  const bool antispoof = kind(statement_->head) == Kind::antispoof;
  if ((word(part.head) == "for") != antispoof) error(part.head, antispoof ? "antispoof is \"for\" an interface" : "a rule is \"on\" an interface");
  Interface one;
  const Token* comma = nullptr;
  while (in.more()) {
    const Token& token = in.next();
    if (check_list_sign(token, comma)) continue;
    if (kind(token) == Kind::not_) {
      one.negated = true;
      if (antispoof) error(token, "antispoof has no \"!\"");
      continue;
    }
    if (kind(token) == Kind::lparen) {
      one.dynamic = true;
      if (!antispoof) error(token, "an interface of a rule stands without parentheses");
      continue;
    }
    if (kind(token) == Kind::rparen) continue;
    one.name = word(token);
    if (one.name == "rdomain" && in.more()) one.rdomain = static_cast<std::uint32_t>(number(in.next(), 255, "a routing domain").value_or(0));
    else if (one.name.size() > 15) error(token, "the name of an interface has at most 15 characters");
    rule.interfaces.push_back(one);
    one = {};
  }
  tell_negations(part, rule.interfaces);
}

/// A list makes one rule of each member, so that "!" takes nothing away: what one rule leaves out, the next one matches.
template <class Member>
void RuleReader::tell_negations(const Part& part, const std::vector<Member>& members) {
  if (members.size() < 2 || std::ranges::none_of(members, &Member::negated)) return;
  reporter_.report(Severity::warning, range(part.head, statement_->tokens[part.first + part.count - 1]),
                   "\"!\" in a list takes nothing away: each member is a rule of its own, and together they match nearly everything", "WC403");
}

void RuleReader::read_protocols(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  const bool ether = rule.action == Action::ether_pass || rule.action == Action::ether_block;
  const Token* comma = nullptr;
  while (in.more()) {
    const Token& token = in.next();
    if (check_list_sign(token, comma)) continue;
    const std::string_view name = word(token);
    const bool is_number = !name.empty() && name[0] >= '0' && name[0] <= '9';
    if (ether) {
      rule.ether_types.push_back(static_cast<std::uint32_t>(number(token, 65535, "an Ethernet protocol").value_or(0)));
      continue;
    }
    std::optional<std::uint8_t> protocol;
    if (is_number) {
      if (const auto value = number(token, 255, "a protocol")) protocol = static_cast<std::uint8_t>(*value);
    } else {
      protocol = protocol_by_name(name);
      if (!protocol) error(token, fmt::format("no protocol is called \"{}\"{}", printable(name), suggestion(name, {"tcp", "udp", "icmp", "icmp6", "esp", "gre", "sctp"})));
    }
    if (protocol == std::uint8_t{0}) error(token, "protocol 0 cannot be used");
    else if (protocol) rule.protocols.push_back(*protocol);
  }
}

void RuleReader::read_peer(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  const bool is_source = kind(part.head) == Kind::from;
  open_pool_ = nullptr;
  if (in.is(Kind::port)) {
    in.next();
    (is_source ? rule.from_ports : rule.to_ports) = read_ports(in);
    return;
  }
  if (in_af_to_) {
    Pool& pool = is_source ? rule.nat : rule.rdr;
    pool.given = true;
    pool.text = range(part.head, statement_->tokens[part.first + part.count - 1]);
    read_hosts(in, pool.hosts);
    open_pool_ = &pool;
    return;
  }
  const bool ether = rule.action == Action::ether_pass || rule.action == Action::ether_block;
  const bool l3 = ether && rule.l3;
  std::vector<Host>& hosts = l3 ? (is_source ? rule.l3_from : rule.l3_to) : is_source ? rule.from : rule.to;
  if (ether && !l3) {
    rule.ether_addresses = true;
    return;
  }
  read_hosts(in, hosts);
  tell_negations(part, hosts);
  if (!is_source)
    for (const Host& host : hosts)
      if (host.kind == Host::Kind::urpf_failed) {
        ok_ = false;
        reporter_.error(host.text, "urpf-failed is a property of the source; it cannot stand behind to");
      }
  // A list with `any` in it holds for everything: pf drops the other members.
  if (std::ranges::any_of(hosts, [](const Host& host) { return host.kind == Host::Kind::any; })) hosts.clear();
}

/// `port` behind hosts, or behind the address of a translation.
void RuleReader::read_port_part(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  if (open_pool_ != nullptr || rule.divert == "divert-to" || rule.divert == "divert-packet") {
    const Token& token = in.next();
    Port port;
    bool star = false;
    if (kind(token) == Kind::lbrace || kind(token) == Kind::compare || kind(token) == Kind::lt || kind(token) == Kind::gt || in.more())
      return error(part.head, "a translation leads to one port or one range of ports");
    if (!read_port_word(token, port, open_pool_ != nullptr, &star)) return;
    if (open_pool_ == nullptr) {
      rule.divert_port = port.first;
      if (port.first == 0 || port.op == Op::range) error(token, "divert leads to one port");
      return;
    }
    open_pool_->first_port = port.first;
    if (port.op == Op::range) open_pool_->last_port = port.second;
    open_pool_->star = star;
    if (port.op == Op::range && port.first > port.second) error(token, "the range of ports ends before it begins");
    return;
  }
  const Kind before = previous_ == nullptr ? Kind::junk : kind(previous_->head);
  if (before == Kind::to) rule.to_ports = read_ports(in);
  else if (before == Kind::from) rule.from_ports = read_ports(in);
  else error(part.head, "port belongs behind from or to");
}

void RuleReader::read_owner(const Part& part, Rule& rule) {
  Cursor in = tokens_of(part);
  std::vector<Owner>& owners = word(part.head) == "user" ? rule.users : rule.groups;
  const Token* comma = nullptr;
  while (in.more()) {
    if (check_list_sign(*in.at, comma)) {
      in.next();
      continue;
    }
    Owner owner;
    owner.op = Op::equal;
    if (in.is(Kind::compare) || in.is(Kind::lt) || in.is(Kind::gt)) {
      const Token& token = in.next();
      const std::string_view sign = std::string_view(text_.bytes).substr(token.begin, token.end - token.begin);
      owner.op = sign == "=" ? Op::equal : sign == "!=" ? Op::unequal : sign == "<" ? Op::less : sign == "<=" ? Op::less_equal : sign == ">" ? Op::greater : Op::greater_equal;
    }
    const Token& first = in.next();
    owner.first = word(first);
    if (in.is(Kind::range)) {
      owner.op = text_.bytes[in.next().begin] == '>' ? Op::between : Op::outside;
      owner.second = word(in.next());
    }
    if ((owner.first == "unknown" || owner.second == "unknown") && owner.op != Op::equal && owner.op != Op::unequal)
      error(first, "unknown can only be compared with = and !=");
    owners.push_back(owner);
  }
}

void RuleReader::read_flags(const Part& part, Rule& rule) {
  once(rule.flags_given, part.head);
  rule.flags_given = true;
  Cursor in = tokens_of(part);
  const Token& first = in.next();
  const auto bits = [&](const Token& token) {
    const auto value = flag_bits(word(token));
    if (!value) error(token, fmt::format("\"{}\" are no TCP flags; pf writes them F, S, R, P, A, U, E and W", printable(word(token))));
    return value.value_or(0);
  };
  if (kind(first) == Kind::slash) {
    rule.flag_set = bits(in.next());
  } else if (in.is(Kind::slash)) {
    rule.flags = bits(first);
    in.next();
    rule.flag_set = bits(in.next());
  } else if (word(first) != "any") {
    error(first, "flags are two sets with a slash between them (S/SA), or any");
  }
  if (ok_ && (rule.flags & ~rule.flag_set) != 0) error(part.head, in.at[-1], "these flags can never hold: a flag is wanted that is not looked at");
}

void RuleReader::read_icmp(const Part& part, Rule& rule) {
  once(!rule.icmp.empty(), part.head);
  Cursor in = tokens_of(part);
  const Family family = word(part.head) == "icmp-type" ? Family::ipv4 : Family::ipv6;
  const Token* comma = nullptr;
  while (in.more()) {
    const Token& token = in.next();
    if (check_list_sign(token, comma)) continue;
    Icmp icmp{true, family, 0, std::nullopt};
    const std::string_view name = word(token);
    if (!name.empty() && name[0] >= '0' && name[0] <= '9') icmp.type = static_cast<std::uint8_t>(number(token, 255, "an ICMP type").value_or(0));
    else if (const auto type = icmp_type(name, family)) icmp.type = *type;
    else error(token, fmt::format("no {} is called \"{}\"{}", word(part.head), printable(name), suggestion(name, {"echoreq", "echorep", "unreach", "timex", "toobig", "paramprob"})));
    if (in.is(Kind::code)) {
      in.next();
      const Token& code = in.next();
      const std::string_view code_name = word(code);
      if (!code_name.empty() && code_name[0] >= '0' && code_name[0] <= '9') icmp.code = static_cast<std::uint8_t>(number(code, 255, "an ICMP code").value_or(0));
      else if (const auto known = icmp_code(icmp.type, code_name, family)) icmp.code = *known;
      else error(code, fmt::format("this ICMP type has no code \"{}\"", printable(code_name)));
    }
    rule.icmp.push_back(icmp);
  }
}

}  // namespace wallcheck::frontend::pf
