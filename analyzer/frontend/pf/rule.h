#pragma once
// pf: one rule as it was written, its lists still lists; and one rule as pf has it, after the lists are multiplied out.
//
// All texts are views into the expanded source text (or, where escapes were taken out, into RuleReader's store).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace wallcheck::frontend::pf {

/// Which of pf's languages a file is written in. They differ in where translation stands, in the order of expansion and in what a
/// printed rule makes explicit.
enum class Dialect : std::uint8_t {
  openbsd,  ///< translation on match and pass rules; also files that could be either
  freebsd,  ///< nat, rdr, binat, scrub, altq statements: FreeBSD, macOS, pfSense
};

/// Bytes of the expanded text.
struct TextRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class Action : std::uint8_t { pass, match, block, scrub, nat, rdr, binat, dummynet, ether_pass, ether_block, anchor, nat_anchor, rdr_anchor,
                                   binat_anchor, scrub_anchor, dummynet_anchor };
enum class Way : std::uint8_t { both, in, out };

/// What a block rule tells the sender.
enum class Answer : std::uint8_t { drop, return_, return_rst, return_icmp };

/// An operand of from, to, a translation or a route.
struct Host {
  enum class Kind : std::uint8_t {
    any,
    addresses,     ///< `range`
    table,         ///< <name>
    interface,     ///< em0, em0:network, (em0:0): addresses of an interface or group
    self,          ///< all addresses of this host
    name,          ///< a host name; resolved when the rules are loaded
    no_route,
    urpf_failed,
    route_label,
  };
  /// Which addresses of an interface.
  static constexpr std::uint8_t network = 1, broadcast = 2, peer = 4, first_only = 8;

  Kind kind = Kind::any;
  bool negated = false;
  bool dynamic = false;       ///< (em0): follows the interface while pf runs
  bool span_of_two = false;   ///< written `a - b`
  std::uint8_t modifiers = 0;
  std::uint8_t bits = 255;    ///< prefix length as written or implied; 255: none
  std::optional<Family> family;
  AddressRange range;
  std::string_view name;
  std::string_view via;       ///< routes: the interface
  TextRange text;
};

/// How a port, user or group is compared.
enum class Op : std::uint8_t { none, equal, unequal, less, less_equal, greater, greater_equal, between, outside, range };

struct Port {
  Op op = Op::none;
  std::uint16_t first = 0, second = 0;
  TextRange text;
};
/// Numbers are compared, names are kept: which number a user has only the machine knows.
struct Owner {
  Op op = Op::none;
  std::string_view first, second;
};

struct Icmp {
  bool given = false;
  Family family = Family::ipv4;
  std::uint8_t type = 0;
  std::optional<std::uint8_t> code;
};

struct Interface {
  std::string_view name;      ///< empty: no interface given
  bool negated = false;
  bool dynamic = false;       ///< antispoof for (em0)
  std::optional<std::uint32_t> rdomain;
};

/// Where a translation leads.
struct Pool {
  bool given = false;
  std::vector<Host> hosts;
  std::optional<std::uint16_t> first_port, last_port;
  bool star = false;          ///< port 4000:*
  bool static_port = false;
  bool sticky = false;
  std::string_view type;      ///< "round-robin", ...
  std::string_view key;
  TextRange text;
};

enum class StateKind : std::uint8_t { unspecified, none, keep, modulate, synproxy };

struct StateOptions {
  std::optional<std::uint64_t> max, max_src_states, max_src_nodes, max_src_conn;
  std::optional<std::uint64_t> rate_limit, rate_seconds;
  bool no_sync = false, sloppy = false, pflow = false;
  bool source_track = false;
  std::string_view source_track_kind;  ///< "rule", "global" or empty
  std::string_view overload;
  bool flush = false, flush_global = false;
  std::optional<bool> if_bound;
  std::vector<std::pair<std::uint8_t, std::uint64_t>> timeouts;  ///< index into timeout_names(), seconds
};

/// A rule as written.
struct Rule {
  Action action = Action::pass;
  bool no = false;            ///< `no nat`
  bool pass_at_once = false;  ///< `rdr pass`
  std::optional<Answer> answer;
  std::uint8_t return_ttl = 0;
  std::optional<std::uint8_t> return_code, return_code6;
  std::string_view anchor;
  std::string_view anchor_path;  ///< from the main ruleset on
  bool has_body = false;      ///< an anchor with its rules in braces
  Way way = Way::both;
  bool log = false, quick = false;
  std::vector<std::string_view> log_options;
  std::vector<Interface> interfaces;
  std::optional<Family> family;
  std::vector<std::uint8_t> protocols;
  std::vector<Host> from, to;
  std::vector<Port> from_ports, to_ports;
  std::vector<std::string_view> oses;
  std::vector<Owner> users, groups;
  std::vector<Icmp> icmp;
  bool flags_given = false;
  std::uint8_t flags = 0, flag_set = 0;
  std::optional<std::uint8_t> tos, prio;
  std::optional<std::uint64_t> packet_rate, packet_rate_seconds, max_packet_size;
  StateKind state = StateKind::unspecified;
  StateOptions state_options;
  std::string_view label, tag, tagged;
  bool tagged_negated = false;
  Interface received_on;
  bool received_on_given = false;
  std::optional<double> probability;
  std::optional<std::uint32_t> rtable, ridentifier;
  bool fragment = false, allow_opts = false, once = false;
  std::string_view queue, priority_queue;
  std::optional<std::uint8_t> set_prio, set_prio_low_delay, set_tos;
  std::optional<std::uint16_t> set_delay;
  bool scrub = false, no_df = false, random_id = false, reassemble_tcp = false;
  std::optional<std::uint32_t> min_ttl, max_mss;
  std::string_view fragment_how;  ///< scrub ... fragment reassemble | crop | drop-ovl
  std::string_view dnpipe, dnqueue, dnpipe_back, dnqueue_back;
  Pool nat, rdr;              ///< nat-to (and the `from` of af-to), rdr-to (and its `to`); for nat, rdr, binat: `->`
  bool binat_to = false;
  std::optional<Family> af_to;
  std::string_view route_kind;  ///< "route-to", "reply-to", "dup-to"
  Pool route;
  std::string_view divert;      ///< "divert-to", "divert-reply", "divert-packet"
  Host divert_host;
  std::optional<std::uint16_t> divert_port;
  bool l3 = false;                   ///< ether rules: l3 from ... to ...
  std::vector<Host> l3_from, l3_to;
  bool ether_addresses = false;      ///< ether rules: hardware addresses are compared
  std::vector<std::uint32_t> ether_types;
  std::string_view bridge_to;
  TextRange text;               ///< the whole statement, in `source`
  const class SourceText* source = nullptr;
};

/// One of the rules that a written rule stands for: the members of its lists that make it.
struct Single {
  const Rule* rule = nullptr;
  Interface interface;
  std::uint8_t protocol = 0;
  Icmp icmp;
  Host from, to;
  Port from_port, to_port;
  std::string_view os;
  Owner user, group;
  std::optional<Family> family;
  std::uint8_t flags = 0, flag_set = 0;
  StateKind state = StateKind::none;
  Way way = Way::both;
  const Pool* nat = nullptr;   ///< null: no such translation
  const Pool* rdr = nullptr;
  std::uint32_t number = 0;      ///< place among the rules of its anchor
  std::uint32_t body = no_body;  ///< anchors: index into Ruleset::anchors of the rules in braces
  static constexpr std::uint32_t no_body = 0xffff'ffffu;
};

}  // namespace wallcheck::frontend::pf
