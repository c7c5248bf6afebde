#pragma once
// pf: a whole configuration: its rules after expansion, anchors, tables and options. What lowering and printing read.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "frontend/frontend.h"
#include "frontend/pf/reader.h"
#include "frontend/pf/rule.h"

namespace wallcheck::frontend::pf {

/// `table <name> ...`. A name means the same table in all anchors that do not define it themselves; one file does not define it twice.
struct Table {
  std::string name;
  bool is_const = false, persist = false, counters = false;
  bool filled = false;            ///< has a list or a file, even an empty one: its first members are known
  bool filled_by_rules = false;   ///< `overload <name>`: pf adds members while it runs
  std::vector<Host> members;
  bool file_missing = false;
  std::vector<std::string> files; ///< as written
  Span where;
};

/// The rules of one anchor, or of the main ruleset.
struct Anchor {
  std::string path;               ///< "spam/allowed"; empty: the main ruleset
  std::vector<Single> rules;      ///< of all kinds, in file order
  bool known = true;              ///< its rules stand in a file that was read
  bool is_inline = false;
  Span loaded = {};               ///< `load anchor` that names the file; empty at 0 where there is none
};

/// `set` options that matter for what passes.
struct Settings {
  Answer block_policy = Answer::drop;
  bool if_bound = false;
  std::optional<bool> reassemble;
  bool require_order = true;
  struct Skip {
    Interface interface;
    Span where;
  };
  std::vector<Skip> skip;
  std::optional<StateOptions> state_defaults;
};

/// A line that could not be understood: anything may hold for it.
struct Unread {
  Span where;
  std::size_t anchor = 0;
  std::size_t position = 0;       ///< before Anchor::rules[position]
  bool quick = true;              ///< it may end the evaluation, as far as can be known
  std::string text;
};

/// Everything that one load brings together. Owns the texts that all the views point into.
struct Ruleset {
  Dialect dialect = Dialect::openbsd;
  Settings settings;
  std::deque<Rule> rules;         ///< as written; Single::rule points here
  std::deque<Anchor> anchors{1};  ///< [0] is the main ruleset
  std::vector<Table> tables;
  std::vector<Unread> unread;
  std::vector<std::string> queues;
  std::size_t expanded = 0;       ///< rules after expansion, of all anchors
  std::deque<SourceText> texts;
  std::deque<RuleReader> readers;
  std::deque<Reporter> reporters;
  std::deque<std::string> store;
  std::deque<Pool> pools;

  const Table* table(std::string_view name) const;
  std::optional<std::size_t> anchor(std::string_view path) const;
};

/// Reads the file sources[0], what it includes and the anchors that it loads. What is wrong is told; what is not understood is in `unread`.
Ruleset read_ruleset(Sources& sources, const Options& options, Diagnostics& diagnostics, bool& incomplete);

/// The addresses that the user gave for a name ("em0", "em0:network", "self", "www.example.org", "<table>"): see --address-set.
/// Null: none.
const SideFile* address_set(const Options& options, std::string_view name);

/// Multiplies the lists of a rule out, in pfctl's order, and gives each combination to `each`; what pfctl refuses of a combination is
/// told once for the rule. False: the rule came to nothing, and that was told.
struct Expansion {
  Dialect dialect;
  std::size_t product_limit;
  const std::vector<std::string>* queues;  ///< that are defined so far
  std::deque<Pool>* pools;                 ///< keeps the translations that binat-to makes of its source
};
bool expand(const Rule& rule, const Expansion& how, Reporter& reporter, std::vector<Single>& into);

/// The form of `pfctl -vn` and `pfctl -sr`: one rule a line, numbers and families explicit, anchors with their rules indented.
std::string to_text(const Single& single, Dialect dialect);
std::string to_text(const Ruleset& ruleset);
/// What a rule does beyond its action, a state and what holds for it: log, label, queue, how it answers. Empty: nothing.
std::string manner_text(const Single& single, Dialect dialect);
/// A label or tag with its own macros filled in: $if, $srcaddr, $dstaddr, $srcport, $dstport, $proto, $nr.
std::string filled_in(std::string_view text, const Single& single);

}  // namespace wallcheck::frontend::pf
