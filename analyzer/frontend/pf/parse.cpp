#include "frontend/pf/parse.h"

#include "PfLexer.h"
#include "PfParser.h"

namespace wallcheck::frontend::pf {
namespace {

using grammar::PfLexer;
using grammar::PfParser;

static_assert(PfParser::NEWLINE == static_cast<int>(Kind::newline) && PfParser::ARROW == static_cast<int>(Kind::arrow) &&
              PfParser::SET == static_cast<int>(Kind::set) && PfParser::ETHER == static_cast<int>(Kind::ether) &&
              PfParser::QUEUE == static_cast<int>(Kind::queue) && PfParser::DIRECTION == static_cast<int>(Kind::direction) &&
              PfParser::ICMP_TYPE == static_cast<int>(Kind::icmp_type) && PfParser::ROUTE_TO == static_cast<int>(Kind::route_to) &&
              PfParser::OPTION == static_cast<int>(Kind::option) && PfParser::JUNK == static_cast<int>(Kind::junk));

const antlr::Tables& tables() {
  static const antlr::Tables built = [] {
    PfLexer lexer(nullptr);
    PfParser parser(nullptr);
    return antlr::Tables{antlr::build_lexer_tables(lexer), antlr::build_parser_tables(parser)};
  }();
  return built;
}

/// What each token type is called in "expected ..."; nullptr = the others say enough.
std::vector<const char*> people_names() {
  std::vector<const char*> names(PfParser::JUNK + 1, nullptr);
  names[PfParser::NEWLINE] = "the end of the line";
  names[PfParser::LBRACE] = "\"{\"";
  names[PfParser::RBRACE] = "\"}\"";
  names[PfParser::LPAREN] = "\"(\"";
  names[PfParser::RPAREN] = "\")\"";
  names[PfParser::LT] = "\"<\"";
  names[PfParser::GT] = "\">\"";
  names[PfParser::NOT] = "\"!\"";
  names[PfParser::SLASH] = "\"/\"";
  names[PfParser::SCRUB] = "scrub";
  names[PfParser::NAT] = "nat, rdr, binat";
  names[PfParser::ANCHOR] = "anchor";
  names[PfParser::FROM] = "from";
  names[PfParser::PORT] = "port";
  names[PfParser::STATE] = "state";
  names[PfParser::NEGATABLE] = "tagged, received-on";
  names[PfParser::WORD] = "a name or number";
  return names;
}

}  // namespace

struct Parse::State {
  PfParser parser{nullptr};
};

Parse::Parse(std::string_view bytes, StatementSink& statements, antlr::SyntaxErrorSink& errors) : state_(std::make_unique<State>()) {
  state_->parser.sink = &statements;
  state_->parser.open(bytes, tables(), &errors, antlr::TokenSet::of(PfParser::NEWLINE));
}

Parse::~Parse() = default;
void Parse::run() { state_->parser.file(); }
void Parse::abandon() { state_->parser.abandon(); }

std::string expected_text(const antlr::SyntaxError& error) {
  static const std::vector<const char*> people = people_names();
  const auto may = [&](std::size_t type) { return error.expected.contains(type); };
  if (may(PfParser::ACTION) && may(PfParser::TABLE) && may(PfParser::ANTISPOOF) && !may(PfParser::GT))
    return "a statement (pass, block, match, anchor, set, table, ...)";
  if (may(PfParser::PROTO) && may(PfParser::KEEP) && may(PfParser::DIRECTION) && !may(PfParser::SLASH) && !may(PfParser::ANTISPOOF))
    return "a part of a rule or the end of the line";
  return error.expected_text(people);
}

}  // namespace wallcheck::frontend::pf
