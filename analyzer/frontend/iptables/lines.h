#pragma once
// iptables: what the grammar hands over, a line at a time. Included by generated code, so C++17 and no header of other rooms.

#include <vector>

#include "frontend/antlr/token.h"

namespace wallcheck::frontend::iptables {

using antlr::Token;

/// Receives the lines of a file. The grammar's actions first collect (`begin`, `word`), then name the kind of line when its end has
/// been seen. What was collected of a line is still here when an error in it is told; whoever hears of the error marks the line
/// as `broken_`, since the parser may find its feet at the line's end and go on as if nothing had happened.
class LineSink {
 public:
  virtual ~LineSink() = default;

  void family(const Token& option) { family_ = option; }
  void begin(const Token& head) {
    head_ = head;
    words_.clear();
    broken_ = false;
  }
  void word(const Token& word) { words_.push_back(word); }

  virtual void comment(const Token& text) = 0;  ///< from '#' to the end of the line
  virtual void table() = 0;                     ///< `*head`
  virtual void chain() = 0;                     ///< `:head words[0]`: a chain and its policy
  virtual void command() = 0;                   ///< `head words...`: head is -A, -I, -P... as a token type of the grammar
  virtual void commit() = 0;

 protected:
  Token family_;  ///< `-4` or `-6` before the command; whoever takes the line resets it
  Token head_;
  std::vector<Token> words_;
  bool broken_ = false;
};

}  // namespace wallcheck::frontend::iptables
