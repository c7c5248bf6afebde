// Cloud files with damage: bytes changed, and well-formed JSON whose values are of the wrong kind. Nothing crashes, every place lies in its
// file, what cannot be read is told, and a rule whose text could not be read never permits for sure what it does not say.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "../describe.h"
#include "cloud_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::vector<std::string> samples() {
  std::vector<fs::path> paths;
  for (const char* const folder : {"fixtures/cloud", "fixtures/pairs", "tests/unit/frontend/cloud/cases"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".json" && entry.path().filename() != ".wallcheck.json") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> texts;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

bool lies_in(const frontend::Loaded& loaded, Span where) {
  return where.file < loaded.sources.size() && where.begin <= where.end && where.end <= loaded.sources[where.file]->bytes().size();
}

void is_sane(const frontend::Loaded& loaded) {
  for (const Diagnostic& diagnostic : loaded.diagnostics) REQUIRE(lies_in(loaded, diagnostic.where));
  REQUIRE((!loaded.failed || (!loaded.diagnostics.empty() && loaded.firewalls.empty())));
  REQUIRE((loaded.failed || !loaded.firewalls.empty()));
  for (const ir::Firewall& firewall : loaded.firewalls) {
    for (const ir::Rule& rule : firewall.rules) {
      REQUIRE(lies_in(loaded, rule.where));
      if (rule.coverage != ir::Coverage::unrecognised) continue;
      REQUIRE(loaded.incomplete);
      // Azure's "*" beside an address that could not be read is "*" all the same; elsewhere such a part is a condition.
      if (firewall.format == ir::Format::azure || firewall.format == ir::Format::terraform) continue;
      const auto is_open = [&](const ir::Match& match) { return match.kind == ir::MatchKind::opaque || match.kind == ir::MatchKind::any_of; };
      INFO(describe(firewall, rule) << "\n" << problems(loaded));
      REQUIRE((rule.action == ir::ActionKind::undecided || std::ranges::any_of(firewall.matches_of(rule), is_open)));
    }
  }
}

/// A new one each time, or WALLCHECK_SEED.
unsigned chosen_seed() {
  const char* const given = std::getenv("WALLCHECK_SEED");
  return given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

/// Every value of the document, from the outside in.
void collect(Json& json, std::vector<Json*>& values) {
  values.push_back(&json);
  if (json.is_structured())
    for (Json& inner : json) collect(inner, values);
}

}  // namespace

TEST_CASE("cloud files with damaged bytes") {
  const auto texts = samples();
  REQUIRE(texts.size() > 25);
  const unsigned seed = chosen_seed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::size_t failed = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = texts[random() % texts.size()];
    for (unsigned n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text.erase(at, 1 + random() % 5); break;
        case 1: text[at] = static_cast<char>(random()); break;
        case 2: text.insert(at, 1, "{}[],:\"0-\\tn"[random() % 12]); break;
        default: text.resize(std::max<std::size_t>(1, random() % 50 == 0 ? at : text.size()));
      }
    }
    INFO(printable(text));
    const frontend::Loaded loaded = load_json(text);
    is_sane(loaded);
    failed += loaded.failed;
  }
  CHECK(failed > 300);
}

TEST_CASE("cloud files with values of the wrong kind") {
  const auto texts = samples();
  const unsigned seed = chosen_seed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const Json others[] = {nullptr, true, -1, 70000, 1.5, "", "-1", "x", "sg-1", "0.0.0.0/0", "tcp", "10.0.0.0/99", Json::array(), Json::object(), Json::array({nullptr, 1, "a"}),
                         {{"Ref", "x"}}, {{"Fn::If", {"a", "b", "c"}}}, {{"Fn::Sub", "${a}${AWS::Region}"}}, {{"Fn::Join", {1, 2}}}};
  std::size_t told = 0;
  for (int i = 0; i < 3000; ++i) {
    Json document = Json::parse(texts[random() % texts.size()], nullptr, false);
    if (document.is_discarded()) continue;  // JSON lines
    for (unsigned n = 1 + random() % 3; n > 0; --n) {
      std::vector<Json*> values;
      collect(document, values);
      Json& value = *values[random() % values.size()];
      const unsigned kind = random() % 4;
      if (kind == 0 && value.is_object() && !value.empty()) value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(random() % value.size())));
      else if (kind == 1 && value.is_object()) value["Added"] = others[random() % std::size(others)];
      else value = others[random() % std::size(others)];
    }
    const std::string text = document.dump(1);
    INFO(text);
    const frontend::Loaded loaded = load_json(text);
    is_sane(loaded);
    told += !loaded.diagnostics.empty();
  }
  CHECK(told > 1000);
}
