// The JSON grammar on ANTLR's own runtime. Compiled with WALLCHECK_STOCK_RUNTIME; C++17.

#include <BaseErrorListener.h>

#include "JsonLexer.h"
#include "JsonParser.h"
#include "frontend/antlr/tables.h"
#include "json_recorder.h"

namespace wallcheck::tests {
namespace {

using stock::JsonLexer;
using stock::JsonParser;

class Listener : public antlr4::BaseErrorListener {
 public:
  explicit Listener(JsonRecorder& recorder) : recorder_(recorder) {}
  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* token, std::size_t, std::size_t, const std::string& message, std::exception_ptr) override {
    auto* parser = dynamic_cast<antlr4::Parser*>(recognizer);
    if (parser == nullptr) throw std::logic_error("the lexer is not total: " + message);
    frontend::antlr::SyntaxError error;
    error.token = stock::ParserBase::to_token(*token);
    error.expected = frontend::antlr::to_token_set(parser->getExpectedTokens());
    recorder_.syntax_error(error);
  }

 private:
  JsonRecorder& recorder_;
};

}  // namespace

std::string run_stock_json(std::string_view bytes) {
  // Bytes as code points of the same number, so that positions are byte offsets.
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) utf8 += c;
    else utf8 += static_cast<char>(0xc0 | byte >> 6), utf8 += static_cast<char>(0x80 | (byte & 0x3f));
  }
  JsonRecorder all, recorder;
  Listener listener(recorder);
  antlr4::ANTLRInputStream input;
  input.load(utf8);
  JsonLexer lexer(&input);
  lexer.removeErrorListeners();
  lexer.addErrorListener(&listener);
  antlr4::CommonTokenStream tokens(&lexer);
  tokens.fill();
  for (const antlr4::Token* token : tokens.getTokens())
    if (token->getType() != antlr4::Token::EOF) all.add('t', stock::ParserBase::to_token(*token));
  JsonParser parser(&tokens);
  parser.removeErrorListeners();
  parser.addErrorListener(&listener);
  parser.sink = &recorder;
  parser.file();
  return all.events + recorder.events;
}

}  // namespace wallcheck::tests
