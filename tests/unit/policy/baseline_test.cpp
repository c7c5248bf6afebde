#include "policy/baseline.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

LoadedBaseline load(const std::string& text) { return load_baseline("baseline.json", disk({{"baseline.json", text}}).read); }

std::string print(char digit) { return std::string(32, digit); }

std::vector<BaselineEntry> three() {
  return {{.path = "b.rules", .code = "WC101", .flow = "ntp", .rule = "-A \"x\" \xff", .fingerprint = print('1'), .reason = "later"},
          {.path = "a.rules", .code = "WC202", .flow = {}, .rule = {}, .fingerprint = print('2'), .reason = {}},
          {.path = "a.rules", .code = "WC101", .flow = "ntp", .rule = {}, .fingerprint = print('3'), .reason = {}}};
}

}  // namespace

TEST_CASE("a baseline is sorted, an entry a line, and the same whatever the order was") {
  const std::string text = baseline_text(three());
  CHECK(text == "{\n"
                "  \"schema\": \"wallcheck-baseline/1\",\n"
                "  \"findings\": [\n"
                "    {\"path\":\"a.rules\",\"code\":\"WC101\",\"flow\":\"ntp\",\"fingerprint\":\"33333333333333333333333333333333\"},\n"
                "    {\"path\":\"a.rules\",\"code\":\"WC202\",\"fingerprint\":\"22222222222222222222222222222222\"},\n"
                "    {\"path\":\"b.rules\",\"code\":\"WC101\",\"flow\":\"ntp\",\"rule\":\"-A \\\"x\\\" \\ufffd\",\"fingerprint\":\"11111111111111111111111111111111\",\"reason\":\"later\"}\n"
                "  ]\n"
                "}\n");
  auto other_order = three();
  std::ranges::reverse(other_order);
  CHECK(baseline_text(other_order) == text);
}

TEST_CASE("what was written can be read") {
  for (const auto& entries : {three(), std::vector<BaselineEntry>{}}) {
    const LoadedBaseline loaded = load(baseline_text(entries));
    INFO(shown(loaded.sources, loaded.diagnostics));
    REQUIRE(loaded.entries);
    REQUIRE(loaded.entries->size() == entries.size());
    CHECK(baseline_text(*loaded.entries) == baseline_text(entries));
    for (const BaselineEntry& entry : *loaded.entries) CHECK(loaded.sources[0]->text(entry.where).starts_with("{\"path\":\"" + entry.path));
  }
}

TEST_CASE("an unreadable baseline is one complaint") {
  const LoadedBaseline loaded = load_baseline("none.json", disk({}).read);
  CHECK_FALSE(loaded.entries);
  CHECK(loaded.diagnostics.size() == 1);
}
