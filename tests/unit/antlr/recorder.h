#pragma once
// What a run of a parser does, as comparable values. C++17, no ANTLR header.

#include <cstdint>
#include <string_view>
#include <vector>

#include "frontend/antlr/syntax_error.h"
#include "frontend/iptables/lines.h"
#include "frontend/pf/statements.h"

namespace wallcheck::tests {

using frontend::antlr::Token;

/// One call of the sink or one syntax error.
struct Event {
  enum class Kind : std::uint8_t { comment, table, chain, command, commit, statement, error };
  Kind kind = Kind::error;
  std::vector<Token> tokens;        ///< head and words; the offending token
  std::uint64_t expected = 0;       ///< errors: token types that could have stood there
};

bool operator==(const Event& a, const Event& b);

/// What one runtime makes of an input.
struct Record {
  std::vector<Token> tokens;
  std::vector<Event> events;
};

class Recorder : public frontend::iptables::LineSink, public frontend::antlr::SyntaxErrorSink {
 public:
  std::vector<Event> events;
  void comment(const Token& text) override { events.push_back({Event::Kind::comment, {text}, 0}); }
  void table() override { add(Event::Kind::table); }
  void chain() override { add(Event::Kind::chain); }
  void command() override { add(Event::Kind::command); }
  void commit() override { add(Event::Kind::commit); }
  void syntax_error(const frontend::antlr::SyntaxError& error) override {
    broken_ = true;
    events.push_back({Event::Kind::error, {error.token}, error.expected.bits()});
  }

 private:
  void add(Event::Kind kind) {
    if (broken_) return;
    events.push_back({kind, {head_}, 0});
    events.back().tokens.insert(events.back().tokens.end(), words_.begin(), words_.end());
  }
};

/// The same for pf.conf: a statement is its head, its parts' heads and all tokens.
class PfRecorder : public frontend::pf::StatementSink, public frontend::antlr::SyntaxErrorSink {
 public:
  PfRecorder() : StatementSink(100, ~0u) {}
  std::vector<Event> events;
  void syntax_error(const frontend::antlr::SyntaxError& error) override {
    broken_ = true;
    events.push_back({Event::Kind::error, {error.token}, error.expected.bits()});
  }

 private:
  void statement() override {
    events.push_back({Event::Kind::statement, {statement_.head, statement_.end}, 0});
    for (const frontend::pf::Part& part : statement_.parts) events.back().tokens.push_back(part.head);
    events.back().tokens.insert(events.back().tokens.end(), statement_.tokens.begin(), statement_.tokens.end());
  }
  void too_deep(const Token&) override {}
  void too_many(const Token&) override {}
};

enum class Grammar : std::uint8_t { iptables, pf };

/// The thin layer, as the program uses it.
Record run_thin(Grammar grammar, std::string_view bytes);
/// ANTLR's own lexer and parser, with an error strategy that skips to the line's end as the thin layer does.
Record run_stock(Grammar grammar, std::string_view bytes);
/// ANTLR's own lexer and parser with nothing changed: only what comes before and with the first error can be compared.
Record run_stock_to_first_error(Grammar grammar, std::string_view bytes);

}  // namespace wallcheck::tests
