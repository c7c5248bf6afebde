#pragma once
// iptables: one rule while it is read, and what modules may do to it.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontend/diagnostics.h"
#include "frontend/frontend.h"
#include "frontend/iptables/ipset.h"
#include "frontend/iptables/options.h"
#include "ir/firewall.h"

namespace wallcheck::frontend::iptables {

/// A word of the line: its text without quotes and escapes, and where it stands.
struct Word {
  std::string_view text;
  Span where;
};

/// An option as it was given.
struct Given {
  const OptionSpec* option = nullptr;
  std::uint32_t use = 0;    ///< index of the Use it belongs to
  bool negated = false;
  Word name;                ///< as written: "--dport"
  Word first, second;       ///< its arguments; empty where the option has none
};

/// One `-m NAME`, or the target of `-j NAME`, with its options.
struct Use {
  const Extension* extension = nullptr;  ///< nullptr: nobody knows it
  Word name;
  std::uint32_t end = 0;                 ///< nobody knows it: end of the last word that seems to be its
  std::uint64_t seen = 0;                ///< bit i: option i of the extension was given
  std::uint32_t excluded = 0;            ///< union of `excludes` of the options given
  std::span<const Given> given = {};     ///< in the order of the line; complete when `lower` is called
  const Given* find(std::string_view option) const;
};

/// A lookup in a set: `plain` holds for the members.
struct SetCondition {
  ir::Match plain;
  bool decided = false;  ///< the side file decides it for every packet
};

/// What all rules of a file share.
struct FileContext {
  ir::Firewall& firewall;
  const SourceFile& source;
  const Options& options;
  Diagnostics& diagnostics;
  std::vector<Directive>& directives;
  Family family = Family::ipv4;
  /// Undecided conditions that always answer the same for the same packet, by their text.
  std::unordered_map<ir::StringId, ir::OpaqueId> shared_opaques = {};
  /// Members of sets, from the side files.
  IpSets ipsets = {};
  /// Conditions on sets, by their text: a set that a thousand rules ask is lowered once.
  std::unordered_map<std::string, SetCondition> set_conditions = {};
};

/// The rule under construction. Modules add conditions and effects to it, or fail.
///
/// `fail` reports one problem (the first of the rule; what follows from it is not worth a word) and makes the rule an unread one:
/// it then stands in its chain with an undecided condition and an undecided action, and nothing else that was added counts.
class RuleBuilder {
 public:
  explicit RuleBuilder(FileContext& file) : file_(file) {}

  // --- The rule's surroundings ---
  FileContext& file() { return file_; }
  ir::Firewall& firewall() { return file_.firewall; }
  Family family() const { return file_.family; }
  std::string_view table() const { return table_; }
  std::string_view chain() const { return chain_; }
  /// `-p`: 0 if there is none, it says "all", or it is negated.
  std::uint8_t protocol() const { return protocol_negated_ ? 0 : protocol_; }

  // --- Conditions; all of them have to hold ---
  void match(ir::Match condition);
  /// `field` has one of these values; none of them if `negated`.
  void ranges(ir::Field field, std::span<const ir::Range> values, bool negated);
  void range(ir::Field field, Uint128 first, Uint128 last, bool negated = false) {
    const ir::Range one{first, last};
    ranges(field, std::span(&one, 1), negated);
  }
  /// `(field & mask) == value`
  void masked(ir::Field field, Uint128 value, Uint128 mask, bool negated);
  /// An undecided condition that always answers the same for the same packet: the same text is the same unknown.
  ir::Match shared_opaque(std::string_view text, std::string_view reason, Span where, bool negated = false);
  /// An undecided condition that may answer differently each time it is asked.
  ir::Match fresh_opaque(std::string_view text, std::string_view reason, Span where, bool negated = false);
  /// "-m NAME" and the options given, as written; or without "!".
  std::string text_of(const Use& use, bool with_signs = true) const;
  /// "-m NAME --option argument", without the "!".
  std::string text_of(const Use& use, const Given& given) const;
  /// Never holds.
  void never() { match(firewall().any_of_match({})); }

  // --- What the rule does ---
  void on_match(const ir::Effect& effect) { on_match_.push_back(effect); }
  void on_decide(const ir::Effect& effect) { on_decide_.push_back(effect); }
  void action(ir::ActionKind action) { action_ = action; }
  /// Worst of all that is said of the rule.
  void cover(ir::Coverage coverage) { coverage_ = std::max(coverage_, coverage); }

  // --- Problems ---
  void fail(Span where, std::string message, std::string expected = {}, const char* code = "WC901");
  /// `fail` for an argument: `--dport cannot be "x"`.
  void bad_value(const Given& given, const Word& word, std::string expected);
  /// The same for a part of it, such as one entry of a list; `part` is a piece of word.text.
  void bad_value(const Given& given, const Word& word, std::string_view part, std::string expected);
  bool failed() const { return failed_; }

  // --- The decoder's side ---
  void start(std::string_view table, std::string_view chain);
  void set_protocol(std::uint8_t protocol, bool negated) { protocol_ = protocol, protocol_negated_ = negated; }
  /// Lowers one use: checks its demands, its rows, then its own function.
  void lower(const Use& use);
  /// The same for a target: also its tables and its action.
  void lower_target(const Use& use);
  /// After all uses: what they say together.
  void finish();
  const std::vector<ir::Match>& conditions() const { return conditions_; }
  const std::vector<ir::Effect>& match_effects() const { return on_match_; }
  const std::vector<ir::Effect>& decide_effects() const { return on_decide_; }
  ir::ActionKind action() const { return action_; }
  ir::Coverage coverage() const { return coverage_; }

 private:
  void append_arguments(std::string& text, const Given& given) const;
  void lower(const Use& use, const Given& given);
  bool fits(const Use& use);
  /// Checks the argument's shape; for `Meaning::field` the values are in values_ (or masked).
  bool read_value(const Given& given);

  FileContext& file_;
  std::string_view table_, chain_;
  std::uint8_t protocol_ = 0;
  bool protocol_negated_ = false;
  bool failed_ = false;
  bool next_header_ = false;  ///< some match looks at the header behind IP's
  ir::ActionKind action_ = ir::ActionKind::continue_;
  ir::Coverage coverage_ = ir::Coverage::harmless;
  std::vector<ir::Match> conditions_;
  std::vector<ir::Effect> on_match_, on_decide_;
  // Results of read_value
  std::vector<ir::Range> values_;
  ir::Masked masked_;
  bool is_masked_ = false;
  std::unordered_map<std::uint64_t, std::uint32_t> masked_ids_;
};

}  // namespace wallcheck::frontend::iptables
