#pragma once
// pf: the door to the generated parser. No ANTLR header.

#include <memory>
#include <string>
#include <string_view>

#include "frontend/antlr/syntax_error.h"
#include "frontend/pf/statements.h"

namespace wallcheck::frontend::pf {

/// Token types of PfLexer.g4, in its order (parse.cpp makes sure of that).
enum class Kind : std::int32_t {
  newline = 1, lbrace, rbrace, lparen, rparen, lt, gt, not_, compare, range, comma, slash, minus, arrow,
  set, action, block, scrub, nat, no, ether, antispoof, anchor, call, load, table, include, altq, queue,
  return_, direction, log, quick, on, family, proto, all, from, to, port, os, user, flags, icmp_type, code, keep, state, route,
  route_to, translate, af_to, negatable, pool, flag, option, word, string, blanks, junk,
};

inline Kind kind(const Token& token) { return static_cast<Kind>(token.type); }

/// One parse: calls `statements` for each statement and `errors` for each line that does not fit the grammar, in file order.
/// Never throws; recursion is bounded by the sink's nesting limit; at most 4 GiB.
class Parse {
 public:
  Parse(std::string_view bytes, StatementSink& statements, antlr::SyntaxErrorSink& errors);
  ~Parse();
  Parse(const Parse&) = delete;
  Parse& operator=(const Parse&) = delete;

  void run();
  /// From inside a callback: the rest of the input is not read.
  void abandon();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The words of `error.expected` for people. Where nearly everything may stand, the kinds of things are named.
std::string expected_text(const antlr::SyntaxError& error);

}  // namespace wallcheck::frontend::pf
