#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/diff.h"
#include "report/places.h"

namespace wallcheck::report {

namespace {

/// Text of a file in a table cell: one line, nothing that Markdown, HTML or a forge's mentions would act on.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '|': case '`': case '*': case '_': case '[': case ']': case '\\': case '@': case '#': case '~': case '!': case ':':
        out += fmt::format("&#{};", static_cast<int>(c));
        break;
      default: out += c;
    }
  }
  return out;
}

std::string rule(const check::DecidedBy& by, const Sources& sources) {
  const auto location = locate(sources, by.where);
  return (location ? fmt::format("line {}: ", location->begin.line) : "") + "<code>" + cell(by.text.substr(0, 200)) + "</code>";
}

}  // namespace

std::string diff_markdown(const check::FileComparison& files) {
  std::string out = fmt::format("### {} &rarr; {}\n\n", cell(files.old_name), cell(files.new_name));
  std::string rows;
  for (const auto& group : files.groups)
    for (const check::Change& change : group.comparison.changes) {
      std::string packets;
      for (const std::string& line : change.packets) packets += (packets.empty() ? "" : "<br>") + cell(line);
      const bool conditional = !change.assumptions_before.empty() || !change.assumptions_after.empty();
      rows += fmt::format("| {}{} | {} &rarr; {}{} | {} | {} | {} | {} |\n", group.id.empty() ? "" : cell(group.id) + " ", ir::hook_name(change.path), change.from,
                          change.to, conditional ? " (conditional)" : "", packets, rule(change.before, files.old_sources),
                          rule(change.after, files.new_sources), cell(ir::to_string(change.witness.packet)));
    }
  if (!rows.empty()) out += "| hook | verdict | packets | old rule | new rule | for example |\n|---|---|---|---|---|---|\n" + rows;
  for (const std::string& id : files.only_old) out += fmt::format("\nGroup {} is only in the old version.\n", cell(id));
  for (const std::string& id : files.only_new) out += fmt::format("\nGroup {} is only in the new version.\n", cell(id));
  bool decided = true;
  for (const auto& group : files.groups) {
    if (!group.comparison.complete) out += "\nThere are more changes; these are the first.\n";
    if (!group.comparison.undecided.empty()) out += fmt::format("\n**Undecided:** {}\n", cell(group.comparison.undecided)), decided = false;
    for (const std::string& note : group.comparison.notes) out += fmt::format("\nNote: {}.\n", cell(note));
  }
  if (files.equal() && decided) out += "No packet changes its verdict.\n";
  return out;
}

}  // namespace wallcheck::report
