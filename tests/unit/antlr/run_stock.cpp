// The same grammar on ANTLR's own runtime. Compiled with WALLCHECK_STOCK_RUNTIME; C++17.

#include <set>

#include <DefaultErrorStrategy.h>

#include "IptablesLexer.h"
#include "IptablesParser.h"
#include "PfLexer.h"
#include "PfParser.h"
#include "recorder.h"
#include "stock_listener.h"

namespace wallcheck::tests {
namespace {

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
  Record record;
  Sink recorder;
  StockListener listener(recorder);
  antlr4::ANTLRInputStream input;
  input.load(as_code_points(bytes));
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
