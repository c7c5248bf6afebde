#pragma once
// base: bytes, places in them, and what we say about them. Knows nothing else of ours.

#include <cstdint>
#include <compare>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wallcheck {

/// Index of an input file within one run (a pf.conf may include others); 0 is the file that was named.
using FileId = std::uint16_t;

/// Half-open byte range [begin, end) of one input file.
///
/// Bytes, not lines and not code points: reports, fixes and SARIF each need a
/// different unit, and bytes convert to all of them (see SourceFile::place).
/// Invariant: begin <= end <= size of the file.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  FileId file = 0;
  auto operator<=>(const Span&) const = default;
  bool empty() const { return begin == end; }
};

/// A line and a column as people count them: both from 1, the column in bytes.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  auto operator<=>(const Place&) const = default;
};

/// One input file, kept whole: every span points into it.
/// The line table is made at the first question about a line; that first question is not thread-safe,
/// later ones are (one file is one task).
class SourceFile {
 public:
  SourceFile(std::string path, std::string bytes);

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return bytes_; }
  std::string_view text(Span span) const;

  Place place(std::uint32_t offset) const;
  /// The whole line, without its line end, in which `offset` lies.
  std::string_view line_at(std::uint32_t offset) const;
  /// Number of lines; a last line without newline counts.
  std::uint32_t line_count() const;
  /// Line by number (from 1), without its line end; empty if there is no such line.
  std::string_view line(std::uint32_t number) const;
  /// Offset of the first byte of a line (from 1); size of the file if there is no such line.
  std::uint32_t line_begin(std::uint32_t number) const;

 private:
  const std::vector<std::uint32_t>& starts() const;
  std::string path_;
  std::string bytes_;
  mutable std::vector<std::uint32_t> starts_;
};

/// The files of one analysis: file 0 is what the user named, the rest is what it includes. Spans name them by FileId.
using Sources = std::vector<std::shared_ptr<const SourceFile>>;

/// How many characters at the beginning of a text are printable ASCII.
std::size_t plain_prefix(std::string_view text);

/// Text of unknown origin made fit for a terminal: control characters, invalid UTF-8 and
/// bidirectional controls become visible escapes such as "\x1b"; a tab becomes one space
/// (columns stay right for a caret line).
std::string printable(std::string_view text);

}  // namespace wallcheck
