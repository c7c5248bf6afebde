#pragma once
// iptables: from lines to rules. Meaning of what the grammar recognised; one Reader reads one file.

#include <string>

#include "frontend/antlr/syntax_error.h"
#include "frontend/iptables/decoder.h"
#include "frontend/iptables/lines.h"
#include "frontend/iptables/parse.h"
#include "frontend/iptables/ruleset.h"

namespace wallcheck::frontend::iptables {

/// Reads the whole file into the firewall. Whatever cannot be read leaves one diagnostic and, inside a table, one rule in its place
/// with an undecided condition and an undecided action: in the chain that the line names, or, if it names none, in all base
/// chains of the table. So a verdict that the line could have changed depends on it.
class Reader : private LineSink, private antlr::SyntaxErrorSink {
 public:
  explicit Reader(FileContext& file);
  void read();
  /// No table at all: there is no firewall in the file.
  bool empty() const { return !ruleset_.has_tables(); }
  /// Something was not understood, or a budget ran out.
  bool incomplete() const { return incomplete_; }

 private:
  void comment(const Token& text) override;
  void table() override;
  void chain() override;
  void command() override;
  void commit() override;
  void syntax_error(const antlr::SyntaxError& error) override;

  void add_rule(Command command);
  void delete_rule();
  void chain_command(Command command);
  /// `:NAME` or -N.
  ChainId declare(const Word& name, Span where);
  void set_policy(ChainId chain, const Word& policy);
  /// The chain's policy, if it is one that has a policy, could be anything.
  void policy_unreadable(ChainId chain, Span where);

  /// The rules that the decoder's result stands for, appended to `made_`; `where` is the line.
  /// False: they cannot be made, and a diagnostic says so.
  bool make_rules(Span where);
  void emit(ir::Rule rule, const RuleDecoder::Address& source, const RuleDecoder::Address& destination);
  void place(ChainId chain, std::size_t position);
  void erase(ChainId chain, std::size_t position);
  /// Puts a rule that stands for an unreadable line into `chain`, or into every base chain.
  void add_unreadable(std::optional<ChainId> chain, Span where, std::optional<std::size_t> position = {});
  void open_table(std::string_view name, Span where);
  void in_table();
  ChainId chain_of_rule(const Word& name);
  ir::RuleId unreadable_rule(Span where, const ir::Match& condition);
  /// Something that could have decided any packet was not read (a whole table, the rest of the file): every verdict depends on it.
  void everything_depends_on(Span where);
  /// Reads nothing more: a budget ran out here.
  void stop(Span where, std::string message);
  /// Pays for work that grows with what was read before (inserting, deleting); false if the budget ran out.
  bool spend(std::size_t work, Span line);
  bool over_budget(Span line, std::optional<ChainId> chain);
  void problem(const char* code, Span where, std::string message, std::string expected = {});
  Span line_span() const;

  FileContext& file_;
  Ruleset ruleset_;
  RuleDecoder decoder_;
  std::unique_ptr<Parse> parse_;
  std::vector<ir::Match> conditions_;
  std::vector<ir::RuleId> made_;
  ChainId last_chain_ = ir::none;
  std::vector<Span> unread_;  ///< see everything_depends_on
  std::size_t work_left_ = 5'000'000'000;  ///< rule ids moved: a few seconds. 100,000 times `-I CHAIN` is within it
  std::size_t tokens_ = 0;
  bool incomplete_ = false;
  bool stopped_ = false;
};

}  // namespace wallcheck::frontend::iptables
