#pragma once
// The common rule IR: what a packet filter is, in any format. Chapter one.
//
// A packet takes one of three *paths* (to, from, through the host). A path is a row of *stages*; each stage is a list of
// rules that may let the packet go on, stop it, or change it. A packet is accepted where every stage of its path lets it
// go on. iptables has many stages (a table at a hook each), pf one or two, a security group one, behind a network ACL two.
// Nothing that a file says is lost on the way here: see Coverage.

#include <array>
#include <span>
#include <string>
#include <vector>

#include "ir/packet.h"
#include "ir/rule.h"
#include "ir/values.h"

namespace wallcheck::ir {

enum class Format : std::uint8_t { iptables, ip6tables, pf, aws, nacl, cloudformation, terraform, openstack, azure, gcp };

/// The names of `--input-format`: "iptables", "pf", ...
std::string_view to_string(Format format);

/// Which rule of a list decides.
enum class Discipline : std::uint8_t {
  first_match,  ///< iptables; security groups (a union of allows: any first one will do); priorities, sorted by the front-end
  last_match,   ///< pf: the last rule that holds, unless one says `quick`
};

/// What happens to a packet that no rule of a list decides.
enum class Fallthrough : std::uint8_t { return_, accept, drop };

/// A named list of rules: an iptables chain, a pf ruleset or anchor (split by direction), the rules of a security group.
struct RuleList {
  StringId name = 0;           ///< "INPUT", "KUBE-SERVICES", anchor path, group id
  StringId table = 0;          ///< iptables: "filter"; else empty
  Discipline discipline = Discipline::first_match;
  Fallthrough fallthrough = Fallthrough::return_;
  bool declared = true;        ///< false: something jumps to it, but the file does not have it
  bool policy_keeps_state = false;
  std::uint32_t first = 0;     ///< its rules, in order: Firewall::order[first ... first + count)
  std::uint32_t count = 0;
  Span where;                  ///< its declaration; empty at 0 where the format has none
};

/// Where on the way a stage stands; decides which interfaces its rules see.
enum class Point : std::uint8_t { prerouting, input, forward, output, postrouting };

/// A base list in its place on a path.
struct Stage {
  StringId name = 0;              ///< for people: "filter INPUT", "nat PREROUTING", "in", "ingress of sg-12"
  ListId list = 0;
  Point point = Point::input;
  bool translates = false;        ///< nat: only the first packet of a connection is shown to it
  bool before_tracking = false;   ///< raw: connection tracking has not seen the packet yet, every state match sees `invalid`
  bool reassembled = false;       ///< fragments were put together before: its rules see whole packets
  bool filter = false;            ///< the stage people mean by "the firewall": its rule is blamed for an accept
  /// Stateful formats: a state made by an accept with `keeps_state` at tracker t lets onward packets of the connection pass
  /// every stage with `tracker == t`, and replies every stage with `reply_tracker == t`. -1: no such state (iptables, network ACLs).
  std::int8_t tracker = -1;
  std::int8_t reply_tracker = -1;
};

/// Who lets the later packets of a connection pass.
enum class Tracking : std::uint8_t {
  by_rules,  ///< rules test the state (iptables)
  by_state,  ///< an accepting rule makes a state (pf, security groups), see Stage::tracker
};

/// Members of a named address set (ipset, pf table, security group, prefix list, service tag): for the reader.
/// Its meaning in matches is already lowered to ranges, any_of and opaque.
enum class Knowledge : std::uint8_t { known, partly_known, unknown };
struct NamedSet {
  StringId name = 0;
  Knowledge knowledge = Knowledge::unknown;
  std::uint32_t members = 0;
  bool declared = true;
  Span where;
};

/// Something that the file (or a side file) defines and no rule uses. Only told where every line was understood: what could not be
/// read might use it.
struct Unused {
  enum class Kind : std::uint8_t { macro, table, anchor, set };
  Kind kind = Kind::macro;
  StringId name = 0;
  Span where;  ///< its definition
};

/// A disjunction of conjunctions: Firewall::conjunctions[first ... first + count), each a run of Firewall::matches.
struct Alternatives {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
struct Conjunction {
  std::uint32_t first_match = 0;
  std::uint32_t match_count = 0;
};
struct EffectList {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Where a rule's text came from besides its own span: "expanded from $web" (pf), "attached through ..." (cloud).
struct Origin {
  RuleId rule = 0;
  StringId text = 0;
  Span where;
};

/// One packet filter. Value type; ids are indices and never change once given.
/// Invariants: matches of a rule, of a conjunction, effects of a list are contiguous; every id is in range; alternatives and
/// jumps may be nested, but a chain of any_of is not cyclic; list cycles are possible only where a diagnostic says so, and
/// evaluators must not loop on them.
struct Firewall {
  Format format = Format::iptables;
  bool ipv4 = true;  ///< the filter sees IPv4 packets; what it does not see it does not decide (iptables: one family a file)
  bool ipv6 = false;
  Tracking tracking = Tracking::by_rules;
  std::string group;        ///< security group id (or "id+id" of several attached together); empty elsewhere
  std::string group_name;

  StringPool strings;
  RangePool ranges;
  std::vector<Masked> masked;
  std::vector<Opaque> opaques;
  std::vector<Match> matches;
  std::vector<Conjunction> conjunctions;
  std::vector<Alternatives> alternatives;
  std::vector<Effect> effects;
  std::vector<EffectList> effect_lists{1};  ///< [0] is "no effect"
  std::vector<Rule> rules;
  std::vector<RuleId> order;
  std::vector<RuleList> lists;
  std::vector<NamedSet> named_sets;
  std::vector<Unused> unused;
  std::vector<Origin> origins;       ///< sorted by rule
  std::vector<StringId> tags;        ///< pf: names by tag id; [0] unused
  std::array<std::vector<Stage>, 3> paths;  ///< by Path

  std::span<const Match> matches_of(const Rule& rule) const { return std::span(matches).subspan(rule.first_match, rule.match_count); }
  std::span<const Match> matches_of(const Conjunction& c) const { return std::span(matches).subspan(c.first_match, c.match_count); }
  std::span<const Conjunction> conjunctions_of(AlternativesId id) const {
    return std::span(conjunctions).subspan(alternatives[id].first, alternatives[id].count);
  }
  std::span<const RuleId> rules_of(const RuleList& list) const { return std::span(order).subspan(list.first, list.count); }
  std::span<const Effect> effects_of(EffectsId id) const {
    return std::span(effects).subspan(effect_lists[id].first, effect_lists[id].count);
  }
  const std::vector<Stage>& path(Path p) const { return paths[static_cast<std::size_t>(p)]; }
  /// Is it several security groups, attached to one machine?
  bool is_attached_together() const { return group.find('+') != std::string::npos; }

  // Building blocks for front-ends. Each appends and gives the id.
  Match ranges_match(Field field, std::span<const Range> values, bool negated = false);
  Match range_match(Field field, Uint128 first, Uint128 last, bool negated = false);
  Match masked_match(Field field, Uint128 value, Uint128 mask, bool negated = false);
  Match interface_match(Field field, std::string_view pattern, bool negated = false);
  /// Copies the conjunctions' matches; an empty `cases` never holds.
  Match any_of_match(std::span<const std::vector<Match>> cases, bool negated = false);
  Match opaque_match(std::string_view text, std::string_view reason, Span where, bool negated = false);
  /// Starts a new rule whose matches are `conditions`.
  RuleId add_rule(std::span<const Match> conditions, Rule rest);
  EffectsId add_effects(std::span<const Effect> list);
  ListId add_list(std::string_view name, std::string_view table, Discipline discipline, Fallthrough fallthrough, Span where);
};

/// Does the pattern of an interface match hold for this name? '+' at the end is the wildcard.
bool interface_matches(std::string_view pattern, std::string_view name);

/// Counts for `coverage` in the report.
struct CoverageCounts {
  std::uint32_t rules = 0, modelled = 0, opaque = 0, unrecognised = 0;
};
CoverageCounts count_coverage(const Firewall& firewall);

}  // namespace wallcheck::ir
