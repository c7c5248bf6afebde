#include <algorithm>

#include <fmt/format.h>

#include "check/compare.h"
#include "check/flow.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/git_show.h"
#include "cli/input_options.h"
#include "cli/read_input.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "frontend/frontend.h"
#include "report/diff.h"

namespace wallcheck::cli {

namespace {

/// One side: where its bytes come from, and how to read them.
struct Side {
  std::string name;
  Result<std::string, std::string> bytes;
};

Side from_file(const Arguments& arguments, const std::string& path, std::size_t limit) {
  const std::string name = path == "-" ? std::string(arguments.value("stdin-filename", "-")) : path;
  auto bytes = read_input(path, limit);
  if (bytes) return {name, std::move(*bytes)};
  return {name, Unexpected{fmt::format("{}: {} {}", printable(name), bytes.error().code, bytes.error().why)}};
}

/// Reads it, and says on standard error what was not understood. nullopt: nothing to compare.
std::optional<frontend::Loaded> loaded(Side side, const frontend::Options& options) {
  if (!side.bytes) {
    complain("error", side.bytes.error());
    return std::nullopt;
  }
  frontend::Loaded file = frontend::load(std::make_shared<const SourceFile>(side.name, std::move(*side.bytes)), options);
  if (!file.incomplete) std::erase_if(file.diagnostics, [](const Diagnostic& diagnostic) { return diagnostic.severity != Severity::error; });
  complain_about(file.sources, file.diagnostics);
  if (file.failed || file.firewalls.empty()) return std::nullopt;
  return file;
}

check::Comparison compared(check::Version before, check::Version after, const Limits& limits) {
  check::Comparison result;
  try {
    return check::compare(before, after, limits);
  } catch (const packets::BudgetExceeded& error) {
    result.undecided = fmt::format("WC904 {}", error.what());
  } catch (const check::Contradiction& error) {
    result.undecided = fmt::format("WC900 internal error, please report it: {}", error.what());
  }
  return result;
}

check::FileComparison compared(frontend::Loaded& before, frontend::Loaded& after, const Limits& limits) {
  check::FileComparison files{.old_name = before.sources[0]->path(), .new_name = after.sources[0]->path(), .old_sources = before.sources,
                              .new_sources = after.sources, .groups = {}, .only_old = {}, .only_new = {}};
  for (const ir::Firewall& firewall : before.firewalls) files.old_rules += static_cast<std::uint32_t>(firewall.rules.size());
  for (const ir::Firewall& firewall : after.firewalls) files.new_rules += static_cast<std::uint32_t>(firewall.rules.size());
  // One firewall each: these two, whatever they are called. Else group by group.
  const bool single = before.firewalls.size() == 1 && after.firewalls.size() == 1;
  for (ir::Firewall& old_firewall : before.firewalls) {
    const auto match = single ? after.firewalls.begin() : std::ranges::find(after.firewalls, old_firewall.group, &ir::Firewall::group);
    if (match == after.firewalls.end()) {
      files.only_old.push_back(old_firewall.group);
      continue;
    }
    files.groups.push_back({old_firewall.group, compared({old_firewall, before.sources}, {*match, after.sources}, limits)});
  }
  if (!single)
    for (const ir::Firewall& firewall : after.firewalls)
      if (std::ranges::find(before.firewalls, firewall.group, &ir::Firewall::group) == before.firewalls.end()) files.only_new.push_back(firewall.group);
  return files;
}

int run_diff(const Arguments& arguments) {
  const bool base = arguments.has("base");
  if (arguments.operands.size() != (base ? 1u : 2u)) return usage_error(base ? "diff --base REV needs one FILE" : "diff needs OLD and NEW, or --base REV and FILE", "diff");
  if (!base && arguments.operands[0] == "-" && arguments.operands[1] == "-") return usage_error("only one of OLD and NEW can be standard input", "diff");
  auto options = input_options(arguments);
  if (!options) return usage_error(options.error(), "diff");
  const std::size_t limit = options->limits.input_bytes;
  const std::string& newest = arguments.operands.back();
  const std::string revision(arguments.value("base"));
  end_on_signals();
  const Watched watched(options->limits);
  Side old_side = base ? Side{fmt::format("{}:{}", revision, newest), git_show(revision, newest, limit)} : from_file(arguments, arguments.operands[0], limit);
  Side new_side = from_file(arguments, newest, limit);
  auto before = loaded(std::move(old_side), *options);
  auto after = loaded(std::move(new_side), *options);
  if (!before || !after) return incomplete;

  const check::FileComparison files = compared(*before, *after, options->limits);
  const std::string_view format = arguments.value("format", "text");
  const std::string out = format == "json"       ? report::diff_json(files)
                          : format == "markdown" ? report::diff_markdown(files)
                                                 : report::diff_text(terminal_style(arguments), files);
  if (print_out(out) != ok) return incomplete;
  const bool undecided = std::ranges::any_of(files.groups, [](const auto& group) { return !group.comparison.undecided.empty(); });
  if (before->incomplete || after->incomplete || undecided) return incomplete;
  return files.equal() ? ok : findings;
}

}  // namespace

const Command diff_command{
    .name = "diff",
    .bit = on_diff,
    .operands = "OLD NEW | --base REV FILE",
    .summary = "Which packets change their verdict between two files, of any two formats.",
    .text =
        "Says that no packet changes its verdict, or which ones do: hook by hook, with the rule that decided and the rule that decides,\n"
        "and a packet that shows it. Renamed chains, reordered or split rules are no change if they mean the same. What turns on\n"
        "conditions that the file does not decide (a rate limit) names them.\n"
        "\n"
        "Exit status: 0 equal, 1 different, 2 bad usage, 3 one of the files could not be read or compared to its end.\n"
        "\n"
        "Examples:\n"
        "  wallcheck diff before.rules after.rules\n"
        "  wallcheck diff --base HEAD~1 web.rules\n"
        "  wallcheck diff --base main --format markdown edge/pf.conf\n"
        "  iptables-save | wallcheck diff web.rules -\n",
    .run = run_diff,
};

}  // namespace wallcheck::cli
