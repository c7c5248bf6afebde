// Speed of the front-ends (pf for files called .conf): frontend_bench FILE... prints, for each file, lines a second for the grammar alone and for the whole way
// to the IR (best of five), what building the lexer's and the parser's tables costs once, and peak memory.
// Not a test. `tests/bench/generate.py kube > kube.rules` makes a file that is worth measuring.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "frontend/frontend.h"
#include "frontend/iptables/parse.h"
#include "frontend/pf/parse.h"
#include "measure.h"

namespace {

using namespace wallcheck;
using bench::peak_kilobytes;
using bench::processor_milliseconds;

/// Takes the lines and does nothing with them.
struct Counter : frontend::iptables::LineSink, frontend::antlr::SyntaxErrorSink {
  std::size_t words = 0, errors = 0;
  void comment(const frontend::iptables::Token&) override {}
  void table() override {}
  void chain() override {}
  void command() override { words += words_.size(); }
  void commit() override {}
  void syntax_error(const frontend::antlr::SyntaxError&) override { ++errors; }
};

/// The same for pf.conf.
struct Statements : frontend::pf::StatementSink, frontend::antlr::SyntaxErrorSink {
  Statements() : StatementSink(100, ~std::uint32_t{0}) {}
  std::size_t errors = 0;
  void statement() override {}
  void too_deep(const frontend::pf::Token&) override { ++errors; }
  void too_many(const frontend::pf::Token&) override { ++errors; }
  void syntax_error(const frontend::antlr::SyntaxError&) override { ++errors; }
};

/// Syntax errors of the grammar alone.
std::size_t parse(std::string_view bytes, bool pf) {
  if (pf) {
    Statements statements;
    frontend::pf::Parse(bytes, statements, statements).run();
    return statements.errors;
  }
  Counter counter;
  frontend::iptables::Parse(bytes, counter, counter).run();
  return counter.errors;
}

template <class Work>
double best_of_five(Work&& work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const double start = processor_milliseconds();
    work();
    best = std::min(best, processor_milliseconds() - start);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const double start = processor_milliseconds();
  parse("", false);
  fmt::print("tables built in {:.2f} ms\n", processor_milliseconds() - start);
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const auto file = std::make_shared<SourceFile>(argv[i], std::string(std::istreambuf_iterator<char>(in), {}));
    const double lines = file->line_count();
    std::size_t errors = 0;
    const double grammar = best_of_five([&] { errors = parse(file->bytes(), file->path().ends_with(".conf")); });
    const long before = peak_kilobytes();
    std::size_t rules = 0, problems = 0;
    const double whole = best_of_five([&] {
      const frontend::Loaded loaded = frontend::load(file, {});
      rules = loaded.firewalls.empty() ? 0 : loaded.firewalls[0].rules.size();
      problems = loaded.diagnostics.size();
    });
    fmt::print("{}: {:.0f} lines, {:.1f} MB, {} rules, {} syntax errors, {} diagnostics\n", argv[i], lines,
               static_cast<double>(file->bytes().size()) / 1e6, rules, errors, problems);
    fmt::print("  grammar {:.1f} ms = {:.2f} million lines/s; to the IR {:.1f} ms = {:.2f} million lines/s, +{:.0f} MB\n", grammar,
               lines / grammar / 1e3, whole, lines / whole / 1e3, static_cast<double>(peak_kilobytes() - before) / 1e3);
  }
}
