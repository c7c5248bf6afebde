// JSON texts as they are found: encodings, wrappers, what is no JSON, what is no firewall.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "cloud_fixture.h"
#include "frontend/json/tree.h"

using namespace wallcheck;
using namespace wallcheck::tests;
using frontend::json::Kind;
using frontend::json::Tree;

namespace {

constexpr std::string_view group = R"({"GroupId": "g", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []})";
constexpr std::string_view described_group = "[g]\ningress (drop)\negress (drop)\n";

std::string utf16(std::string_view ascii, bool big_endian, bool mark) {
  std::string text = mark ? (big_endian ? "\xfe\xff" : "\xff\xfe") : "";
  for (const char c : ascii) text += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return text;
}

/// The tree as text, decoded, or the trouble.
std::string read(std::string_view text, Limits limits = {}) {
  const SourceFile source("t.json", std::string(text));
  const auto tree = Tree::read(source, 0, 0, limits);
  if (!tree) {
    const Place place = source.place(tree.error().where.begin);
    return fmt::format("{}:{} {}; expected {}", place.line, place.column, tree.error().message, tree.error().expected);
  }
  std::string out;
  struct Step {
    frontend::json::Value value;
    const char* text;
  };
  for (const auto root : tree->roots()) {
    std::vector<Step> waiting{{root, ""}};
    while (!waiting.empty()) {
      const Step step = waiting.back();
      waiting.pop_back();
      if (step.text[0] != '\0') {
        out += step.text;
        continue;
      }
      const auto value = step.value;
      if (!value.name().empty()) out += fmt::format("{}=", value.name());
      if (value.is(Kind::string)) out += fmt::format("'{}'", value.text());
      else if (value.is(Kind::array) || value.is(Kind::object)) {
        out += value.is(Kind::array) ? "[" : "{";
        waiting.push_back({value, value.is(Kind::array) ? "]" : "}"});
        std::vector<Step> inner;
        for (const auto one : value) inner.push_back({one, ""});
        waiting.insert(waiting.end(), inner.rbegin(), inner.rend());
        continue;
      } else out += value.raw();
      out += " ";
    }
  }
  for (const auto duplicate : tree->duplicates()) out += fmt::format(" again:{}", duplicate.name());
  return out;
}

}  // namespace

TEST_CASE("JSON texts and what is wrong with them") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", ""},
      {"[]", "[]"},
      {"{\"a\":1,\"b\":[true,false,null,-1.5e3],\"c\":{}}", "{a=1 b=[true false null -1.5e3 ]c={}}"},
      {"\xef\xbb\xbf[1]", "[1 ]"},
      {"[1]\n[2]", "[1 ][2 ]"},
      {R"(["a\"\\\/\b\f\n\r\té"])", "['a\"\\/\b\f\n\r\t\xc3\xa9' ]"},
      {R"(["😀\ud83d", "\ude00x"])", "['\xf0\x9f\x98\x80\xef\xbf\xbd' '\xef\xbf\xbdx' ]"},
      {R"({"ab":1})", "{ab=1 }"},
      {R"({"a":1,"b":2,"a":3})", "{a=1 b=2 a=3 } again:a"},
      {R"({"a":1,"\u0061":2})", "{a=1 a=2 } again:a"},
      {"[1,]", "1:4 \"]\" cannot stand here in a JSON text; expected a value"},
      {"[1 2]", "1:4 \"2\" cannot stand here in a JSON text; expected ] or a comma"},
      {"{\"a\" 1}", "1:6 \"1\" cannot stand here in a JSON text; expected a colon"},
      {"{a:1}", "1:2 \"a\" cannot stand here in a JSON text; expected a key in quotes or }"},
      {"{\"a\":1,}", "1:8 \"}\" cannot stand here in a JSON text; expected a key in quotes"},
      {"[01]", "1:2 \"01\" cannot stand here in a JSON text; expected a value or ]"},
      {"[NaN]", "1:2 \"NaN\" cannot stand here in a JSON text; expected a value or ]"},
      {"[\"a\nb\"]", "1:2 this string does not end on its line; expected a value or ]"},
      {"[\"\\x\"]", "1:2 this string has a control character or an escape that JSON does not know; expected a value or ]"},
      {"[\"\x01\"]", "1:2 this string has a control character or an escape that JSON does not know; expected a value or ]"},
      {"{\n\"a\": [\n1,\n", "4:1 the file ends in the middle of a JSON text; the [ of line 2 is still open; expected a value"},
      {"[1]]", "1:4 \"]\" cannot stand here in a JSON text; expected a value or the end of the file"},
      {"[\xff]", "1:2 \"\\xff\" cannot stand here in a JSON text; expected a value or ]"},
  };
  for (const auto& [input, expected] : rows) CHECK(read(input) == expected);
}

TEST_CASE("depth is a budget, whatever it is") {
  Limits limits;
  limits.nesting = 3;
  CHECK(read("[[[1]]]", limits) == "[[[1 ]]]");
  CHECK(read("[[[[1]]]]", limits) == "1:4 brackets are nested more than 3 deep (limit nesting; --limit nesting=N raises it): the file was not read; expected ");
  limits.nesting = 4'000'000'000;
  CHECK(read(std::string(100'000, '['), limits).find("nested more than 10000 deep") != std::string::npos);
  const auto loaded = load_json(std::string(100'000, '[') + std::string(100'000, ']'));
  CHECK(loaded.failed);
  CHECK(problems(loaded) == "1:1001 WC904 brackets are nested more than 1000 deep (limit nesting; --limit nesting=N raises it): the file was not read\n");
}

TEST_CASE("encodings and what stands before the JSON") {
  CHECK(described(std::string("\xef\xbb\xbf") + std::string(group)) == described_group);
  for (const bool big_endian : {false, true})
    for (const bool mark : {false, true}) CHECK(described(utf16(group, big_endian, mark)) == described_group);
  CHECK(described(utf16("*filter\n-A INPUT -j DROP\nCOMMIT\n", false, true)).find("-> drop") != std::string::npos);
  CHECK(described(fmt::format("[INFO] fetching groups\n2026-11-26 {{1}}\n{}", group)) ==
        std::string(described_group) + "1:1 WC428 this is not part of the JSON text that follows: it was not read\n");
  const auto cut = load_json("fetching\n{\"SecurityGroups\": [{\"IpPermissions\": [");
  CHECK(cut.failed);
  CHECK(cut.firewalls.empty());
  CHECK(problems(cut) == "2:40 WC901 the file ends in the middle of a JSON text; the [ of line 2 is still open\n  expected a value or ]\n");
  CHECK(load_json(fmt::format("{}\nnext", group)).failed);
}

TEST_CASE("JSON without a firewall is told from damaged JSON") {
  for (const auto& [input, message] : {std::pair{"{\"name\": \"x\"}", "JSON without any firewall in it"}, {"[]", "JSON without any firewall in it"},
                                       {"{\"SecurityGroups\": []}", "the list of groups is empty: there is no firewall in this file"}}) {
    const auto loaded = load_json(input);
    CHECK(loaded.no_firewall);
    CHECK(loaded.failed);
    CHECK(problems(loaded) == fmt::format("1:1 WC905 {}\n", message));
  }
  CHECK(!load_json("{\"name\": ").no_firewall);
  frontend::Options options;
  options.format = ir::Format::gcp;
  CHECK(load_json(group, options).no_firewall);
  CHECK(problems(load_json(group, options)) == "1:1 WC905 JSON without any firewall of format gcp in it\n");
  CHECK(problems(load_json("nothing", options)) == "1:1 WC901 the file holds no JSON text\n  expected { or [ at the beginning of a line\n");
}

TEST_CASE("detection by content") {
  CHECK(frontend::detect(group) == ir::Format::aws);
  CHECK(frontend::detect(utf16(group, false, true)) == ir::Format::aws);
  CHECK(frontend::detect("log\n{\"NetworkAcls\": []}") == ir::Format::nacl);
  CHECK(frontend::detect("{\"name\": 1}") == std::nullopt);
  CHECK(frontend::detect("[0:0] -A INPUT -j DROP") == ir::Format::iptables);
}

TEST_CASE("a key twice: the last one counts, and it is told") {
  CHECK(described(R"({"GroupId": "g", "GroupId": "h", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []})") ==
        "[h]\ningress (drop)\negress (drop)\n1:18 WC427 key \"GroupId\" stands here a second time: this one counts\n");
}

TEST_CASE("descriptions speak to wallcheck") {
  const auto loaded = load_json(R"({"GroupId": "g", "VpcId": "v", "Description": "wallcheck: role=cloud", "IpPermissionsEgress": [], "IpPermissions": [
    {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "office, wallcheck: ignore WC202 agreed"}]}]})");
  REQUIRE(loaded.directives.size() == 2);
  CHECK(loaded.directives[0].text == "role=cloud");
  CHECK(loaded.directives[1].text == "ignore WC202 agreed");
}

TEST_CASE("conditions that multiply or name themselves are worked out once") {
  std::string conditions = R"("C0": {"Fn::Equals": ["a", "a"]})";
  for (int i = 1; i < 40; ++i) conditions += fmt::format(R"(, "C{0}": {{"Fn::And": [{{"Condition": "C{1}"}}, {{"Condition": "C{1}"}}]}})", i, i - 1);
  const std::string text = fmt::format(R"({{"Conditions": {{{}}}, "Resources": {{"A": {{"Type": "AWS::EC2::SecurityGroup", "Condition": "C30", "Properties": {{
    "SecurityGroupEgress": [{{"Fn::If": ["C39", {{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}}, {{"Ref": "AWS::NoValue"}}]}}]}}}}}}}})", conditions);
  CHECK(described(text).starts_with("[A]\ningress (drop)\negress (drop)\n  2: destination 10.0.0.0/8"));
}
