#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/diff.h"
#include "report/places.h"
#include "report/terminal_text.h"

namespace wallcheck::report {

namespace {

constexpr std::size_t lines_shown = 8, assumptions_shown = 4;

Ink ink_of(std::string_view fate) {
  if (fate.starts_with("accept")) return Ink::green;
  return fate == "drop" || fate == "reject" ? Ink::red : Ink::yellow;
}

std::string by_whom(const Style& style, std::string_view which, const check::DecidedBy& by, const std::vector<check::DecidedBy>& also, const Sources& sources) {
  const auto location = locate(sources, by.where);
  const std::string line = !location ? "" : location->in_other_file ? fmt::format("{}:{} ", printable(location->path), location->begin.line)
                                                                      : fmt::format("line {} ", location->begin.line);
  const std::string list = by.list.empty() ? "" : " in " + by.list;
  std::string more;
  if (!also.empty()) {
    more = fmt::format(", and {} more rule{}", also.size(), also.size() == 1 ? "" : "s");
    std::string lines;
    for (std::size_t i = 0; i < std::min(also.size(), lines_shown); ++i)
      if (const auto other = locate(sources, also[i].where)) lines += fmt::format("{}{}", lines.empty() ? ": line " : ", ", other->begin.line);
    more += lines + (also.size() > lines_shown ? "..." : "");
  }
  return fmt::format("    {} {}{}{}{}\n", paint(style, Ink::blue, which), line, one_line(by.text, style.width - 30), list, more);
}

void assumptions(std::string& out, const Style& style, const std::vector<check::Assumption>& list, const Sources& sources, std::string_view which) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == assumptions_shown && list.size() > i + 1) {
      out += fmt::format("    {} {} and {} more (json says all)\n", paint(style, Ink::yellow, "depends on"), which, list.size() - i);
      return;
    }
    const check::Assumption& assumption = list[i];
    const auto location = locate(sources, assumption.where);
    out += fmt::format("    {} {} line {}: {} ({})\n", paint(style, Ink::yellow, "depends on"), which, location ? location->begin.line : 0,
                       one_line(assumption.text, style.width - 40), printable(assumption.why));
  }
}

std::string changes(const Style& style, const check::FileComparison& files, const check::Comparison& comparison) {
  std::string out;
  for (const check::Change& change : comparison.changes) {
    const bool conditional = !change.assumptions_before.empty() || !change.assumptions_after.empty();
    out += fmt::format("\n{}: {} -> {}{}\n", ir::hook_name(change.path), paint(style, ink_of(change.from), change.from), paint(style, ink_of(change.to), change.to),
                       conditional ? " (under conditions)" : "");
    for (const std::string& line : change.packets) out += "    " + line + "\n";
    out += by_whom(style, "old:", change.before, change.also_before, files.old_sources);
    out += by_whom(style, "new:", change.after, change.also_after, files.new_sources);
    out += fmt::format("    {} {}\n", paint(style, Ink::blue, "packet:"), ir::to_string(change.witness.packet));
    assumptions(out, style, change.assumptions_before, files.old_sources, "old");
    assumptions(out, style, change.assumptions_after, files.new_sources, "new");
  }
  if (!comparison.complete) out += "\n... and more: these are the first changes\n";
  for (const std::string& note : comparison.notes) out += "\nnote: " + note + "\n";
  if (!comparison.undecided.empty()) out += fmt::format("\n{} {}\n", paint(style, Ink::red, "undecided:"), printable(comparison.undecided));
  return out;
}

}  // namespace

std::string diff_text(const Style& style, const check::FileComparison& files) {
  std::string out = fmt::format("{} ({} rules) -> {} ({} rules)\n", printable(files.old_name), files.old_rules, printable(files.new_name), files.new_rules);
  std::size_t count = 0;
  bool more = false, decided = true;
  for (const auto& group : files.groups) {
    const std::string text = changes(style, files, group.comparison);
    if (!group.id.empty() && !text.empty()) out += "\n" + paint(style, Ink::bold, "group " + printable(group.id)) + "\n";
    out += text;
    count += group.comparison.changes.size();
    more = more || !group.comparison.complete;
    decided = decided && group.comparison.undecided.empty();
  }
  for (const std::string& id : files.only_old) out += fmt::format("\ngroup {}: only in the old version\n", printable(id));
  for (const std::string& id : files.only_new) out += fmt::format("\ngroup {}: only in the new version\n", printable(id));
  if (files.equal()) return out + (decided ? "equal: no packet changes its verdict\n" : "");
  return out + fmt::format("\ndifferent: {}{} change{}\n", more ? "more than " : "", count, count == 1 ? "" : "s");
}

}  // namespace wallcheck::report
