#pragma once

#include <string>
#include <vector>

#include "base/source_file.h"

namespace wallcheck {

/// How bad a finding is. `--fail-on` compares against this order.
enum class Severity : std::uint8_t { note, warning, error };

std::string_view to_string(Severity severity);

/// A place that belongs to a diagnostic, with a few words on why it is shown ("first declared here").
struct Label {
  Span where;
  std::string text;
};

/// Something said about an input. One short sentence: what was found and what follows from it.
/// Advice belongs to the code's page (`wallcheck explain CODE`).
struct Diagnostic {
  std::string code;                ///< "WC901"; never reused, see fixtures/codes/
  Severity severity = Severity::error;
  std::string message;             ///< one sentence, no trailing newline; file text in it is already printable()
  Span where;                      ///< the first place; empty span at 0 = the file as a whole
  std::vector<Label> related = {};      ///< evidence, in reading order
  std::string expected = {};            ///< for syntax errors: what could have stood there; may be empty
};

/// File order: place, then code, then message.
bool before(const Diagnostic& a, const Diagnostic& b);

}  // namespace wallcheck
