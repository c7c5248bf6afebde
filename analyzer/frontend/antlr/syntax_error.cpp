#include "frontend/antlr/syntax_error.h"

#include <algorithm>

namespace wallcheck::frontend::antlr {

std::string SyntaxError::expected_text(const std::vector<const char*>& people, const char* end_of_input) const {
  std::vector<std::string> words;
  const auto add = [&](std::string word) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  };
  for (std::size_t type = 1; type <= TokenSet::largest_type; ++type) {
    if (!expected.contains(type)) continue;
    if (type < people.size()) {
      if (people[type] != nullptr) add(people[type]);
    } else if (names != nullptr && type < names->size()) {
      add((*names)[type]);
    }
  }
  if (expected.contains(static_cast<std::size_t>(Token::end_of_input))) add(end_of_input);

  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace wallcheck::frontend::antlr
