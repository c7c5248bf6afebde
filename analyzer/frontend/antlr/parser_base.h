#pragma once
// What a grammar includes (`@parser::postinclude`): gives the name `ParserBase` to the class that generated parsers derive from.
// The test suite compiles the same grammars a second time on ANTLR's own runtime, in namespace wallcheck::stock; there the name is
// another class (tests/unit/antlr/stock_parser.h).

#ifdef WALLCHECK_STOCK_RUNTIME
#include "stock_parser.h"
#else
#include "frontend/antlr/parser.h"
namespace wallcheck::grammar {
using ParserBase = frontend::antlr::ThinParser;
}
#endif
