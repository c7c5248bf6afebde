// The thin ANTLR layer on the JSON grammar, which nests and so depends on ANTLR's contexts: the same tokens, events and first error as
// ANTLR's own runtime, on JSON texts made at random and damaged.

#include <catch2/catch.hpp>

#include <random>
#include <string>

#include "base/source_file.h"
#include "json_recorder.h"

namespace wallcheck::tests {
namespace {

class Texts {
 public:
  explicit Texts(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    std::string text = below(20) == 0 ? "\xef\xbb\xbf" : "";
    for (std::size_t n = below(3) + 1; n > 0; --n) text += value(0) + (below(2) == 0 ? "\n" : " ");
    for (std::size_t n = below(4); n > 0; --n) {
      static const std::string pieces[] = {"\"", "\\", ",", ":", "{", "}", "[", "]", "\\u12", "tru", "-", "1e", "\n", "\xff", std::string(1, '\0')};
      const std::size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0: text.insert(at, pieces[below(std::size(pieces))]); break;
        case 1: text.erase(at, 1 + below(4)); break;
        case 2: text.insert(at, 1, static_cast<char>(below(256))); break;
        default: text.resize(at);
      }
    }
    return text;
  }

 private:
  std::string value(int depth) {
    static const std::string scalars[] = {"true", "false", "null", "0", "-1.5e+3", "12345678901234567890", "\"\"", "\"a b\"", "\"\\n\\u00e9\"", "\"\xc3\xa9\""};
    if (depth > 4 || below(3) == 0) return scalars[below(std::size(scalars))];
    const bool object = below(2) == 0;
    std::string text = object ? "{" : "[";
    for (std::size_t n = below(4), i = 0; i < n; ++i) {
      if (i > 0) text += below(2) == 0 ? "," : " , ";
      if (object) text += below(4) == 0 ? "\"\\u0041\": " : "\"key\":";
      text += value(depth + 1);
    }
    return text + (object ? "}" : "]");
  }
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("both runtimes agree on JSON texts, damaged or not") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  Texts texts(seed);
  std::size_t with_errors = 0;
  constexpr std::size_t count = 10'000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = texts.next();
    const std::string thin = run_thin_json(text);
    INFO(printable(text));
    REQUIRE(thin == run_stock_json(text));
    with_errors += thin.find('!') != std::string::npos;
  }
  CHECK(with_errors > count / 5);
  CHECK(with_errors < count * 9 / 10);
}

}  // namespace wallcheck::tests
