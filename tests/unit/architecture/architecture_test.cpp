// The include table: which room may know which. It is the architecture; a line that breaks it is a design change.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

namespace {

const std::map<std::string, std::set<std::string>> may_include = {
    {"base", {}},
    {"ir", {"base"}},
    {"frontend", {"base", "ir", "grammar"}},
    {"packets", {"base", "ir"}},
    {"evaluate", {"base", "ir", "packets"}},
    {"policy", {"base", "ir"}},
    {"check", {"base", "ir", "packets", "evaluate", "policy"}},
    {"fix", {"base", "ir", "packets", "evaluate", "frontend", "check", "policy"}},
    {"report", {"base", "ir", "policy", "check"}},
    {"cli", {"base", "ir", "frontend", "packets", "evaluate", "policy", "check", "fix", "report"}},
};

std::set<std::string> rooms_included_by(const fs::path& file) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([a-z_]+)/)re");
  std::set<std::string> rooms;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (std::smatch found; std::regex_search(line, found, include)) rooms.insert(found[1]);
  return rooms;
}

}  // namespace

TEST_CASE("every room is in the include table, and includes only what the table says") {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / "analyzer")) {
    if (!entry.is_directory()) continue;
    const std::string room = entry.path().filename();
    const auto row = may_include.find(room);
    REQUIRE(row != may_include.end());
    for (const auto& file : fs::recursive_directory_iterator(entry.path())) {
      if (file.path().extension() != ".h" && file.path().extension() != ".cpp") continue;
      ++files;
      for (const std::string& used : rooms_included_by(file.path())) {
        INFO(file.path().string() << " includes " << used);
        CHECK((used == room || row->second.contains(used)));
      }
    }
  }
  CHECK(files > 20);
}

TEST_CASE("only front-ends know ANTLR") {
  for (const auto& file : fs::recursive_directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / "analyzer")) {
    if (!file.is_regular_file() || file.path().string().find("/analyzer/frontend/") != std::string::npos) continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);)
      if (line.find("#include") != std::string::npos) CHECK(line.find("antlr") == std::string::npos);
  }
}
