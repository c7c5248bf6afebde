// Targets beside the verdict: logs, copies, counters, and what changes the packet on its way. All but a few go on to the next rule.

#include <string>

#include <fmt/format.h>

#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::ActionKind;
using ir::Effect;
using ir::EffectKind;

constexpr std::uint8_t only_tcp[] = {ir::protocol::tcp};
constexpr std::uint8_t tcp_or_udp[] = {ir::protocol::tcp, ir::protocol::udp};

/// The packet or its mark becomes something that the file does not say.
void rewrite(RuleBuilder& rule) {
  rule.on_match(Effect{.kind = EffectKind::unknown_rewrite});
  rule.cover(ir::Coverage::opaque);
}
void lower_rewrite(RuleBuilder& rule, const Use&) { rewrite(rule); }

// --- Logs and notes ---

constexpr OptionSpec audit_options[] = {
    {.name = "type", .value = Value::choice, .words = "accept drop reject", .required = true},
};
constexpr OptionSpec nflog_options[] = {
    {.name = "nflog-group", .value = Value::number, .max = 65535},
    {.name = "nflog-prefix", .value = Value::text, .max = 63},
    {.name = "nflog-range", .value = Value::number, .excludes = 1},
    {.name = "nflog-size", .value = Value::number, .excludes = 1},
    {.name = "nflog-threshold", .value = Value::number, .max = 65535},
};

void lower_nflog(RuleBuilder& rule, const Use& use) {
  const Given* prefix = use.find("nflog-prefix");
  if (prefix != nullptr && prefix->first.text.empty()) rule.bad_value(*prefix, prefix->first, "1 to 63 characters");
}

constexpr OptionSpec ulog_options[] = {
    {.name = "ulog-nlgroup", .value = Value::number, .min = 1, .max = 32},
    {.name = "ulog-prefix", .value = Value::text, .max = 32},
    {.name = "ulog-cprange", .value = Value::number},
    {.name = "ulog-qthreshold", .value = Value::number, .min = 1, .max = 50},
};
constexpr OptionSpec idletimer_options[] = {
    {.name = "timeout", .value = Value::number, .min = 1, .required = true},
    {.name = "label", .value = Value::text, .max = 27, .required = true},
    {.name = "alarm"},
};
constexpr OptionSpec led_options[] = {
    {.name = "led-trigger-id", .value = Value::text, .required = true},
    {.name = "led-delay", .value = Value::text},
    {.name = "led-always-blink"},
};
constexpr OptionSpec rateest_options[] = {
    {.name = "rateest-name", .value = Value::text, .max = 15, .required = true},
    {.name = "rateest-interval", .value = Value::text, .required = true},
    {.name = "rateest-ewmalog", .value = Value::text, .required = true},
};

/// `250ms`, `0.5s`, `100us`
void lower_rateest(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    if (given.option->name == "rateest-name") continue;
    const std::string_view text = given.first.text;
    const std::size_t unit = text.find_first_not_of("0123456789.");
    if (unit == 0 || unit == std::string_view::npos || !index_of_word("s ms us", text.substr(unit)))
      return rule.bad_value(given, given.first, "a time such as 250ms or 0.5s");
  }
}

constexpr OptionSpec tee_options[] = {
    {.name = "gateway", .value = Value::address, .required = true},
    {.name = "oif", .value = Value::text, .max = 15},
};

void lower_tee(RuleBuilder& rule, const Use& use) {
  const Given& given = *use.find("gateway");
  const auto address = parse_address(given.first.text);
  if (!address || *address == 0 || *address == ipv4_first) rule.bad_value(given, given.first, "the address of a host");
}

// --- Marks for SELinux, queues, sets ---

constexpr OptionSpec secmark_options[] = {
    {.name = "selctx", .value = Value::text, .max = 255, .required = true},
};
constexpr OptionSpec connsecmark_options[] = {
    {.name = "save", .excludes = 1},
    {.name = "restore", .excludes = 1},
};
constexpr OptionSpec classify_options[] = {
    {.name = "set-class", .value = Value::text, .required = true},
};

/// `major:minor`, hexadecimal
void lower_classify(RuleBuilder& rule, const Use& use) {
  const Given& given = use.given.front();
  const std::size_t colon = given.first.text.find(':');
  const auto is_hex = [](std::string_view text) { return !text.empty() && read_number("0x" + std::string(text), 0, 0xffff).has_value(); };
  if (colon == std::string_view::npos || !is_hex(given.first.text.substr(0, colon)) || !is_hex(given.first.text.substr(colon + 1)))
    rule.bad_value(given, given.first, "major:minor, both hexadecimal");
}

constexpr OptionSpec set_options[] = {
    {.name = "add-set", .value = Value::pair},
    {.name = "del-set", .value = Value::pair},
    {.name = "map-set", .value = Value::pair},
    {.name = "exist"},
    {.name = "timeout", .value = Value::number},
    {.name = "map-mark"},
    {.name = "map-prio"},
    {.name = "map-queue"},
};

/// What it does to a set is noted before the file is read (IpSets::note_changes).
void lower_set(RuleBuilder& rule, const Use& use) {
  const Given *add = use.find("add-set"), *del = use.find("del-set"), *map = use.find("map-set");
  if (add == nullptr && del == nullptr && map == nullptr)
    return rule.fail(use.name.where, "SET needs --add-set, --del-set or --map-set", "--add-set, --del-set or --map-set");
  for (const Given* given : {add, del, map}) {
    if (given == nullptr) continue;
    if (given->first.text.empty() || given->first.text.size() > 31) return rule.bad_value(*given, given->first, "the name of a set (1 to 31 characters)");
    std::size_t sides = 0;
    if (!split(given->second.text, ',', [&](std::string_view side) { return ++sides <= 6 && (side == "src" || side == "dst"); }))
      return rule.bad_value(*given, given->second, "src and dst, up to six, with commas between");
  }
  for (const std::string_view option : {"exist", "timeout"})
    if (use.find(option) != nullptr && add == nullptr) return rule.fail(use.find(option)->name.where, fmt::format("--{} needs --add-set", option), "--add-set");
  const bool mapped = use.find("map-mark") != nullptr || use.find("map-prio") != nullptr || use.find("map-queue") != nullptr;
  if (mapped != (map != nullptr)) return rule.fail(use.name.where, "--map-set needs --map-mark, --map-prio or --map-queue, and they need it");
  if (map != nullptr && rule.table() != "mangle") return rule.fail(map->name.where, "--map-set can only stand in table mangle");
  if (use.find("map-mark") != nullptr) rewrite(rule);
}

// --- Bytes of headers ---

constexpr OptionSpec checksum_options[] = {
    {.name = "checksum-fill", .required = true},
};
constexpr OptionSpec dscp_options[] = {
    {.name = "set-dscp", .value = Value::number, .max = 63, .excludes = 1},
    {.name = "set-dscp-class", .value = Value::choice,
     .words = "BE EF CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43", .excludes = 1},
};
constexpr OptionSpec tos_options[] = {
    {.name = "set-tos", .value = Value::text, .excludes = 1},
    {.name = "and-tos", .value = Value::number, .max = 255, .excludes = 1},
    {.name = "or-tos", .value = Value::number, .max = 255, .excludes = 1},
    {.name = "xor-tos", .value = Value::number, .max = 255, .excludes = 1},
};

void lower_tos(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("set-tos");
  if (given != nullptr && !is_tos(given->first.text)) rule.bad_value(*given, given->first, "a byte, byte/mask or a name such as Minimize-Delay");
}

constexpr OptionSpec ttl_options[] = {
    {.name = "ttl-set", .value = Value::number, .max = 255, .excludes = 1},
    {.name = "ttl-dec", .value = Value::number, .min = 1, .max = 255, .excludes = 1},
    {.name = "ttl-inc", .value = Value::number, .min = 1, .max = 255, .excludes = 1},
};
constexpr OptionSpec hl_options[] = {
    {.name = "hl-set", .value = Value::number, .max = 255, .excludes = 1},
    {.name = "hl-dec", .value = Value::number, .min = 1, .max = 255, .excludes = 1},
    {.name = "hl-inc", .value = Value::number, .min = 1, .max = 255, .excludes = 1},
};
constexpr OptionSpec ecn_options[] = {
    {.name = "ecn-tcp-remove", .excludes = 1},
    {.name = "ecn-tcp-cwr", .value = Value::number, .max = 1},
    {.name = "ecn-tcp-ece", .value = Value::number, .max = 1},
    {.name = "ecn-ip-ect", .value = Value::number, .max = 3},
};

/// ECE and CWR are bits of the TCP flags, and no effect of the common IR sets those.
void lower_ecn(RuleBuilder& rule, const Use& use) {
  bool tcp = false;
  for (const Given& given : use.given) tcp |= given.option->name != "ecn-ip-ect";
  if (!tcp) return;
  if (rule.protocol() != ir::protocol::tcp) return rule.fail(use.name.where, "ECN needs -p tcp for TCP's bits", "-p tcp");
  rewrite(rule);
}

constexpr OptionSpec tcpmss_options[] = {
    {.name = "set-mss", .value = Value::number, .max = 65495},
    {.name = "clamp-mss-to-pmtu"},
};

void lower_tcpmss(RuleBuilder& rule, const Use& use) {
  if (use.find("clamp-mss-to-pmtu") != nullptr && (rule.chain() == "PREROUTING" || rule.chain() == "INPUT"))
    rule.fail(use.name.where, "--clamp-mss-to-pmtu can only stand in FORWARD, OUTPUT or POSTROUTING", "--set-mss");
}

constexpr OptionSpec tcpoptstrip_options[] = {
    {.name = "strip-options", .value = Value::text},
};

void lower_tcpoptstrip(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("strip-options");
  if (given == nullptr) return;
  split(given->first.text, ',', [&](std::string_view part) {
    const bool good = read_number(part, 0, 255) || index_of_word("wscale mss sack-permitted sack timestamp md5", part);
    if (!good) rule.bad_value(*given, given->first, part, "numbers or names of TCP options with commas between");
    return good;
  });
}

// --- Marks and addresses that nobody can tell ---

constexpr OptionSpec hmark_options[] = {
    {.name = "hmark-tuple", .value = Value::choices, .words = "src dst sport dport spi proto ct"},
    {.name = "hmark-mod", .value = Value::number, .min = 1, .required = true},
    {.name = "hmark-offset", .value = Value::number},
    {.name = "hmark-rnd", .value = Value::number, .required = true},
    {.name = "hmark-src-prefix", .value = Value::number, .max = 128},
    {.name = "hmark-dst-prefix", .value = Value::number, .max = 128},
    {.name = "hmark-sport-mask", .value = Value::number, .max = 65535},
    {.name = "hmark-dport-mask", .value = Value::number, .max = 65535},
    {.name = "hmark-spi-mask", .value = Value::number},
    {.name = "hmark-sport", .value = Value::number, .max = 65535},
    {.name = "hmark-dport", .value = Value::number, .max = 65535},
    {.name = "hmark-spi", .value = Value::number},
    {.name = "hmark-proto-mask", .value = Value::number, .max = 65535},
};
constexpr OptionSpec prefix_options[] = {
    {.name = "src-pfx", .value = Value::address, .required = true},
    {.name = "dst-pfx", .value = Value::address, .required = true},
};

/// RFC 6296: prefixes of 64 bits at most.
void lower_prefix(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    const std::size_t slash = given.first.text.find('/');
    if (slash == std::string_view::npos || !read_number(given.first.text.substr(slash + 1), 0, 64))
      return rule.bad_value(given, given.first, "an IPv6 prefix of at most 64 bits");
  }
  rewrite(rule);
}

// --- Hand over ---

constexpr OptionSpec tproxy_options[] = {
    {.name = "on-port", .value = Value::number, .max = 65535, .required = true},
    {.name = "on-ip", .value = Value::address},
    {.name = "tproxy-mark", .value = Value::masked},
};
constexpr OptionSpec synproxy_options[] = {
    {.name = "sack-perm"},
    {.name = "timestamp"},
    {.name = "wscale", .value = Value::number},
    {.name = "mss", .value = Value::number, .max = 65535},
    {.name = "ecn"},
};
constexpr OptionSpec clusterip_options[] = {
    {.name = "new"},
    {.name = "hashmode", .value = Value::keyword, .words = "sourceip sourceip-sourceport sourceip-sourceport-destport"},
    {.name = "clustermac", .value = Value::text},
    {.name = "total-nodes", .value = Value::number},
    {.name = "local-node", .value = Value::number},
    {.name = "hash-init", .value = Value::number},
};

void lower_clusterip(RuleBuilder& rule, const Use& use) {
  const bool fresh = use.find("new") != nullptr;
  const Given* mac = use.find("clustermac");
  const bool whole = use.find("hashmode") != nullptr && mac != nullptr && use.find("total-nodes") != nullptr && use.find("local-node") != nullptr;
  if (fresh != whole) return rule.fail(use.name.where, "--new needs --hashmode, --clustermac, --total-nodes and --local-node, and they need it");
  if (mac == nullptr) return;
  const bool multicast = is_ethernet_address(mac->first.text) && (*read_number("0x" + std::string(mac->first.text.substr(0, 2)), 0, 255) & 1) != 0;
  if (!multicast) rule.bad_value(*mac, mac->first, "an Ethernet multicast address");
}

constexpr OptionSpec tarpit_options[] = {
    {.name = "tarpit", .excludes = 1},
    {.name = "honeypot", .excludes = 1},
    {.name = "reset", .excludes = 1},
};

constexpr std::uint8_t security_or_mangle = in_security | in_mangle;
constexpr Extension extensions[] = {
    {.name = "AUDIT", .options = audit_options},
    {.name = "NFLOG", .options = nflog_options, .lower = lower_nflog},
    {.name = "ULOG", .options = ulog_options, .families = Families::ipv4},
    {.name = "TRACE", .tables = in_raw},
    {.name = "IDLETIMER", .options = idletimer_options},
    {.name = "LED", .options = led_options},
    {.name = "RATEEST", .options = rateest_options, .lower = lower_rateest},
    {.name = "TEE", .options = tee_options, .lower = lower_tee},
    {.name = "SECMARK", .options = secmark_options, .tables = security_or_mangle},
    {.name = "CONNSECMARK", .options = connsecmark_options, .any_option = true, .tables = security_or_mangle},
    {.name = "CLASSIFY", .options = classify_options, .hooks = at_forward | at_output | at_postrouting, .lower = lower_classify},
    {.name = "SET", .options = set_options, .lower = lower_set},
    {.name = "CHECKSUM", .options = checksum_options, .tables = in_mangle},
    {.name = "DSCP", .options = dscp_options, .any_option = true, .tables = in_mangle},
    {.name = "TOS", .options = tos_options, .any_option = true, .tables = in_mangle, .lower = lower_tos},
    {.name = "TTL", .options = ttl_options, .families = Families::ipv4, .any_option = true, .tables = in_mangle},
    {.name = "HL", .options = hl_options, .families = Families::ipv6, .any_option = true, .tables = in_mangle},
    {.name = "ECN", .options = ecn_options, .families = Families::ipv4, .any_option = true, .tables = in_mangle, .lower = lower_ecn},
    {.name = "TCPMSS", .options = tcpmss_options, .protocols = only_tcp, .any_option = true, .lower = lower_tcpmss},
    {.name = "TCPOPTSTRIP", .options = tcpoptstrip_options, .protocols = only_tcp, .tables = in_mangle, .lower = lower_tcpoptstrip},
    {.name = "HMARK", .options = hmark_options, .lower = lower_rewrite},
    {.name = "DNPT", .options = prefix_options, .families = Families::ipv6, .tables = in_mangle, .hooks = at_prerouting | at_output,
     .lower = lower_prefix},
    {.name = "SNPT", .options = prefix_options, .families = Families::ipv6, .tables = in_mangle, .hooks = at_input | at_postrouting,
     .lower = lower_prefix},
    // To a local socket, or dropped where there is none.
    {.name = "TPROXY", .options = tproxy_options, .protocols = tcp_or_udp, .tables = in_mangle, .hooks = at_prerouting, .action = ActionKind::undecided},
    // Answers handshakes in the server's place; what belongs to none goes on.
    {.name = "SYNPROXY", .options = synproxy_options, .protocols = only_tcp, .hooks = at_input | at_forward, .action = ActionKind::undecided},
    // A hash decides whether this node answers; if not, the packet is dropped.
    {.name = "CLUSTERIP", .options = clusterip_options, .families = Families::ipv4, .action = ActionKind::undecided, .lower = lower_clusterip},
    // Of older kernels and of xtables-addons: all of them keep the packet.
    {.name = "MIRROR", .families = Families::ipv4, .action = ActionKind::drop},
    {.name = "STEAL", .action = ActionKind::drop},
    {.name = "TARPIT", .options = tarpit_options, .protocols = only_tcp, .action = ActionKind::drop},
};

}  // namespace

std::span<const Extension> packet_targets() { return extensions; }

}  // namespace wallcheck::frontend::iptables
