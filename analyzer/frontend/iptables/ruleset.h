#pragma once
// iptables: tables and chains while the file is read, and what they come to in the end.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontend/diagnostics.h"
#include "ir/firewall.h"

namespace wallcheck::frontend::iptables {

using ChainId = std::uint32_t;

struct Chain {
  ir::StringId name = 0;
  std::uint32_t table = 0;
  bool base = false;             ///< the kernel has it: INPUT of filter
  bool declared = false;         ///< by `:` or -N; a base chain need not be
  ir::Fallthrough fallthrough = ir::Fallthrough::return_;
  std::vector<ir::RuleId> rules;
  ir::RuleId at_end = ir::none;  ///< stands after all rules: the policy could not be read
  Span where;
};

/// A table of the file. The one read last stands for all that have its name.
struct Table {
  ir::StringId name = 0;
  bool replaced = false;         ///< the same table comes again later
  std::vector<ChainId> chains;   ///< in order of appearance
};

/// Collects chains and the order of their rules; rules themselves are in the Firewall. While reading, `Rule::target` is a ChainId.
class Ruleset {
 public:
  Ruleset(ir::Firewall& firewall, Diagnostics& diagnostics) : firewall_(firewall), diagnostics_(diagnostics) {}

  /// Starts a table; an earlier one of the same name is forgotten, as iptables-restore flushes it. False: the kernel has no such table, and
  /// its rules stand nowhere.
  bool open_table(std::string_view name, Span where);
  /// Goes on with the last table of that name, or starts it.
  void reopen_table(std::string_view name);
  void close_table() { open_ = false; }
  bool is_open() const { return open_; }
  bool has_tables() const { return !tables_.empty(); }
  std::size_t chain_count() const { return chains_.size(); }
  std::string_view table_name() const { return open_ ? firewall_.strings[tables_[current_].name] : std::string_view(); }

  /// Chain of the open table; base chains exist from the start.
  std::optional<ChainId> find(std::string_view name);
  ChainId find_or_add(std::string_view name, Span where);
  /// Base chains of the open table, all of them.
  std::vector<ChainId> base_chains();
  Chain& chain(ChainId id) { return chains_[id]; }
  std::string_view name(ChainId id) const { return firewall_.strings[chains_[id].name]; }
  /// -X and -E.
  void remove(ChainId id);
  void rename(ChainId id, std::string_view name);
  /// Chains of the open table, in order of appearance.
  const std::vector<ChainId>& chains() const { return tables_[current_].chains; }

  /// A jump; `word` is the chain's name in the file.
  void add_jump(ir::RuleId rule, Span word) { jumps_.push_back({rule, word, chains_[firewall_.rules[rule].target].declared}); }

  /// Resolves jumps, breaks cycles, lays out lists, order and paths. True if something was wrong.
  bool finish();

 private:
  struct Jump {
    ir::RuleId rule;
    Span word;
    bool declared;  ///< the chain was there when the rule was read
  };
  ChainId add(std::string_view name, Span where);
  void resolve_jumps();
  void break_cycles();
  void lay_out();
  void drop_unused_rules();
  void make_paths(const std::vector<ir::ListId>& list_of);
  void leave_table();
  std::string suggested_target(const Table& table, std::string_view name);
  void make_undecided(ir::Rule& rule);

  ir::Firewall& firewall_;
  Diagnostics& diagnostics_;
  std::vector<Table> tables_;
  std::uint32_t current_ = 0;     ///< the open table
  std::vector<Chain> chains_;
  std::vector<ChainId> by_name_;  ///< of the open table, by StringId; ir::none = no such chain
  std::unordered_map<ir::StringId, std::uint32_t> live_;  ///< table that stands for its name
  std::vector<Jump> jumps_;
  std::size_t comparisons_left_ = 200'000;  ///< "did you mean" among tens of thousands of chains is not for each of a thousand jumps
  bool open_ = false;
  bool broken_ = false;
};

}  // namespace wallcheck::frontend::iptables
