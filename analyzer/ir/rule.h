#pragma once
// The rule: a conjunction of matches and one action. This is what all formats come down to.

#include <cstdint>

#include "base/source_file.h"
#include "ir/values.h"

namespace wallcheck::ir {

using RuleId = std::uint32_t;   ///< index into Firewall::rules
using ListId = std::uint32_t;   ///< index into Firewall::lists
using OpaqueId = std::uint32_t;
using MaskedId = std::uint32_t;
using AlternativesId = std::uint32_t;
using EffectsId = std::uint32_t;  ///< 0 = no effect

constexpr std::uint32_t none = 0xffff'ffffu;

/// What a match looks at. Numeric fields are compared with range lists or `value/mask`, interfaces by name.
enum class Field : std::uint8_t {
  source,            ///< source address (base/address.h: an IPv4 range also says "this is IPv4")
  destination,       ///< destination address
  protocol,          ///< 0..255; IPv6: the transport protocol
  source_port,       ///< of tcp, udp, udplite, dccp, sctp; the front-end adds the protocol match
  destination_port,
  icmp,              ///< type * 256 + code, of ICMP or ICMPv6; the front-end adds the protocol match
  tcp_flags,         ///< byte 13 of the TCP header; the front-end adds the protocol match
  state,             ///< enum State
  direction,         ///< enum Direction
  dnat,              ///< 0 or 1: ctstate DNAT
  snat,              ///< 0 or 1: ctstate SNAT
  in_interface,      ///< by name; the empty name in egress
  out_interface,     ///< by name; the empty name in ingress
  source_type,       ///< enum AddressType
  destination_type,  ///< enum AddressType
  fragment,          ///< 1: a fragment that is not the first. It has no header behind IP's: front-ends add "0" where a rule looks there
  mark,              ///< 32 bits
  connmark,          ///< 32 bits
  tag,               ///< pf tag id
};

/// How a match compares. `Match::value` is an id of the kind's own pool in Firewall.
enum class MatchKind : std::uint8_t {
  ranges,     ///< the field's value lies in Firewall::ranges[value]
  masked,     ///< (field & mask) == value, of Firewall::masked[value]; a value with bits outside its mask never matches
  interface,  ///< Firewall::strings[value] is the name; a trailing '+' matches every name that begins so ("+" also the empty name)
  any_of,     ///< Firewall::alternatives[value]: at least one of several conjunctions holds
  opaque,     ///< Firewall::opaques[value]: we can read it but not decide it; may hold for any packet or none
};

/// One condition. Negation is part of it: `negated` holds exactly where the plain one does not.
struct Match {
  MatchKind kind = MatchKind::ranges;
  Field field = Field::source;  ///< meaningless for any_of and opaque
  bool negated = false;
  std::uint32_t value = 0;
  bool operator==(const Match&) const = default;
};
static_assert(sizeof(Match) == 8);

/// `(x & mask) == value`. Also non-contiguous address masks.
struct Masked {
  Uint128 value = 0;
  Uint128 mask = 0;
  bool operator==(const Masked&) const = default;
};

/// A condition that the file alone does not decide, e.g. `-m string --hex-string ...` or a set whose members are not known.
/// One Opaque is one unknown: where two rules carry the same deterministic condition they share it; a condition that
/// may answer differently each time it is asked (limit, statistic, recent) is an Opaque of its own per rule.
struct Opaque {
  StringId text = 0;    ///< as the user wrote it, e.g. "-m recent --rcheck"
  StringId reason = 0;  ///< why it is undecided: "depends on traffic seen before"
  Span where;           ///< first place
  bool each_time = false;  ///< may answer differently each time it is asked, so only one rule asks it
};

/// What a rule does to the packet's way.
enum class ActionKind : std::uint8_t {
  continue_,   ///< nothing: only effects; the next rule is looked at (LOG, MARK, pf `match`, a rule without target)
  accept,      ///< ends this stage, the packet goes on to the next one
  drop,
  reject,      ///< drop, and the sender is told
  undecided,   ///< handed to user space, or a target that we do not know: anything may happen from here on
  return_,     ///< back to the caller; in a base list its default applies
  jump,        ///< walks list `target`; comes back when it falls off its end
  go_to,       ///< walks list `target`; what would come back goes to the caller of this list
};

/// What a rule does to the packet or its connection.
enum class EffectKind : std::uint8_t {
  set_mark,               ///< mark = (mark & keep) ^ (connmark & other) ^ flip
  set_connmark,           ///< connmark = (connmark & keep) ^ (mark & other) ^ flip
  set_tag,                ///< tag = value
  untrack,                ///< connection tracking leaves the packet alone: state becomes untracked (NOTRACK, CT --notrack)
  translate_destination,  ///< DNAT, REDIRECT, rdr, rdr-to
  translate_source,       ///< SNAT, MASQUERADE, nat, nat-to
  unknown_rewrite,        ///< changes the packet in a way that is not modelled (NETMAP with options, shifts of marks...)
};

/// Effect of a rule. Which members count is said by the kind.
struct Effect {
  EffectKind kind = EffectKind::set_mark;
  std::uint32_t keep = 0, other = 0, flip = 0;  ///< set_mark, set_connmark
  std::uint32_t value = 0;                      ///< set_tag: the tag
  RangesId addresses = 0;                       ///< translate_*: the new address is one of these; 0 = it is kept
  RangesId ports = 0;                           ///< translate_*: the new port is one of these; 0 = it is kept (source ports: the system chooses)
  bool to_local = false;                        ///< translate_destination: to an address of this host (REDIRECT)
  bool from_local = false;                      ///< translate_source: to an address of this host (MASQUERADE)
  bool skips_filter = false;                    ///< FreeBSD `rdr pass`, `nat pass`: later filter stages of the same direction are not asked
};

/// Where a construct of the file ended up. `check --stats` and the JSON `coverage` count rules by their worst construct.
enum class Coverage : std::uint8_t {
  harmless,               ///< has no influence on verdicts (comments, counters, logging)
  modelled,
  modelled_conditionally, ///< exact under a condition that the design states (e.g. the host owns the destination)
  opaque,                 ///< read, kept as a condition that cannot be decided
  unrecognised,           ///< not understood: the file is `partly-analysed`, exit status 3
};

/// Rule::manner: not that of any other rule.
constexpr std::uint16_t manner_of_its_own = 0xffff;

/// One rule: all matches have to hold (they are ANDed); no match means "always".
///
/// In a first-match list the first rule that holds and does not continue decides. In a last-match list (pf) every rule
/// that holds replaces the decision so far, and `quick` ends the walk.
struct Rule {
  std::uint32_t first_match = 0;  ///< Firewall::matches[first_match ...]
  std::uint16_t match_count = 0;
  ActionKind action = ActionKind::continue_;
  Coverage coverage = Coverage::modelled;
  bool quick = false;             ///< last-match lists only: nothing after this rule is looked at
  bool keeps_state = false;       ///< accept: later packets of the connection, both ways, pass this tracker without rules
  /// What a verdict does beyond what is modelled (pf: log, label, queue, how `block` answers): of two rules with the same action and the same
  /// number both do the same. 0: nothing, or the front-end does not tell.
  std::uint16_t manner = 0;
  ListId target = none;           ///< jump, go_to
  EffectsId on_match = 0;         ///< done as soon as the rule holds (marks, tags, pf `match ... nat-to`)
  EffectsId on_decide = 0;        ///< done if this rule's verdict stands in the end (DNAT; pf `pass ... rdr-to`)
  Span where = {};                ///< the rule as written; list members of pf share it
};

}  // namespace wallcheck::ir
