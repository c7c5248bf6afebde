#pragma once
// json: what the grammar hands over, a token at a time. Included by generated code, so C++17 and no header of other rooms.

#include "frontend/antlr/token.h"

namespace wallcheck::frontend::json {

using antlr::Token;

/// Receives a JSON text in file order. Tokens carry their type as the grammar numbers them; strings are with their quotes.
class JsonSink {
 public:
  virtual ~JsonSink() = default;
  /// False: a budget ran out; the parse is given up, and the calls that close what is open do not come.
  virtual bool open_object(const Token& brace) = 0;
  virtual bool open_array(const Token& bracket) = 0;
  virtual bool scalar(const Token& value) = 0;
  virtual void key(const Token& name) = 0;
  virtual void close(const Token& bracket) = 0;
};

}  // namespace wallcheck::frontend::json
