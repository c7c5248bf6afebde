#include <fmt/format.h>

#include "base/suggest.h"
#include "check/verdict.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/packs.h"
#include "cli/terminal.h"
#include "report/policy.h"
#include "report/report.h"

namespace wallcheck::cli {

namespace {

/// The whole report on a pack, by the format's row.
std::string reported(const report::Format& format, report::Style style, const std::string& path, const policy::LoadedPack& loaded) {
  style.quiet = true;  // there are no flows to tabulate
  const report::Context context{.tool_version = version, .policy_id = loaded.pack ? std::string_view(loaded.pack->id) : std::string_view{},
                                .policy_version = {}, .style = style};
  const check::FileResult result = complaints_about(path, loaded.sources, loaded.diagnostics);
  return report::whole(format, context, {&result, 1});
}

int list(const Arguments& arguments, std::string_view format) {
  if (arguments.operands.size() != 1) return usage_error("policy list takes no operand", "policy");
  std::vector<std::string> unreadable;
  std::vector<report::PackEntry> packs;
  for (policy::ListedPack& listed : list_packs(pack_files(), unreadable)) {
    if (listed.loaded.pack) packs.push_back({std::move(*listed.loaded.pack), listed.path});
    else unreadable.push_back(fmt::format("{} is broken: `wallcheck policy check {}` says why", printable(listed.path), printable(listed.path)));
  }
  for (const std::string& sentence : unreadable) complain("warning", sentence);
  return print_out(format == "json" ? report::packs_json(packs) : report::packs_text(terminal_style(arguments), packs));
}

int show(const Arguments& arguments, std::string_view format) {
  if (arguments.operands.size() != 2) return usage_error("policy show needs one ID", "policy");
  const std::string& id = arguments.operands[1];
  const policy::LoadedPack loaded = policy::load_pack(id, pack_files());
  if (!loaded.pack) {
    show_complaints(id, loaded.sources, loaded.diagnostics);
    return usage;
  }
  return print_out(format == "json" ? report::pack_json(*loaded.pack) : report::pack_text(terminal_style(arguments), *loaded.pack));
}

int check_pack(const Arguments& arguments, std::string_view format) {
  if (arguments.operands.size() < 2) return usage_error("policy check needs a FILE", "policy");
  bool good = true;
  for (std::size_t i = 1; i < arguments.operands.size(); ++i) {
    const std::string& path = arguments.operands[i];
    const policy::LoadedPack loaded = policy::load_pack_file(path, pack_files());
    good = good && loaded.pack;
    std::string out = reported(*report::format(format), terminal_style(arguments), path, loaded);
    if (loaded.pack && format == "text")
      out += fmt::format("{}: a valid policy pack, \"{}\": {} roles, {} flows\n", printable(path), printable(loaded.pack->id),
                         loaded.pack->roles.size(), loaded.pack->flows.size());
    if (print_out(out) != ok) return incomplete;
  }
  return good ? ok : usage;
}

int run_policy(const Arguments& arguments) {
  const std::string_view format = arguments.value("format", "text");
  const std::string_view verb = arguments.operands.empty() ? std::string_view{} : arguments.operands.front();
  if (verb == "list") return list(arguments, format);
  if (verb == "show") return show(arguments, format);
  if (verb == "check") return check_pack(arguments, format);
  if (verb.empty()) return usage_error("policy needs list, show or check", "policy");
  return usage_error(fmt::format("\"{}\" is not something policy does{}", printable(verb), suggestion(verb, {"list", "show", "check"})), "policy");
}

}  // namespace

const Command policy_command{
    .name = "policy",
    .bit = on_policy,
    .operands = "list | show ID|FILE | check FILE...",
    .summary = "The policy packs, and validation of one's own.",
    .text =
        "A pack says which flows must work between which roles. Packs are looked up in $WALLCHECK_POLICIES (directories separated\n"
        "by \":\") and beside the program in ../share/wallcheck/policies; a program in its source tree has those of the tree. One of\n"
        "your own may extend another: {\"id\": \"mine\", \"extends\": \"rightscale\", \"roles\": {\"cloud\": {\"addresses\": [\"10.0.0.0/8\"]}}}. policies/policy.schema.json\n"
        "describes the file for editors.\n"
        "\n"
        "Examples:\n"
        "  wallcheck policy list\n"
        "  wallcheck policy show rightscale-networks\n"
        "  wallcheck policy check mine.json && wallcheck check --policy mine.json web.rules\n",
    .run = run_policy,
};

}  // namespace wallcheck::cli
