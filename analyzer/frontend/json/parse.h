#pragma once
// json: the door to the generated parser. No ANTLR header.

#include <string>
#include <string_view>

#include "frontend/antlr/syntax_error.h"
#include "frontend/json/sink.h"

namespace wallcheck::frontend::json {

/// What a token of `JsonSink::scalar` or `key` is.
enum class Word : std::uint8_t { plain, escaped, number, true_, false_, null };
Word word_of(const Token& token);

/// Calls `sink` and `errors` in file order; ends at the first error. At most 4 GiB.
void parse(std::string_view bytes, JsonSink& sink, antlr::SyntaxErrorSink& errors);

/// What is wrong with the token of an error, and what could have stood there.
std::string problem_text(const antlr::SyntaxError& error, std::string_view text);
std::string expected_text(const antlr::SyntaxError& error);

}  // namespace wallcheck::frontend::json
