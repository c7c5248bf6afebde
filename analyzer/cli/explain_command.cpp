#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "check/verdict.h"
#include "cli/commands.h"
#include "cli/pages.h"
#include "cli/terminal.h"
#include "report/json_values.h"
#include "report/terminal_text.h"

namespace wallcheck::cli {

namespace {

using report::Ink;

/// A verdict's page is that of its finding; verdicts without a finding have a page of their own name.
std::string page_name(std::string_view word) {
  std::string name(word);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(check::FlowVerdict::not_applicable); ++i) {
    const auto verdict = static_cast<check::FlowVerdict>(i);
    if (check::to_string(verdict) == word && !check::code_of(verdict).empty()) return std::string(check::code_of(verdict));
  }
  if (name.size() == 5 && (name[0] == 'w' || name[0] == 'W') && (name[1] == 'c' || name[1] == 'C')) name[0] = 'W', name[1] = 'C';
  return name;
}

std::string list(const report::Style& style) {
  std::string out;
  for (const Page& page : pages()) out += fmt::format("{}  {}\n", paint(style, Ink::bold, report::padded(page.name, 14)), page.title);
  return out + "\nNext: `wallcheck explain CODE` shows a page.\n";
}

/// Markdown is readable as it is; headings are set off where there is colour.
std::string shown(const report::Style& style, const Page& page) {
  std::string out;
  for (std::size_t at = 0; at < page.text.size();) {
    const std::size_t end = std::min(page.text.find('\n', at), page.text.size());
    const std::string_view line = page.text.substr(at, end - at);
    out += paint(style, line.starts_with('#') ? Ink::bold : Ink::plain, line) + "\n";
    at = end + 1;
  }
  return out;
}

report::Json json_of(const Page& page) { return {{"code", page.name}, {"title", page.title}, {"page", page.text}}; }

int run_explain(const Arguments& arguments) {
  if (arguments.operands.size() > 1) return usage_error("explain takes one CODE or VERDICT", "explain");
  const std::string_view format = arguments.value("format", "text");
  const report::Style style = terminal_style(arguments);
  if (arguments.operands.empty()) {
    if (format == "text") return print_out(list(style));
    report::Json all = report::Json::array();
    for (const Page& page : pages()) all.push_back(json_of(page));
    return print_out(report::to_text(all) + "\n");
  }
  const std::string& word = arguments.operands.front();
  const Page* page = find_page(page_name(word));
  if (!page) {
    std::vector<std::string_view> words;
    for (const Page& known : pages()) words.push_back(known.name);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(check::FlowVerdict::not_applicable); ++i)
      words.push_back(check::to_string(static_cast<check::FlowVerdict>(i)));
    return usage_error(fmt::format("\"{}\" is neither a finding code nor a verdict{}", printable(word), suggestion(word, words)), "explain");
  }
  return print_out(format == "text" ? shown(style, *page) : report::to_text(json_of(*page)) + "\n");
}

}  // namespace

const Command explain_command{
    .name = "explain",
    .bit = on_explain,
    .operands = "[CODE|VERDICT]",
    .summary = "The page of a finding code or verdict; without one, the list.",
    .text =
        "The page says what a finding means, why it matters, an example and what to do. Codes are never reused.\n"
        "\n"
        "Examples:\n"
        "  wallcheck explain\n"
        "  wallcheck explain WC102\n"
        "  wallcheck explain reversed\n",
    .run = run_explain,
};

}  // namespace wallcheck::cli
