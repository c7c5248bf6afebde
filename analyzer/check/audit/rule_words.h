#pragma once
// The text of a rule as a row of words: what the IR does not keep of it (comments, how a REJECT answers), and how to write it anew.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wallcheck::check::audit {

/// Words with the quotes that they have in the file; blanks inside quotes do not part them.
std::vector<std::string_view> words_of(std::string_view rule);

/// Place of the first of these words, or words.size().
std::size_t find_word(const std::vector<std::string_view>& words, std::initializer_list<std::string_view> any_of);

/// What a rule says to people: iptables' --comment; empty: nothing.
std::string_view comment_of(const std::vector<std::string_view>& words);
/// How a rule that rejects answers: "--reject-with" and its value, pf's "return-rst"; empty: as usual.
std::string_view answer_of(const std::vector<std::string_view>& words);

}  // namespace wallcheck::check::audit
