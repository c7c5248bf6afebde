#include "cli/suppressions.h"

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::cli;

namespace {

using std::chrono::year;
const policy::Date today = year(2026) / 6 / 15;

check::FileResult three_lines() {
  const auto file = std::make_shared<const SourceFile>("f", "one\ntwo\nthree\n");
  check::FileResult result{.path = "f", .format = "iptables", .sources = {file}, .sites = {{}}};
  const Span lines[] = {{0, 3}, {4, 7}, {8, 13}};
  for (const Span where : lines) result.sites[0].findings.push_back({.diagnostic = {"WC101", Severity::error, "m", where}});
  result.sites[0].findings.push_back({.diagnostic = {"WC905", Severity::error, "the file as a whole", {}}});
  return result;
}

policy::Suppression suppression(std::vector<std::string> codes, std::optional<policy::Date> until = {}) {
  return {.codes = std::move(codes), .reason = "because", .until = until, .where = {4, 7}};
}

/// "suppressed by" of each finding, then the findings about suppressions.
std::vector<std::string> outcome(const check::FileResult& result) {
  std::vector<std::string> out;
  for (const check::Finding& finding : result.sites[0].findings)
    out.push_back(finding.diagnostic.code == "WC912" ? finding.diagnostic.message : finding.suppressed_by);
  return out;
}

using Out = std::vector<std::string>;

}  // namespace

TEST_CASE("a suppression is for one line and its codes") {
  struct Row {
    policy::Suppression suppression;
    std::uint32_t line;
    Out expected;
  };
  const Row rows[] = {
      {suppression({"WC101"}), 2, {"", "because", "", ""}},
      {suppression({"WC102", "WC101"}), 3, {"", "", "because", ""}},
      {suppression({"WC101", "WC905"}), 1, {"because", "", "", ""}},  // what is about the whole file is on no line
      {suppression({"WC101"}), 4, {"", "", "", "", "nothing here is WC101: the suppression can go"}},
      {suppression({"WC102", "WC103"}), 2, {"", "", "", "", "nothing here is WC102 or WC103: the suppression can go"}},
      {suppression({"WC201"}), 2, {"", "", "", ""}},                  // another command's matter
      {suppression({"WC171"}), 2, {"", "", "", "", "no finding has the code WC171; did you mean \"WC101\"?"}},
      {suppression({"WC101"}, today), 2, {"", "because", "", ""}},
      {suppression({"WC101"}, year(2026) / 6 / 14), 2,
       {"", "", "", "", "this suppression counted until 2026-06-14: it suppresses nothing now"}},
  };
  for (const Row& row : rows) {
    check::FileResult result = three_lines();
    suppress(result, {{row.suppression, 0, row.line}}, {}, today);
    CHECK(outcome(result) == row.expected);
  }
}

TEST_CASE("a comment with a line of its own speaks of the next line") {
  const SourceFile file("f", "# wallcheck: ignore WC101 x\n  # wallcheck: ignore WC101 x\n-A INPUT # wallcheck: ignore WC101 x\n");
  CHECK(line_suppression(suppression({"WC101"}), file, {.where = {0, 27}, .text = {}}).line == 2);
  CHECK(line_suppression(suppression({"WC101"}), file, {.where = {30, 57}, .text = {}}).line == 3);
  CHECK(line_suppression(suppression({"WC101"}), file, {.where = {67, 94}, .text = {}}).line == 3);
}

TEST_CASE("a config's entries are for the files they match, and know whether they were of use") {
  Setting setting;
  setting.path = ".wallcheck.json";
  setting.config.emplace();
  for (const std::string_view pattern : {"legacy/**", "*.old", "nothing/**"})
    setting.config->ignore.push_back({policy::Glob::parse(pattern).value(), suppression({"WC101"})});
  setting.sources = {std::make_shared<const SourceFile>(".wallcheck.json", "one\ntwo\n")};
  setting.used.resize(3);
  setting.matched.resize(3);

  check::FileResult result = three_lines();
  suppress(result, "legacy/web.rules", setting, today);
  CHECK(outcome(result) == Out{"because", "because", "because", ""});
  check::FileResult clean = three_lines();
  clean.sites[0].findings.clear();
  suppress(clean, "web.old", setting, today);

  const auto unused = unused_ignores(setting, {}, today);
  REQUIRE(unused);
  CHECK(outcome(*unused) == Out{"nothing here is WC101: the suppression can go", "no file that was checked matches: the suppression can go"});
  setting.used[1] = setting.used[2] = true;
  CHECK_FALSE(unused_ignores(setting, {}, today));
}
