#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>

#include <unistd.h>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/check_file.h"
#include "cli/commands.h"
#include "cli/replace_file.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "fix/fix.h"

namespace wallcheck::cli {

namespace {

using check::FlowVerdict;

/// What the command line says about which fixes to make, and how.
struct Choice {
  std::vector<std::string> flows;
  std::vector<FlowVerdict> verdicts;
  bool write = false, backup = false, interactive = false, explain = false;
};

std::vector<std::string_view> failing_verdicts() {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(FlowVerdict::blocked); ++i)
    if (severity_of(static_cast<FlowVerdict>(i))) names.push_back(to_string(static_cast<FlowVerdict>(i)));
  return names;
}

Result<Choice, std::string> choice_of(const Arguments& arguments) {
  Choice choice;
  choice.flows = arguments.words("flow");
  for (const std::string& word : arguments.words("verdict")) {
    const auto names = failing_verdicts();
    if (std::ranges::find(names, word) == names.end())
      return Unexpected{fmt::format("--verdict: \"{}\" is not a verdict that can be fixed{}; they are {}", printable(word), suggestion(word, names), fmt::join(names, ", "))};
    for (std::size_t i = 0; i <= static_cast<std::size_t>(FlowVerdict::blocked); ++i)
      if (to_string(static_cast<FlowVerdict>(i)) == word) choice.verdicts.push_back(static_cast<FlowVerdict>(i));
  }
  choice.write = arguments.has("write");
  choice.backup = arguments.has("backup");
  choice.interactive = arguments.has("interactive");
  choice.explain = arguments.has("explain");
  if (choice.backup && !choice.write) return Unexpected{std::string("--backup goes with --write")};
  if (choice.interactive && (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1))
    return Unexpected{std::string("--interactive asks on a terminal, and there is none")};
  return choice;
}

/// The first flow that no policy in use has.
std::optional<std::string> unknown_flow(const Choice& choice, const Settings& settings) {
  for (const std::string& id : choice.flows) {
    std::vector<std::string> known;
    bool found = false;
    for (const auto& setting : settings.all())
      for (const policy::Flow& flow : setting->pack.flows) found |= flow.id == id, known.push_back(printable(flow.id));
    if (!found) return fmt::format("--flow: there is no flow \"{}\" in the policy{}", printable(id), suggestion(id, known));
  }
  return std::nullopt;
}

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

/// "y" or "n" of a person; the end of input is no.
bool agreed(const check::Fix& fix, std::string_view diff) {
  say(fmt::format("\n{}{}changes: {}\n", for_terminal(diff), diff.ends_with('\n') ? "" : "\n", fix.changes));
  if (!fix.opens.empty()) say(fmt::format("opens {}\n", printable(fix.opens)));
  for (std::string answer;;) {
    say(fmt::format("{}? [y/n] ", printable(fix.title)));
    if (!std::getline(std::cin, answer)) return false;
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

bool is_generated(const check::FileResult& file) { return file.format == ir::to_string(ir::Format::terraform); }

/// What a repair comes to on standard output: what is changed, in comment lines that `patch` and `git apply` pass over, then the diff.
std::string text_of(const fix::Repair& repair, const check::FileResult& file, const Choice& choice) {
  if (repair.edits.empty()) return {};
  std::string out;
  const auto comment = [&](std::string_view name, std::string_view words) { out += fmt::format("# {}: {}\n", name, words); };
  for (const fix::Repaired& done : repair.done) {
    if (done.finding.fixes.empty() || done.declined) continue;
    const check::Fix& fix = done.finding.fixes.front();
    comment("fix", printable(fix.title) + (done.group.empty() ? "" : fmt::format(" (group {})", printable(done.group))));
    if (choice.explain) comment("why", printable(fix.explanation));
    comment("changes", printable(fix.changes));
    if (fix.after != FlowVerdict::permitted) comment("then", fmt::format("{} is {}", printable(done.finding.flow), to_string(fix.after)));
    if (!fix.opens.empty()) comment("opens", printable(fix.opens));
    for (const std::string& command : fix.commands) comment("command", printable(command));
    if (!fix.address.empty()) comment("resource", printable(fix.address));
    for (std::size_t at = 0; at < fix.snippet.size();) {
      const std::size_t end = std::min(fix.snippet.find('\n', at), fix.snippet.size());
      comment("snippet", printable(fix.snippet.substr(at, end - at)));
      at = end + 1;
    }
    for (std::size_t i = 1; i < done.finding.fixes.size(); ++i) {
      const check::Fix& other = done.finding.fixes[i];
      comment("besides", fmt::format("{} ({})", printable(other.title), other.changes));
      for (const std::string& command : other.commands) comment("besides, command", printable(command));
    }
  }
  if (is_generated(file)) return out;
  const std::string diff = unified_diff(file.path, file.sources[0]->bytes(), repair.edits);
  return out + (isatty(STDOUT_FILENO) == 1 ? for_terminal(diff) : diff);
}

/// One run over the files.
class Fixing {
 public:
  Fixing(const CheckOptions& options, const Choice& choice) : options_(options), choice_(choice) {}

  void file(const Input& input, Setting& setting) {
    fix::Repair repair;
    const FileTask task = [&](const fix::Subject& subject, check::FileResult& result) {
      const auto wanted = [&](std::size_t site, const check::FlowResult& flow) { return wants(result.sites[site], flow); };
      const auto ask = [&](const check::Finding&, const check::Fix& fix, std::string_view diff) { return !choice_.interactive || agreed(fix, diff); };
      repair = fix::repair(subject, result.sites, wanted, ask);
    };
    std::atomic<std::size_t> cut_short = 0;
    const auto result = check_file(input, setting, {.options = options_, .task = check::check_flows, .then = task, .today = today_, .cut_short = &cut_short});
    if (cut_short > 0) return;
    if (!result) return;
    ++files_;
    if (result->status == check::Status::failed) {
      incomplete_ = true;
      for (const check::SiteResult& site : result->sites)
        for (const check::Finding& finding : site.findings) complain("error", fmt::format("{}: {}", printable(input.name), finding.diagnostic.message));
      return;
    }
    if (result->status == check::Status::partly_analysed) {
      incomplete_ = true;
      complain("warning", fmt::format("{} could not be analysed to the end (see `wallcheck check`)", printable(input.name)));
    }
    conclude(input, *result, repair);
  }

  int status() const { return files_ == 0 || incomplete_ ? incomplete : open_ ? findings : ok; }
  std::size_t files() const { return files_; }

 private:
  bool wants(const check::SiteResult& site, const check::FlowResult& flow) const {
    const auto finding = std::ranges::find_if(site.findings, [&](const check::Finding& f) { return f.flow == flow.id && check::code_of(flow.verdict) == f.diagnostic.code; });
    if (finding != site.findings.end() && !finding->suppressed_by.empty()) return false;
    const bool by_flow = std::ranges::find(choice_.flows, flow.id) != choice_.flows.end();
    const bool by_verdict = std::ranges::find(choice_.verdicts, flow.verdict) != choice_.verdicts.end();
    if (!choice_.flows.empty() && !by_flow) return false;
    if (!choice_.verdicts.empty() && !by_verdict) return false;
    // What passes for some addresses, or under a condition, may be meant so: it is left alone unless someone asks.
    return by_flow || by_verdict || flow.verdict > FlowVerdict::conditional;
  }

  void conclude(const Input& input, const check::FileResult& result, const fix::Repair& repair) {
    for (const fix::Repaired& done : repair.done) {
      if (done.declined) open_ = true;
      if (!done.finding.fixes.empty() && done.finding.no_fix.empty()) continue;
      const bool is_error = done.finding.diagnostic.severity == Severity::error;
      const bool was_asked_for = !choice_.flows.empty() || !choice_.verdicts.empty();
      open_ = open_ || is_error || was_asked_for;
      const std::string group = done.group.empty() ? "" : fmt::format(" (group {})", printable(done.group));
      complain(is_error ? "error" : "note", fmt::format("{}{}: no fix for {}: {}", printable(input.name), group, printable(done.finding.flow), printable(done.finding.no_fix)));
    }
    if (!repair.trouble.empty()) {
      open_ = true;
      complain("error", fmt::format("{}: {}", printable(input.name), printable(repair.trouble)));
    }
    leave_alone(input, result);
    if (repair.edits.empty()) return;
    if (choice_.write && is_generated(result))
      complain("error", fmt::format("{}: not written: Terraform makes this file from the configuration, which is where the snippets belong", printable(input.name)));
    if (!choice_.write || input.path == "-" || is_generated(result)) {
      open_ = true;
      if (print_out(text_of(repair, result, choice_)) != ok) incomplete_ = true;
      return;
    }
    const std::string_view bytes = result.sources[0]->bytes();
    if (const auto trouble = replace_file(input.path, bytes, edited(bytes, repair.edits), choice_.backup)) {
      complain("error", *trouble);
      incomplete_ = true;
      return;
    }
    if (choice_.explain) print_out(text_of(repair, result, choice_));
    for (const fix::Repaired& done : repair.done)
      if (!done.finding.fixes.empty() && !done.declined)
        say(fmt::format("{}: {} ({})\n", printable(input.name), printable(done.finding.fixes.front().title), done.finding.fixes.front().changes));
  }

  /// Says which flows pass under a condition only.
  void leave_alone(const Input& input, const check::FileResult& result) const {
    if (!choice_.flows.empty() || !choice_.verdicts.empty()) return;
    std::string flows;
    for (const check::SiteResult& site : result.sites)
      for (const check::Finding& finding : site.findings)
        if (finding.diagnostic.code == check::code_of(FlowVerdict::conditional) && finding.suppressed_by.empty()) flows += (flows.empty() ? "" : ", ") + printable(finding.flow);
    if (!flows.empty())
      complain("note", fmt::format("{}: left alone, since they pass under a condition: {} (--verdict conditional lets them pass without)", printable(input.name), flows));
  }

  const CheckOptions& options_;
  const Choice& choice_;
  std::size_t files_ = 0;
  bool open_ = false, incomplete_ = false;
  const policy::Date today_ = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
};

int run_fix(const Arguments& arguments) {
  if (arguments.operands.empty()) return usage_error("nothing to fix: name files, or - for standard input", "fix");
  const auto options = check_options(arguments);
  if (!options) return usage_error(options.error(), "fix");
  const auto choice = choice_of(arguments);
  if (!choice) return usage_error(choice.error(), "fix");
  const std::vector<Input> inputs = collect(arguments.operands, std::string(arguments.value("stdin-filename", "-")));
  Settings settings(*options);
  const auto setting_of = settings.of(inputs);
  if (!setting_of) return usage;
  if (const auto unknown = unknown_flow(*choice, settings)) return usage_error(*unknown, "fix");
  Fixing fixing(*options, *choice);
  end_on_signals();
  for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) fixing.file(inputs[i], *(*setting_of)[i]);
  if (interrupted()) {
    complain("error", fmt::format("interrupted: {} of {} files were done", fixing.files(), inputs.size()));
    return incomplete;
  }
  if (fixing.files() == 0) complain("error", "no firewall file found");
  return fixing.status();
}

}  // namespace

const Command fix_command{
    .name = "fix",
    .bit = on_fix,
    .operands = "FILE...",
    .summary = "The smallest proved change that permits the flows: a unified diff; --write applies it.",
    .text =
        "Each flow that `wallcheck check` finds blocked gets the least that lets it through, written as the file writes its rules, at the\n"
        "place where it takes effect. A change is offered only with its proof: it was applied to a copy, the copy was read and evaluated\n"
        "again, the flow passes, and every packet whose verdict changed is of the flow. What the change opens is said beside it. Where there\n"
        "is no such change, the reason stands on standard error. Suppressed findings are left alone.\n"
        "\n"
        "Standard output is a patch. In dumps of cloud groups the commands that make the change in the live system stand before it. Terraform\n"
        "makes its JSON from the configuration: there the block to write stands in place of a patch, and --write writes nothing. The exit\n"
        "status is 0 if nothing is left to fix, 1 if fixes are offered or a flow has none.\n"
        "\n"
        "Examples:\n"
        "  wallcheck fix web.rules\n"
        "  wallcheck fix web.rules | git apply -p0\n"
        "  wallcheck fix --write --backup --flow monitoring firewalls/*.rules\n"
        "  wallcheck fix --role-address rightscale=54.225.248.128/27 --explain web.rules\n",
    .run = run_fix,
};

}  // namespace wallcheck::cli
