#pragma once
// Spans as people read them: a path, a line, a column.

#include <optional>
#include <string>

#include "base/source_file.h"

namespace wallcheck::report {

/// Where a span begins, in words for a reader.
struct Location {
  std::string path;           ///< the file that holds the span: the input itself or one that it includes
  Place begin;
  Place end;                  ///< one past the last byte
  bool in_other_file = false; ///< not the file that the user named
};

/// nullopt: the span stands for the file as a whole (empty at 0), or its file is not at hand.
std::optional<Location> locate(const Sources& sources, Span span);

}  // namespace wallcheck::report
