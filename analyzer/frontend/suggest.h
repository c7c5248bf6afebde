#pragma once

#include <string>
#include <string_view>

namespace wallcheck::frontend {

/// "Did you mean": keeps the candidate nearest to a word that nobody knows.
/// Near is an edit distance (insert, delete, replace, swap of neighbours; case counts half) of at most a third of the word's length.
class Suggestion {
 public:
  explicit Suggestion(std::string_view word) : word_(word), best_distance_(word.size() / 3 * 2 + 1) {}
  void consider(std::string_view candidate);
  /// `; did you mean "--dport"?` or nothing; `before` is put in front of the candidate ("--").
  std::string text(std::string_view before = "") const;

 private:
  std::string_view word_;
  std::string_view best_;
  std::size_t best_distance_;  // in halves
};

}  // namespace wallcheck::frontend
