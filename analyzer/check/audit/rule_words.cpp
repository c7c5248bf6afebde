#include "check/audit/rule_words.h"

#include <algorithm>

namespace wallcheck::check::audit {

std::vector<std::string_view> words_of(std::string_view rule) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  bool quoted = false, inside = false;
  for (std::size_t i = 0; i <= rule.size(); ++i) {
    const bool blank = i == rule.size() || (!quoted && (rule[i] == ' ' || rule[i] == '\t' || rule[i] == '\r' || rule[i] == '\n'));
    if (blank) {
      if (inside) words.push_back(rule.substr(begin, i - begin));
      inside = false;
      continue;
    }
    if (!inside) begin = i, inside = true;
    if (rule[i] == '\\' && i + 1 < rule.size()) ++i;
    else if (rule[i] == '"') quoted = !quoted;
  }
  return words;
}

std::size_t find_word(const std::vector<std::string_view>& words, std::initializer_list<std::string_view> any_of) {
  const auto found = std::ranges::find_if(words, [&](std::string_view word) { return std::ranges::find(any_of, word) != any_of.end(); });
  return static_cast<std::size_t>(found - words.begin());
}

std::string_view comment_of(const std::vector<std::string_view>& words) {
  const std::size_t at = find_word(words, {"--comment"});
  return at + 1 < words.size() ? words[at + 1] : std::string_view{};
}

std::string_view answer_of(const std::vector<std::string_view>& words) {
  const std::size_t at = find_word(words, {"--reject-with"});
  if (at + 1 < words.size()) return words[at + 1];
  const auto answer = std::ranges::find_if(words, [](std::string_view word) { return word.starts_with("return"); });
  return answer == words.end() ? std::string_view{} : *answer;
}

}  // namespace wallcheck::check::audit
