#include "frontend/json/parse.h"

#include "JsonLexer.h"
#include "JsonParser.h"

namespace wallcheck::frontend::json {
namespace {

using grammar::JsonLexer;
using grammar::JsonParser;

const antlr::Tables& tables() {
  static const antlr::Tables built = [] {
    JsonLexer lexer(nullptr);
    JsonParser parser(nullptr);
    return antlr::Tables{antlr::build_lexer_tables(lexer), antlr::build_parser_tables(parser)};
  }();
  return built;
}

/// Passes the first error on and ends the parse: what follows in a damaged text means nothing.
class FirstError : public antlr::SyntaxErrorSink {
 public:
  FirstError(JsonParser& parser, antlr::SyntaxErrorSink& errors) : parser_(parser), errors_(errors) {}
  void syntax_error(const antlr::SyntaxError& error) override {
    errors_.syntax_error(error);
    parser_.abandon();
  }

 private:
  JsonParser& parser_;
  antlr::SyntaxErrorSink& errors_;
};

}  // namespace

Word word_of(const Token& token) {
  switch (token.type) {
    case JsonParser::PLAIN: return Word::plain;
    case JsonParser::ESCAPED: return Word::escaped;
    case JsonParser::TRUE: return Word::true_;
    case JsonParser::FALSE: return Word::false_;
    case JsonParser::NULL_: return Word::null;
    default: return Word::number;
  }
}

void parse(std::string_view bytes, JsonSink& sink, antlr::SyntaxErrorSink& errors) {
  JsonParser parser(nullptr);
  FirstError first(parser, errors);
  parser.sink = &sink;
  parser.open(bytes, tables(), &first, {});
  parser.file();
}

std::string problem_text(const antlr::SyntaxError& error, std::string_view text) {
  switch (error.token.type) {
    case antlr::Token::end_of_input: return "the file ends in the middle of a JSON text";
    case JsonParser::UNTERMINATED: return "this string does not end on its line";
    case JsonParser::BAD_STRING: return "this string has a control character or an escape that JSON does not know";
    default: return "\"" + std::string(text) + "\" cannot stand here in a JSON text";
  }
}

std::string expected_text(const antlr::SyntaxError& error) {
  static const std::vector<const char*> people = [] {
    std::vector<const char*> names(JsonParser::JUNK + 1, nullptr);
    names[JsonParser::LBRACE] = "a value";
    names[JsonParser::RBRACE] = "}";
    names[JsonParser::RBRACKET] = "]";
    names[JsonParser::COLON] = "a colon";
    names[JsonParser::COMMA] = "a comma";
    return names;
  }();
  // Two forms of strings are one thing to people, and where a value may stand its kinds need no list.
  if (error.expected.contains(JsonParser::PLAIN) && !error.expected.contains(JsonParser::LBRACE))
    return error.expected.contains(JsonParser::RBRACE) ? "a key in quotes or }" : "a key in quotes";
  return error.expected_text(people, "the end of the file");
}

}  // namespace wallcheck::frontend::json
