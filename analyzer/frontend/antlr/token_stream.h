#pragma once
// antlr: bytes to tokens. C++17.

#include <array>
#include <string_view>
#include <vector>

#include "frontend/antlr/tables.h"

namespace wallcheck::frontend::antlr {

/// The lexer and its output: a small ring of tokens by value, refilled a batch at a time from the bytes.
///
/// One token of look-ahead and one of look-behind, which is what an LL(1) grammar with embedded actions needs.
/// Lexing runs ahead of the parser by up to a batch; it never asks the parser anything, so that cannot be seen.
/// Cost: no allocation (but for pushed modes), one table look-up a byte.
class TokenStream {
 public:
  /// Starts over on `bytes`, which must live as long as the stream reads; at most 4 GiB.
  void open(std::string_view bytes, const LexerTables& tables);

  /// Type of the current token, -1 (as std::size_t) at the end; what generated code calls look-ahead 1.
  std::size_t LA(int) const { return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(current_->type)); }
  const Token& current() const { return *current_; }
  /// The token before the current one.
  const Token& previous() const { return current_[-1]; }
  /// To the next token; at the end of input it stays there.
  void consume() {
    if (++current_ == end_) refill();
  }
  /// Everything not yet read is no longer there: the current token becomes the end of input.
  void abandon();

 private:
  static constexpr std::size_t batch = 256;
  void refill();

  std::array<Token, batch + 1> ring_{};   // [0] is the last token of the batch before
  const Token* current_ = ring_.data() + 1;
  const Token* end_ = ring_.data() + 1;
  const LexerTables* tables_ = nullptr;
  const unsigned char* begin_ = nullptr;  // of the bytes
  const unsigned char* read_ = nullptr;   // up to here they are tokens
  const unsigned char* limit_ = nullptr;
  std::uint16_t mode_ = 0;
  std::vector<std::uint16_t> modes_;      // pushed
};

}  // namespace wallcheck::frontend::antlr
