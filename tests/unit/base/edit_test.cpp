#include "base/edit.h"

#include <catch2/catch.hpp>

using namespace wallcheck;

namespace {
struct Row {
  std::string_view what;
  std::string before;
  std::vector<Edit> edits;
  std::string after, diff;
};
}  // namespace

TEST_CASE("edits change the bytes that they name, and a unified diff says so") {
  const std::string ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
  const Row rows[] = {
      {"nothing", ten, {}, ten, ""},
      {"a line put before another",
       ten,
       {{{8, 8}, "new\n"}},
       "1\n2\n3\n4\nnew\n5\n6\n7\n8\n9\n10\n",
       "--- f\n+++ f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n"},
      {"two lines at one place, in order",
       "1\n2\n",
       {{{2, 2}, "a\n"}, {{2, 2}, "b\n"}},
       "1\na\nb\n2\n",
       "--- f\n+++ f\n@@ -1,2 +1,4 @@\n 1\n+a\n+b\n 2\n"},
      {"a line taken away", "1\n2\n3\n", {{{2, 4}, ""}}, "1\n3\n", "--- f\n+++ f\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n"},
      {"within a line, twice", "abc def\n", {{{0, 1}, "x"}, {{4, 5}, "y"}}, "xbc yef\n", "--- f\n+++ f\n@@ -1 +1 @@\n-abc def\n+xbc yef\n"},
      {"before a line and in it", "1\nabc\n", {{{2, 2}, "n\n"}, {{3, 4}, "-"}}, "1\nn\na-c\n", "--- f\n+++ f\n@@ -1,2 +1,3 @@\n 1\n-abc\n+n\n+a-c\n"},
      {"at the end", "1\n", {{{2, 2}, "2\n"}}, "1\n2\n", "--- f\n+++ f\n@@ -1 +1,2 @@\n 1\n+2\n"},
      {"at an end without newline",
       "1\n2",
       {{{3, 3}, "\n3"}},
       "1\n2\n3",
       "--- f\n+++ f\n@@ -1,2 +1,3 @@\n 1\n-2\n\\ No newline at end of file\n+2\n+3\n\\ No newline at end of file\n"},
      {"into nothing", "", {{{0, 0}, "1\n"}}, "1\n", "--- f\n+++ f\n@@ -0,0 +1 @@\n+1\n"},
      {"line ends stay", "1\r\n2\r\n", {{{3, 3}, "n\r\n"}}, "1\r\nn\r\n2\r\n", "--- f\n+++ f\n@@ -1,2 +1,3 @@\n 1\r\n+n\r\n 2\r\n"},
      {"two hunks",
       ten,
       {{{0, 0}, "0\n"}, {{18, 21}, "X\n"}},
       "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\nX\n",
       "--- f\n+++ f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -7,4 +8,4 @@\n 7\n 8\n 9\n-10\n+X\n"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(edited(row.before, row.edits) == row.after);
    CHECK(unified_diff("f", row.before, row.edits) == row.diff);
  }
}

TEST_CASE("edits one after the other are edits of the first text") {
  const std::string text = "1\n2\n3\n4\n5\n";
  const struct { std::string what; std::vector<Edit> first, second; } rows[] = {
      {"nothing", {}, {}},
      {"only the first", {{{2, 2}, "a\n"}}, {}},
      {"only the second", {}, {{{2, 4}, "b\n"}}},
      {"before, and after it", {{{2, 2}, "a\n"}}, {{{4, 4}, "b\n"}}},
      {"into what the first one put in", {{{2, 2}, "abc\n"}}, {{{3, 4}, "x"}}},
      {"takes away what the first one put in", {{{2, 2}, "a\n"}}, {{{2, 4}, ""}}},
      {"takes away across both", {{{4, 6}, "x\ny\n"}}, {{{2, 6}, ""}}},
      {"at both ends", {{{0, 0}, "a\n"}, {{10, 10}, "z\n"}}, {{{0, 0}, "b\n"}, {{14, 14}, "y\n"}}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const std::vector<Edit> both = composed(row.first, row.second);
    CHECK(edited(text, both) == edited(edited(text, row.first), row.second));
    std::uint32_t at = 0;
    for (const Edit& edit : both) {
      CHECK(edit.where.begin >= at);
      at = edit.where.end;
    }
  }
}
