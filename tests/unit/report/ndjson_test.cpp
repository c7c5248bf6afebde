#include "sample.h"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace wallcheck;
using Json = nlohmann::ordered_json;
using sample::context;
using sample::render;

namespace {

std::vector<Json> lines(const std::string& text) {
  std::vector<Json> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
  return out;
}

}  // namespace

TEST_CASE("ndjson: a line is json's entry of the file, with schema, tool and policy before it") {
  const std::vector<check::FileResult> files{sample::hostile(), sample::unreadable(), sample::web_rules()};
  const Json whole = Json::parse(render("json", context(), files));
  const std::vector<Json> parsed = lines(render("ndjson", context(), files));
  REQUIRE(parsed.size() == 3);
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    Json expected = Json::object();
    for (const char* key : {"schema", "tool", "policy"}) expected[key] = whole[key];
    expected.update(whole["files"][i]);
    CHECK(parsed[i].dump() == expected.dump());
  }
}

TEST_CASE("ndjson: pure ASCII without control characters but the line ends, whatever the input's bytes") {
  check::FileResult latin = sample::web_rules();
  latin.sites[0].findings[0].diagnostic.message = "caf\xe9\nsecond line";
  const std::string text = render("ndjson", context(), {sample::hostile(), latin});
  CHECK(std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  CHECK(std::ranges::count(text, '\n') == 2);
  CHECK(lines(text)[1]["findings"][0]["message"] == "caf\xef\xbf\xbd\nsecond line");
}

TEST_CASE("ndjson: a line a security group; nothing for no file") {
  check::FileResult file = sample::web_rules();
  file.sites.push_back(file.sites[0]);
  file.sites[0].group = "sg-1";
  file.sites[1].group = "sg-2";
  const std::vector<Json> parsed = lines(render("ndjson", context(), {file}));
  REQUIRE(parsed.size() == 2);
  CHECK(parsed[0]["site"]["group"] == "sg-1");
  CHECK(parsed[1]["site"]["group"] == "sg-2");
  CHECK(render("ndjson", context(), {}).empty());
}
