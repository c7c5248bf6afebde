#pragma once
// antlr: a grammar as flat, immutable tables. Built once, then shared by all threads. C++17, no ANTLR header.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "frontend/antlr/token.h"

namespace antlr4 {
class Lexer;
class Parser;
namespace misc {
class IntervalSet;
}
}  // namespace antlr4

namespace wallcheck::frontend::antlr {

/// What the lexer does when it has recognised a token (the `-> ...` part of a lexer rule).
struct Accept {
  enum class Mode : std::uint8_t { stay, set, push, pop };
  std::int32_t type = 0;   ///< 0 = this state accepts nothing
  bool skip = false;       ///< the parser does not see it (`skip`, or any channel but the default one)
  Mode change = Mode::stay;
  std::uint16_t mode = 0;  ///< for `set` and `push`
};

/// The lexer of a grammar as one deterministic automaton over bytes.
///
/// The states are those of ANTLR's own lexer simulator (its closure decides priorities, greediness and what is a dead end),
/// computed for every state and byte in advance; so the rules are ANTLR's and the speed is that of a table.
///
/// Bytes that no rule of the grammar tells apart share a class. A row holds the next state for each class, then the index
/// into `accepts`; a state *is* the offset of its row, and row 0 is the dead state.
/// Invariant (checked when built): in every mode every byte begins some token, so the lexer never fails and always moves.
struct LexerTables {
  std::array<std::uint8_t, 256> byte_class{};
  std::uint32_t stride = 0;          ///< classes + 1
  std::vector<std::uint16_t> next;   ///< rows of `stride` entries
  std::vector<Accept> accepts;       ///< [0] accepts nothing
  std::vector<std::uint16_t> start;  ///< start state of each mode
};

/// What the parser asks about its grammar while it runs.
struct ParserTables {
  /// By parser state: the tokens that sync() lets pass there; all bits where there is nothing to check.
  std::vector<TokenSet> sync;
  /// Display name of each token type: the literal ("'*'") or the symbolic name.
  std::vector<std::string> names;
};

struct Tables {
  LexerTables lexer;
  ParserTables parser;
};

/// Build the tables from generated code. Throw std::logic_error for what the layer does not support: lexer predicates,
/// actions and `more`, a lexer that is not total, more than 61 token types. A grammar either always builds or never does.
LexerTables build_lexer_tables(const antlr4::Lexer& lexer);
ParserTables build_parser_tables(const antlr4::Parser& parser);

/// ANTLR's set of token types as ours.
TokenSet to_token_set(const antlr4::misc::IntervalSet& set);

}  // namespace wallcheck::frontend::antlr
