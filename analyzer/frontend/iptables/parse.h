#pragma once
// iptables: the door to the generated parser. No ANTLR header.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "frontend/antlr/syntax_error.h"
#include "frontend/iptables/lines.h"

namespace wallcheck::frontend::iptables {

/// Kinds of lines that `LineSink::command` receives (its head), and kinds of words, as the reader needs to tell them apart.
enum class Command : std::uint8_t { append, insert, replace, delete_rule, new_chain, policy, rename_chain, delete_chain, flush, zero };

/// Nothing if the token is not the head of such a line.
std::optional<Command> command_of(const Token& head);
/// The word has a quoted part: escapes are to be taken out.
bool is_quoted(const Token& word);
/// A quote opens and the line ends before it closes.
bool is_unterminated(const Token& word);
/// A byte that can be part of no word (NUL, a carriage return in the middle of a line).
bool is_junk(const Token& word);

/// One parse: calls `lines` for each line and `errors` for each line that does not fit the grammar, in file order.
/// Never throws, never recurses by input; at most 4 GiB.
class Parse {
 public:
  Parse(std::string_view bytes, LineSink& lines, antlr::SyntaxErrorSink& errors);
  ~Parse();
  Parse(const Parse&) = delete;
  Parse& operator=(const Parse&) = delete;

  void run();
  /// From inside a callback: the rest of the input is not read.
  void abandon();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The words of `error.expected` for people.
std::string expected_text(const antlr::SyntaxError& error);

}  // namespace wallcheck::frontend::iptables
