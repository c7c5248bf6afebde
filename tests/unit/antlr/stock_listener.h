#pragma once
// What runs on ANTLR's own runtime have in common. Compiled with WALLCHECK_STOCK_RUNTIME; C++17.

#include <stdexcept>
#include <string>
#include <string_view>

#include <BaseErrorListener.h>

#include "frontend/antlr/syntax_error.h"
#include "frontend/antlr/tables.h"
#include "stock_parser.h"

namespace wallcheck::tests {

/// Hands the errors of ANTLR's parser to a recorder as ours.
class StockListener : public antlr4::BaseErrorListener {
 public:
  explicit StockListener(frontend::antlr::SyntaxErrorSink& recorder) : recorder_(recorder) {}
  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* token, std::size_t, std::size_t, const std::string& message,
                   std::exception_ptr) override {
    auto* parser = dynamic_cast<stock::ParserBase*>(recognizer);
    if (parser != nullptr && parser->abandoned) return;
    if (parser == nullptr) throw std::logic_error("the lexer is not total: " + message);
    frontend::antlr::SyntaxError error;
    error.token = stock::ParserBase::to_token(*token);
    error.expected = frontend::antlr::to_token_set(parser->getExpectedTokens());
    recorder_.syntax_error(error);
  }

 private:
  frontend::antlr::SyntaxErrorSink& recorder_;
};

/// Bytes as code points of the same number, in UTF-8, so that positions are byte offsets.
inline std::string as_code_points(std::string_view bytes) {
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) utf8 += c;
    else utf8 += static_cast<char>(0xc0 | byte >> 6), utf8 += static_cast<char>(0x80 | (byte & 0x3f));
  }
  return utf8;
}

}  // namespace wallcheck::tests
