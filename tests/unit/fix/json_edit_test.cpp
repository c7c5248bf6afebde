// Changes of JSON texts: the whole text that comes out, in one style after the other.

#include <functional>

#include <catch2/catch.hpp>

#include "fix/json_edit.h"

using namespace wallcheck;
using namespace wallcheck::fix;

namespace {

using Value = JsonText::Value;

Value at(const JsonText& text, std::string_view path) {
  Value value = text.roots().front();
  while (!path.empty()) {
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(step.size() + 1, path.size()));
    if (value.is(frontend::json::Kind::object)) {
      value = value[step];
      continue;
    }
    auto child = value.begin();
    for (int i = std::stoi(std::string(step)); i > 0; --i) ++child;
    value = *child;
  }
  return value;
}

std::string changed(const std::string& text, const std::function<std::vector<Edit>(const JsonText&)>& change) {
  const SourceFile file("test.json", text);
  const auto json = JsonText::read(file);
  REQUIRE(json);
  const std::string after = edited(text, change(*json));
  CHECK(JsonText::read(SourceFile("after.json", after)));
  return after;
}

struct Row {
  std::string what, text, path;
  std::vector<Json> elements;
  std::string after;
};

const Json rule{{"port", 22}, {"to", Json::array({"any"})}};

}  // namespace

TEST_CASE("elements are appended in the style of the text") {
  const Row rows[] = {
      {"two blanks", "{\n  \"rules\": [\n    {\n      \"port\": 80,\n      \"to\": [\n        \"me\"\n      ]\n    }\n  ]\n}\n", "rules", {rule},
       "{\n  \"rules\": [\n    {\n      \"port\": 80,\n      \"to\": [\n        \"me\"\n      ]\n    },\n    {\n      \"port\": 22,\n      \"to\": [\n        \"any\"\n      ]\n    }\n  ]\n}\n"},
      {"four blanks", "{\n    \"rules\": [\n        1,\n        2\n    ]\n}\n", "rules", {3, 4}, "{\n    \"rules\": [\n        1,\n        2,\n        3,\n        4\n    ]\n}\n"},
      {"tabs", "{\n\t\"rules\": [\n\t\t{\n\t\t\t\"port\": 80\n\t\t}\n\t]\n}\n", "rules", {rule},
       "{\n\t\"rules\": [\n\t\t{\n\t\t\t\"port\": 80\n\t\t},\n\t\t{\n\t\t\t\"port\": 22,\n\t\t\t\"to\": [\n\t\t\t\t\"any\"\n\t\t\t]\n\t\t}\n\t]\n}\n"},
      {"one line without blanks", R"({"rules":[{"port":80,"to":["me"]}]})", "rules", {rule}, R"({"rules":[{"port":80,"to":["me"]},{"port":22,"to":["any"]}]})"},
      {"one line with blanks", R"({"rules": [{"port": 80, "to": ["me"]}]})", "rules", {rule, rule},
       R"({"rules": [{"port": 80, "to": ["me"]}, {"port": 22, "to": ["any"]}, {"port": 22, "to": ["any"]}]})"},
      {"blanks inside of brackets", R"({ "rules": [ { "port": 80, "to": [ "me" ] } ] })", "rules", {rule}, R"({ "rules": [ { "port": 80, "to": [ "me" ] }, { "port": 22, "to": [ "any" ] } ] })"},
      {"a blank before the colon", "[{\"port\" : 80}]", "", {rule}, "[{\"port\" : 80}, {\"port\" : 22, \"to\" : [\"any\"]}]"},
      {"one rule a line", "{\n  \"rules\": [\n    {\"port\": 80, \"to\": [\"me\"]}\n  ]\n}\n", "rules", {rule},
       "{\n  \"rules\": [\n    {\"port\": 80, \"to\": [\"me\"]},\n    {\"port\": 22, \"to\": [\"any\"]}\n  ]\n}\n"},
      {"lists on one line in open rules", "[\n  {\n    \"port\": 80,\n    \"to\": [\"me\"]\n  }\n]\n", "", {rule},
       "[\n  {\n    \"port\": 80,\n    \"to\": [\"me\"]\n  },\n  {\n    \"port\": 22,\n    \"to\": [\"any\"]\n  }\n]\n"},
      {"brackets that share a line", "{\n  \"rules\": [{\n    \"port\": 80\n  }]\n}\n", "rules", {rule}, "{\n  \"rules\": [{\n    \"port\": 80\n  }, {\n    \"port\": 22,\n    \"to\": [\"any\"]\n  }]\n}\n"},
      {"... several", "{\n  \"rules\": [{\n    \"port\": 80\n  }, {\n    \"port\": 81\n  }]\n}\n", "rules", {Json{{"port", 22}}},
       "{\n  \"rules\": [{\n    \"port\": 80\n  }, {\n    \"port\": 81\n  }, {\n    \"port\": 22\n  }]\n}\n"},
      {"commas in front", "[\n    1\n  , 2\n]\n", "", {3}, "[\n    1\n  , 2\n  , 3\n]\n"},
      {"DOS line ends", "{\r\n  \"rules\": [\r\n    {\r\n      \"port\": 80\r\n    }\r\n  ]\r\n}\r\n", "rules", {Json{{"port", 22}}},
       "{\r\n  \"rules\": [\r\n    {\r\n      \"port\": 80\r\n    },\r\n    {\r\n      \"port\": 22\r\n    }\r\n  ]\r\n}\r\n"},
      {"no newline at the end", "[\n  1\n]", "", {2}, "[\n  1,\n  2\n]"},
      {"an empty list of an open text", "{\n  \"a\": [\n    {\n      \"port\": 80\n    }\n  ],\n  \"b\": []\n}\n", "b", {Json{{"port", 22}}},
       "{\n  \"a\": [\n    {\n      \"port\": 80\n    }\n  ],\n  \"b\": [\n    {\n      \"port\": 22\n    }\n  ]\n}\n"},
      {"... written over two lines", "{\n  \"a\": [\n    1\n  ],\n  \"b\": [\n  ]\n}\n", "b", {2, 3}, "{\n  \"a\": [\n    1\n  ],\n  \"b\": [\n    2,\n    3\n  ]\n}\n"},
      {"... of a text on one line", R"({"a": [1, 2], "b": []})", "b", {3, 4}, R"({"a": [1, 2], "b": [3, 4]})"},
      {"... with blanks in it", R"({ "a": [ 1 ], "b": [ ] })", "b", {2}, R"({ "a": [ 1 ], "b": [ 2 ] })"},
      {"nothing but an empty list", "[]\n", "", {Json{{"port", 22}, {"to", 1}}}, "[{\"port\": 22, \"to\": 1}]\n"},
      {"keys in the order of the neighbours, a new one behind the one that it follows", R"([{"to":["me"],"port":80}])", "", {Json{{"port", 22}, {"log", true}, {"to", Json::array()}}},
       R"([{"to":["me"],"port":80},{"to":[],"port":22,"log":true}])"},
      {"lines of log before the text", "fetching...\n{\"a\": [1]}\n", "a", {2}, "fetching...\n{\"a\": [1, 2]}\n"},
      {"a text of ASCII stays one", R"(["a"])", "", {"\u00e9\n"}, R"(["a", "\u00e9\n"])"},
      {"... and one of UTF-8, too", R"(["ü"])", "", {"\u00e9"}, R"(["ü", "é"])"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      CHECK(changed(row.text, [&](const JsonText& json) { return std::vector{json.append(at(json, row.path), row.elements)}; }) == row.after);
    }
  }
}

TEST_CASE("elements are put before others, members behind others, and both are taken away with their comma") {
  const std::string open = "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {\n    \"c\": 3\n  }\n}\n", flat = R"({"a":[1,2],"b":{"c":3}})";
  const Json seven[] = {7};
  const auto insert = [&](std::string_view before) { return [&, before](const JsonText& json) { return std::vector{json.insert(at(json, "a"), at(json, before), seven)}; }; };
  const auto remove = [&](std::string_view list, std::vector<std::string_view> children) {
    return [list, children](const JsonText& json) {
      std::vector<Value> values;
      for (const std::string_view child : children) values.push_back(at(json, child));
      return json.remove(at(json, list), values);
    };
  };
  CHECK(changed(open, insert("a/0")) == "{\n  \"a\": [\n    7,\n    1,\n    2\n  ],\n  \"b\": {\n    \"c\": 3\n  }\n}\n");
  CHECK(changed(open, insert("a/1")) == "{\n  \"a\": [\n    1,\n    7,\n    2\n  ],\n  \"b\": {\n    \"c\": 3\n  }\n}\n");
  CHECK(changed(flat, insert("a/1")) == R"({"a":[1,7,2],"b":{"c":3}})");
  CHECK(changed(open, remove("a", {"a/0"})) == "{\n  \"a\": [\n    2\n  ],\n  \"b\": {\n    \"c\": 3\n  }\n}\n");
  CHECK(changed(open, remove("a", {"a/1"})) == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {\n    \"c\": 3\n  }\n}\n");
  CHECK(changed(flat, remove("a", {"a/1"})) == R"({"a":[1],"b":{"c":3}})");
  CHECK(changed(open, remove("b", {"b/c"})) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n");
  CHECK(changed(flat, remove("", {"a"})) == R"({"b":{"c":3}})");
  const std::string five = "[1, 2, 3, 4, 5]";
  CHECK(changed(five, remove("", {"0", "2", "3"})) == "[2, 5]");
  CHECK(changed(five, remove("", {"1", "4"})) == "[1, 3, 4]");
  CHECK(changed(five, remove("", {"3", "0", "1", "2", "4"})) == "[]");
  const auto member = [&](std::string_view object) { return [object](const JsonText& json) { return std::vector{json.append_member(at(json, object), "d\"", Json::array({1}))}; }; };
  CHECK(changed(open, member("b")) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {\n    \"c\": 3,\n    \"d\\\"\": [\n      1\n    ]\n  }\n}\n");
  CHECK(changed(flat, member("b")) == R"({"a":[1,2],"b":{"c":3,"d\"":[1]}})");
  CHECK(changed("{\n  \"a\": {}\n}\n", member("a")) == "{\n  \"a\": {\n    \"d\\\"\": [\n      1\n    ]\n  }\n}\n");
  CHECK(changed(open, [](const JsonText& json) { return std::vector{json.replace(at(json, "b/c"), Json::array({1}))}; }) ==
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {\n    \"c\": [\n      1\n    ]\n  }\n}\n");
}

TEST_CASE("the values around a byte") {
  const SourceFile file("test.json", R"({"a": [{"b": 1}, {"c": 2}]} [3])");
  const auto json = JsonText::read(file);
  REQUIRE(json);
  const auto names = [&](std::uint32_t byte) {
    std::string text;
    for (const Value value : json->around(byte)) text += std::string(value.raw()) + "\n";
    return text;
  };
  CHECK(names(18) == "{\"a\": [{\"b\": 1}, {\"c\": 2}]}\n[{\"b\": 1}, {\"c\": 2}]\n{\"c\": 2}\n2\n");
  CHECK(names(16) == "{\"a\": [{\"b\": 1}, {\"c\": 2}]}\n[{\"b\": 1}, {\"c\": 2}]\n");
  CHECK(names(29) == "[3]\n3\n");
  CHECK(names(27).empty());
  CHECK(names(1000).empty());
}

TEST_CASE("what is no JSON is not changed") {
  CHECK(!JsonText::read(SourceFile("a", "*filter\n")));
  CHECK(!JsonText::read(SourceFile("b", "{\"a\": [}")));
}
