#include "JsonLexer.h"
#include "JsonParser.h"
#include "json_recorder.h"

namespace wallcheck::tests {

std::string run_thin_json(std::string_view bytes) {
  using grammar::JsonLexer;
  using grammar::JsonParser;
  static const frontend::antlr::Tables tables = [] {
    JsonLexer lexer(nullptr);
    JsonParser parser(nullptr);
    return frontend::antlr::Tables{frontend::antlr::build_lexer_tables(lexer), frontend::antlr::build_parser_tables(parser)};
  }();
  JsonRecorder all;
  frontend::antlr::TokenStream tokens;
  for (tokens.open(bytes, tables.lexer); tokens.current().type != Token::end_of_input; tokens.consume()) all.add('t', tokens.current());
  JsonRecorder recorder;
  JsonParser parser(nullptr);
  parser.sink = &recorder;
  parser.open(bytes, tables, &recorder, {});
  parser.file();
  return all.events + recorder.events;
}

}  // namespace wallcheck::tests
