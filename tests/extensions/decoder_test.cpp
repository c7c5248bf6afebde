// Our reader on every line of the .t files (README.md): what the real iptables takes, what it refuses, and that its canonical form means
// to us what the arguments mean.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "../unit/frontend/describe.h"
#include "frontend/frontend.h"

namespace fs = std::filesystem;
using namespace wallcheck;

namespace {

struct Line {
  std::string file, arguments, canonical, result, nft;
  std::uint32_t number = 0;
  std::string table = "filter";
  std::vector<std::string> chains = {"INPUT"};
  std::string families = "46";
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<Line> read(const fs::path& path) {
  std::vector<Line> lines;
  Line line;
  line.file = (path.parent_path().filename() / path.filename()).string();
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    ++line.number;
    if (text.empty() || text[0] == '#' || text[0] == '$') continue;
    if (text[0] == '*') line.table = text.substr(1);
    else if (text[0] == ':') line.chains = split(text.substr(1), ',');
    else if (text[0] == '@') line.families = text.substr(1);
    else {
      auto fields = split(text, ';');
      fields.resize(4);
      line.arguments = fields[0], line.canonical = fields[1], line.result = fields[2], line.nft = fields[3];
      lines.push_back(line);
    }
  }
  return lines;
}

std::vector<Line> all_lines() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / "tests/extensions"))
    if (entry.path().extension() == ".t") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<Line> lines;
  for (const fs::path& path : paths)
    for (Line& line : read(path)) lines.push_back(std::move(line));
  return lines;
}

frontend::Loaded load(const Line& line, char family, const std::string& chain, const std::string& rules) {
  std::string text = fmt::format("*{}\n", line.table);
  for (std::size_t begin = 0; begin != std::string::npos;) {
    const std::size_t end = rules.find(" AND ", begin);
    text += fmt::format("-A {} {}\n", chain, rules.substr(begin, end - begin));
    begin = end == std::string::npos ? end : end + std::string_view(" AND ").size();
  }
  frontend::Options options;
  options.format = family == '4' ? ir::Format::iptables : ir::Format::ip6tables;
  return frontend::load(std::make_shared<SourceFile>(line.file, text + "COMMIT\n"), options);
}

bool accepted(const frontend::Loaded& loaded) { return loaded.diagnostics.empty() && !loaded.incomplete; }

std::string complaints(const frontend::Loaded& loaded) {
  std::string text;
  for (const Diagnostic& diagnostic : loaded.diagnostics) text += diagnostic.message + "\n";
  return text;
}

/// The rules without the order of their conditions and without the words of what is undecided: those the tools rewrite.
std::string meaning(frontend::Loaded& loaded) {
  ir::Firewall& firewall = loaded.firewalls.at(0);
  for (ir::Opaque& opaque : firewall.opaques) opaque.text = opaque.reason;
  std::string text;
  for (ir::Rule rule : firewall.rules) {
    std::vector<std::string> conditions;
    for (const ir::Match& match : firewall.matches_of(rule)) conditions.push_back(tests::describe(firewall, match));
    std::ranges::sort(conditions);
    for (const std::string& condition : conditions) text += condition + ", ";
    rule.match_count = 0;
    text += tests::describe(firewall, rule) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("our reader takes what iptables takes, refuses what it refuses, and reads both forms as one") {
  const auto lines = all_lines();
  REQUIRE(lines.size() > 1500);
  for (const Line& line : lines) {
    for (const char family : line.families) {
      for (const std::string& chain : line.chains) {
        INFO(line.file << ':' << line.number << " ip" << (family == '4' ? "" : "6") << "tables " << chain << ": " << line.arguments);
        auto given = load(line, family, chain, line.arguments);
        INFO(complaints(given));
        const bool may_differ = !line.nft.empty();
        if (line.result == "FAIL" || line.result == "MORE") {
          if (!may_differ) CHECK_FALSE(accepted(given));
          continue;
        }
        if (!may_differ) CHECK(accepted(given));
        if (line.result == "LOST" || line.canonical == "=" || !accepted(given)) continue;
        auto canonical = load(line, family, chain, line.canonical);
        INFO("canonical: " << line.canonical << '\n' << complaints(canonical));
        CHECK(accepted(canonical));
        CHECK(meaning(given) == meaning(canonical));
      }
    }
  }
}

TEST_CASE("every module that iptables installs has its .t file") {
  const fs::path tests = fs::path(WALLCHECK_SOURCE_DIR) / "tests/extensions";
  for (const fs::path folder : {"/usr/lib/x86_64-linux-gnu/xtables", "/usr/lib/aarch64-linux-gnu/xtables"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string stem = entry.path().stem().string();
      if (!stem.starts_with("libxt_") && !stem.starts_with("libipt_") && !stem.starts_with("libip6t_")) continue;
      const std::string name = stem.substr(stem.find('_') + 1);
      if (name == "NAT") continue;  // holds DNAT, SNAT, MASQUERADE and REDIRECT
      INFO(stem);
      CHECK((fs::exists(tests / "matches" / (name + ".t")) || fs::exists(tests / "targets" / (name + ".t"))));
    }
  }
}
