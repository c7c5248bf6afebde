#include "report/terminal_text.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::report;

namespace {

Sources one_file(std::string bytes) { return {std::make_shared<const SourceFile>("f", std::move(bytes))}; }

Style narrow() {
  Style style;
  style.width = 40;
  return style;
}

}  // namespace

TEST_CASE("text is clipped by columns, never inside a character") {
  struct Row {
    std::string_view text;
    std::size_t width;
    std::string_view expected;
  };
  const Row rows[] = {
      {"short", 5, "short"},
      {"too long", 6, "too..."},
      {"caf\xc3\xa9 au lait", 7, "caf\xc3\xa9..."},
      {"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97", 8, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"},  // wide characters
      {"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97", 7, "\xe6\xbc\xa2\xe5\xad\x97..."},
      {"abcdef", 2, ".."},
      {"", 0, ""},
  };
  for (const Row& row : rows) CHECK(clipped(row.text, row.width) == row.expected);
  CHECK(display_width("\xe6\xbc\xa2") == 2);
  CHECK(padded("caf\xc3\xa9", 6) == "caf\xc3\xa9  ");
  CHECK(one_line("a\x1b" "b\n", 20) == "a\\x1bb\\x0a");
  CHECK(one_line(std::string(1000, 'x'), 10) == "xxxxxxx...");
}

TEST_CASE("a caret line stands under what it means, whatever the bytes before it become") {
  struct Row {
    std::string_view bytes;
    Span where;
    std::string_view expected;
  };
  const Row rows[] = {
      {"one two\n", {4, 7}, "     |\n   1 | one two\n     |     ^^^\n"},
      {"\tone\r\n", {1, 4}, "     |\n   1 |  one\n     |  ^^^\n"},
      {"\x1b\xe9 two\n", {3, 6}, "     |\n   1 | \\x1b\\xe9 two\n     |          ^^^\n"},
      {"a\x07" "b", {1, 2}, "     |\n   1 | a\\x07b\n     |  ^^^^\n"},
      {"one\ntwo\nthree", {4, 13}, "     |\n   2 | two\n     | ^^^\n"},          // goes on below: marked to the line's end
      {"one\ntwo", {3, 3}, "     |\n   1 | one\n     |    ^\n"},                // the line's end
      {"one\n", {4, 4}, "     |\n   2 | \n     | ^\n"},                        // the file's end
  };
  for (const Row& row : rows) CHECK(snippet(narrow(), Ink::red, one_file(std::string(row.bytes)), row.where) == row.expected);
  CHECK(snippet(narrow(), Ink::red, one_file("one\n"), {}).empty());
  CHECK(snippet(narrow(), Ink::red, {}, {1, 2}).empty());
  CHECK(snippet(narrow(), Ink::red, one_file("one\n"), {1, 2, 7}).empty());
}

TEST_CASE("a long line is clipped around its mark") {
  const std::string filler(10000, 'x');
  const Sources sources = one_file(filler + " BAD " + filler);
  CHECK(snippet(narrow(), Ink::red, sources, {10001, 10004}) ==
        "     |\n"
        "   1 | ...xxxxxxxxxxxxxxxx BAD xxxxxx...\n"
        "     |                     ^^^\n");
  CHECK(snippet(narrow(), Ink::red, sources, {0, 20005}) ==
        "     |\n"
        "   1 | xxxxxxxxxxxxx...\n"
        "     | ^^^^^^^^^^^^^^^^\n");
  const std::string shown = snippet(narrow(), Ink::red, one_file(std::string(5000, '\x01') + "BAD"), {5000, 5003});
  CHECK(shown == "     |\n   1 | ...x01\\x01\\x01\\x01\\x01\\x01\\x01BAD\n     |                               ^^^\n");
}

TEST_CASE("colour is written only when asked for") {
  Style style = narrow();
  CHECK(paint(style, Ink::red, "x") == "x");
  style.color = true;
  CHECK(paint(style, Ink::red, "x") == "\x1b[1;31mx\x1b[0m");
  CHECK(paint(style, Ink::plain, "x") == "x");
}
