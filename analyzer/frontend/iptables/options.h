#pragma once
// iptables: option tables. A match or target module is its rows, as in the tables of iptables-extensions(8).
//
// How a rule is read. The decoder goes through the words of a rule. Each option is looked up in the rows of the modules named so
// far (the last one first), then in the generic ones (decoder.cpp), as iptables does with getopt_long: unique abbreviations and
// `--name=value` are good, `!` may stand before the option or before its value. What was given is kept as `Given`s; when the
// line is read to its end, each module in turn is lowered to the common IR: row by row as `meaning` says, and then, if it has
// one, by its own `lower` function, which sees all options of that one `-m` together.
//
// To add a module: a `constexpr OptionSpec name_options[]`, one `Extension` in the `matches_*.cpp` or `targets_*.cpp` where it belongs,
// one entry in the list at that file's end, and `tests/extensions/matches/NAME.t` (or `targets/`). Choose for each row:
//   * `value`: the shape of the argument. It is checked for every option, also for those that are harmless or opaque: what
//     iptables refuses, we refuse, since the file would not load.
//   * `meaning`: does it decide, and by which field of the packet? If the file and the header fields cannot say: `opaque`, with a
//     reason that completes "cannot be decided: it ..." ("depends on traffic seen before"). Never `harmless` for something that
//     can make a rule hold or not hold.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ir/rule.h"

namespace wallcheck::frontend::iptables {

class RuleBuilder;
struct Use;
struct Given;

/// Shape of an option's argument.
enum class Value : std::uint8_t {
  none,           ///< --syn
  text,           ///< any word of at most `max` bytes (0 = any length)
  optional_text,  ///< a word, unless an option or nothing follows
  number,         ///< min..max; decimal, 0x, or octal with 0, as strtoul
  range,          ///< `a` or `a:b`, both ends optional where a ':' stands, min..max; all of min..max is no condition
  port_range,     ///< as `range`, 0..65535, also service names
  port_list,      ///< `a,b,c:d`: 15 slots, a range takes two
  address,        ///< `host`, `network/length`, `network/mask`; no list
  address_range,  ///< `a` or `a-b`
  masked,         ///< `value` or `value/mask`, 32 bits each
  keyword,        ///< one of the words in `words`, case counts
  choice,         ///< one of the words in `words`
  choices,        ///< a comma list of words in `words`
  protocol,       ///< name or number, 1..255
  tcp_flags,      ///< two words: mask and what must be set
  pair,           ///< two words; checked by the module's `lower`
};

/// What an option means for the packet.
enum class Meaning : std::uint8_t {
  harmless,   ///< nothing for the verdict (a comment, a log prefix)
  field,      ///< `field` of the packet lies in the value (range, port_range, port_list, number, address, address_range, protocol,
              ///< masked, choice and choices by their index in `words`)
  opaque,     ///< not decided by the file, but always the same answer for the same packet: one unknown, shared by all rules with this text
  opaque_each,///< may answer differently each time it is asked (rates, counters): an unknown of its own in each rule
  lowered,    ///< the module's `lower` function deals with it
};

/// One option of a module.
struct OptionSpec {
  std::string_view name;            ///< long name without "--"
  std::string_view alias = {};      ///< another long name
  Value value = Value::none;
  Meaning meaning = Meaning::harmless;
  bool invertible = false;          ///< may be preceded by "!"
  ir::Field field = ir::Field::source;
  std::uint64_t min = 0, max = 0;   ///< number and range: limits (max 0 = 32 bits); text: longest length
  std::string_view words = {};      ///< choice, choices: the words, blank-separated; compared without case
  std::string_view reason = {};     ///< opaque: "depends on ..."
  std::uint32_t excludes = 0;       ///< bits: options that share a bit cannot be given together
  bool required = false;            ///< the module cannot do without
  bool repeatable = false;          ///< may be given several times in one `-m`
  bool backwards = false;           ///< range, port_range: `b:a` is taken; no value lies in it. Such ports are decimal (values.h)
};

/// How a module is lowered when its rows alone do not say it. Called once for each `-m NAME` (or `-j NAME`), after its rows.
using Lower = void (*)(RuleBuilder& rule, const Use& use);

enum class Families : std::uint8_t { both, ipv4, ipv6 };

/// Bits of Extension::tables: where a module may stand.
enum Tables : std::uint8_t { in_any = 0, in_raw = 1, in_mangle = 2, in_nat = 4, in_filter = 8, in_security = 16 };

/// Bits of Extension::hooks: the base chains in which the kernel takes a module. It also looks into the chains that they call; we do not.
enum Hooks : std::uint8_t { at_any = 0, at_prerouting = 1, at_input = 2, at_forward = 4, at_output = 8, at_postrouting = 16 };

/// One match or target module.
struct Extension {
  std::string_view name;
  std::span<const OptionSpec> options = {};
  Families families = Families::both;
  std::span<const std::uint8_t> protocols = {};  ///< `-p` must be one of these (not negated); empty = no demand
  bool any_option = false;                       ///< at least one option has to be given
  /// Matches: if not empty, all options of one `-m` together are one undecided condition, and this is why.
  std::string_view whole_reason = {};
  bool whole_each = false;                       ///< ... and it may answer differently each time it is asked
  bool whole_turns = false;                      ///< ... and `!` before an option of it turns all of it round
  /// Matches: looks at the header behind IP's. A later fragment has none, and never matches, whatever the options say.
  bool next_header = false;
  std::uint8_t tables = in_any;
  std::uint8_t hooks = at_any;
  // Targets only:
  ir::ActionKind action = ir::ActionKind::continue_;
  Lower lower = nullptr;
};

// The lists, one a file. registry.cpp goes through them.
std::span<const Extension> header_matches();      ///< matches_header.cpp: tcp, udp, icmp, multiport, iprange...
std::span<const Extension> connection_matches();  ///< matches_connection.cpp: state, conntrack, marks
std::span<const Extension> set_matches();         ///< matches_set.cpp: set
std::span<const Extension> other_matches();       ///< matches_other.cpp: comment, addrtype
std::span<const Extension> content_matches();     ///< matches_content.cpp: bytes of the packet that no field holds
std::span<const Extension> traffic_matches();     ///< matches_traffic.cpp: rates, counters, chance, the clock
std::span<const Extension> machine_matches();     ///< matches_machine.cpp: sockets, routes, bridges, IPsec, processors
std::span<const Extension> verdict_targets();     ///< targets.cpp: ACCEPT, REJECT, LOG, marks, NFQUEUE...
std::span<const Extension> nat_targets();         ///< targets_nat.cpp: DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP
std::span<const Extension> packet_targets();      ///< targets_packet.cpp: logs, copies, and what changes the packet on its way

/// nullptr: no such module for this family (`icmp6` in an IPv4 file).
const Extension* find_match(std::string_view name, Family family);
const Extension* find_target(std::string_view name, Family family);
/// The match that `-p PROTOCOL` brings with it when one of its options is used without `-m`; nullptr for most.
const Extension* implied_match(std::uint8_t protocol, Family family);

// For suggestions.
/// Matches that have a long option of this name ("dport": sctp, tcp, udp...).
std::vector<std::string_view> matches_with_option(std::string_view option, Family family);
std::vector<std::string_view> match_names(Family family);
std::vector<std::string_view> target_names(Family family);

}  // namespace wallcheck::frontend::iptables
