#pragma once
// pf: from the user's files to the text that the grammar reads. Knows no rule.
//
// pf.conf(5) is read in two steps, as pfctl(8) does it. First the text: `\` joins lines, `#` hides the rest of one, `include` puts
// another file in place, a macro (`web = "10.0.0.1"`) is noted, and `$web` becomes the macro's text, which may be half a rule. Only
// then are rules read. This is the first step. Its result is one text and a map that says of each byte where the user wrote it.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/diagnostic.h"
#include "frontend/diagnostics.h"
#include "frontend/frontend.h"

namespace wallcheck::frontend::pf {

/// Where a piece of the text came from.
struct Provenance {
  Span where;                 ///< in the user's file; for a macro's text: the `$name` that brought it here
  Span definition;            ///< for a macro's text: these bytes in the macro's definition
  std::uint32_t macro = none; ///< index into SourceText::macros, or none
  static constexpr std::uint32_t none = 0xffff'ffffu;
};

struct Macro {
  std::string name;
  Span where;  ///< its definition, the name
  bool used = false;
};

/// The text for the grammar, and the way back.
///
/// Always ends with a newline. Macro definitions, comments, continued line ends and escapes are not in it. A place that must not be
/// read further (after an error that is already told) holds the byte `poison`, which is no token of any rule.
class SourceText {
 public:
  static constexpr char poison = '\x01';

  std::string bytes;
  std::vector<Macro> macros;   ///< in order of definition; a name may come again
  std::vector<std::uint32_t> gaps;  ///< offsets where text is missing: a file that could not be included, the rest behind a budget
  std::vector<Span> notes;     ///< comments with "wallcheck:" in them, from the "#" on

  /// The place of bytes [begin, end). They may cross pieces: then the place goes from the first to the last, as far as both are
  /// in one file.
  Provenance place(std::uint32_t begin, std::uint32_t end) const;
  /// Macros whose text is in [begin, end), each once, in order.
  std::vector<std::uint32_t> macros_in(std::uint32_t begin, std::uint32_t end) const;

 private:
  friend class TextReader;
  /// Bytes from `at` up to the next piece are consecutive bytes of one source.
  struct Piece {
    std::uint32_t at;
    Provenance from;  ///< of its first byte; `where` of a macro's piece is the whole `$name`
    bool beyond = false;  ///< a byte that stands for none of the source: the file ends before it
  };
  std::size_t piece_at(std::uint32_t offset) const;
  std::vector<Piece> pieces_;
};

/// Reads sources[root] and what it includes; each included file is appended to `sources` once. `incomplete` is set where something was
/// left out. Budgets: include_depth, includes (`opened` counts them, over all texts of a ruleset), macro_expansion (bytes of one line),
/// input_bytes (bytes in all).
SourceText read_text(Sources& sources, FileId root, const Options& options, std::size_t& opened, Diagnostics& diagnostics, bool& incomplete);

/// Path of a file named in another one: as it is if absolute, else beside `config`. The error says why it must not be read: it leaves the
/// directory tree of the config, and `allow_outside` is not set.
Result<std::string, std::string> path_beside(std::string_view config, std::string_view name, bool allow_outside);
/// Reads what path_beside gave; a symbolic link does not lead out of the tree either.
Result<std::string, std::string> read_beside(std::string_view config, const std::string& path, const Options& options);

}  // namespace wallcheck::frontend::pf
