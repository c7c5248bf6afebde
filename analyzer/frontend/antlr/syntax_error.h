#pragma once
// antlr: how a parser says that something does not fit. No ANTLR header, C++17.

#include <string>
#include <vector>

#include "frontend/antlr/token.h"

namespace wallcheck::frontend::antlr {

/// One syntax error: a token that cannot stand where it stands. Reported once per place; what follows up to the point where
/// the parser finds its feet again is not reported.
struct SyntaxError {
  enum class Kind : std::uint8_t {
    mismatch,       ///< one of `expected` should have been here
    no_alternative  ///< no alternative of a choice begins with this token (rare: sync() finds nearly all of these earlier)
  };
  Kind kind = Kind::mismatch;
  Token token;                                      ///< the offending word; no bytes at the end of input
  TokenSet expected;                                ///< token types that could have stood there instead
  const std::vector<std::string>* names = nullptr;  ///< display name of each token type, as the grammar has it

  /// The words of `expected` for people: "a chain name, a number or the end of the line". `people` maps token types to words
  /// (index = type; nullptr = do not mention); types beyond its end, or all without it, show the grammar's display name.
  std::string expected_text(const std::vector<const char*>& people = {}, const char* end_of_input = "the end of the file") const;
};

/// Receives syntax errors. Virtual, because nobody is in a hurry here.
class SyntaxErrorSink {
 public:
  virtual ~SyntaxErrorSink() = default;
  virtual void syntax_error(const SyntaxError& error) = 0;
};

}  // namespace wallcheck::frontend::antlr
