#pragma once
// Text for a screen: colour, clipping to a width, a source line with its caret. Everything that comes from a file passes
// through printable() here or before.

#include <string>
#include <string_view>

#include "report/report.h"

namespace wallcheck::report {

enum class Ink : std::uint8_t { plain, bold, dim, red, yellow, green, cyan, blue };

/// The text in a colour, or as it is where the style has none.
std::string paint(const Style& style, Ink ink, std::string_view text);

/// Columns that UTF-8 text takes on a terminal (fmt's estimate: East Asian wide characters and emoji take two).
std::size_t display_width(std::string_view text);
/// `text` and blanks up to `width` columns.
std::string padded(std::string_view text, std::size_t width);
/// `text` if it fits into `width` columns, else its beginning and "...".
std::string clipped(std::string_view text, std::size_t width);

/// Text of a file on one line of at most `width` columns; looks at no more of it than that.
std::string one_line(std::string_view text, std::size_t width);

/// The line where a span begins and a caret line below it, both clipped around the span to `width` columns:
///
///      |
///    9 | -A OUTPUT -j DROP
///      | ^^^^^^^^^^^^^^^^^
///
/// A span that goes on in later lines is marked to the end of its first one. Ends with a newline; empty if the span has no place.
std::string snippet(const Style& style, Ink ink, const Sources& sources, Span span);

}  // namespace wallcheck::report
