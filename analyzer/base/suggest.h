#pragma once

#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>

namespace wallcheck {

/// Typing mistakes between two words: characters inserted, left out, replaced, or two neighbours swapped (optimal string
/// alignment). ASCII case does not count. Stops early: anything above `limit` is answered as `limit + 1`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// How many mistakes a word of this length may have and still be a misspelling of another one, rather than another word:
/// one in three characters, at most three. "asw" is "aws"; "ip" is nothing but itself.
std::size_t tolerated_mistakes(std::string_view word);

/// The candidate that `word` most likely stands for, or an empty string if none is near. The first one wins a tie, so
/// the order of a table decides and the answer is the same on each run. `candidates` holds anything that converts to string_view.
template <std::ranges::input_range Candidates>
std::string did_you_mean(std::string_view word, const Candidates& candidates) {
  std::size_t best = tolerated_mistakes(word) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates)
    if (const std::size_t distance = edit_distance(word, candidate, best - 1); distance < best) best = distance, found = candidate;
  return std::string(found);
}
inline std::string did_you_mean(std::string_view word, std::initializer_list<std::string_view> candidates) {
  return did_you_mean<std::initializer_list<std::string_view>>(word, candidates);
}

/// The end of an error message: `; did you mean "policy"?`, or nothing if no candidate is near. Candidates are our own
/// words or already printable().
template <std::ranges::input_range Candidates>
std::string suggestion(std::string_view word, const Candidates& candidates) {
  const std::string meant = did_you_mean(word, candidates);
  return meant.empty() ? "" : "; did you mean \"" + meant + "\"?";
}
inline std::string suggestion(std::string_view word, std::initializer_list<std::string_view> candidates) {
  return suggestion<std::initializer_list<std::string_view>>(word, candidates);
}

}  // namespace wallcheck
