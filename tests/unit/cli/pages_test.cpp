#include "cli/pages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "check/verdict.h"

namespace fs = std::filesystem;
using namespace wallcheck;

namespace {

/// Every code that a source of the analyzer can say.
std::set<std::string> codes_in_sources() {
  static const std::regex code("\"(WC[0-9]{3})\"");
  std::set<std::string> codes;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / "analyzer")) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      line.erase(std::min(line.find("//"), line.size()));
      for (std::sregex_iterator found(line.begin(), line.end(), code), end; found != end; ++found) codes.insert((*found)[1]);
    }
  }
  return codes;
}

}  // namespace

TEST_CASE("every code has a page, and every page of a code a code") {
  const std::set<std::string> codes = codes_in_sources();
  CHECK(codes.size() > 10);
  for (const std::string& code : codes) {
    INFO(code);
    CHECK(cli::find_page(code));
  }
  for (const cli::Page& page : cli::pages()) {
    INFO(page.name);
    CHECK_FALSE(page.title.empty());
    CHECK(page.text.find("\n\n") != std::string_view::npos);
    if (page.name.starts_with("WC")) CHECK(codes.contains(std::string(page.name)));
  }
}

TEST_CASE("every verdict is explained on the page of its code, or on its own") {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(check::FlowVerdict::not_applicable); ++i) {
    const auto verdict = static_cast<check::FlowVerdict>(i);
    const std::string_view code = check::code_of(verdict);
    const cli::Page* page = cli::find_page(code.empty() ? check::to_string(verdict) : code);
    REQUIRE(page);
    CHECK(page->text.find("`" + std::string(check::to_string(verdict)) + "`") != std::string_view::npos);
  }
}
