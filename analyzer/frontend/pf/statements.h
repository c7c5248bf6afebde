#pragma once
// pf: what the grammar hands over, a statement at a time. Included by generated code, so C++17 and no header of other rooms.

#include <cstdint>
#include <vector>

#include "frontend/antlr/token.h"

namespace wallcheck::frontend::pf {

using antlr::Token;

/// A part of a rule: the word that names it (`from`, `keep`, `tag`) and the tokens that belong to it. Their shape is what the grammar
/// says, so readers need not check it again.
struct Part {
  Token head;
  std::uint32_t first = 0;  ///< Statement::tokens[first ... first + count)
  std::uint32_t count = 0;
};

/// One statement. Rules consist of parts; `set`, `table`, `load`, `include` and queue statements of tokens only.
struct Statement {
  Token head;
  Token end;               ///< the newline behind it
  bool negated = false;    ///< `no nat`, `no scrub`; head is what is negated
  bool opens = false;      ///< ends with `{`: the rules of an anchor follow
  std::vector<Part> parts;
  std::vector<Token> tokens;
};

/// Receives statements. The grammar's actions collect; a statement with a syntax error never arrives, and what was collected of it is
/// still here when the error is told.
class StatementSink {
 public:
  StatementSink(std::uint32_t nesting_limit, std::uint32_t token_limit) : nesting_limit_(nesting_limit), tokens_left_(token_limit) {}
  virtual ~StatementSink() = default;

  void begin(const Token& head) {
    statement_.head = head;
    statement_.negated = statement_.opens = false;
    statement_.parts.clear();
    statement_.tokens.clear();
    depth_ = 0;
    broken_ = false;
  }
  void negated(const Token& head) {
    statement_.head = head;
    statement_.negated = true;
  }
  void part(const Token& head) { statement_.parts.push_back({head, static_cast<std::uint32_t>(statement_.tokens.size()), 0}); }
  void token(const Token& token) {
    statement_.tokens.push_back(token);
    if (!statement_.parts.empty()) ++statement_.parts.back().count;
    if (--tokens_left_ == 0) too_many(token);
  }
  /// An opening bracket that others may stand in. False: too many are open, and `too_deep` has been called.
  bool deeper(const Token& bracket) {
    token(bracket);
    if (++depth_ <= nesting_limit_) return true;
    too_deep(bracket);
    return false;
  }
  void shallower(const Token& bracket) {
    token(bracket);
    --depth_;
  }
  void end(const Token& newline) {
    statement_.end = newline;
    if (!broken_) statement();
  }
  void open(const Token& newline) {
    statement_.opens = true;
    end(newline);
  }

 protected:
  /// `statement_` is complete.
  virtual void statement() = 0;
  virtual void too_deep(const Token& bracket) = 0;
  /// Called once: no more tokens are to be read.
  virtual void too_many(const Token& token) = 0;

  Statement statement_;
  bool broken_ = false;  ///< set where a syntax error is told: the rest of the line is skipped, and the statement is not handed over

 private:
  std::uint32_t nesting_limit_;
  std::uint32_t tokens_left_;
  std::uint32_t depth_ = 0;
};

}  // namespace wallcheck::frontend::pf
