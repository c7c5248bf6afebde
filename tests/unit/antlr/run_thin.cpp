#include "IptablesLexer.h"
#include "IptablesParser.h"
#include "PfLexer.h"
#include "PfParser.h"
#include "recorder.h"

namespace wallcheck::tests {

bool operator==(const Event& a, const Event& b) {
  const auto same = [](const Token& x, const Token& y) { return x.begin == y.begin && x.end == y.end && x.type == y.type; };
  return a.kind == b.kind && a.expected == b.expected && a.tokens.size() == b.tokens.size() &&
         std::equal(a.tokens.begin(), a.tokens.end(), b.tokens.begin(), same);
}

namespace {

template <class Lexer, class Parser, class Sink>
Record run(std::string_view bytes) {
  static const frontend::antlr::Tables tables = [] {
    Lexer lexer(nullptr);
    Parser parser(nullptr);
    return frontend::antlr::Tables{frontend::antlr::build_lexer_tables(lexer), frontend::antlr::build_parser_tables(parser)};
  }();
  Record record;
  frontend::antlr::TokenStream tokens;
  for (tokens.open(bytes, tables.lexer); tokens.current().type != Token::end_of_input; tokens.consume()) record.tokens.push_back(tokens.current());
  record.tokens.push_back(tokens.current());

  Sink recorder;
  Parser parser(nullptr);
  parser.sink = &recorder;
  parser.open(bytes, tables, &recorder, frontend::antlr::TokenSet::of(Parser::NEWLINE));
  parser.file();
  record.events = std::move(recorder.events);
  return record;
}

}  // namespace

Record run_thin(Grammar grammar, std::string_view bytes) {
  if (grammar == Grammar::pf) return run<wallcheck::grammar::PfLexer, wallcheck::grammar::PfParser, PfRecorder>(bytes);
  return run<wallcheck::grammar::IptablesLexer, wallcheck::grammar::IptablesParser, Recorder>(bytes);
}

}  // namespace wallcheck::tests
