// The JSON grammar on ANTLR's own runtime. Compiled with WALLCHECK_STOCK_RUNTIME; C++17.

#include "JsonLexer.h"
#include "JsonParser.h"
#include "json_recorder.h"
#include "stock_listener.h"

namespace wallcheck::tests {

using stock::JsonLexer;
using stock::JsonParser;

std::string run_stock_json(std::string_view bytes) {
  JsonRecorder all, recorder;
  StockListener listener(recorder);
  antlr4::ANTLRInputStream input;
  input.load(as_code_points(bytes));
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
