// Every file under cases/ and what the front-end makes of it. WALLCHECK_REWRITE=1 writes the expectations anew; the diff is the review.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "cloud_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("cloud files to the common IR") {
  const fs::path folder = fs::path(WALLCHECK_SOURCE_DIR) / "tests/unit/frontend/cloud/cases";
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const frontend::Loaded loaded = load_json(read(entry.path()));
    const std::string text = described(loaded);
    const fs::path expected = fs::path(entry.path()).replace_extension(".expected");
    if (std::getenv("WALLCHECK_REWRITE") != nullptr) std::ofstream(expected, std::ios::binary) << text;
    INFO(entry.path().filename().string());
    CHECK(text == read(expected));
    CHECK(loaded.format.has_value());
    CHECK(frontend::detect(read(entry.path())) == loaded.format);
    for (const ir::Firewall& firewall : loaded.firewalls) CHECK(std::ranges::is_sorted(firewall.origins, {}, &ir::Origin::rule));
  }
  CHECK(files >= 10);
}
