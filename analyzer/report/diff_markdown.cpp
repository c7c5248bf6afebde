#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/diff.h"
#include "report/markdown_text.h"
#include "report/places.h"

namespace wallcheck::report {

namespace {

std::string rule(const check::DecidedBy& by, const std::vector<check::DecidedBy>& also, const Sources& sources) {
  const auto location = locate(sources, by.where);
  return (location ? fmt::format("line {}: ", location->begin.line) : "") + markdown::code(by.text.substr(0, 200)) +
         (also.empty() ? "" : fmt::format(" and {} more", also.size()));
}

}  // namespace

std::string diff_markdown(const check::FileComparison& files) {
  std::string out = fmt::format("### {} &rarr; {}\n\n", markdown::prose(files.old_name), markdown::prose(files.new_name));
  std::string rows;
  for (const auto& group : files.groups)
    for (const check::Change& change : group.comparison.changes) {
      std::string packets;
      for (const std::string& line : change.packets) packets += (packets.empty() ? "" : "<br>") + markdown::prose(line);
      const bool conditional = !change.assumptions_before.empty() || !change.assumptions_after.empty();
      rows += fmt::format("| {}{} | {} &rarr; {}{} | {} | {} | {} | {} |\n", group.id.empty() ? "" : markdown::prose(group.id) + " ", ir::hook_name(change.path), change.from,
                          change.to, conditional ? " (conditional)" : "", packets, rule(change.before, change.also_before, files.old_sources),
                          rule(change.after, change.also_after, files.new_sources), markdown::prose(ir::to_string(change.witness.packet)));
    }
  if (!rows.empty()) out += "| hook | verdict | packets | old rule | new rule | for example |\n|---|---|---|---|---|---|\n" + rows;
  for (const std::string& id : files.only_old) out += fmt::format("\nGroup {} is only in the old version.\n", markdown::prose(id));
  for (const std::string& id : files.only_new) out += fmt::format("\nGroup {} is only in the new version.\n", markdown::prose(id));
  bool decided = true;
  for (const auto& group : files.groups) {
    if (!group.comparison.complete) out += "\nThere are more changes; these are the first.\n";
    if (!group.comparison.undecided.empty()) out += fmt::format("\n**Undecided:** {}\n", markdown::prose(group.comparison.undecided)), decided = false;
    for (const std::string& note : group.comparison.notes) out += fmt::format("\nNote: {}.\n", markdown::prose(note));
  }
  if (files.equal() && decided) out += "No packet changes its verdict.\n";
  return out;
}

}  // namespace wallcheck::report
