#pragma once
// Changes of a text, byte for byte: what a fix does to a file, and how people read it.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/source_file.h"

namespace wallcheck {

/// Puts `text` in the place of the bytes of a span; an empty span is an insertion before its place. Everything else stays as it is.
struct Edit {
  Span where;
  std::string text;
  bool operator==(const Edit&) const = default;
};

/// The text with edits applied. They are sorted by place, all of one file, within it, and do not overlap; several insertions
/// at one place come in their order.
std::string edited(std::string_view bytes, std::span<const Edit> edits);

/// The edits of the first text that do what `first` does, and then `second` to what came out of it. Both as edited() takes them.
std::vector<Edit> composed(std::span<const Edit> first, std::span<const Edit> second);

/// The edits as a unified diff (POSIX diff -u, three lines of context) that `patch -p0` and `git apply -p0` take, with the given name in
/// both headers. A last line without newline is said as diff says it. Bytes of the file stand as they are; nothing is escaped.
std::string unified_diff(std::string_view name, std::string_view bytes, std::span<const Edit> edits);

}  // namespace wallcheck
