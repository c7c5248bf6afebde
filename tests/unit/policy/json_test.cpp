// JSON with places: whole messages, with line and column.

#include "policy/json.h"

#include <catch2/catch.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

std::string error_of(std::string text, const Limits& limits = {}) {
  const auto document = parse_json(text, 0, limits);
  if (document) return "";
  return shown({std::make_shared<SourceFile>("f", std::move(text))}, {document.error()});
}

}  // namespace

TEST_CASE("every value knows its bytes and its pointer") {
  const std::string text = "\xef\xbb\xbf{ \"a\" : [ 1 , -2.5e3,true, null ,\"x\\u00e9\" ],\n \"b/~\":{\"c\":{}} , \"n\": 7}";
  const auto document = parse_json(text, 3, {});
  REQUIRE(document);
  std::string seen;
  std::vector<const JsonNode*> open{&document->root()};
  while (!open.empty()) {
    const JsonNode* node = open.back();
    open.pop_back();
    CHECK(node->where.file == 3);
    seen += json_pointer(*node) + " = " + text.substr(node->where.begin, node->where.end - node->where.begin);
    if (!node->key_where.empty()) seen += " key " + text.substr(node->key_where.begin, node->key_where.end - node->key_where.begin);
    seen += "\n";
    for (auto child = node->children.rbegin(); child != node->children.rend(); ++child) open.push_back(*child);
  }
  CHECK(seen == " = " + text.substr(3) + "\n" + R"(/a = [ 1 , -2.5e3,true, null ,"x\u00e9" ] key "a"
/a/0 = 1
/a/1 = -2.5e3
/a/2 = true
/a/3 = null
/a/4 = "x\u00e9"
/b~1~0 = {"c":{}} key "b/~"
/b~1~0/c = {} key "c"
/n = 7 key "n"
)");
  CHECK(member(document->root(), "a")->children[4]->text == "x\xc3\xa9");
}

TEST_CASE("what is not JSON is named where it stands") {
  struct Row {
    std::string text, expected;
  };
  const Row rows[] = {
      {"", "f:1:1: WC910 not valid JSON: unexpected end of input, expected '[', '{', or a literal\n"},
      {"\n{\"a\": 1", "f:2:8: WC910 not valid JSON: unexpected end of input, expected '}'\n"},
      {"{\"a\" 1}", "f:1:6: WC910 not valid JSON: unexpected number literal, expected ':'\n"},
      {"{\"a\":: 1}", "f:1:6: WC910 not valid JSON: unexpected ':', expected '[', '{', or a literal\n"},
      {"{\"a\": 1 \"b\": 2}", "f:1:9: WC910 not valid JSON: unexpected string literal, expected '}'\n"},
      {"[1,\n 2,\n]", "f:2:3: WC910 not valid JSON: a comma with nothing after it before ']'\n"},
      {"{\"a\": 1,}", "f:1:8: WC910 not valid JSON: a comma with nothing after it before '}'\n"},
      {"{\"a\": tru}", "f:1:7: WC910 not valid JSON: invalid literal\n"},
      {"{'a': 1}", "f:1:2: WC910 not valid JSON: strings stand in double quotes\n"},
      {"{\n  // note\n}", "f:2:3: WC910 not valid JSON: a comment, and JSON has none\n"},
      {"# note\n{}", "f:1:1: WC910 not valid JSON: a comment, and JSON has none\n"},
      {"{\"a\": \"b", "f:1:7: WC910 not valid JSON: invalid string: missing closing quote\n"},
      {"{\"a\": \"b\nc\"}", "f:1:9: WC910 not valid JSON: invalid string: control character U+000A (LF) must be escaped to \\u000A or \\n\n"},
      {"{\"a\": \"caf\xe9\"}", "f:1:12: WC910 not valid JSON: invalid string: ill-formed UTF-8 byte\n"},
      {"{\"a\": \"\\x\"}", "f:1:9: WC910 not valid JSON: invalid string: forbidden character after backslash\n"},
      {"{} {}", "f:1:4: WC910 not valid JSON: unexpected '{', expected end of input\n"},
      {"[1e999]", "f:1:2: WC910 not valid JSON: number overflow parsing '1e999'\n"},
      {"[01]", "f:1:3: WC910 not valid JSON: unexpected number literal, expected ']'\n"},
      {"\xff", "f:1:1: WC910 not valid JSON: invalid literal\n"},
      {std::string("{}\n\0{", 5), "f:2:1: WC910 not valid JSON: a NUL byte\n"},
      {"1 2", "f:1:3: WC910 not valid JSON: unexpected number literal, expected end of input\n"},
      {"[1", "f:1:3: WC910 not valid JSON: unexpected end of input, expected ']'\n"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(error_of(row.text) == row.expected);
  }
}

TEST_CASE("depth and size are bounded, and said") {
  Limits limits;
  limits.nesting = 3;
  CHECK(error_of("[[[1]]]", limits).empty());
  CHECK(error_of("[[[[1]]]]", limits) == "f:1:4: WC910 nested deeper than 3 levels, reading stops here\n");
  CHECK(error_of(std::string(3'000'000, '[')) == "f:1:1001: WC910 nested deeper than 1000 levels, reading stops here\n");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK(error_of(deep) == "f:1:5001: WC910 nested deeper than 1000 levels, reading stops here\n");
  CHECK(error_of(std::string(10'000'000, ' ')) ==
        "f:1:1: WC910 10000000 bytes, but a policy pack or config has at most 4194304 (limit settings_bytes; --limit settings_bytes=N raises it); it is not read\n");
}

TEST_CASE("words from a file are quoted short and printable") {
  CHECK(in_quotes("a\x1b[0m") == "\"a\\x1b[0m\"");
  CHECK(in_quotes(std::string(61, 'x')) == "\"" + std::string(60, 'x') + "...\"");
  CHECK(in_quotes(std::string(59, 'x') + "\xc3\xa9y") == "\"" + std::string(59, 'x') + "...\"");
}
