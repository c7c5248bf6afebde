#pragma once
// The base class of generated parsers on ANTLR's own runtime: what embedded actions use, and nothing else. C++17.

#include <memory>

#include "antlr4-runtime.h"
#include <ANTLRErrorStrategy.h>
#include "frontend/antlr/token.h"

namespace wallcheck::stock {

class ParserBase : public antlr4::Parser {
 public:
  explicit ParserBase(antlr4::TokenStream* input) : antlr4::Parser(input) {}
  frontend::antlr::Token last() const { return to_token(*_input->LT(-1)); }

  /// Gives up on the rest of the input: it is passed over without a word.
  void abandon() {
    while (_input->LA(1) != antlr4::Token::EOF) _input->consume();
    abandoned = true;
  }
  bool abandoned = false;

  static frontend::antlr::Token to_token(const antlr4::Token& token) {
    const auto type = static_cast<std::int32_t>(static_cast<std::ptrdiff_t>(token.getType()));
    const auto begin = static_cast<std::uint32_t>(token.getStartIndex());
    return {begin, type == frontend::antlr::Token::end_of_input ? begin : static_cast<std::uint32_t>(token.getStopIndex() + 1), type};
  }
};

}  // namespace wallcheck::stock
