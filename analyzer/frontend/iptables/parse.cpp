#include "frontend/iptables/parse.h"

#include "IptablesLexer.h"
#include "IptablesParser.h"

namespace wallcheck::frontend::iptables {
namespace {

using grammar::IptablesLexer;
using grammar::IptablesParser;

const antlr::Tables& tables() {
  static const antlr::Tables built = [] {
    IptablesLexer lexer(nullptr);
    IptablesParser parser(nullptr);
    return antlr::Tables{antlr::build_lexer_tables(lexer), antlr::build_parser_tables(parser)};
  }();
  return built;
}

/// What each token type is called in "expected ..."; nullptr = the word before it says enough.
std::vector<const char*> people_names() {
  std::vector<const char*> names(IptablesParser::UNTERMINATED + 1, nullptr);
  names[IptablesParser::WORD] = "a word";
  names[IptablesParser::NEWLINE] = "the end of the line";
  names[IptablesParser::FAMILY] = "-4 or -6";
  names[IptablesParser::COMMENT] = "a comment";
  names[IptablesParser::STAR] = "*table";
  names[IptablesParser::COLON] = ":chain";
  names[IptablesParser::COMMIT] = "COMMIT";
  names[IptablesParser::APPEND] = "-A";
  names[IptablesParser::INSERT] = "-I";
  names[IptablesParser::NEW_CHAIN] = "-N";
  names[IptablesParser::POLICY] = "-P";
  return names;
}

}  // namespace

struct Parse::State {
  IptablesParser parser{nullptr};
};

Parse::Parse(std::string_view bytes, LineSink& lines, antlr::SyntaxErrorSink& errors) : state_(std::make_unique<State>()) {
  state_->parser.sink = &lines;
  state_->parser.open(bytes, tables(), &errors, antlr::TokenSet::of(IptablesParser::NEWLINE));
}

Parse::~Parse() = default;
void Parse::run() { state_->parser.file(); }
void Parse::abandon() { state_->parser.abandon(); }

std::optional<Command> command_of(const Token& head) {
  switch (head.type) {
    case IptablesParser::APPEND: return Command::append;
    case IptablesParser::INSERT: return Command::insert;
    case IptablesParser::REPLACE: return Command::replace;
    case IptablesParser::DELETE: return Command::delete_rule;
    case IptablesParser::NEW_CHAIN: return Command::new_chain;
    case IptablesParser::POLICY: return Command::policy;
    case IptablesParser::RENAME_CHAIN: return Command::rename_chain;
    case IptablesParser::DELETE_CHAIN: return Command::delete_chain;
    case IptablesParser::FLUSH: return Command::flush;
    case IptablesParser::ZERO: return Command::zero;
    default: return std::nullopt;
  }
}

bool is_quoted(const Token& word) { return word.type == IptablesParser::QUOTED; }
bool is_unterminated(const Token& word) { return word.type == IptablesParser::UNTERMINATED; }
bool is_junk(const Token& word) { return word.type == IptablesParser::JUNK; }

std::string expected_text(const antlr::SyntaxError& error) {
  static const std::vector<const char*> people = people_names();
  antlr::SyntaxError shown = error;
  // Where a line may begin, that it may also be empty or not be there is true but of no help.
  if (shown.expected.contains(IptablesParser::STAR))
    shown.expected = antlr::TokenSet(shown.expected.bits() &
                                     ~antlr::TokenSet::of(IptablesParser::NEWLINE, antlr::Token::end_of_input).bits());
  return shown.expected_text(people, "the end of the line");
}

}  // namespace wallcheck::frontend::iptables
