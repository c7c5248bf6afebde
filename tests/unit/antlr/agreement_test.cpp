// The thin ANTLR layer does what ANTLR's own runtime does: the same grammar, compiled on both, gives the same tokens, the same
// calls of its actions and the same syntax errors, on every fixture and on mutated inputs.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "base/source_file.h"
#include "damage.h"
#include "recorder.h"

namespace wallcheck::tests {
namespace {

namespace fs = std::filesystem;

std::string difference(const Record& thin, const Record& other, bool to_first_error) {
  const auto same = [](const Token& a, const Token& b) { return a.begin == b.begin && a.end == b.end && a.type == b.type; };
  const auto [a, b] = std::ranges::mismatch(thin.tokens, other.tokens, same);
  if (a != thin.tokens.end() || b != other.tokens.end())
    return "tokens differ at byte " + std::to_string(a != thin.tokens.end() ? a->begin : b->begin);
  const std::size_t count = to_first_error ? std::min(thin.events.size(), other.events.size()) : std::max(thin.events.size(), other.events.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (i < thin.events.size() && i < other.events.size() && thin.events[i] == other.events[i]) continue;
    const Event& event = i < thin.events.size() ? thin.events[i] : other.events[i];
    return "event " + std::to_string(i) + " differs at byte " + std::to_string(event.tokens[0].begin);
  }
  if (to_first_error && thin.events.size() < other.events.size()) return "events are missing";
  return "";
}

void agree(Grammar grammar, const std::string& input) {
  const Record thin = run_thin(grammar, input);
  if (const std::string found = difference(thin, run_stock(grammar, input), false); !found.empty()) FAIL(found << " in:\n" << printable(input));
  if (const std::string found = difference(thin, run_stock_to_first_error(grammar, input), true); !found.empty())
    FAIL("unchanged recovery: " << found << " in:\n" << printable(input));
}

constexpr Grammar grammars[] = {Grammar::iptables, Grammar::pf};

}  // namespace

TEST_CASE("both runtimes agree on every fixture") {
  const auto files = fixtures();
  REQUIRE(files.size() > 40);
  for (const std::string& file : files)
    for (const Grammar grammar : grammars) agree(grammar, file);
}

TEST_CASE("both runtimes agree on every pair of bytes, at the start of a line and within one") {
  for (int first = 0; first < 256; ++first) {
    std::string input = "*filter\n";
    for (const int second : {0, 9, 10, 13, 32, 33, 34, 35, 42, 45, 48, 58, 65, 91, 92, 93, 255})
      for (const std::string_view before : {"", "-A x ", "-A x \"", ":"})
        input += std::string(before) + static_cast<char>(first) + static_cast<char>(second) + "\n";
    agree(Grammar::iptables, input);
    input.clear();
    for (const int second : {0, 9, 10, 13, 32, 33, 34, 35, 40, 41, 44, 45, 47, 48, 58, 60, 61, 62, 65, 92, 123, 125, 255})
      for (const std::string_view before : {"", "pass ", "pass from { ", "set ", "table <"})
        input += std::string(before) + static_cast<char>(first) + static_cast<char>(second) + "\n";
    agree(Grammar::pf, input);
  }
}

TEST_CASE("both runtimes agree on 20,000 damaged inputs") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  Damage damage(fixtures(), seed);
  std::size_t with_errors = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string input = damage.next();
    const Grammar grammar = grammars[i % 2];
    agree(grammar, input);
    const auto events = run_thin(grammar, input).events;
    with_errors += std::ranges::any_of(events, [](const Event& e) { return e.kind == Event::Kind::error; });
  }
  CHECK(with_errors > 2'000);  // the inputs are worth comparing
}

TEST_CASE("generated parsers decide by one token") {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(WALLCHECK_GENERATED_DIR)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with("Parser.cpp")) continue;
    ++files;
    INFO(name);
    CHECK(read(entry.path()).find("adaptivePredict") == std::string::npos);
  }
  CHECK(files > 0);
}

}  // namespace wallcheck::tests
