// Rules in the words of `pfctl -sr`: always the same order, families and TCP flags explicit, ports by number.

#include <fmt/format.h>

#include "base/names.h"
#include "frontend/pf/ruleset.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

std::string_view sign(Op op) {
  switch (op) {
    case Op::equal: return "=";
    case Op::unequal: return "!=";
    case Op::less: return "<";
    case Op::less_equal: return "<=";
    case Op::greater: return ">";
    case Op::greater_equal: return ">=";
    case Op::between: return "><";
    case Op::outside: return "<>";
    default: return ":";
  }
}

template <class Value>
std::string compared(Op op, const Value& first, const Value& second) {
  if (op == Op::range) return fmt::format("{}:{}", first, second);
  if (op == Op::between || op == Op::outside) return fmt::format("{} {} {}", first, sign(op), second);
  return fmt::format("{} {}", sign(op), first);
}

std::string modifiers(const Host& host) {
  std::string text;
  if (host.modifiers & Host::network) text += ":network";
  if (host.modifiers & Host::broadcast) text += ":broadcast";
  if (host.modifiers & Host::peer) text += ":peer";
  if (host.modifiers & Host::first_only) text += ":0";
  return text;
}

std::string text_of(const Host& host) {
  std::string text;
  switch (host.kind) {
    case Host::Kind::any: text = "any"; break;
    case Host::Kind::addresses:
      if (host.span_of_two) text = to_string(host.range.first) + " - " + to_string(host.range.last);
      else if (host.bits == 0) text = "any";
      else if (host.range.first == host.range.last) text = to_string(host.range.first);
      else text = fmt::format("{}/{}", to_string(host.range.first), host.bits);
      break;
    case Host::Kind::table: text = fmt::format("<{}>", host.name); break;
    case Host::Kind::interface: text = host.dynamic ? fmt::format("({}{})", host.name, modifiers(host)) : std::string(host.name) + modifiers(host); break;
    case Host::Kind::self: text = host.dynamic ? fmt::format("(self{})", modifiers(host)) : "self"; break;
    case Host::Kind::name: text = host.name; break;
    case Host::Kind::no_route: text = "no-route"; break;
    case Host::Kind::urpf_failed: text = "urpf-failed"; break;
    case Host::Kind::route_label: text = fmt::format("route \"{}\"", host.name); break;
  }
  const bool by_name = host.kind == Host::Kind::interface || host.kind == Host::Kind::self || host.kind == Host::Kind::name;
  if (by_name && host.bits != 255) text += fmt::format("/{}", host.bits);
  return text;
}

std::string flag_letters(std::uint8_t bits) {
  static constexpr std::string_view letters = "FSRPAUEW";
  std::string text;
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (bits >> i & 1) text += letters[i];
  return text;
}

std::string protocol_text(std::uint8_t protocol) {
  if (protocol == 112) return "carp";
  if (protocol == 240) return "pfsync";
  const std::string_view name = protocol_name(protocol);
  return name.empty() ? std::to_string(protocol) : std::string(name);
}

std::string code_text(std::uint8_t type, std::uint8_t code, Family family) {
  const std::string_view name = icmp_code_name(type, code, family);
  return name.empty() ? std::to_string(code) : std::string(name);
}

class Printer {
 public:
  Printer(const Single& single, Dialect dialect) : single_(single), rule_(*single.rule), dialect_(dialect) {}
  std::string run();
  std::string manner();

 private:
  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) {
    if (!text_.empty()) text_ += ' ';
    text_ += fmt::format(format, std::forward<Args>(args)...);
  }
  void head();
  void answer();
  void log();
  void peers();
  void options();
  void accounts();
  void diversions();
  void scrub_rule();
  void settings();
  void state();
  void normalization();
  void translation();
  void pool(const Pool& pool, bool is_nat, std::string_view word);

  const Single& single_;
  const Rule& rule_;
  Dialect dialect_;
  std::string text_;
};

void Printer::head() {
  static constexpr std::string_view actions[] = {"pass", "match", "block", "scrub", "nat", "rdr", "binat", "dummynet", "ether pass", "ether block",
                                                 "anchor", "nat-anchor", "rdr-anchor", "binat-anchor", "scrub-anchor", "dummynet-anchor"};
  say("{}{}", rule_.no ? "no " : "", actions[static_cast<std::size_t>(rule_.action)]);
  if (rule_.pass_at_once) say("pass");
  if (rule_.action >= Action::anchor && !rule_.anchor.empty()) say("\"{}\"", rule_.anchor);
  if (rule_.action == Action::block && rule_.answer) answer();
  if (single_.way == Way::in) say("in");
  if (single_.way == Way::out) say("out");
  log();
  if (rule_.quick) say("quick");
  if (single_.interface.rdomain) say("on {}rdomain {}", single_.interface.negated ? "! " : "", *single_.interface.rdomain);
  else if (!single_.interface.name.empty()) say("on {}{}", single_.interface.negated ? "! " : "", single_.interface.name);
  if (dialect_ == Dialect::freebsd && rule_.route.given) pool(rule_.route, false, rule_.route_kind);
  if (single_.family) say("{}", *single_.family == Family::ipv4 ? "inet" : "inet6");
  if (single_.protocol != 0) say("proto {}", protocol_text(single_.protocol));
}

void Printer::answer() {
  const std::uint8_t code = rule_.return_code.value_or(3), code6 = rule_.return_code6.value_or(4);
  switch (*rule_.answer) {
    case Answer::drop: say("drop"); break;
    case Answer::return_: say("return"); break;
    case Answer::return_rst:
      if (rule_.return_ttl != 0) say("return-rst(ttl {})", rule_.return_ttl);
      else say("return-rst");
      break;
    case Answer::return_icmp:
      if (single_.family == Family::ipv4) say("return-icmp({})", code_text(3, code, Family::ipv4));
      else if (single_.family == Family::ipv6) say("return-icmp6({})", code_text(1, code6, Family::ipv6));
      else say("return-icmp({}, {})", code_text(3, code, Family::ipv4), code_text(1, code6, Family::ipv6));
      break;
  }
}

void Printer::log() {
  if (!rule_.log) return;
  say("log");
  std::string list;
  for (const std::string_view option : rule_.log_options) list += fmt::format("{}{}{}", list.empty() ? "" : ", ", option.starts_with("pflog") ? "to " : "", option);
  if (!list.empty()) say("({})", list);
}

void Printer::peers() {
  const auto is_any = [](const Host& host) { return (host.kind == Host::Kind::any || (host.kind == Host::Kind::addresses && host.bits == 0)) && !host.negated; };
  if (is_any(single_.from) && is_any(single_.to) && single_.from_port.op == Op::none && single_.to_port.op == Op::none && single_.os.empty()) return say("all");
  const auto peer = [&](std::string_view word, const Host& host, const Port& port) {
    say("{} {}{}", word, host.negated ? "! " : "", text_of(host));
    if (port.op != Op::none) say("port {}", compared(port.op, port.first, port.second));
  };
  peer("from", single_.from, single_.from_port);
  if (!single_.os.empty()) say("os \"{}\"", single_.os);
  peer("to", single_.to, single_.to_port);
}

void Printer::options() {
  if (rule_.received_on_given) say("{}received-on {}", rule_.received_on.negated ? "!" : "", rule_.received_on.name);
  for (const auto& [word, owner] : {std::pair("user", single_.user), std::pair("group", single_.group)})
    if (owner.op != Op::none) say("{} {}", word, compared(owner.op, owner.first, owner.second));
  const bool keeps = single_.state != StateKind::none;
  if (single_.flags != 0 || single_.flag_set != 0) say("flags {}/{}", flag_letters(single_.flags), flag_letters(single_.flag_set));
  else if ((rule_.action == Action::pass || rule_.action == Action::match) && (single_.protocol == 0 || single_.protocol == 6) && !rule_.fragment && keeps)
    say("flags any");
  if (single_.icmp.given) {
    const std::string_view name = icmp_type_name(single_.icmp.type, single_.icmp.family);
    say("{} {}", single_.icmp.family == Family::ipv4 ? "icmp-type" : "icmp6-type", name.empty() ? std::to_string(single_.icmp.type) : std::string(name));
    if (single_.icmp.code) say("code {}", code_text(single_.icmp.type, *single_.icmp.code, single_.icmp.family));
  }
  if (rule_.tos) say("tos 0x{:02x}", *rule_.tos);
  if (rule_.prio) say("prio {}", *rule_.prio);
  if (rule_.packet_rate) say("max-pkt-rate {}/{}", *rule_.packet_rate, rule_.packet_rate_seconds.value_or(0));
  if (rule_.max_packet_size) say("max-pkt-size {}", *rule_.max_packet_size);
  settings();
  state();
  if (rule_.fragment) say("fragment");
  normalization();
  accounts();
  if (!rule_.tag.empty()) say("tag {}", filled_in(rule_.tag, single_));
  if (!rule_.tagged.empty()) say("{}tagged {}", rule_.tagged_negated ? "! " : "", filled_in(rule_.tagged, single_));
  diversions();
}

void Printer::accounts() {
  if (rule_.allow_opts) say("allow-opts");
  if (!rule_.label.empty()) say("label \"{}\"", filled_in(rule_.label, single_));
  if (rule_.ridentifier) say("ridentifier {}", *rule_.ridentifier);
  if (rule_.once) say("once");
  if (dialect_ == Dialect::freebsd && !rule_.queue.empty())
    say("queue{}", rule_.priority_queue.empty() ? fmt::format(" {}", rule_.queue) : fmt::format("({}, {})", rule_.queue, rule_.priority_queue));
}

void Printer::diversions() {
  if (rule_.rtable) say("rtable {}", *rule_.rtable);
  if (rule_.divert == "divert-to") say("divert-to {} port {}", text_of(rule_.divert_host), rule_.divert_port.value_or(0));
  if (rule_.divert == "divert-packet") say("divert-packet port {}", rule_.divert_port.value_or(0));
  if (rule_.divert == "divert-reply") say("divert-reply");
  for (const auto& [word, there, back] : {std::tuple("dnpipe", rule_.dnpipe, rule_.dnpipe_back), std::tuple("dnqueue", rule_.dnqueue, rule_.dnqueue_back)})
    if (!there.empty()) say("{}{}", word, back.empty() ? fmt::format(" {}", there) : fmt::format("({}, {})", there, back));
}

/// What is set in the packet: OpenBSD gathers it in parentheses.
void Printer::settings() {
  std::string list;
  const auto add = [&](const std::string& one) { list += (list.empty() ? "" : ", ") + one; };
  if (rule_.set_prio) add(rule_.set_prio == rule_.set_prio_low_delay ? fmt::format("prio {}", *rule_.set_prio) : fmt::format("prio({}, {})", *rule_.set_prio, *rule_.set_prio_low_delay));
  if (dialect_ == Dialect::openbsd && !rule_.queue.empty())
    add(rule_.priority_queue.empty() ? fmt::format("queue {}", rule_.queue) : fmt::format("queue({}, {})", rule_.queue, rule_.priority_queue));
  if (rule_.set_tos) add(fmt::format("tos 0x{:02x}", *rule_.set_tos));
  if (rule_.set_delay) add(fmt::format("delay {}", *rule_.set_delay));
  if (!list.empty()) say("set ({})", list);
}

void Printer::state() {
  if (rule_.action != Action::pass) {
    if (rule_.probability) say("probability {:.6g}%", *rule_.probability * 100);
    return;
  }
  const StateOptions& o = rule_.state_options;
  std::string list;
  const auto add = [&](const std::string& one) { list += (list.empty() ? "" : ", ") + one; };
  if (single_.state != StateKind::none) {
    if (o.max) add(fmt::format("max {}", *o.max));
    if (o.no_sync) add("no-sync");
    const bool by_rule = o.max_src_nodes || o.max_src_conn || o.rate_limit || o.source_track_kind == "rule";
    if (o.source_track || by_rule || o.max_src_states) add(by_rule ? "source-track rule" : "source-track global");
    if (o.max_src_states) add(fmt::format("max-src-states {}", *o.max_src_states));
    if (o.max_src_conn) add(fmt::format("max-src-conn {}", *o.max_src_conn));
    if (o.rate_limit) add(fmt::format("max-src-conn-rate {}/{}", *o.rate_limit, o.rate_seconds.value_or(0)));
    if (o.max_src_nodes) add(fmt::format("max-src-nodes {}", *o.max_src_nodes));
    if (!o.overload.empty()) add(fmt::format("overload <{}>{}{}", o.overload, o.flush ? " flush" : "", o.flush_global ? " global" : ""));
    if (o.if_bound.value_or(false)) add("if-bound");
    if (o.sloppy) add("sloppy");
    if (o.pflow) add("pflow");
    // A limit of states makes their timeouts adaptive, a rate keeps sources for its time.
    const auto names = timeout_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::optional<std::uint64_t> seconds;
      bool adaptive = false;
      for (const auto& [index, value] : o.timeouts) {
        if (index == i) seconds = value;
        adaptive |= names[index].starts_with("adaptive.");
      }
      if (o.max && !adaptive && names[i] == "adaptive.start") seconds = *o.max / 10 * 6;
      if (o.max && !adaptive && names[i] == "adaptive.end") seconds = *o.max / 10 * 12;
      if (o.rate_seconds && names[i] == "src.track") seconds = std::max(seconds.value_or(0), *o.rate_seconds);
      if (seconds && *seconds != 0) add(fmt::format("{} {}", names[i], *seconds));
    }
  }
  switch (single_.state) {
    case StateKind::none: say("no state"); break;
    case StateKind::modulate: say("modulate state"); break;
    case StateKind::synproxy: say("synproxy state"); break;
    default:
      if (!list.empty() || dialect_ == Dialect::freebsd) say("keep state");
  }
  if (rule_.probability) say("probability {:.6g}%", *rule_.probability * 100);
  if (!list.empty()) say("({})", list);
}

void Printer::normalization() {
  if (!rule_.scrub && !rule_.no_df && !rule_.random_id && !rule_.reassemble_tcp && !rule_.min_ttl && !rule_.max_mss) return;
  std::string list;
  const auto add = [&](const std::string& one) { list += (list.empty() ? "" : " ") + one; };
  if (rule_.no_df) add("no-df");
  if (rule_.random_id) add("random-id");
  if (rule_.min_ttl) add(fmt::format("min-ttl {}", *rule_.min_ttl));
  if (rule_.reassemble_tcp) add("reassemble tcp");
  if (rule_.max_mss) add(fmt::format("max-mss {}", *rule_.max_mss));
  if (!list.empty()) say("scrub ({})", list);
}

void Printer::scrub_rule() {
  if (!rule_.tagged.empty()) say("{}tagged {}", rule_.tagged_negated ? "! " : "", filled_in(rule_.tagged, single_));
  if (rule_.no_df) say("no-df");
  if (rule_.random_id) say("random-id");
  if (rule_.min_ttl) say("min-ttl {}", *rule_.min_ttl);
  if (rule_.max_mss) say("max-mss {}", *rule_.max_mss);
  if (rule_.set_tos) say("set-tos 0x{:02x}", *rule_.set_tos);
  if (rule_.reassemble_tcp) say("reassemble tcp");
  if (!rule_.no && !rule_.reassemble_tcp) say("fragment reassemble");
}

void Printer::pool(const Pool& pool, bool is_nat, std::string_view word) {
  std::string hosts;
  std::size_t count = 0;
  const bool is_route = &pool == &rule_.route;
  for (const Host& host : pool.hosts) {
    if (host.family && single_.family && !rule_.af_to && *host.family != *single_.family) continue;
    std::string one = text_of(host);
    if (is_route && !host.via.empty()) one = dialect_ == Dialect::freebsd ? fmt::format("({} {})", host.via, one) : fmt::format("{}@{}", one, host.via);
    hosts += (count++ == 0 ? "" : ", ") + one;
  }
  say("{} {}", word, count > 1 ? fmt::format("{{ {} }}", hosts) : hosts);
  if (pool.first_port) {
    std::optional<std::uint16_t> last = pool.last_port;
    if (pool.star && single_.to_port.op == Op::range) last = static_cast<std::uint16_t>(*pool.first_port + single_.to_port.second - single_.to_port.first);
    if (last && *last != *pool.first_port) say("port {}:{}", *pool.first_port, *last);
    else say("port {}", *pool.first_port);
  }
  const Host* first = pool.hosts.empty() ? nullptr : &pool.hosts[0];
  const bool several = count > 1 || (first != nullptr && (first->kind == Host::Kind::table ||
                                                          (first->kind == Host::Kind::interface && first->dynamic && !(first->modifiers & Host::first_only))));
  if (!pool.type.empty()) say("{}", pool.type);
  else if (several) say("round-robin");
  if (!pool.key.empty()) say("{}", pool.key);
  if (pool.sticky) say("sticky-address");
  if (is_nat && (pool.static_port || rule_.binat_to)) say("static-port");
}

void Printer::translation() {
  if (rule_.af_to) {
    say("af-to {}", *rule_.af_to == Family::ipv4 ? "inet" : "inet6");
    pool(rule_.nat, true, "from");
    if (rule_.rdr.given) pool(rule_.rdr, false, "to");
  } else if (single_.nat != nullptr) {
    pool(*single_.nat, true, "nat-to");
  } else if (single_.rdr != nullptr) {
    pool(*single_.rdr, false, "rdr-to");
  }
  if (dialect_ == Dialect::openbsd && rule_.route.given) pool(rule_.route, false, rule_.route_kind);
}

std::string Printer::run() {
  head();
  const bool old_translation = rule_.action == Action::nat || rule_.action == Action::rdr || rule_.action == Action::binat;
  if (rule_.action == Action::ether_pass || rule_.action == Action::ether_block) {
    // Layer 2 is printed as it stands: what matters of it is in the conditions.
    if (!rule_.l3_from.empty() || !rule_.l3_to.empty()) say("l3");
    peers();
    if (!rule_.tag.empty()) say("tag {}", filled_in(rule_.tag, single_));
    return text_;
  }
  peers();
  if (rule_.action == Action::scrub) {
    scrub_rule();
  } else if (old_translation) {
    if (!rule_.tag.empty()) say("tag {}", filled_in(rule_.tag, single_));
    if (!rule_.tagged.empty()) say("{}tagged {}", rule_.tagged_negated ? "! " : "", filled_in(rule_.tagged, single_));
    if (!rule_.no) pool(rule_.action == Action::rdr ? rule_.rdr : rule_.nat, rule_.action == Action::nat, "->");
  } else {
    options();
    if (rule_.action != Action::anchor) translation();
  }
  return text_;
}

/// All but the action and the conditions, and whether a state is made.
std::string Printer::manner() {
  state();
  if (text_ == "keep state" || text_ == "no state") text_.clear();
  if (rule_.action == Action::block && rule_.answer && *rule_.answer != Answer::drop) answer();
  log();
  settings();
  normalization();
  accounts();
  diversions();
  const bool old_translation = rule_.action == Action::nat || rule_.action == Action::rdr || rule_.action == Action::binat;
  if (old_translation && !rule_.no) pool(rule_.action == Action::rdr ? rule_.rdr : rule_.nat, rule_.action == Action::nat, "->");
  translation();
  if (dialect_ == Dialect::freebsd && rule_.route.given) pool(rule_.route, false, rule_.route_kind);
  return text_;
}

std::string port_text(const Port& port) {
  if (port.op == Op::none) return {};
  if (port.op == Op::equal) return std::to_string(port.first);
  if (port.op == Op::range || port.op == Op::between || port.op == Op::outside) return fmt::format("{}{}{}", port.first, sign(port.op), port.second);
  return fmt::format("{}{}", sign(port.op), port.first);
}

}  // namespace

std::string filled_in(std::string_view text, const Single& single) {
  std::string result(text);
  if (result.find('$') == std::string::npos) return result;
  const auto put = [&](std::string_view name, const std::string& value) {
    for (std::size_t at = result.find(name); at != std::string::npos; at = result.find(name, at + value.size())) result.replace(at, name.size(), value);
  };
  const auto host = [](const Host& h) { return (h.negated ? "! " : "") + text_of(h); };
  put("$if", single.interface.name.empty() ? "any" : std::string(single.interface.name));
  put("$srcaddr", host(single.from));
  put("$dstaddr", host(single.to));
  put("$srcport", port_text(single.from_port));
  put("$dstport", port_text(single.to_port));
  put("$proto", single.protocol == 0 ? "ip" : protocol_text(single.protocol));
  put("$nr", std::to_string(single.number));
  return result;
}

std::string to_text(const Single& single, Dialect dialect) { return Printer(single, dialect).run(); }

std::string manner_text(const Single& single, Dialect dialect) { return Printer(single, dialect).manner(); }

std::string to_text(const Ruleset& ruleset) {
  std::string text;
  struct Frame {
    std::size_t anchor;
    std::size_t next = 0;
  };
  std::vector<Frame> stack{{0}};
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const Anchor& anchor = ruleset.anchors[frame.anchor];
    if (frame.next == anchor.rules.size()) {
      stack.pop_back();
      if (!stack.empty()) text += std::string(2 * (stack.size() - 1), ' ') + "}\n";
      continue;
    }
    const Single& single = anchor.rules[frame.next++];
    text += std::string(2 * (stack.size() - 1), ' ') + to_text(single, ruleset.dialect);
    const bool opens = single.body != Single::no_body;
    text += opens ? " {\n" : "\n";
    if (opens) stack.push_back({single.body});
  }
  return text;
}

}  // namespace wallcheck::frontend::pf
