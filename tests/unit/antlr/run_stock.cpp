// The same grammar on ANTLR's own runtime. Compiled with WALLCHECK_STOCK_RUNTIME; C++17.

#include <set>

#include <BaseErrorListener.h>
#include <DefaultErrorStrategy.h>

#include "IptablesLexer.h"
#include "IptablesParser.h"
#include "PfLexer.h"
#include "PfParser.h"
#include "frontend/antlr/tables.h"
#include "recorder.h"

namespace wallcheck::tests {
namespace {

class Listener : public antlr4::BaseErrorListener {
 public:
  explicit Listener(frontend::antlr::SyntaxErrorSink& recorder) : recorder_(recorder) {}
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

/// What is an error, where, and what was expected is left to ANTLR; recovery skips to the end of the line.
class SkipLine : public antlr4::DefaultErrorStrategy {
 public:
  explicit SkipLine(std::ptrdiff_t newline) : line_end(antlr4::misc::IntervalSet::of(newline)) {}
  antlr4::Token* recoverInline(antlr4::Parser* parser) override { throw antlr4::InputMismatchException(parser); }
  void sync(antlr4::Parser* parser) override {
    if (inErrorRecoveryMode(parser)) return;
    auto* state = parser->getATN().states[parser->getState()];
    switch (state->getStateType()) {
      case antlr4::atn::ATNState::BLOCK_START:
      case antlr4::atn::ATNState::STAR_BLOCK_START:
      case antlr4::atn::ATNState::PLUS_BLOCK_START:
      case antlr4::atn::ATNState::STAR_LOOP_ENTRY:
      case antlr4::atn::ATNState::PLUS_LOOP_BACK:
      case antlr4::atn::ATNState::STAR_LOOP_BACK: break;
      default: return;
    }
    const antlr4::misc::IntervalSet next = parser->getATN().nextTokens(state);
    if (next.contains(antlr4::Token::EPSILON) || next.contains(parser->getTokenStream()->LA(1))) return;
    reportError(parser, antlr4::InputMismatchException(parser));
    consumeUntil(parser, line_end);
    if (!next.contains(parser->getTokenStream()->LA(1))) throw antlr4::InputMismatchException(parser);
  }
  void recover(antlr4::Parser* parser, std::exception_ptr) override {
    antlr4::TokenStream& input = *parser->getTokenStream();
    if (inErrorRecoveryMode(parser) && last_index_ == input.index() && states_.count(parser->getState()) > 0) parser->consume();
    if (last_index_ != input.index()) states_.clear();
    last_index_ = input.index();
    states_.insert(parser->getState());
    consumeUntil(parser, line_end);
  }

 private:
  const antlr4::misc::IntervalSet line_end;
  std::size_t last_index_ = ~std::size_t{0};
  std::set<std::size_t> states_;
};

template <class Lexer, class Parser, class Sink>
Record run_on(std::string_view bytes, bool skip_line) {
  // Bytes as code points of the same number, so that positions are byte offsets.
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) utf8 += c;
    else utf8 += static_cast<char>(0xc0 | byte >> 6), utf8 += static_cast<char>(0x80 | (byte & 0x3f));
  }
  Record record;
  Sink recorder;
  Listener listener(recorder);
  antlr4::ANTLRInputStream input;
  input.load(utf8);
  Lexer lexer(&input);
  lexer.removeErrorListeners();
  lexer.addErrorListener(&listener);
  antlr4::CommonTokenStream tokens(&lexer);
  tokens.fill();
  for (const antlr4::Token* token : tokens.getTokens()) record.tokens.push_back(stock::ParserBase::to_token(*token));
  Parser parser(&tokens);
  parser.removeErrorListeners();
  parser.addErrorListener(&listener);
  if (skip_line) parser.setErrorHandler(std::make_shared<SkipLine>(Parser::NEWLINE));
  parser.sink = &recorder;
  parser.file();
  record.events = std::move(recorder.events);
  return record;
}

Record run(Grammar grammar, std::string_view bytes, bool skip_line) {
  if (grammar == Grammar::pf) return run_on<stock::PfLexer, stock::PfParser, PfRecorder>(bytes, skip_line);
  return run_on<stock::IptablesLexer, stock::IptablesParser, Recorder>(bytes, skip_line);
}

}  // namespace

Record run_stock(Grammar grammar, std::string_view bytes) { return run(grammar, bytes, true); }
Record run_stock_to_first_error(Grammar grammar, std::string_view bytes) {
  Record record = run(grammar, bytes, false);
  for (std::size_t i = 0; i < record.events.size(); ++i)
    if (record.events[i].kind == Event::Kind::error) record.events.resize(i + 1);
  return record;
}

}  // namespace wallcheck::tests
