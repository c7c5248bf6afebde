#include "base/source_file.h"

#include <catch2/catch.hpp>

using namespace wallcheck;

TEST_CASE("places are lines and byte columns from 1") {
  const SourceFile file("f", "one\ntwo\r\n\nlast");
  CHECK(file.line_count() == 4);
  CHECK(file.place(0) == Place{1, 1});
  CHECK(file.place(3) == Place{1, 4});
  CHECK(file.place(4) == Place{2, 1});
  CHECK(file.place(9) == Place{3, 1});
  CHECK(file.place(14) == Place{4, 5});
  CHECK(file.line(2) == "two");
  CHECK(file.line(3).empty());
  CHECK(file.line_at(11) == "last");
  CHECK(file.line(5).empty());
  CHECK(file.line_begin(4) == 10);
  CHECK(SourceFile("f", "a\n").line_count() == 1);
}

TEST_CASE("text from files is made fit for a terminal") {
  struct Row {
    std::string_view input, expected;
  };
  const Row rows[] = {
      {"plain text", "plain text"},
      {"a\tb", "a b"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"caf\xc3\xa9", "caf\xc3\xa9"},
      {"caf\xe9", "caf\\xe9"},
      {"\xe2\x80\xaegnp", "\\u{202e}gnp"},
      {"\xc2\x9b", "\\u{9b}"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"<script>", "<script>"},
  };
  for (const Row& row : rows) CHECK(printable(row.input) == row.expected);
}
