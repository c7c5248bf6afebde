#pragma once
// antlr: what a lexer hands to a parser. Plain values, no ANTLR header, C++17 (generated code is compiled as C++17).

#include <cstddef>
#include <cstdint>

namespace wallcheck::frontend::antlr {

/// One token: its type as numbered in the grammar's .tokens file, and the half-open byte range it covers.
/// No text and no line: both follow from the range when somebody asks. The end of input is a token of type -1 and no bytes.
struct Token {
  static constexpr std::int32_t end_of_input = -1;

  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int32_t type = end_of_input;
};

/// A set of token types as one machine word: what makes "may this token stand here?" a single bit test.
/// The price is a limit: a grammar has at most 61 token types (bit 62 says "or nothing", bit 63 is the end of input).
class TokenSet {
 public:
  static constexpr std::size_t largest_type = 61;
  static constexpr std::size_t epsilon_bit = 62;

  constexpr TokenSet() = default;
  constexpr explicit TokenSet(std::uint64_t bits) : bits_(bits) {}
  template <class... Types>
  static constexpr TokenSet of(Types... types) {
    return TokenSet((std::uint64_t{0} | ... | bit(static_cast<std::size_t>(types))));
  }
  static constexpr TokenSet all() { return TokenSet(~std::uint64_t{0}); }

  /// `type` is a token type, or -1 (as any integer type) for the end of input.
  constexpr bool contains(std::size_t type) const { return (bits_ >> (type & 63) & 1) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr void add(std::size_t type) { bits_ |= bit(type); }
  constexpr std::uint64_t bits() const { return bits_; }
  friend constexpr bool operator==(TokenSet a, TokenSet b) { return a.bits_ == b.bits_; }
  friend constexpr bool operator!=(TokenSet a, TokenSet b) { return a.bits_ != b.bits_; }

 private:
  static constexpr std::uint64_t bit(std::size_t type) { return std::uint64_t{1} << (type & 63); }
  std::uint64_t bits_ = 0;
};

}  // namespace wallcheck::frontend::antlr
