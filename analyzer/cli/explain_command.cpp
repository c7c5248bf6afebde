#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "check/verdict.h"
#include "cli/commands.h"
#include "cli/limit_option.h"
#include "cli/pages.h"
#include "cli/terminal.h"
#include "frontend/coverage.h"
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
  return out + "\nNext: `wallcheck explain CODE` shows a page, `wallcheck explain formats` what can be read, `wallcheck explain budgets` what it may cost.\n";
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

/// "formats": what can be read, and how much of it is understood, from the front-ends' own tables.
std::string formats_page() {
  std::string out = "# Input formats\n\nRecognised by content; --input-format says which one it is where that should not decide.\n\n";
  for (const frontend::FormatCoverage& row : frontend::format_coverage())
    out += fmt::format("- `{}`: {} ({})\n", ir::to_string(row.format), row.what, row.origin);
  out += "\nWhatever stands in a file is in one of five states: it has no bearing on verdicts, it is modelled, it is modelled under a condition, it\n"
         "is a condition that the file does not decide (then the verdicts that turn on it name it), or it is not known (finding WC902, exit\n"
         "status 3). Nothing is skipped; `--stats` and the JSON `coverage` count.\n\n## iptables: matches\n\n";
  std::vector<std::string> decided, undecided;
  for (const frontend::ModuleCoverage& module : frontend::iptables_matches()) {
    const std::string name = module.families == "both" ? module.name : fmt::format("{} ({})", module.name, module.families);
    if (module.undecided.empty() || module.partly) decided.push_back(name);
    if (!module.undecided.empty()) undecided.push_back(fmt::format("- {}{}: {}\n", name, module.partly ? ", some of its options" : "", module.undecided));
  }
  out += fmt::format("Modelled, as far as their arguments are known ({}): {}.\n\nRead and checked, but not decided by the file, or in special cases only ({}):\n\n{}\n## iptables: targets\n\n", decided.size(),
                     fmt::join(decided, ", "), undecided.size(), fmt::join(undecided, ""));
  std::vector<std::string> targets;
  for (const frontend::ModuleCoverage& module : frontend::iptables_targets())
    targets.push_back(module.families == "both" ? module.name : fmt::format("{} ({})", module.name, module.families));
  return out + fmt::format("{} of them: {}.\n", targets.size(), fmt::join(targets, ", "));
}

/// "budgets": the names of --limit, with what each is for.
std::string budgets_page() {
  std::string out = "# Budgets\n\nWhat runs out is finding WC904 and exit status 3. `--limit NAME=VALUE` raises or lowers one.\n\n";
  for (const LimitRow& limit : limit_rows()) out += fmt::format("- `{}`: {} (default: {})\n", limit.name, limit.help, get(Limits{}, limit));
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
  if (word == "formats" || word == "budgets") {
    const std::string text = word == "formats" ? formats_page() : budgets_page();
    const Page topic{word, word == "formats" ? "what can be read" : "what an input may cost", text};
    return print_out(format == "text" ? shown(style, topic) : report::to_text(json_of(topic)) + "\n");
  }
  const Page* page = find_page(page_name(word));
  if (!page) {
    std::vector<std::string_view> words;
    for (const Page& known : pages()) words.push_back(known.name);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(check::FlowVerdict::not_applicable); ++i)
      words.push_back(check::to_string(static_cast<check::FlowVerdict>(i)));
    words.insert(words.end(), {"formats", "budgets"});
    return usage_error(fmt::format("\"{}\" is neither a finding code nor a verdict, \"formats\" or \"budgets\"{}", printable(word), suggestion(word, words)), "explain");
  }
  return print_out(format == "text" ? shown(style, *page) : report::to_text(json_of(*page)) + "\n");
}

}  // namespace

const Command explain_command{
    .name = "explain",
    .bit = on_explain,
    .operands = "[CODE|VERDICT|formats|budgets]",
    .summary = "The page of a finding code or verdict, or of what can be read; without one, the list.",
    .text =
        "The page says what a finding means, why it matters, an example and what to do. Codes are never reused.\n"
        "\n"
        "Examples:\n"
        "  wallcheck explain\n"
        "  wallcheck explain WC102\n"
        "  wallcheck explain reversed\n"
        "  wallcheck explain formats\n",
    .run = run_explain,
};

}  // namespace wallcheck::cli
