#pragma once
// What a run of a JSON parser does up to its first error, as comparable text. C++17, no ANTLR header.

#include <string>
#include <string_view>

#include "frontend/antlr/syntax_error.h"
#include "frontend/json/sink.h"

namespace wallcheck::tests {

using frontend::antlr::Token;

class JsonRecorder : public frontend::json::JsonSink, public frontend::antlr::SyntaxErrorSink {
 public:
  std::string events;
  bool open_object(const Token& token) override { return add('{', token), true; }
  bool open_array(const Token& token) override { return add('[', token), true; }
  void key(const Token& token) override { add('k', token); }
  bool scalar(const Token& token) override { return add('v', token), true; }
  void close(const Token& token) override { add('c', token); }
  void syntax_error(const frontend::antlr::SyntaxError& error) override {
    add('!', error.token);
    if (!ended_) events += " expected " + std::to_string(error.expected.bits());
    ended_ = true;
  }
  void add(char what, const Token& token) {
    if (!ended_) events += std::string(" ") + what + std::to_string(token.type) + ":" + std::to_string(token.begin) + "-" + std::to_string(token.end);
  }

 private:
  bool ended_ = false;
};

/// The thin layer, as the program uses it: tokens, then events.
std::string run_thin_json(std::string_view bytes);
/// ANTLR's own lexer and parser.
std::string run_stock_json(std::string_view bytes);

}  // namespace wallcheck::tests
