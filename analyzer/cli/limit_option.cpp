#include "cli/limit_option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/source_file.h"
#include "base/suggest.h"

namespace wallcheck::cli {

namespace {

constexpr std::array table = std::to_array<LimitRow>({
    {"input_bytes", &Limits::input_bytes, "bytes of one file"},
    {"line_bytes", &Limits::line_bytes, "bytes of one line"},
    {"tokens", &Limits::tokens, "words and signs of one file; keys and values of JSON"},
    {"nesting", &Limits::nesting, "depth of braces, brackets, anchors, JSON"},
    {"macro_expansion", &Limits::macro_expansion, "bytes that a pf line may grow to"},
    {"include_depth", &Limits::include_depth, "include files within one another"},
    {"includes", &Limits::includes, "files that a pf file includes or loads, each time"},
    {"list_product", &Limits::list_product, "rules that the lists of one rule may multiply into"},
    {"rules", &Limits::rules, "rules of one file"},
    {"chains", &Limits::chains, "chains or anchors of one file"},
    {"groups", &Limits::groups, "security groups and the like of one file"},
    {"settings_bytes", &Limits::settings_bytes, "bytes of one policy pack or config"},
    {"diagnostics", &Limits::diagnostics, "errors reported of one file; the rest is counted"},
    {"graph_nodes", &Limits::graph_nodes, "nodes of the diagrams of one question"},
    {"regions", &Limits::regions, "regions printed of one set of packets"},
    {"wall_time", &Limits::wall_time, "seconds of work on one file"},
});

/// Spans count bytes in 32 bits.
constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::span<const LimitRow> limit_rows() { return table; }

std::uint64_t get(const Limits& limits, const LimitRow& row) {
  return std::visit([&](auto member) { return static_cast<std::uint64_t>(limits.*member); }, row.member);
}

std::optional<std::string> set_limit(Limits& limits, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string_view name = assignment.substr(0, equals);
  const auto row = std::ranges::find(table, name, &LimitRow::name);
  if (row == table.end()) {
    std::array<std::string_view, table.size()> names;
    std::ranges::transform(table, names.begin(), &LimitRow::name);
    return fmt::format("--limit: there is no budget \"{}\"{}", printable(name), suggestion(name, names));
  }
  const std::string_view text = equals == std::string_view::npos ? std::string_view{} : assignment.substr(equals + 1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value == 0 || value > largest)
    return fmt::format("--limit {}: needs a number from 1 to {}, not \"{}\"", name, largest, printable(text));
  std::visit([&](auto member) { limits.*member = static_cast<std::remove_reference_t<decltype(limits.*member)>>(value); }, row->member);
  return std::nullopt;
}

}  // namespace wallcheck::cli
